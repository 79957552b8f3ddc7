#include "crypto/jws.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <openssl/err.h>
#include <string.h>

#include "base/base64.h"
#include "base/json.h"
#include "crypto/jwk_private.h"

#define MAX_KID 128

struct cog_jws_t {
    const char *kid;
    json_t *payload;
    cog_secret_t text;
};

typedef struct {
    const char *begin;
    size_t len;
} part_t;

/* Members by which a token would choose how it is verified. */
static const char *const refused[] = {"crit", "b64", "jwk", "jku", "x5c",
                                      "x5u",  "x5t", "zip", "enc", "x5t#S256"};

static cog_err_t split(cog_secret_t token, part_t parts[3])
{
    const char *at = token.bytes;

    COG_REQUIRE(token.bytes && token.len <= COG_JWS_MAX_LEN &&
                    strlen(token.bytes) == token.len,
                COG_E_TOKEN_MALFORMED);
    for (int i = 0; i < 3; ++i) {
        parts[i].begin = at;
        parts[i].len = strcspn(at, ".");
        at += parts[i].len;
        COG_REQUIRE(*at == (i < 2 ? '.' : '\0') && parts[i].len > 0,
                    COG_E_TOKEN_MALFORMED);
        ++at;
    }
    return COG_OK;
}

static cog_err_t decode_object(apr_pool_t *pool, part_t part, json_t **object)
{
    cog_span_t bytes;

    COG_REQUIRE(cog_base64url_decode(pool, part.begin, part.len, &bytes) == COG_OK,
                COG_E_TOKEN_MALFORMED);
    COG_REQUIRE(cog_json_parse(pool, bytes, COG_JWS_MAX_LEN, object) == COG_OK,
                COG_E_TOKEN_MALFORMED);
    return COG_OK;
}

static int is_known_type(const json_t *header)
{
    const json_t *type = json_object_get(header, "typ");
    const char *text = json_string_value(type);

    return !type ||
           (text && (strcasecmp(text, "JWT") == 0 || strcasecmp(text, "at+jwt") == 0));
}

static int is_kid(const char *kid)
{
    size_t len = 0;

    for (; kid && kid[len]; ++len) {
        if ((unsigned char)kid[len] <= 0x20 || (unsigned char)kid[len] >= 0x7f) {
            return 0;
        }
    }
    return len > 0 && len <= MAX_KID;
}

static cog_err_t check_header(const json_t *header)
{
    const char *algorithm = cog_json_string(header, "alg");

    COG_REQUIRE(algorithm && strcmp(algorithm, "RS256") == 0, COG_E_TOKEN_ALGORITHM);
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); ++i) {
        COG_REQUIRE(!json_object_get(header, refused[i]), COG_E_TOKEN_MALFORMED);
    }
    COG_REQUIRE(is_known_type(header), COG_E_TOKEN_MALFORMED);
    COG_REQUIRE(is_kid(cog_json_string(header, "kid")), COG_E_TOKEN_MALFORMED);
    return COG_OK;
}

cog_err_t cog_jws_parse(apr_pool_t *pool, cog_secret_t token, cog_jws_t **jws)
{
    cog_jws_t *parsed = apr_pcalloc(pool, sizeof(*parsed));
    cog_span_t signature;
    part_t parts[3];
    json_t *header;

    COG_TRY(split(token, parts));
    COG_TRY(decode_object(pool, parts[0], &header));
    COG_TRY(check_header(header));
    COG_TRY(decode_object(pool, parts[1], &parsed->payload));
    COG_REQUIRE(cog_base64url_decode(pool, parts[2].begin, parts[2].len, &signature) ==
                    COG_OK,
                COG_E_TOKEN_MALFORMED);
    parsed->kid = cog_json_string(header, "kid");
    parsed->text = token;
    *jws = parsed;
    return COG_OK;
}

const char *cog_jws_kid(const cog_jws_t *jws)
{
    return jws->kid;
}

const char *cog_jws_claimed_issuer(const cog_jws_t *jws)
{
    const char *issuer = cog_json_string(jws->payload, "iss");

    return issuer ? issuer : "";
}

static apr_status_t release(void *token)
{
    cjose_jws_release(token);
    return APR_SUCCESS;
}

cog_err_t cog_jws_verify(apr_pool_t *pool, const cog_jws_t *jws, const cog_jwk_t *key,
                         json_t **claims)
{
    cjose_err err;
    cjose_jws_t *token = cjose_jws_import(jws->text.bytes, jws->text.len, &err);

    COG_REQUIRE(token, COG_E_TOKEN_MALFORMED);
    apr_pool_cleanup_register(pool, token, release, apr_pool_cleanup_null);
    if (!cjose_jws_verify(token, key->key, &err)) {
        /* what we leave in the thread's queue, mod_ssl would take for its own */
        ERR_clear_error();
        return COG_E_TOKEN_SIGNATURE;
    }
    *claims = jws->payload;
    return COG_OK;
}
