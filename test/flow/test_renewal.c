/* Renewal: when, and what becomes of the session. */
#include "test/flow/world_to_renew.h"

/* From three quarters of the token's life on, plus up to a tenth. */
static void renews_ahead_of_the_end(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = world_to_renew(*state, is_stored);

        world->now += 2699;
        assert_true(world_is_granted(world));
        assert_int_equal(world->renewals, 0);
        world->now += 361;
        assert_true(world_is_granted(world));
        assert_int_equal(world->renewals, 1);
        assert_int_equal(fake_store_count(world->store, "cognito:lease:"), 0);
        assert_true(world_is_granted(world));
        assert_int_equal(world->renewals, 1);
    }
}

static void takes_over_the_new_claims(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = world_to_renew(*state, is_stored);

        assert_null(world_claim(world, "cognito:groups"));
        world->claims = ",'cognito:groups':['admins']";
        world->now += 3600;
        assert_string_equal(world_claim(world, "cognito:groups"), "admins");
        assert_string_equal(world_claim(world, "cognito:groups"), "admins");
        world->claims = "";
        world->now += 3600;
        assert_null(world_claim(world, "cognito:groups"));
    }
}

static void keeps_id_and_time_of_the_login(void **state)
{
    world_t *world = world_to_renew(*state, 0);
    const cog_session_t *before = world_get(world, "/")->session;
    const cog_session_t *after;

    world->now += 3600;
    after = world_get(world, "/")->session;
    assert_memory_equal(before->id, after->id, sizeof(before->id));
    assert_int_equal(before->created, after->created);
    assert_int_equal(before->auth_time, after->auth_time);
    assert_int_equal(after->renewals, 1);
}

/* What is idle ends, and its tokens do not lie in the store until its absolute end. */
static void leaves_no_tokens_in_the_store_for_long(void **state)
{
    world_t *world = world_to_renew(*state, 1);

    world->place.limits = (cog_session_limits_t){1800, 12 * 3600, 1800};
    world->conf.longest = world->place.limits;
    world->cookies = apr_table_make(world->pool, 4);
    fake_store_clear(world->store);
    world_sign_in(world, "/");
    /* the claims, the grace, the idle limit */
    world->now += 3600 + 900 + 1800;
    assert_int_equal(fake_store_count(world->store, "cognito:tokens:"), 1);
    world->now += 120;
    assert_int_equal(fake_store_count(world->store, "cognito:tokens:"), 0);
}

/* ... but for as long as the session may be renewed. */
static void keeps_the_tokens_for_as_long_as_the_session(void **state)
{
    world_t *world = world_to_renew(*state, 1);

    world->place.limits = (cog_session_limits_t){1800, 12 * 3600, 1800};
    world->conf.longest = world->place.limits;
    for (int i = 0; i < 11 * 6; ++i) {
        world->now += 600;
        world->is_unreachable = i % 12 >= 5 && i % 12 <= 7;
        assert_true(world_is_granted(world));
    }
    assert_in_range(world->renewals, 8, 20);
}

/* S05: renewals do not make a session live for ever. */
static void ends_at_the_absolute_limit_all_the_same(void **state)
{
    world_t *world = world_to_renew(*state, 0);

    for (int hour = 0; hour < 11; ++hour) {
        world->now += 3600;
        assert_true(world_is_granted(world));
    }
    assert_int_equal(world->renewals, 11);
    world->now += 3600;
    assert_false(world_is_granted(world));
}

/* B13: a request that still carries the cookies from before gets those of after. */
static void gives_the_new_session_to_who_comes_with_the_old(void **state)
{
    world_t *world = world_to_renew(*state, 0);
    const char *session = apr_table_get(world->cookies, WORLD_SESSION);
    const char *tokens = apr_table_get(world->cookies, WORLD_TOKENS);

    world->rotates = 1;
    world->claims = ",'cognito:groups':['admins']";
    world->now += 3600;
    assert_true(world_is_granted(world));
    apr_table_setn(world->cookies, WORLD_SESSION, session);
    apr_table_setn(world->cookies, WORLD_TOKENS, tokens);
    world->now += 59;
    assert_string_equal(world_claim(world, "cognito:groups"), "admins");
    assert_int_equal(world->renewals, 1);
    assert_string_not_equal(apr_table_get(world->cookies, WORLD_SESSION), session);
    world->now += 3600;
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 2);
}

static void renews_nothing_when_it_is_switched_off(void **state)
{
    world_t *world = world_make(*state);

    world->conf.has_renewal = 0;
    world->place.limits.idle_sec = 12 * 3600;
    world->conf.longest = world->place.limits;
    world_sign_in(world, "/");
    world->now += 11 * 3600;
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 0);
}

/* Ten seconds are left of the tokens as soon as their signature can be checked. */
static void be_late(world_t *world)
{
    if (world_fetch_count(world, "jwks") == 1) {
        world->while_fetching = NULL;
        world->now += 3590;
    }
}

/* Our clock is ahead of the user pool's: not every request is a renewal. */
static void renews_once_a_minute_at_most(void **state)
{
    world_t *world = world_make(*state);

    world->while_fetching = be_late;
    world_sign_in(world, "/");
    assert_int_equal(world->now, WORLD_NOW + 3590);
    for (int second = 0; second < 45; ++second) {
        assert_true(world_is_granted(world));
        ++world->now;
    }
    assert_int_equal(world->renewals, 0);
    world->now += 15;
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(renews_ahead_of_the_end),
        cmocka_unit_test_with_pool(takes_over_the_new_claims),
        cmocka_unit_test_with_pool(keeps_id_and_time_of_the_login),
        cmocka_unit_test_with_pool(ends_at_the_absolute_limit_all_the_same),
        cmocka_unit_test_with_pool(leaves_no_tokens_in_the_store_for_long),
        cmocka_unit_test_with_pool(keeps_the_tokens_for_as_long_as_the_session),
        cmocka_unit_test_with_pool(gives_the_new_session_to_who_comes_with_the_old),
        cmocka_unit_test_with_pool(renews_nothing_when_it_is_switched_off),
        cmocka_unit_test_with_pool(renews_once_a_minute_at_most),
    };

    return cmocka_run_group_tests_name("flow/session/renewal", tests, NULL, NULL);
}
