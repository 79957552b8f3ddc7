#include "test/unit/unit.h"

#include <apr_shm.h>
#include <apr_strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/shm/shard.h"
#include "net/shm/store_shm.h"
#include "test/unit/children.h"
#include "test/unit/kept_log.h"
#include "test/unit/net/store_contract.h"

#define MB ((apr_size_t)1024 * 1024)

typedef struct {
    apr_pool_t *pool;
    apr_time_t now;
    void *memory;
    cog_store_t store;
    kept_log_t *log;
} fixture_t;

static apr_time_t now_of(void *context)
{
    return *(apr_time_t *)context;
}

static fixture_t *make(apr_pool_t *pool, apr_size_t size)
{
    fixture_t *f = apr_pcalloc(pool, sizeof(*f));
    const cog_clock_t clock = {&f->now, now_of, NULL};
    apr_shm_t *memory;

    f->pool = pool;
    f->now = apr_time_from_sec(1700000000);
    f->log = kept_log_make(pool);
    assert_int_equal(apr_shm_create(&memory, cog_store_shm_room(size), NULL, pool), 0);
    f->memory = apr_shm_baseaddr_get(memory);
    assert_result("format", cog_store_shm_format(f->memory, size), COG_OK);
    assert_result("open", cog_store_shm_open(pool, f->memory, "shmcb", &clock, &f->store),
                  COG_OK);
    return f;
}

static cog_err_t set(fixture_t *f, const char *key, size_t len, int64_t ttl_sec)
{
    unsigned char *bytes = apr_pcalloc(f->pool, len + 1);

    return f->store.set(f->store.context, &f->log->log, key, (cog_span_t){bytes, len},
                        ttl_sec);
}

static cog_err_t get(fixture_t *f, const char *key)
{
    cog_span_t value;

    return f->store.get(f->store.context, f->pool, &f->log->log, key, &value);
}

static cog_err_t add(fixture_t *f, const char *key)
{
    return f->store.add(f->store.context, &f->log->log, key, cog_span_of("v"), 10);
}

static void keeps_the_contract(void **state)
{
    fixture_t *f = make(*state, 4 * MB);

    store_contract_check(*state, &f->store, &f->log->log);
    assert_int_equal(f->log->count, 0);
}

static void one_of_many_threads_adds(void **state)
{
    fixture_t *f = make(*state, MB);

    store_contract_check_race(*state, &f->store, &f->log->log);
}

static void ends_are_exact(void **state)
{
    fixture_t *f = make(*state, MB);

    set(f, "k", 10, 60);
    f->now += apr_time_from_sec(60) - 1;
    assert_result("a moment before", get(f, "k"), COG_OK);
    assert_result("a moment before", add(f, "k"), COG_E_EXISTS);
    f->now += 1;
    assert_result("its end", get(f, "k"), COG_E_NOT_FOUND);
    assert_result("its end", add(f, "k"), COG_OK);
    assert_result("anew", get(f, "k"), COG_OK);
}

/* S05: a lease that nobody releases ends in time, whatever the clock does. */
static void a_clock_that_is_put_back_makes_no_lease_long(void **state)
{
    static const int back_sec[] = {1, 60, 119, 121, 3600, 100000000};

    for (size_t i = 0; i < COUNT(back_sec); ++i) {
        fixture_t *f = make(*state, MB);

        assert_result("take", add(f, "lease"), COG_OK);
        f->now -= apr_time_from_sec(back_sec[i]);
        assert_result("others", set(f, "another", 10, 10), COG_OK);
        f->now += apr_time_from_sec(120);
        assert_result("take again", add(f, "lease"), COG_OK);
        assert_result("taken again", add(f, "lease"), COG_E_EXISTS);
    }
}

static void a_clock_that_is_put_back_ends_no_session(void **state)
{
    fixture_t *f = make(*state, MB);

    set(f, "session", 100, 3600);
    f->now -= apr_time_from_sec(86400);
    set(f, "another", 10, 10);
    assert_result("session", get(f, "session"), COG_OK);
}

static void refuses_what_is_too_large(void **state)
{
    fixture_t *f = make(*state, MB);

    assert_result("n", set(f, "k", COG_STORE_MAX_VALUE, 10), COG_OK);
    assert_result("n + 1", set(f, "k", COG_STORE_MAX_VALUE + 1, 10), COG_E_TOO_LARGE);
    assert_result("what was there", get(f, "k"), COG_OK);
}

static void memory_of_another_layout_is_not_opened(void **state)
{
    fixture_t *f = make(*state, MB);
    const cog_clock_t clock = {&f->now, now_of, NULL};
    cog_store_t store;

    *(char *)f->memory = 'x';
    assert_result("layout",
                  cog_store_shm_open(f->pool, f->memory, "shmcb", &clock, &store),
                  COG_E_MISCONFIGURED);
}

static void what_is_there_is_there_when_it_is_opened_again(void **state)
{
    fixture_t *f = make(*state, MB);
    const cog_clock_t clock = {&f->now, now_of, NULL};

    set(f, "k", 10, 60);
    assert_result("open",
                  cog_store_shm_open(f->pool, f->memory, "shmcb", &clock, &f->store), 0);
    assert_result("again", get(f, "k"), COG_OK);
}

static cog_shard_t *first_shard(fixture_t *f)
{
    return (cog_shard_t *)((unsigned char *)f->memory + 4096);
}

static const char *session(fixture_t *f, int i)
{
    return apr_psprintf(f->pool, "session.%022d.of-some-client", i);
}

/* The promise of the default size, and that nobody is warned before. */
static void ten_thousand_sessions_fit_the_default(void **state)
{
    fixture_t *f = make(*state, COG_STORE_SHM_DEFAULT);

    for (int i = 0; i < 10000; ++i) {
        f->now += 10000;
        assert_result("set", set(f, session(f, i), 2048, 43200), COG_OK);
    }
    for (int i = 0; i < 10000; ++i) {
        assert_result(session(f, i), get(f, session(f, i)), COG_OK);
    }
    assert_string_equal(f->log->last, "");
}

/* Sessions that are rewritten take no new room. */
static void rewriting_costs_nothing(void **state)
{
    fixture_t *f = make(*state, MB);

    for (int round = 0; round < 50; ++round) {
        for (int i = 0; i < 300; ++i) {
            assert_result("set", set(f, session(f, i), 2048, 43200), COG_OK);
        }
        f->now += apr_time_from_sec(900);
    }
    assert_string_equal(f->log->last, "");
}

static void warns_from_80_percent_on_but_not_for_ever(void **state)
{
    fixture_t *f = make(*state, MB);
    int warned_at = 0;

    for (int i = 0; i < COG_SHARD_BLOCKS * 9 / 10; ++i) {
        f->now += apr_time_from_sec(5);
        set(f, session(f, i), 50, 43200);
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
    fixture_t *f = make(*state, MB);

    for (int i = 0; f->log->count == 0 && i < COG_SHARD_BLOCKS + 1; ++i) {
        set(f, session(f, i), 50, 43200);
    }
    assert_non_null(strstr(f->log->last, "COG4100: the store of 1 MB is 80% full"));
}

static uint32_t used(fixture_t *f)
{
    uint32_t blocks = 0;

    for (size_t i = 0; i < 4; ++i) {
        blocks +=
            cog_shard_used((cog_shard_t *)((unsigned char *)f->memory + 4096 + i * MB));
    }
    return blocks;
}

static void a_sweep_frees_the_room_of_what_has_ended(void **state)
{
    fixture_t *f = make(*state, 4 * MB);

    for (int i = 0; i < 1000; ++i) {
        set(f, session(f, i), 50, i % 2 ? 100 : 200);
    }
    assert_int_equal(used(f), 1000);
    f->now += apr_time_from_sec(100);
    cog_store_shm_sweep(&f->store, &f->log->log);
    assert_int_equal(used(f), 500);
    f->now += apr_time_from_sec(100);
    cog_store_shm_sweep(&f->store, &f->log->log);
    assert_int_equal(used(f), 0);
}

/* Nobody writes any more, but what is there was too much already. */
static void a_sweep_warns_too(void **state)
{
    fixture_t *f = make(*state, MB);

    for (int i = 0; i < COG_SHARD_BLOCKS * 9 / 10; ++i) {
        set(f, session(f, i), 50, 43200);
    }
    assert_int_equal(f->log->count, 1);
    f->now += apr_time_from_sec(1200);
    cog_store_shm_sweep(&f->store, &f->log->log);
    assert_non_null(strstr(f->log->last, "COG4100: the store of 1 MB is 90% full"));
}

static void tells_when_it_drops_what_had_not_ended(void **state)
{
    fixture_t *f = make(*state, MB);

    for (int i = 0; i < COG_SHARD_BLOCKS; ++i) {
        f->now += apr_time_from_msec(100);
        set(f, session(f, i), 50, 43200);
    }
    assert_int_equal(f->log->count, 1); /* nearly full */
    for (int i = 0; i < 100; ++i) {
        set(f, session(f, COG_SHARD_BLOCKS + i), 50, 43200);
    }
    assert_int_equal(f->log->count, 2);
    assert_string_equal(f->log->last,
                        "COG4101: the store of 1 MB is full: 1 entries were "
                        "dropped before their time; write CognitoStore "
                        "shmcb:2M");
    f->now += apr_time_from_sec(60);
    set(f, "one more", 50, 43200);
    assert_non_null(strstr(f->log->last, "full: 100 entries"));
    assert_result("the newest is there", get(f, "one more"), COG_OK);
}

/* ---- a store that was left in a file ---- */

static unsigned recover(fixture_t *f, apr_size_t size)
{
    unsigned emptied = 99;

    assert_result("recover", cog_store_shm_recover(f->memory, size, &emptied), COG_OK);
    return emptied;
}

static void a_store_that_was_left_is_used_again(void **state)
{
    fixture_t *f = make(*state, 4 * MB);

    for (int i = 0; i < 1000; ++i) {
        set(f, session(f, i), (size_t)i, i % 2 ? 60 : 3600);
    }
    memset(&first_shard(f)->lock, 0x5a, sizeof(first_shard(f)->lock)); /* by nobody */
    assert_int_equal(recover(f, 4 * MB), 0);
    for (int i = 0; i < 1000; ++i) {
        assert_result(session(f, i), get(f, session(f, i)), COG_OK);
    }
    assert_result("written", set(f, "k", 10, 60), COG_OK);
}

static void a_store_of_another_size_or_version_is_not(void **state)
{
    fixture_t *f = make(*state, 4 * MB);
    unsigned emptied;

    assert_true(cog_store_shm_is_one(f->memory));
    assert_result("size", cog_store_shm_recover(f->memory, 5 * MB, &emptied),
                  COG_E_MISCONFIGURED);
    ((char *)f->memory)[COG_STORE_SHM_SIGN + 1] = 'x';
    assert_true(cog_store_shm_is_one(f->memory));
    assert_result("version", cog_store_shm_recover(f->memory, 4 * MB, &emptied),
                  COG_E_MISCONFIGURED);
    ((char *)f->memory)[0] = 'x';
    assert_false(cog_store_shm_is_one(f->memory));
}

static void a_part_that_is_damaged_is_emptied(void **state)
{
    fixture_t *f = make(*state, 4 * MB);
    int found = 0;

    for (int i = 0; i < 1000; ++i) {
        set(f, session(f, i), 50, 3600);
    }
    first_shard(f)->touched = 7;
    assert_int_equal(recover(f, 4 * MB), 1);
    for (int i = 0; i < 1000; ++i) {
        found += get(f, session(f, i)) == COG_OK;
    }
    assert_in_range(found, 600, 900);
    assert_int_equal(recover(f, 4 * MB), 0);
}

static void a_part_that_was_left_half_written_is_emptied(void **state)
{
    fixture_t *f = make(*state, 4 * MB);

    first_shard(f)->is_changing = 1;
    assert_int_equal(recover(f, 4 * MB), 1);
    assert_int_equal(recover(f, 4 * MB), 0);
}

/* ---- processes that die or stop ---- */

static int change_half(void *context)
{
    cog_shard_t *shard = first_shard(context);

    COG_TRY(cog_shared_lock_take(&shard->lock, 1000));
    shard->is_changing = 1;
    memset(shard->buckets, 0xff, sizeof(shard->buckets));
    return COG_OK;
}

static void what_a_dead_process_left_half_written_is_never_read(void **state)
{
    fixture_t *f = make(*state, MB);

    set(f, "k", 10, 60);
    child_kill(child_hold(change_half, f));
    assert_result("emptied", get(f, "k"), COG_E_NOT_FOUND);
    assert_non_null(strstr(f->log->last, "COG4102: a process died"));
    assert_result("in use again", set(f, "k", 10, 60), COG_OK);
    assert_result("in use again", get(f, "k"), COG_OK);
    assert_int_equal(f->log->count, 1);
}

/* F20 */
static void a_process_that_stands_still_blocks_nobody_for_long(void **state)
{
    fixture_t *f = make(*state, MB);
    pid_t holder = child_hold(change_half, f);
    apr_time_t begin = apr_time_now();
    cog_err_t result = get(f, "k");
    apr_interval_time_t waited = apr_time_now() - begin;

    assert_result("again", set(f, "k", 10, 60), COG_E_STORE);
    child_kill(holder);
    assert_result("blocked", result, COG_E_STORE);
    assert_true(waited >= apr_time_from_msec(300));
    assert_true(waited < apr_time_from_sec(2));
    assert_non_null(strstr(f->log->last, "COG4103: the store is blocked"));
    assert_int_equal(f->log->count, 1);
    assert_result("free again", set(f, "k", 10, 60), COG_OK);
}

static void work(fixture_t *f, int me)
{
    for (int i = 0; i < 12500; ++i) {
        const char *key = apr_psprintf(f->pool, "key.%d", i % 50);
        char *text = apr_psprintf(f->pool, "%s=%d.%d", key, me, i);
        cog_span_t value = cog_span_of(text);
        size_t len = strlen(key);

        if (f->store.set(f->store.context, &f->log->log, key, value, 60) != COG_OK ||
            f->store.get(f->store.context, f->pool, &f->log->log, key, &value) !=
                COG_OK ||
            value.len <= len || memcmp(value.bytes, key, len) != 0 ||
            value.bytes[len] != '=') {
            _exit(1);
        }
    }
    _exit(f->log->count);
}

/* F20: no crossed answers in 10^5 calls. */
static void processes_read_what_they_or_others_wrote(void **state)
{
    fixture_t *f = make(*state, MB);
    int code;

    for (int i = 0; i < 4; ++i) {
        if (fork() == 0) {
            work(f, i);
        }
    }
    for (int i = 0; i < 4; ++i) {
        assert_true(wait(&code) > 0);
        assert_int_equal(code, 0);
    }
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
        cmocka_unit_test_with_pool(memory_of_another_layout_is_not_opened),
        cmocka_unit_test_with_pool(what_is_there_is_there_when_it_is_opened_again),
        cmocka_unit_test_with_pool(ten_thousand_sessions_fit_the_default),
        cmocka_unit_test_with_pool(rewriting_costs_nothing),
        cmocka_unit_test_with_pool(warns_from_80_percent_on_but_not_for_ever),
        cmocka_unit_test_with_pool(warns_before_it_drops_however_fast_it_fills),
        cmocka_unit_test_with_pool(a_sweep_frees_the_room_of_what_has_ended),
        cmocka_unit_test_with_pool(a_sweep_warns_too),
        cmocka_unit_test_with_pool(tells_when_it_drops_what_had_not_ended),
        cmocka_unit_test_with_pool(a_store_that_was_left_is_used_again),
        cmocka_unit_test_with_pool(a_store_of_another_size_or_version_is_not),
        cmocka_unit_test_with_pool(a_part_that_is_damaged_is_emptied),
        cmocka_unit_test_with_pool(a_part_that_was_left_half_written_is_emptied),
        cmocka_unit_test_with_pool(what_a_dead_process_left_half_written_is_never_read),
        cmocka_unit_test_with_pool(a_process_that_stands_still_blocks_nobody_for_long),
        cmocka_unit_test_with_pool(processes_read_what_they_or_others_wrote),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
