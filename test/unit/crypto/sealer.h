/* Envelopes of tests, made and opened. */
#ifndef COG_TEST_SEALER_H
#define COG_TEST_SEALER_H

#include "test/unit/unit.h"

#include "crypto/seal.h"

#define SECRET "0123456789abcdef0123456789abcdef"

/* of an envelope: its head ends with the nonce */
#define HEAD_LEN  16
#define TAG_LEN   16
#define NONCE_LEN 12

/* That of a session. */
extern const cog_binding_t binding;

/* Of one secret, or two. */
cog_sealer_t sealer_of(apr_pool_t *pool, const char *first, const char *second);

const char *seal_text(apr_pool_t *pool, const cog_sealer_t *sealer,
                      const cog_binding_t *bound, const char *text);

/* What opening it as a session says. */
cog_err_t open_text(apr_pool_t *pool, const cog_sealer_t *sealer, const char *text);

/* The bytes of an envelope, to be changed. */
unsigned char *bytes_of(apr_pool_t *pool, const char *sealed, size_t *len);

#endif
