/* A session as bytes: a versioned flat record. */
#ifndef COG_SESSION_SESSION_CODEC_H
#define COG_SESSION_SESSION_CODEC_H

#include <apr_pools.h>

#include "base/error.h"
#include "base/span.h"
#include "session/session.h"

cog_span_t cog_session_encode(apr_pool_t *pool, const cog_session_t *session);

/* The session's texts point into `record`. Another version, or anything that
 * cog_session_encode() would not write, is COG_E_NO_SESSION. */
cog_err_t cog_session_decode(apr_pool_t *pool, cog_span_t record,
                             cog_session_t **session);

/* What a browser holds of a session that lives in the store. */
typedef struct {
    unsigned char id[COG_SESSION_ID_LEN];
    int64_t created;
    unsigned char owner[COG_SESSION_OWNER_LEN]; /* cog_session_owner() */
} cog_session_reference_t;

cog_span_t cog_session_encode_reference(apr_pool_t *pool, const cog_session_t *session);

/* Is `record` such a reference? Then `found` is filled. */
int cog_session_decode_reference(cog_span_t record, cog_session_reference_t *found);

#endif
