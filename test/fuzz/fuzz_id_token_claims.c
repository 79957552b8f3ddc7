/* Reaches: cog_id_token_check, cog_id_token_check_hash. The input is the payload of an ID
 * token. What passes is in time, for us, and of this login. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_pools.h>

#include "base/json.h"
#include "oidc/id_token.h"

#define NOW    1000000
#define LEEWAY 60

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition)
{
    if (!condition) {
        abort();
    }
}

static double number(const json_t *claims, const char *name)
{
    return json_number_value(json_object_get(claims, name));
}

static void check(apr_pool_t *pool, const json_t *claims)
{
    static const cog_id_token_expect_t expect = {
        .issuer = "i", .client_id = "c", .nonce = "n", .now = NOW, .leeway = LEEWAY};
    const char *subject = cog_json_string(claims, "sub");
    cog_err_t hash;

    hash = cog_id_token_check_hash(pool, claims, cog_secret_of("token"));
    must(hash == COG_OK || json_object_get(claims, "at_hash") != NULL);
    if (cog_id_token_check(claims, &expect) == COG_OK) {
        must(number(claims, "exp") > NOW - LEEWAY);
        must(number(claims, "iat") < NOW + LEEWAY + 1);
        must(strcmp(cog_json_string(claims, "nonce"), "n") == 0);
        must(subject != NULL && strlen(subject) <= 255);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *pool;
    json_t *claims;

    if (pool == NULL) {
        apr_initialize();
        apr_pool_create(&pool, NULL);
    }
    if (cog_json_parse(pool, (cog_span_t){data, size}, 65536, &claims) == COG_OK) {
        check(pool, claims);
    }
    apr_pool_clear(pool);
    return 0;
}
