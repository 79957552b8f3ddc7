/* The emulator's table of mutated tokens, all through the checks of an ID token and
 * through those of a bearer. Written
 * by test/emulator/cognito_emulator/vectors.py, judged there by aws-jwt-verify too. */
#include "test/unit/unit.h"

#include <apr_strings.h>

#include "crypto/jws.h"
#include "oidc/bearer_claims.h"
#include "oidc/id_token.h"
#include "oidc/token_rules.h"

#define VECTORS "data/token_vectors/vectors.json"

static json_t *vectors;

/* The file lies beside this one's folder, wherever the tests run. */
static int read_vectors(void **state)
{
    char path[4096];
    const char *folder = strstr(__FILE__, "unit/oidc/");

    (void)state;
    apr_snprintf(path, sizeof(path), "%.*s" VECTORS, (int)(folder - __FILE__), __FILE__);
    vectors = json_load_file(path, JSON_ALLOW_NUL, NULL);
    if (!vectors) {
        print_error("cannot read %s\n", path);
    }
    return vectors ? 0 : -1;
}

static int release_vectors(void **state)
{
    (void)state;
    json_decref(vectors);
    return 0;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    assert_non_null(text);
    return text;
}

static cog_err_t verify(apr_pool_t *pool, const json_t *one, json_t **claims)
{
    const json_t *own = json_object_get(one, "jwks");
    const json_t *token = json_object_get(one, "token");
    char *jwks = json_dumps(own ? own : json_object_get(vectors, "jwks"), 0);
    cog_span_t copy = cog_span_of(apr_pstrdup(pool, jwks));
    const cog_jwk_t *key;
    cog_jwk_set_t *set;
    cog_jws_t *jws;

    free(jwks);
    COG_TRY(cog_jwk_set_parse(pool, copy, &set));
    COG_TRY(cog_jws_parse(
        pool, (cog_secret_t){json_string_value(token), json_string_length(token)}, &jws));
    key = cog_jwk_set_find(set, cog_jws_kid(jws));
    COG_REQUIRE(key, COG_E_TOKEN_KEY);
    return cog_jws_verify(jws, key, claims);
}

static cog_err_t check(apr_pool_t *pool, const json_t *one)
{
    const cog_id_token_expect_t expect = {
        .issuer = text_of(vectors, "issuer"),
        .client_id = text_of(vectors, "client_id"),
        .nonce = text_of(vectors, "nonce"),
        .now = json_integer_value(json_object_get(vectors, "now")),
        .leeway = COG_CLOCK_LEEWAY_SEC,
    };
    json_t *claims;

    COG_TRY(verify(pool, one, &claims));
    COG_TRY(cog_id_token_check(claims, &expect));
    return cog_id_token_check_hash(pool, claims,
                                   cog_secret_of(text_of(vectors, "access_token")));
}

static cog_err_t check_as_bearer(apr_pool_t *pool, const json_t *one)
{
    const cog_bearer_expect_t expect = {
        .issuer = text_of(vectors, "issuer"),
        .now = json_integer_value(json_object_get(vectors, "now")),
        .leeway = COG_CLOCK_LEEWAY_SEC,
    };
    apr_array_header_t *clients = apr_array_make(pool, 1, sizeof(const char *));
    const cog_bearer_rules_t rules = {COG_TOKEN_ACCESS, clients, NULL};
    cog_bearer_facts_t facts;
    json_t *claims;

    APR_ARRAY_PUSH(clients, const char *) = text_of(vectors, "client_id");
    COG_TRY(verify(pool, one, &claims));
    COG_TRY(cog_bearer_token_read(claims, &expect, &facts));
    return cog_bearer_rules_check(&rules, &facts);
}

/* Where only access tokens are taken: no ID token passes, however good. */
static const char *expected_of_bearer(const json_t *one)
{
    if (strcmp(text_of(one, "name"), "id-is-access-token") == 0) {
        return "accept";
    }
    return strcmp(text_of(one, "use"), "access") == 0 ? text_of(one, "expect") : "reject";
}

static void judges_every_vector_as_a_bearer(void **state)
{
    int accepted = 0;
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(vectors, "cases"), i, one)
    {
        const char *expected = expected_of_bearer(one);
        cog_err_t err = check_as_bearer(*state, one);

        if ((strcmp(expected, "accept") == 0 && err != COG_OK) ||
            (strcmp(expected, "reject") == 0 && err == COG_OK)) {
            fail_msg("%s: %s", text_of(one, "name"), cog_err_name(err));
        }
        accepted += err == COG_OK;
    }
    assert_true(accepted >= 3);
}

static void judges_every_vector_as_the_table_says(void **state)
{
    int accepted = 0;
    int refused = 0;
    const json_t *one;
    size_t i;

    json_array_foreach(json_object_get(vectors, "cases"), i, one)
    {
        const char *expected = text_of(one, "expect");
        cog_err_t err = check(*state, one);

        /* an access token is never taken for an ID token */
        if (strcmp(text_of(one, "use"), "access") == 0) {
            expected = "reject";
        }
        if ((strcmp(expected, "accept") == 0 && err != COG_OK) ||
            (strcmp(expected, "reject") == 0 && err == COG_OK)) {
            fail_msg("%s: %s", text_of(one, "name"), cog_err_name(err));
        }
        accepted += err == COG_OK;
        refused += err != COG_OK;
    }
    assert_true(accepted >= 15);
    assert_true(refused >= 230);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(judges_every_vector_as_the_table_says),
        cmocka_unit_test_with_pool(judges_every_vector_as_a_bearer),
    };

    return cmocka_run_group_tests_name("tokens of the emulator's table", tests,
                                       read_vectors, release_vectors);
}
