/* API clients: what is remembered of a token, and what ends it. */
#include "test/flow/api_client.h"

#include <apr_strings.h>

/* What a place wants is asked each time, also of a token that is remembered. */
static void asks_the_rules_of_each_place(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_BEARER);
    const char *token = world_access_token(world);
    apr_array_header_t *others = apr_array_make(*state, 1, sizeof(const char *));

    APR_ARRAY_PUSH(others, const char *) = "another";
    present(world, token);
    assert_int_equal(present(world, token)->kind, COG_REPLY_GRANT);
    world->place.bearer.uses = COG_TOKEN_ID;
    assert_int_equal(present(world, token)->error, COG_E_TOKEN_USE);
    world->place.bearer.uses = COG_TOKEN_ACCESS | COG_TOKEN_ID;
    world->place.bearer.client_ids = others;
    assert_int_equal(present(world, token)->error, COG_E_TOKEN_AUDIENCE);
}

/* A global sign-out ends tokens too, also those that are remembered. */
static void refuses_tokens_of_a_sign_in_that_was_ended(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_BEARER);
    const char *token;

    world->access_claims = APP USER ",'auth_time':1700000000";
    world->now += 60;
    token = world_access_token(world);
    for (int i = 0; i < 3; ++i) {
        assert_int_equal(present(world, token)->kind, COG_REPLY_GRANT);
    }
    cog_revocation_table_set(world->conf.revocations,
                             cog_revocation_mark_of_subject("sub-9"), WORLD_NOW + 1,
                             world->now);
    assert_int_equal(present(world, token)->error, COG_E_TOKEN_REVOKED);
    assert_int_equal(present(world, token)->status, 401);
    world->access_claims = APP USER ",'auth_time':1700000002";
    assert_int_equal(present(world, world_access_token(world))->kind, COG_REPLY_GRANT);
}

static void remembers_a_token_that_was_verified(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_BEARER);
    const char *token = world_access_token(world);

    present(world, token); /* fetches the keys, so that it is not remembered for them */
    present(world, token);
    assert_false(world_has_logged(world, "token is known"));
    present(world, token);
    assert_true(world_has_logged(world, "token is known"));
}

static void never_remembers_beyond_the_end(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_BEARER);
    const char *token = world_access_token(world);

    for (int i = 0; i < 3; ++i) {
        assert_int_equal(present(world, token)->kind, COG_REPLY_GRANT);
    }
    world->now += 3600 + 59;
    assert_int_equal(present(world, token)->kind, COG_REPLY_GRANT); /* leeway */
    world->now += 1;
    assert_int_equal(present(world, token)->error, COG_E_TOKEN_EXPIRED);
}

/* A pool that takes a key out of its set does not trust its tokens any more. */
static void forgets_tokens_of_keys_that_are_gone(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_BEARER);
    const char *token = world_access_token(world);

    for (int i = 0; i < 3; ++i) {
        assert_int_equal(present(world, token)->kind, COG_REPLY_GRANT);
    }
    world->signer = jwt_maker_make_bits(*state, "kid-2", 2048);
    assert_int_equal(present(world, token)->kind, COG_REPLY_GRANT);
    world->now += 20;
    assert_int_equal(present(world, world_access_token(world))->kind, COG_REPLY_GRANT);
    assert_int_equal(present(world, token)->error, COG_E_TOKEN_KEY);
}

/* CVE row 64 */
static void knows_no_twin_of_a_remembered_token(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_BEARER);
    const char *token = world_access_token(world);
    size_t len = strlen(token);

    for (int i = 0; i < 3; ++i) {
        assert_int_equal(present(world, token)->kind, COG_REPLY_GRANT);
    }
    for (size_t i = 1; i < 4; ++i) {
        char *twin = apr_pstrdup(*state, token);

        twin[len - i] = twin[len - i] == 'A' ? 'B' : 'A';
        assert_int_equal(present(world, twin)->status, 401);
    }
    assert_int_equal(present(world, apr_pstrcat(*state, token, "=", NULL))->status, 401);
    assert_int_equal(present(world, apr_pstrcat(*state, token, "A", NULL))->status, 401);
    assert_int_equal(present(world, apr_pstrmemdup(*state, token, len - 1))->status, 401);
}

static void fetches_keys_for_unknown_ids_now_and_then(void **state)
{
    world_t *world = world_for(*state, COG_ACCEPT_BEARER);
    jwt_maker_t *stranger = jwt_maker_make_bits(*state, "kid-9", 2048);
    const char *bad = jwt_maker_sign(*state, stranger, "{\"iss\":\"" WORLD_ISSUER "\"}");

    present(world, world_access_token(world));
    for (int i = 0; i < 100; ++i) {
        assert_int_equal(present(world, bad)->error, COG_E_TOKEN_KEY);
    }
    assert_int_equal(world_fetch_count(world, "jwks.json"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(asks_the_rules_of_each_place),
        cmocka_unit_test_with_pool(refuses_tokens_of_a_sign_in_that_was_ended),
        cmocka_unit_test_with_pool(remembers_a_token_that_was_verified),
        cmocka_unit_test_with_pool(never_remembers_beyond_the_end),
        cmocka_unit_test_with_pool(forgets_tokens_of_keys_that_are_gone),
        cmocka_unit_test_with_pool(knows_no_twin_of_a_remembered_token),
        cmocka_unit_test_with_pool(fetches_keys_for_unknown_ids_now_and_then),
    };

    return cmocka_run_group_tests_name("flow/bearer, remembered tokens", tests, NULL,
                                       NULL);
}
