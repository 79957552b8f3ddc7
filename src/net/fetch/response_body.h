/* The body of a response while it arrives. It may hold tokens: no copy is left over. */
#ifndef COG_NET_RESPONSE_BODY_H
#define COG_NET_RESPONSE_BODY_H

#include <apr_pools.h>

#include "base/error.h"
#include "base/span.h"

/* All zeros but the pool: empty. */
typedef struct {
    apr_pool_t *pool;
    char *bytes;
    size_t len;
    size_t room;
} cog_response_body_t;

/* COG_E_TOO_LARGE when it would be longer than COG_FETCH_MAX_BODY. */
cog_err_t cog_response_body_append(cog_response_body_t *body, const char *bytes,
                                   size_t len);

/* All of it, with a NUL behind; wiped when the pool is cleared. */
cog_span_t cog_response_body_end(cog_response_body_t *body);

#endif
