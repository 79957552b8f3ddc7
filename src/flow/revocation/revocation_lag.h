/* How long this host has not been able to read the revocation list. Cookies of sessions
 * that were revoked elsewhere are good here meanwhile: its administrator has to know. */
#ifndef COG_FLOW_REVOCATION_LAG_H
#define COG_FLOW_REVOCATION_LAG_H

#include "flow/flow.h"

/* In seconds since 1970. Zeros: it has not tried yet. */
typedef struct {
    int64_t read_at; /* when it last could, or first tried */
    int64_t warned;  /* when the log last said that it cannot; 0: it need not */
} cog_revocation_lag_t;

/* After each try, about once a second. Some seconds without an answer are nothing; then
 * there is a warning every five minutes, and a line when it can read again. */
void cog_revocation_lag_note(const cog_flow_t *flow, cog_revocation_lag_t *lag,
                             int has_read);

#endif
