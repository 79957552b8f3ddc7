#include "test/unit/flow/provider/provider_world.h"

#include <apr_strings.h>

static void takes_the_keys_from_where_they_are(void **state)
{
    static const struct {
        const char *configured;
        int document_status;
        int page;
    } rows[] = {
        {JWKS, 200, PAGE_JWKS           }, /* configured */
        {NULL, 200, PAGE_ADVERTISED_JWKS}, /* discovered */
        {NULL, 404, PAGE_JWKS           }, /* derived from the issuer */
    };

    for (size_t i = 0; i < COUNT(rows); ++i) {
        world_t *world = world_of(*state);

        world->conf.endpoints.jwks = rows[i].configured;
        world->pages[PAGE_DISCOVERY].status = rows[i].document_status;
        assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
        assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
        assert_int_equal(world_count(world, rows[i].page), 1);
        assert_int_equal(world_count(world, PAGE_DISCOVERY), rows[i].configured ? 0 : 1);
        assert_int_equal(world_count(world, PAGE_UPDATED_JWKS), 0);
    }
}

static void asks_no_further_when_the_pool_does_not_answer_discovery(void **state)
{
    world_t *world = world_of(*state);

    world->pages[PAGE_DISCOVERY].err = COG_E_IDP_UNREACHABLE;
    assert_int_equal(world_verify(world, key_a, ISSUER), COG_E_IDP_UNREACHABLE);
    assert_int_equal(world_verify(world, key_a, ISSUER), COG_E_IDP_UNREACHABLE);
    assert_int_equal(world->fetches, 1);
}

static void refuses_an_issuer_that_is_not_configured_before_any_fetch(void **state)
{
    static const char *const issuers[] = {
        "",
        "https://evil.example.com/pool",
        ISSUER "/",
        ISSUER "x",
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123def",
        "http://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf",
    };
    world_t *world = world_of(*state);

    for (size_t i = 0; i < COUNT(issuers); ++i) {
        assert_result(issuers[i], world_verify(world, key_a, issuers[i]),
                      COG_E_TOKEN_ISSUER);
    }
    assert_int_equal(world->fetches, 0);
    assert_non_null(strstr(world->messages, "COG3215"));
}

static void fetches_the_second_issuers_keys_when_a_token_names_it(void **state)
{
    world_t *world = world_of(*state);

    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    assert_int_equal(world_count(world, PAGE_UPDATED_JWKS), 0);
    assert_int_equal(world_verify(world, key_a, UPDATED), COG_OK);
    assert_int_equal(world_count(world, PAGE_UPDATED_JWKS), 1);
    assert_int_equal(world_count(world, PAGE_ADVERTISED_JWKS), 1);
}

static void names_the_issuer_that_was_matched(void **state)
{
    world_t *world = world_of(*state);
    cog_flow_t flow = {.pool = *state, .ports = &world->ports};
    const char *issuer;
    json_t *claims;

    assert_int_equal(
        cog_provider_verify(&flow, world_provider(world),
                            cog_secret_of(world_token(world, key_a, UPDATED)), &issuer,
                            &claims),
        COG_OK);
    assert_ptr_equal(issuer, APR_ARRAY_IDX(world->issuers, 1, const char *));
    assert_string_equal(json_string_value(json_object_get(claims, "iss")), UPDATED);
}

static void refuses_a_token_that_is_none_or_of_another_key(void **state)
{
    world_t *world = world_of(*state);
    jwt_maker_t *forger = jwt_maker_make_bits(*state, "key-a=", 2048);

    world_provider(world);
    assert_int_equal(world_verify_in(*state, world, "a.b.c"), COG_E_TOKEN_MALFORMED);
    assert_int_equal(world->fetches, 0);
    assert_int_equal(world_verify(world, forger, ISSUER), COG_E_TOKEN_SIGNATURE);
}

/* F12; conformance: signing-key-rotation */
static void follows_a_key_rotation_with_one_more_fetch(void **state)
{
    world_t *world = world_of(*state);
    page_t *page = &world->pages[PAGE_ADVERTISED_JWKS];

    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    page->body = jwks_of_both(*state);
    for (int i = 0; i < 10; ++i) {
        assert_int_equal(world_verify(world, key_b, ISSUER), COG_OK);
        assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    }
    assert_int_equal(page->count, 2);
    page->body = jwt_maker_jwks(*state, key_b);
    world_pass(world, COG_METADATA_FRESH_SEC);
    assert_int_equal(world_verify(world, key_a, ISSUER), COG_E_TOKEN_KEY);
    assert_int_equal(world_verify(world, key_b, ISSUER), COG_OK);
}

static const char *with_kid(apr_pool_t *pool, world_t *world, int number)
{
    const char *payload = strchr(world_token(world, key_a, ISSUER), '.');
    const char *header =
        apr_psprintf(pool, "{\"kid\":\"random-%d\",\"alg\":\"RS256\"}", number);

    return apr_pstrcat(
        pool, jwt_maker_base64url(pool, (const unsigned char *)header, strlen(header)),
        payload, NULL);
}

/* F13 */
static void answers_a_flood_of_unknown_keys_with_one_fetch_in_a_while(void **state)
{
    world_t *world = world_of(*state);
    const char *good = world_token(world, key_a, ISSUER);
    apr_pool_t *scratch;

    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    apr_pool_create(&scratch, *state);
    for (int second = 0; second < 3 * COG_KID_PAUSE_SEC; ++second) {
        for (int i = 0; i < 20; ++i) {
            const char *unknown = with_kid(scratch, world, 100 * second + i);

            assert_int_equal(world_verify_in(scratch, world, unknown), COG_E_TOKEN_KEY);
            assert_int_equal(world_verify_in(scratch, world, good), COG_OK);
        }
        world_pass(world, 1);
        apr_pool_clear(scratch);
    }
    assert_int_equal(world_count(world, PAGE_ADVERTISED_JWKS), 1 + 3);
}

/* clang-format off */
/* F04, F14: one line per bad answer for the keys. */
static const struct {
    const char *rule;
    int status;
    const char *body;
    cog_err_t err;
    cog_err_t result; /* when there never was a good one */
} key_sets[] = {
    {"no answer",     0,   "",               COG_E_IDP_UNREACHABLE, COG_E_IDP_UNREACHABLE},
    {"broken",        500, "",               COG_OK, COG_E_IDP_BUSY},
    {"throttled",     429, "",               COG_OK, COG_E_IDP_BUSY},
    {"not there",     404, "",               COG_OK, COG_E_JWKS},
    {"empty set",     200, "{\"keys\":[]}",  COG_OK, COG_E_JWKS},
    {"HTML",          200, "<html></html>",  COG_OK, COG_E_JWKS},
    {"empty body",    200, "",               COG_OK, COG_E_JWKS},
    {"unusable keys", 200, "{\"keys\":[{\"kty\":\"EC\"}]}", COG_OK, COG_E_JWKS},
};
/* clang-format on */

static void refuses_bad_key_sets_and_keeps_the_last_good_one(void **state)
{
    for (size_t i = 0; i < COUNT(key_sets); ++i) {
        world_t *world = world_of(*state);
        page_t *page = &world->pages[PAGE_ADVERTISED_JWKS];
        const char *good = page->body;

        page->status = key_sets[i].status;
        page->body = key_sets[i].body;
        page->err = key_sets[i].err;
        assert_result(key_sets[i].rule, world_verify(world, key_a, ISSUER),
                      key_sets[i].result);
        world_pass(world, COG_FETCH_PAUSE_SEC);
        page->status = 200;
        page->body = good;
        page->err = COG_OK;
        assert_result(key_sets[i].rule, world_verify(world, key_a, ISSUER), COG_OK);

        page->status = key_sets[i].status;
        page->body = key_sets[i].body;
        page->err = key_sets[i].err;
        world_pass(world, 24 * 3600);
        assert_result(key_sets[i].rule, world_verify(world, key_a, ISSUER), COG_OK);
        assert_result(key_sets[i].rule, world_verify(world, key_b, ISSUER),
                      COG_E_TOKEN_KEY);
    }
}

static void takes_the_good_key_among_bad_ones(void **state)
{
    world_t *world = world_of(*state);

    world->pages[PAGE_ADVERTISED_JWKS].body =
        apr_pstrcat(*state, "{\"keys\":[{\"kty\":\"EC\",\"kid\":\"x\"},{},",
                    jwt_maker_jwk(*state, key_a), "]}", NULL);
    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(takes_the_keys_from_where_they_are),
        cmocka_unit_test_with_pool(
            asks_no_further_when_the_pool_does_not_answer_discovery),
        cmocka_unit_test_with_pool(
            refuses_an_issuer_that_is_not_configured_before_any_fetch),
        cmocka_unit_test_with_pool(fetches_the_second_issuers_keys_when_a_token_names_it),
        cmocka_unit_test_with_pool(names_the_issuer_that_was_matched),
        cmocka_unit_test_with_pool(refuses_a_token_that_is_none_or_of_another_key),
        cmocka_unit_test_with_pool(follows_a_key_rotation_with_one_more_fetch),
        cmocka_unit_test_with_pool(
            answers_a_flood_of_unknown_keys_with_one_fetch_in_a_while),
        cmocka_unit_test_with_pool(refuses_bad_key_sets_and_keeps_the_last_good_one),
        cmocka_unit_test_with_pool(takes_the_good_key_among_bad_ones),
    };

    return cmocka_run_group_tests_name("flow/provider, keys", tests, make_keys,
                                       drop_keys);
}
