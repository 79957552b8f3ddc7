/* Renewal by one of all who ask: the others wait, or go on. */
#include "test/flow/world_to_renew.h"

#include <apr_strings.h>

static const char *lease_key(world_t *world, const cog_session_t *session)
{
    return apr_pstrcat(world->pool,
                       "cognito:lease:", cog_session_id_text(world->pool, session), NULL);
}

/* Somebody else holds the lease from now on. */
static void take_lease(world_t *world, const cog_session_t *session)
{
    cog_store_t store = fake_store_port(world->store);

    assert_int_equal(store.add(store.context, NULL, lease_key(world, session),
                               cog_span_of("taken"), 10),
                     COG_OK);
}

static void goes_on_while_another_renews_ahead(void **state)
{
    world_t *world = world_to_renew(*state, 0);
    const cog_session_t *session = world_get(world, "/")->session;
    int64_t begin = world->now + 3300;

    world->now = begin;
    take_lease(world, session);
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 0);
    assert_int_equal(world->now, begin);
}

static const char *saved_session;

static const char *saved_tokens;

static int waits;

/* While the first request waits, the other one is done. */
static void let_the_other_finish(void *context)
{
    world_t *world = context;
    fake_store_t *store = world->store;

    if (++waits == 3) {
        world->while_waiting = NULL;
        fake_store_clear(store);
        assert_true(world_is_granted(world));
        apr_table_setn(world->cookies, WORLD_SESSION, saved_session);
        apr_table_setn(world->cookies, WORLD_TOKENS, saved_tokens);
    }
}

/* Claims that are older than CognitoGrace lets them be. */
#define TOO_OLD (3600 + 900)

/* F28: who comes with ended claims waits for the one that renews, and redeems nothing. */
static void waits_for_the_one_that_renews(void **state)
{
    world_t *world = world_to_renew(*state, 0);
    const cog_session_t *session;

    session = world_get(world, "/")->session;
    saved_session = apr_table_get(world->cookies, WORLD_SESSION);
    saved_tokens = apr_table_get(world->cookies, WORLD_TOKENS);
    waits = 0;
    world->claims = ",'cognito:groups':['admins']";
    world->now += TOO_OLD;
    take_lease(world, session);
    world->while_waiting = let_the_other_finish;
    assert_string_equal(world_claim(world, "cognito:groups"), "admins");
    assert_int_equal(waits, 3);
    assert_int_equal(world->renewals, 1);
}

/* A worker that waits serves nobody: where the old claims will do, it does not wait long.
 */
static void waits_only_a_moment_within_the_grace(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = world_to_renew(*state, is_stored);
        const cog_session_t *session = world_get(world, "/")->session;
        int64_t begin = world->now + 3600;

        world->now = begin;
        take_lease(world, session);
        assert_true(world_is_granted(world));
        assert_in_range(world->now - begin, 1, 2);
        assert_int_equal(world->renewals, 0);
        world->now = begin + 10;
        assert_true(world_is_granted(world));
        assert_int_equal(world->renewals, 1);
    }
}

static void put_the_clock_back(void *context)
{
    world_t *world = context;

    ++waits;
    world->now -= 2;
}

static void waits_no_longer_when_the_clock_is_put_back(void **state)
{
    world_t *world = world_to_renew(*state, 0);
    const cog_session_t *session = world_get(world, "/")->session;

    world->now += 3600 + 100;
    take_lease(world, session);
    waits = 0;
    world->while_waiting = put_the_clock_back;
    assert_true(world_is_granted(world));
    assert_in_range(waits, 2, 20);
}

/* F26: a holder that dies costs one lease time at most. */
static void takes_over_the_lease_of_a_dead_holder(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = world_to_renew(*state, is_stored);
        const cog_session_t *session = world_get(world, "/")->session;
        int64_t begin = world->now + TOO_OLD;

        world->now = begin;
        take_lease(world, session);
        assert_true(world_is_granted(world));
        assert_int_equal(world->renewals, 1);
        assert_in_range(world->now - begin, 1, 11);
    }
}

/* The user pool answers so late that the lease has ended, and somebody else has it. */
static void lose_the_lease(world_t *world)
{
    world->now += 10;
    take_lease(world, world->kept);
}

/* The lease of somebody else is neither released nor overwritten: there would be a third
 * one at it. */
static void leaves_a_lease_that_it_has_lost_to_its_holder(void **state)
{
    for (int is_good = 0; is_good < 2; ++is_good) {
        world_t *world = world_to_renew(*state, 0);
        cog_store_t store = fake_store_port(world->store);
        cog_span_t value;

        world->kept = world_get(world, "/")->session;
        world->on_renewal = lose_the_lease;
        world->claims = is_good ? "" : ",'sub':'sub-1'";
        world->now += 3600;
        assert_true(world_is_granted(world));
        assert_int_equal(world_log_count(world, "COG3073"), !is_good);
        assert_int_equal(store.get(store.context, world->pool, NULL,
                                   lease_key(world, world->kept), &value),
                         COG_OK);
        assert_memory_equal(value.bytes, "taken", 5);
    }
}

/* ... nor is what they have renewed meanwhile. */
static void lose_the_race(world_t *world)
{
    world->on_renewal = NULL;
    world->now += 10;
    world->claims = ",'cognito:groups':['winners']";
    assert_true(world_is_granted(world));
}

static void puts_nothing_in_place_of_what_another_has_renewed(void **state)
{
    world_t *world = world_to_renew(*state, 1);

    world->claims = ",'cognito:groups':['losers']";
    world->on_renewal = lose_the_race;
    world->now += 3600;
    assert_string_equal(world_claim(world, "cognito:groups"), "winners");
    assert_int_equal(world->events[COG_EVENT_SESSION_RENEWED], 1);
    assert_string_equal(world_claim(world, "cognito:groups"), "winners");
    assert_int_equal(world->renewals, 2);
}

/* A09: the one before has stored the rotated token, but not the session. */
static void rotate_in_the_store(void *context)
{
    world_t *world = context;
    cog_session_tokens_t tokens = {.refresh_token = cog_secret_of("rotated")};

    if (++waits == 3) {
        cog_store_t store = fake_store_port(world->store);

        world->refresh_token = "rotated";
        assert_int_equal(world_put_tokens(world, world->kept, &tokens), COG_OK);
        assert_int_equal(store.remove(store.context, NULL, lease_key(world, world->kept)),
                         COG_OK);
    }
}

static void redeems_the_token_that_is_there_when_it_has_the_lease(void **state)
{
    world_t *world = world_to_renew(*state, 1);

    world->kept = world_get(world, "/")->session;
    world->now += TOO_OLD;
    take_lease(world, world->kept);
    waits = 0;
    world->while_waiting = rotate_in_the_store;
    assert_true(world_is_granted(world));
    assert_int_equal(waits, 3);
    assert_int_equal(world->renewals, 1);
}

/* Who has read a stored session before it was renewed does not put it back. */
static void is_not_undone_by_who_has_read_it_before(void **state)
{
    world_t *world = world_to_renew(*state, 1);
    const cog_session_t *before = world_get(world, "/")->session;

    world->claims = ",'cognito:groups':['admins']";
    world->now += 3300;
    assert_string_equal(world_claim(world, "cognito:groups"), "admins");
    assert_int_equal(world_touch(world, before), COG_OK);
    assert_string_equal(world_claim(world, "cognito:groups"), "admins");
    assert_int_equal(world->renewals, 1);
}

static void sign_out_elsewhere(world_t *world)
{
    const char *session = apr_table_get(world->cookies, WORLD_SESSION);
    const char *tokens = apr_table_get(world->cookies, WORLD_TOKENS);

    world->on_renewal = NULL;
    world_get(world, "/.cognito/logout");
    apr_table_setn(world->cookies, WORLD_SESSION, session);
    if (tokens) {
        apr_table_setn(world->cookies, WORLD_TOKENS, tokens);
    }
}

/* A sign-out while the user pool is asked wins, and nothing is left behind. */
static void brings_no_session_back_that_has_ended_meanwhile(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = world_to_renew(*state, is_stored);

        world->on_renewal = sign_out_elsewhere;
        world->now += 3300;
        assert_false(world_is_granted(world));
        assert_int_equal(world->renewals, 1);
        assert_int_equal(fake_store_count(world->store, "cognito:"), 0);
        assert_false(world_is_granted(world));
    }
}

static void lose_the_session(void *context)
{
    world_t *world = context;

    if (++waits == 3) {
        fake_store_drop(world->store, "cognito:session:");
        fake_store_drop(world->store, "cognito:lease:");
    }
}

static void sign_out_meanwhile(void *context)
{
    world_t *world = context;

    if (++waits == 3) {
        world->while_waiting = NULL;
        sign_out_elsewhere(world);
        fake_store_drop(world->store, "cognito:lease:");
    }
}

static world_t *wait_for_the_lease(apr_pool_t *pool, int is_stored,
                                   void (*while_waiting)(void *world))
{
    world_t *world = world_to_renew(pool, is_stored);
    const cog_session_t *session = world_get(world, "/")->session;

    world->now += TOO_OLD;
    take_lease(world, session);
    waits = 0;
    world->while_waiting = while_waiting;
    return world;
}

/* ... nor does it redeem anything for it: whoever had the lease before has ended it. */
static void redeems_nothing_for_a_session_that_ends_while_it_waits(void **state)
{
    world_t *world = wait_for_the_lease(*state, 1, lose_the_session);

    assert_false(world_is_granted(world));
    assert_int_equal(waits, 3);
    assert_int_equal(world->renewals, 0);
    assert_int_equal(fake_store_count(world->store, "cognito:session:"), 0);
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world = wait_for_the_lease(*state, is_stored, sign_out_meanwhile);
        assert_false(world_is_granted(world));
        assert_int_equal(waits, 3);
        assert_int_equal(world->renewals, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(goes_on_while_another_renews_ahead),
        cmocka_unit_test_with_pool(waits_for_the_one_that_renews),
        cmocka_unit_test_with_pool(waits_only_a_moment_within_the_grace),
        cmocka_unit_test_with_pool(waits_no_longer_when_the_clock_is_put_back),
        cmocka_unit_test_with_pool(takes_over_the_lease_of_a_dead_holder),
        cmocka_unit_test_with_pool(leaves_a_lease_that_it_has_lost_to_its_holder),
        cmocka_unit_test_with_pool(puts_nothing_in_place_of_what_another_has_renewed),
        cmocka_unit_test_with_pool(redeems_the_token_that_is_there_when_it_has_the_lease),
        cmocka_unit_test_with_pool(is_not_undone_by_who_has_read_it_before),
        cmocka_unit_test_with_pool(brings_no_session_back_that_has_ended_meanwhile),
        cmocka_unit_test_with_pool(
            redeems_nothing_for_a_session_that_ends_while_it_waits),
    };

    return cmocka_run_group_tests_name("flow/session/renewal, by one of all who ask",
                                       tests, NULL, NULL);
}
