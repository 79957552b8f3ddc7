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

/* What a browser holds of a session that lives in the store: its id. */
cog_span_t cog_session_encode_reference(apr_pool_t *pool, const unsigned char *id);

/* Is `record` such a reference? Then `id`, COG_SESSION_ID_LEN bytes, is filled. */
int cog_session_decode_reference(cog_span_t record, unsigned char *id);

#endif
