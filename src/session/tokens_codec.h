/* What the user pool gave for a session, as bytes: opened only where it is needed. */
#ifndef COG_SESSION_TOKENS_CODEC_H
#define COG_SESSION_TOKENS_CODEC_H

#include <apr_pools.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/span.h"

/* Any may be unset. */
typedef struct cog_session_tokens_t {
    cog_secret_t refresh_token;
    cog_secret_t nonce; /* of the login: a renewed ID token that has one has this one */
    cog_secret_t id_token; /* the raw ones, where some place exports them */
    cog_secret_t access_token;
} cog_session_tokens_t;

/* Compact JWTs and JWEs lose their base64url, a quarter of their length. */
cog_span_t cog_session_tokens_encode(apr_pool_t *pool,
                                     const cog_session_tokens_t *tokens);

/* Byte for byte what was encoded; wiped with `pool`. Another version or a broken record
 * is COG_E_NO_SESSION. */
cog_err_t cog_session_tokens_decode(apr_pool_t *pool, cog_span_t record,
                                    cog_session_tokens_t *tokens);

#endif
