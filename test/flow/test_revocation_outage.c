/* Sessions that end before their time while the store is down, and what the administrator
 * hears of it. */
#include "test/flow/two_hosts.h"

/* Somebody signs out here while the store is down, and there is a copy of the cookies. */
static void sign_out_unheard(hosts_t *hosts)
{
    world_sign_in(hosts->here, "/");
    carry_cookies(hosts);
    hosts->here->store->is_down = 1;
    world_get(hosts->here, "/.cognito/logout");
}

static void says_when_it_cannot_be_sent_to_the_others(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    sign_out_unheard(hosts);
    assert_true(world_has_logged(hosts->here, "COG3300"));
    assert_int_equal(listen_there(hosts), COG_E_STORE);
    hosts->here->cookies = apr_table_copy(*state, hosts->there->cookies);
    assert_false(world_is_granted(hosts->here));
}

static void misses_nothing_when_the_store_fails_meanwhile(void **state)
{
    int failures = 0;

    for (int n = 1; n < 12; ++n) {
        hosts_t *hosts = make_hosts(*state);

        world_sign_in(hosts->here, "/");
        carry_cookies(hosts);
        for (int i = 0; i < 4; ++i) {
            world_get(hosts->here, "/.cognito/logout");
            world_sign_in(hosts->here, "/");
        }
        hosts->here->fail_at = hosts->here->calls + n;
        failures += listen_there(hosts) == COG_E_STORE;
        hosts->here->fail_at = 0;
        assert_signed_out_there(hosts);
    }
    assert_in_range(failures, 6, 11); /* one for each call */
}

/* F20: who signs out while the store is down does not wait; the others hear of it when
 * the store is back. */
static void sends_later_what_could_not_be_sent(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    sign_out_unheard(hosts);
    assert_true(world_has_logged(hosts->here, "they will be when the store answers"));
    assert_int_equal(world_send_revocations(hosts->here), COG_E_STORE);
    hosts->here->store->is_down = 0;
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_true(world_is_granted(hosts->there));
    assert_int_equal(world_send_revocations(hosts->here), COG_OK);
    assert_true(world_has_logged(hosts->here, "COG3311"));
    assert_signed_out_there(hosts);
    /* and once */
    assert_int_equal(world_send_revocations(hosts->here), COG_OK);
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_int_equal(hosts->reader.lists[0].next, 1);
}

/* A call that fails in the middle loses none of them; one may be told twice. */
static void sends_all_of_them_whichever_call_fails(void **state)
{
    int failures = 0;

    for (int n = 1; n < 14; ++n) {
        hosts_t *hosts = make_hosts(*state);
        apr_table_t *copies[3];

        for (size_t i = 0; i < COUNT(copies); ++i) {
            sign_out_unheard(hosts);
            copies[i] = hosts->there->cookies;
            hosts->here->store->is_down = 0;
        }
        hosts->here->fail_at = hosts->here->calls + n;
        failures += world_send_revocations(hosts->here) == COG_E_STORE;
        hosts->here->fail_at = 0;
        assert_int_equal(world_send_revocations(hosts->here), COG_OK);
        assert_int_equal(listen_there(hosts), COG_OK);
        for (size_t i = 0; i < COUNT(copies); ++i) {
            hosts->there->cookies = copies[i];
            assert_false(world_is_granted(hosts->there));
        }
    }
    assert_in_range(failures, 6, 13); /* one for each call */
}

/* A site with another store, or with other secrets, is not the one to tell them. */
static void leaves_to_others_what_is_not_for_its_store(void **state)
{
    hosts_t *hosts = make_hosts(*state);
    world_t *other = world_make(*state);

    sign_out_unheard(hosts);
    hosts->here->store->is_down = 0;
    other->conf.is_store_shared = 1;
    other->conf.revocations = hosts->here->conf.revocations;
    other->conf.store_name = "redis://192.0.2.1:6379/0";
    assert_int_equal(world_send_revocations(other), COG_OK);
    other->conf.store_name = hosts->here->conf.store_name;
    other->conf.keyring = keyring_of(*state, "another secret of 32 characters!", NULL);
    assert_int_equal(world_send_revocations(other), COG_OK);
    assert_int_equal(fake_store_count(other->store, "cognito:"), 0);
    assert_int_equal(world_send_revocations(hosts->here), COG_OK);
    assert_signed_out_there(hosts);
}

/* Nobody holds a session that is older than any may become. */
static void sends_nothing_that_has_outlived_itself(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    sign_out_unheard(hosts);
    hosts->here->store->is_down = 0;
    hosts->here->now += 12 * 3600;
    assert_int_equal(world_send_revocations(hosts->here), COG_OK);
    assert_int_equal(fake_store_count(hosts->here->store, "cognito:"), 0);
    hosts->here->now -= 3600;
    assert_int_equal(world_send_revocations(hosts->here), COG_OK);
    assert_int_equal(fake_store_count(hosts->here->store, "cognito:"), 0);
}

/* F22: other sessions end too early then, and the administrator hears of it, once. */
static void says_when_there_are_more_revocations_than_there_is_room_for(void **state)
{
    world_t *world = world_make(*state);

    for (uint64_t i = 1; i <= 20; ++i) {
        world_sign_in(world, "/");
        for (uint64_t j = 0; j < 7; ++j) {
            const cog_session_t *session = world_get(world, "/")->session;
            uint64_t mark = cog_revocation_mark_of_session(session->id);

            cog_revocation_table_set(world->conf.revocations, mark ^ ((i * 7 + j) << 40),
                                     world->now, world->now);
        }
        world_get(world, "/.cognito/logout");
    }
    assert_int_equal(world_log_count(world, "COG3314"), 1);
    assert_true(world_has_logged(world, "CognitoSessionTimeout"));
}

static void listen_for(hosts_t *hosts, int seconds)
{
    for (int i = 0; i < seconds; ++i) {
        ++hosts->here->now;
        ++hosts->there->now;
        (void)listen_there(hosts);
    }
}

/* F24: cookies are good on a host that hears of no sign-outs: its administrator hears of
 * that. */
static void says_when_it_reads_no_revocations_and_when_it_does_again(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    listen_for(hosts, 5);
    hosts->here->store->is_down = 1;
    listen_for(hosts, 9);
    assert_int_equal(world_log_count(hosts->there, "COG3312"), 0);
    listen_for(hosts, 1);
    assert_int_equal(world_log_count(hosts->there, "COG3312"), 1);
    assert_true(world_has_logged(hosts->there, "for 10 s"));
    listen_for(hosts, 299);
    assert_int_equal(world_log_count(hosts->there, "COG3312"), 1);
    listen_for(hosts, 1);
    assert_int_equal(world_log_count(hosts->there, "COG3312"), 2);
    assert_int_equal(world_log_count(hosts->there, "COG3313"), 0);
    hosts->here->store->is_down = 0;
    listen_for(hosts, 5);
    assert_int_equal(world_log_count(hosts->there, "COG3313"), 1);
    assert_true(world_has_logged(hosts->there, "after 311 s"));
}

static void says_nothing_of_a_store_that_restarts(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    for (int round = 0; round < 20; ++round) {
        hosts->here->store->is_down = 1;
        listen_for(hosts, 8);
        hosts->here->store->is_down = 0;
        listen_for(hosts, 1);
    }
    assert_int_equal(world_log_count(hosts->there, "COG331"), 0);
}

static void says_when_it_has_read_nothing_since_its_start(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    hosts->here->store->is_down = 1;
    listen_for(hosts, 11);
    assert_int_equal(world_log_count(hosts->there, "COG3312"), 1);
}

/* A clock that is put back makes no warning late, nor one that goes ahead many. */
static void warns_at_its_time_whatever_the_clock_does(void **state)
{
    hosts_t *hosts = make_hosts(*state);

    listen_for(hosts, 1);
    hosts->here->store->is_down = 1;
    hosts->there->now -= 7200;
    listen_for(hosts, 12);
    assert_int_equal(world_log_count(hosts->there, "COG3312"), 1);
    hosts->there->now -= 7200;
    listen_for(hosts, 290);
    assert_int_equal(world_log_count(hosts->there, "COG3312"), 1);
    listen_for(hosts, 12);
    assert_int_equal(world_log_count(hosts->there, "COG3312"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(says_when_it_cannot_be_sent_to_the_others),
        cmocka_unit_test_with_pool(misses_nothing_when_the_store_fails_meanwhile),
        cmocka_unit_test_with_pool(sends_later_what_could_not_be_sent),
        cmocka_unit_test_with_pool(sends_all_of_them_whichever_call_fails),
        cmocka_unit_test_with_pool(leaves_to_others_what_is_not_for_its_store),
        cmocka_unit_test_with_pool(sends_nothing_that_has_outlived_itself),
        cmocka_unit_test_with_pool(
            says_when_it_reads_no_revocations_and_when_it_does_again),
        cmocka_unit_test_with_pool(says_nothing_of_a_store_that_restarts),
        cmocka_unit_test_with_pool(says_when_it_has_read_nothing_since_its_start),
        cmocka_unit_test_with_pool(warns_at_its_time_whatever_the_clock_does),
        cmocka_unit_test_with_pool(
            says_when_there_are_more_revocations_than_there_is_room_for),
    };

    return cmocka_run_group_tests_name("flow/revocation, outages", tests, NULL, NULL);
}
