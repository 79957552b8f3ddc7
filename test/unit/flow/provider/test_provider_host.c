#include "test/unit/flow/provider/provider_world.h"

/* As another process, or the next one: it knows nothing, but the host has its documents.
 */
static void world_fork(world_t *world)
{
    world->provider = NULL;
}

static cog_err_t world_renew_ahead(world_t *world)
{
    cog_flow_t flow = {.pool = world->pool, .ports = &world->ports};

    return cog_provider_renew_ahead(&flow, world_provider(world));
}

static void fetches_nothing_that_another_process_has_fetched(void **state)
{
    world_t *world = world_of(*state);
    cog_endpoints_t found;

    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    assert_int_equal(world->fetches, 2);
    world_fork(world);
    world_pass(world, COG_METADATA_FRESH_SEC - 1);
    assert_int_equal(world_endpoints(world, &found), COG_OK);
    assert_string_equal(found.token, DOMAIN "/oauth2/token");
    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    assert_int_equal(world->fetches, 2);
    world_pass(world, 1); /* as old in each process */
    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    assert_int_equal(world->fetches, 4);
}

/* F03: a start in the middle of an outage */
static void starts_with_what_the_host_has_kept(void **state)
{
    world_t *world = world_of(*state);
    cog_endpoints_t found;

    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    world->pages[PAGE_DISCOVERY].err = COG_E_IDP_UNREACHABLE;
    world->pages[PAGE_ADVERTISED_JWKS].err = COG_E_IDP_UNREACHABLE;
    world_fork(world);
    world_pass(world, 24 * 3600);
    for (int i = 0; i < 3; ++i) {
        assert_int_equal(world_endpoints(world, &found), COG_OK);
        assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    }
    assert_int_equal(world->fetches, 4); /* one try for each */
    assert_non_null(strstr(world->messages, "COG3201"));

    world->pages[PAGE_ADVERTISED_JWKS].err = COG_OK;
    world->pages[PAGE_ADVERTISED_JWKS].body = jwks_of_both(*state);
    world_pass(world, COG_FETCH_PAUSE_SEC);
    assert_int_equal(world_verify(world, key_b, ISSUER), COG_OK);

    world_fork(world);
    world->pages[PAGE_ADVERTISED_JWKS].err = COG_E_IDP_UNREACHABLE;
    world_pass(world, COG_DOCUMENT_KEPT_SEC);
    assert_int_equal(world_verify(world, key_a, ISSUER), COG_E_IDP_UNREACHABLE);
}

static void renews_ahead_so_that_nobody_waits(void **state)
{
    world_t *world = world_of(*state);

    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    world_pass(world, COG_METADATA_AHEAD_SEC - 1);
    assert_int_equal(world_renew_ahead(world), COG_OK);
    assert_int_equal(world->fetches, 2);
    world_pass(world, 1);
    world_fork(world); /* one that was never asked */
    assert_int_equal(world_renew_ahead(world), COG_OK);
    assert_int_equal(world_count(world, PAGE_DISCOVERY), 2);
    assert_int_equal(world_count(world, PAGE_ADVERTISED_JWKS), 2);
    world_pass(world, COG_METADATA_FRESH_SEC - COG_METADATA_AHEAD_SEC);
    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    world_fork(world);
    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    assert_int_equal(world_renew_ahead(world), COG_OK);
    assert_int_equal(world->fetches, 4);
}

static void renews_nothing_that_nobody_has_asked_for(void **state)
{
    world_t *world = world_of(*state);
    cog_endpoints_t found;

    assert_int_equal(world_renew_ahead(world), COG_OK);
    assert_int_equal(world->fetches, 0);
    assert_int_equal(world_endpoints(world, &found), COG_OK);
    world_pass(world, COG_METADATA_AHEAD_SEC);
    assert_int_equal(world_renew_ahead(world), COG_OK);
    assert_int_equal(world_count(world, PAGE_DISCOVERY), 2);
    assert_int_equal(world->fetches, 2);
}

/* F02: an outage is no reason to ask all the time. */
static void renews_ahead_once_in_a_minute_when_it_fails(void **state)
{
    world_t *world = world_of(*state);

    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    world->pages[PAGE_DISCOVERY].err = COG_E_IDP_UNREACHABLE;
    world_pass(world, COG_METADATA_AHEAD_SEC);
    assert_int_equal(world_renew_ahead(world), COG_E_IDP_UNREACHABLE);
    assert_int_equal(world->fetches, 3);
    world_pass(world, COG_AHEAD_PAUSE_SEC - 1);
    (void)world_renew_ahead(world);
    world_fork(world);
    (void)world_renew_ahead(world);
    assert_int_equal(world_count(world, PAGE_DISCOVERY), 2);
    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    world_pass(world, 1);
    world->pages[PAGE_DISCOVERY].err = COG_OK;
    assert_int_equal(world_renew_ahead(world), COG_OK);
    assert_int_equal(world_count(world, PAGE_DISCOVERY), 3);
}

static void hears_of_a_new_key_from_another_process(void **state)
{
    world_t *world = world_of(*state);
    cog_provider_t *other;

    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    other = world->provider;
    world_fork(world);
    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    world_pass(world, 1);
    world->pages[PAGE_ADVERTISED_JWKS].body = jwks_of_both(*state);
    assert_int_equal(world_verify(world, key_b, ISSUER), COG_OK);
    world->provider = other;
    assert_int_equal(world_verify(world, key_b, ISSUER), COG_OK);
    assert_int_equal(world_count(world, PAGE_ADVERTISED_JWKS), 2);
}

/* F13: on the whole host */
static void floods_of_unknown_keys_at_many_processes_fetch_once(void **state)
{
    world_t *world = world_of(*state);

    for (int process = 0; process < 8; ++process) {
        world_fork(world);
        assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
        assert_int_equal(world_verify(world, key_b, ISSUER), COG_E_TOKEN_KEY);
    }
    assert_int_equal(world_count(world, PAGE_ADVERTISED_JWKS), 2);
    world_pass(world, COG_KID_PAUSE_SEC);
    assert_int_equal(world_verify(world, key_b, ISSUER), COG_E_TOKEN_KEY);
    assert_int_equal(world_count(world, PAGE_ADVERTISED_JWKS), 3);
}

/* F13: nobody can tell whether it may be done: then it may not */
static void without_the_hosts_memory_unknown_keys_fetch_nothing(void **state)
{
    world_t *world = world_of(*state);

    world->documents->is_down = 1;
    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    assert_int_equal(world_verify(world, key_b, ISSUER), COG_E_TOKEN_KEY);
    assert_int_equal(world_count(world, PAGE_ADVERTISED_JWKS), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(fetches_nothing_that_another_process_has_fetched),
        cmocka_unit_test_with_pool(starts_with_what_the_host_has_kept),
        cmocka_unit_test_with_pool(renews_ahead_so_that_nobody_waits),
        cmocka_unit_test_with_pool(renews_nothing_that_nobody_has_asked_for),
        cmocka_unit_test_with_pool(renews_ahead_once_in_a_minute_when_it_fails),
        cmocka_unit_test_with_pool(hears_of_a_new_key_from_another_process),
        cmocka_unit_test_with_pool(floods_of_unknown_keys_at_many_processes_fetch_once),
        cmocka_unit_test_with_pool(without_the_hosts_memory_unknown_keys_fetch_nothing),
    };

    return cmocka_run_group_tests_name("flow/provider, what a host has in common", tests,
                                       make_keys, drop_keys);
}
