#include "crypto/jws.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <openssl/err.h>
#include <string.h>

#include "base/base64.h"
#include "base/json.h"
#include "crypto/digest.h"
#include "crypto/jwk_private.h"

#define MAX_KID 128

struct cog_jws_t {
    const char *kid;
    json_t *payload;
    cog_secret_t text;
    size_t signed_len; /* of the text: header, dot, payload */
    cog_span_t signature;
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

static cog_err_t decode(apr_pool_t *pool, part_t part, cog_span_t *bytes)
{
    COG_REQUIRE(cog_base64url_decode(pool, part.begin, part.len, bytes) == COG_OK,
                COG_E_TOKEN_MALFORMED);
    return COG_OK;
}

static cog_err_t parse_object(apr_pool_t *pool, cog_span_t text, json_t **object)
{
    COG_REQUIRE(cog_json_parse(pool, text, COG_JWS_MAX_LEN, object) == COG_OK,
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

/* User pools write all their headers alike, and such a one is good by its form: NULL when
 * it is another. */
static const char *kid_of_usual(apr_pool_t *pool, cog_span_t header)
{
    static const char begin[] = "{\"kid\":\"";
    static const char end[] = "\",\"alg\":\"RS256\"}";
    const size_t begin_len = sizeof(begin) - 1;
    const size_t end_len = sizeof(end) - 1;
    const char *text = (const char *)header.bytes;
    size_t len = header.len - begin_len - end_len; /* of the kid */
    const char *kid;

    if (header.len <= begin_len + end_len || strncmp(text, begin, begin_len) != 0 ||
        strncmp(text + begin_len + len, end, end_len) != 0) {
        return NULL;
    }
    kid = apr_pstrmemdup(pool, text + begin_len, len);
    return strlen(kid) == len && is_kid(kid) && !strpbrk(kid, "\"\\") ? kid : NULL;
}

static cog_err_t read_header(apr_pool_t *pool, cog_span_t text, const char **kid)
{
    json_t *header;

    *kid = kid_of_usual(pool, text);
    if (!*kid) {
        COG_TRY(parse_object(pool, text, &header));
        COG_TRY(check_header(header));
        *kid = cog_json_string(header, "kid");
    }
    return COG_OK;
}

cog_err_t cog_jws_parse(apr_pool_t *pool, cog_secret_t token, cog_jws_t **jws)
{
    cog_jws_t *parsed = apr_pcalloc(pool, sizeof(*parsed));
    cog_span_t header;
    cog_span_t payload;
    part_t parts[3];

    COG_TRY(split(token, parts));
    COG_TRY(decode(pool, parts[0], &header));
    COG_TRY(read_header(pool, header, &parsed->kid));
    COG_TRY(decode(pool, parts[1], &payload));
    COG_TRY(parse_object(pool, payload, &parsed->payload));
    COG_TRY(decode(pool, parts[2], &parsed->signature));
    parsed->text = token;
    parsed->signed_len = parts[0].len + 1 + parts[1].len;
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

int64_t cog_jws_claimed_end(const cog_jws_t *jws)
{
    json_int_t seconds;

    return cog_json_whole(jws->payload, "exp", &seconds) ? seconds : 0;
}

/* Over the first two parts as they came (RFC 7515, 5.2). */
static int is_signed_by(const cog_jws_t *jws, const cog_jwk_t *key)
{
    EVP_PKEY_CTX *verifier = EVP_PKEY_CTX_dup(key->verifier);
    unsigned char digest[COG_SHA256_LEN];
    int is_good;

    is_good = verifier &&
              EVP_Digest(jws->text.bytes, jws->signed_len, digest, NULL, key->sha256,
                         NULL) == 1 &&
              EVP_PKEY_verify(verifier, jws->signature.bytes, jws->signature.len, digest,
                              sizeof(digest)) == 1;
    EVP_PKEY_CTX_free(verifier);
    return is_good;
}

cog_err_t cog_jws_verify(const cog_jws_t *jws, const cog_jwk_t *key, json_t **claims)
{
    if (!is_signed_by(jws, key)) {
        /* what we leave in the thread's queue, mod_ssl would take for its own */
        ERR_clear_error();
        return COG_E_TOKEN_SIGNATURE;
    }
    *claims = jws->payload;
    return COG_OK;
}
