/* A log that keeps what it is told: the reason for a failure, which others log. */
#ifndef COG_DOCTOR_REASON_H
#define COG_DOCTOR_REASON_H

#include "base/log.h"

typedef struct {
    cog_log_t log;
    const char *text; /* the last warning or error; NULL: none */
} cog_reason_t;

cog_reason_t *cog_reason_make(apr_pool_t *pool);

#endif
