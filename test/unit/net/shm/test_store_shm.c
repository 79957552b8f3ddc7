/* What the store promises: the contract, ends, room, and warnings when it fills. */
#include "test/unit/net/shm/shm_store.h"

#include "net/shm/shard.h"
#include "net/shm/store_segment.h"
#include "test/unit/net/store_contract.h"

static cog_err_t add(shm_store_t *f, const char *key)
{
    return f->store.add(f->store.context, &f->log->log, key, cog_span_of("v"), 10);
}

static void keeps_the_contract(void **state)
{
    shm_store_t *f = shm_make(*state, 4 * MB);

    store_contract_check(*state, &f->store, &f->log->log);
    assert_int_equal(f->log->count, 0);
}

static void one_of_many_threads_adds(void **state)
{
    shm_store_t *f = shm_make(*state, MB);

    store_contract_check_race(*state, &f->store, &f->log->log);
}

static void ends_are_exact(void **state)
{
    shm_store_t *f = shm_make(*state, MB);

    shm_set(f, "k", 10, 60);
    f->now += apr_time_from_sec(60) - 1;
    assert_result("a moment before", shm_get(f, "k"), COG_OK);
    assert_result("a moment before", add(f, "k"), COG_E_EXISTS);
    f->now += 1;
    assert_result("its end", shm_get(f, "k"), COG_E_NOT_FOUND);
    assert_result("its end", add(f, "k"), COG_OK);
    assert_result("anew", shm_get(f, "k"), COG_OK);
}

/* S05: a lease that nobody releases ends in time, whatever the clock does. */
static void a_clock_that_is_put_back_makes_no_lease_long(void **state)
{
    static const int back_sec[] = {1, 60, 119, 121, 3600, 100000000};

    for (size_t i = 0; i < COUNT(back_sec); ++i) {
        shm_store_t *f = shm_make(*state, MB);

        assert_result("take", add(f, "lease"), COG_OK);
        f->now -= apr_time_from_sec(back_sec[i]);
        assert_result("others", shm_set(f, "another", 10, 10), COG_OK);
        f->now += apr_time_from_sec(120);
        assert_result("take again", add(f, "lease"), COG_OK);
        assert_result("taken again", add(f, "lease"), COG_E_EXISTS);
    }
}

static void a_clock_that_is_put_back_ends_no_session(void **state)
{
    shm_store_t *f = shm_make(*state, MB);

    shm_set(f, "session", 100, 3600);
    f->now -= apr_time_from_sec(86400);
    shm_set(f, "another", 10, 10);
    assert_result("session", shm_get(f, "session"), COG_OK);
}

static void refuses_what_is_too_large(void **state)
{
    shm_store_t *f = shm_make(*state, MB);
    char key[COG_STORE_MAX_KEY + 2] = {0};

    memset(key, 'k', COG_STORE_MAX_KEY + 1);
    assert_result("key", shm_set(f, key, 1, 10), COG_E_INTERNAL);
    key[COG_STORE_MAX_KEY] = '\0';
    assert_result("key", shm_set(f, key, 1, 10), COG_OK);
    assert_result("n", shm_set(f, "k", COG_STORE_MAX_VALUE, 10), COG_OK);
    assert_result("n + 1", shm_set(f, "k", COG_STORE_MAX_VALUE + 1, 10), COG_E_TOO_LARGE);
    assert_result("what was there", shm_get(f, "k"), COG_OK);
}

/* The promise of the default size, and that nobody is warned before. */
static void ten_thousand_sessions_fit_the_default(void **state)
{
    shm_store_t *f = shm_make(*state, COG_STORE_SHM_DEFAULT);

    for (int i = 0; i < 10000; ++i) {
        f->now += 10000;
        assert_result("set", shm_set(f, shm_session(f, i), 2048, 43200), COG_OK);
    }
    for (int i = 0; i < 10000; ++i) {
        assert_result(shm_session(f, i), shm_get(f, shm_session(f, i)), COG_OK);
    }
    assert_string_equal(f->log->last, "");
}

/* Sessions that are rewritten take no new room. */
static void rewriting_costs_nothing(void **state)
{
    shm_store_t *f = shm_make(*state, MB);

    for (int round = 0; round < 50; ++round) {
        for (int i = 0; i < 300; ++i) {
            assert_result("set", shm_set(f, shm_session(f, i), 2048, 43200), COG_OK);
        }
        f->now += apr_time_from_sec(900);
    }
    assert_string_equal(f->log->last, "");
}

static void warns_from_80_percent_on_but_not_for_ever(void **state)
{
    shm_store_t *f = shm_make(*state, MB);
    int warned_at = 0;

    for (int i = 0; i < COG_SHARD_BLOCKS * 9 / 10; ++i) {
        f->now += apr_time_from_sec(5);
        shm_set(f, shm_session(f, i), 50, 43200);
        if (f->log->count == 1 && warned_at == 0) {
            warned_at = i + 1;
            assert_string_equal(
                f->log->last,
                "COG4100: the store of 1 MB is 80% full: write CognitoStore "
                "shmcb:2M");
        }
    }
    assert_int_equal(warned_at, COG_SHARD_BLOCKS * 8 / 10);
    assert_in_range(f->log->count, 2, 8); /* in 66 minutes */
}

/* Many may sign in within one moment. */
static void warns_before_it_drops_however_fast_it_fills(void **state)
{
    shm_store_t *f = shm_make(*state, MB);

    for (int i = 0; f->log->count == 0 && i < COG_SHARD_BLOCKS + 1; ++i) {
        shm_set(f, shm_session(f, i), 50, 43200);
    }
    assert_non_null(strstr(f->log->last, "COG4100: the store of 1 MB is 80% full"));
}

static uint32_t used(shm_store_t *f)
{
    uint32_t blocks = 0;

    for (size_t i = 0; i < 4; ++i) {
        blocks += cog_shard_used(cog_store_segment_shard(f->memory, i));
    }
    return blocks;
}

static void a_sweep_frees_the_room_of_what_has_ended(void **state)
{
    shm_store_t *f = shm_make(*state, 4 * MB);

    for (int i = 0; i < 1000; ++i) {
        shm_set(f, shm_session(f, i), 50, i % 2 ? 100 : 200);
    }
    assert_int_equal(used(f), 1000);
    f->now += apr_time_from_sec(100);
    cog_store_shm_sweep(&f->store, &f->log->log);
    assert_int_equal(used(f), 500);
    for (int i = 0; i < 1000; ++i) {
        assert_result("left", shm_get(f, shm_session(f, i)),
                      i % 2 ? COG_E_NOT_FOUND : COG_OK);
    }
    f->now += apr_time_from_sec(100);
    cog_store_shm_sweep(&f->store, &f->log->log);
    assert_int_equal(used(f), 0);
}

/* Nobody writes any more, but what is there was too much already. */
static void a_sweep_warns_too(void **state)
{
    shm_store_t *f = shm_make(*state, MB);

    for (int i = 0; i < COG_SHARD_BLOCKS * 9 / 10; ++i) {
        shm_set(f, shm_session(f, i), 50, 43200);
    }
    assert_int_equal(f->log->count, 1);
    f->now += apr_time_from_sec(1200);
    cog_store_shm_sweep(&f->store, &f->log->log);
    assert_non_null(strstr(f->log->last, "COG4100: the store of 1 MB is 90% full"));
}

static void tells_when_it_drops_what_had_not_ended(void **state)
{
    shm_store_t *f = shm_make(*state, MB);

    for (int i = 0; i < COG_SHARD_BLOCKS; ++i) {
        f->now += apr_time_from_msec(100);
        shm_set(f, shm_session(f, i), 50, 43200);
    }
    assert_int_equal(f->log->count, 1); /* nearly full */
    for (int i = 0; i < 100; ++i) {
        shm_set(f, shm_session(f, COG_SHARD_BLOCKS + i), 50, 43200);
    }
    assert_int_equal(f->log->count, 2);
    assert_string_equal(f->log->last,
                        "COG4101: the store of 1 MB is full: 1 entries were "
                        "dropped before their time; write CognitoStore "
                        "shmcb:2M");
    f->now += apr_time_from_sec(60);
    shm_set(f, "one more", 50, 43200);
    assert_non_null(strstr(f->log->last, "full: 100 entries"));
    assert_result("the newest is there", shm_get(f, "one more"), COG_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(keeps_the_contract),
        cmocka_unit_test_with_pool(one_of_many_threads_adds),
        cmocka_unit_test_with_pool(ends_are_exact),
        cmocka_unit_test_with_pool(a_clock_that_is_put_back_makes_no_lease_long),
        cmocka_unit_test_with_pool(a_clock_that_is_put_back_ends_no_session),
        cmocka_unit_test_with_pool(refuses_what_is_too_large),
        cmocka_unit_test_with_pool(ten_thousand_sessions_fit_the_default),
        cmocka_unit_test_with_pool(rewriting_costs_nothing),
        cmocka_unit_test_with_pool(warns_from_80_percent_on_but_not_for_ever),
        cmocka_unit_test_with_pool(warns_before_it_drops_however_fast_it_fills),
        cmocka_unit_test_with_pool(a_sweep_frees_the_room_of_what_has_ended),
        cmocka_unit_test_with_pool(a_sweep_warns_too),
        cmocka_unit_test_with_pool(tells_when_it_drops_what_had_not_ended),
    };

    return cmocka_run_group_tests_name("net/shm/store_shm", tests, NULL, NULL);
}
