/* A store that was left by another process: in a file, in the middle of a change, or in
 * use. */
#include "test/unit/net/shm/shm_store.h"

#include <apr_strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/shm/shard.h"
#include "net/shm/store_segment.h"
#include "test/unit/children.h"

static void memory_of_another_layout_is_not_opened(void **state)
{
    shm_store_t *f = shm_make(*state, MB);
    const cog_clock_t clock = shm_clock(f);
    cog_store_t store;

    *(char *)f->memory = 'x';
    assert_result("layout",
                  cog_store_shm_open(f->pool, f->memory, "shmcb", &clock, &store),
                  COG_E_MISCONFIGURED);
}

static void what_is_there_is_there_when_it_is_opened_again(void **state)
{
    shm_store_t *f = shm_make(*state, MB);
    const cog_clock_t clock = shm_clock(f);

    shm_set(f, "k", 10, 60);
    assert_result("open",
                  cog_store_shm_open(f->pool, f->memory, "shmcb", &clock, &f->store), 0);
    assert_result("again", shm_get(f, "k"), COG_OK);
}

static cog_shard_t *first_shard(shm_store_t *f)
{
    return cog_store_segment_shard(f->memory, 0);
}

/* ---- a store that was left in a file ---- */

static unsigned recover(shm_store_t *f, apr_size_t size)
{
    unsigned emptied = 99;

    assert_result("recover", cog_store_segment_recover(f->memory, size, &emptied),
                  COG_OK);
    return emptied;
}

static void a_store_that_was_left_is_used_again(void **state)
{
    shm_store_t *f = shm_make(*state, 4 * MB);

    for (int i = 0; i < 1000; ++i) {
        shm_set(f, shm_session(f, i), (size_t)i, i % 2 ? 60 : 3600);
    }
    memset(&first_shard(f)->lock, 0x5a, sizeof(first_shard(f)->lock)); /* by nobody */
    assert_int_equal(recover(f, 4 * MB), 0);
    for (int i = 0; i < 1000; ++i) {
        assert_result(shm_session(f, i), shm_get(f, shm_session(f, i)), COG_OK);
    }
    assert_result("written", shm_set(f, "k", 10, 60), COG_OK);
}

static void a_store_of_another_size_or_version_is_not(void **state)
{
    shm_store_t *f = shm_make(*state, 4 * MB);
    unsigned emptied;

    assert_true(cog_store_segment_is_one(f->memory));
    assert_result("size", cog_store_segment_recover(f->memory, 5 * MB, &emptied),
                  COG_E_MISCONFIGURED);
    ((char *)f->memory)[COG_STORE_SEGMENT_SIGN + 1] = 'x';
    assert_true(cog_store_segment_is_one(f->memory));
    assert_result("version", cog_store_segment_recover(f->memory, 4 * MB, &emptied),
                  COG_E_MISCONFIGURED);
    ((char *)f->memory)[0] = 'x';
    assert_false(cog_store_segment_is_one(f->memory));
}

static void a_part_that_is_damaged_is_emptied(void **state)
{
    shm_store_t *f = shm_make(*state, 4 * MB);
    int found = 0;

    for (int i = 0; i < 1000; ++i) {
        shm_set(f, shm_session(f, i), 50, 3600);
    }
    first_shard(f)->touched = 7;
    assert_int_equal(recover(f, 4 * MB), 1);
    for (int i = 0; i < 1000; ++i) {
        found += shm_get(f, shm_session(f, i)) == COG_OK;
    }
    assert_in_range(found, 600, 900);
    assert_int_equal(recover(f, 4 * MB), 0);
}

static void a_part_that_was_left_half_written_is_emptied(void **state)
{
    shm_store_t *f = shm_make(*state, 4 * MB);

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
    shm_store_t *f = shm_make(*state, MB);

    shm_set(f, "k", 10, 60);
    child_kill(child_hold(change_half, f));
    assert_result("emptied", shm_get(f, "k"), COG_E_NOT_FOUND);
    assert_non_null(strstr(f->log->last, "COG4102: a process died"));
    assert_result("in use again", shm_set(f, "k", 10, 60), COG_OK);
    assert_result("in use again", shm_get(f, "k"), COG_OK);
    assert_int_equal(f->log->count, 1);
}

/* F20 */
static void a_process_that_stands_still_blocks_nobody_for_long(void **state)
{
    shm_store_t *f = shm_make(*state, MB);
    pid_t holder = child_hold(change_half, f);
    apr_time_t begin = apr_time_now();
    cog_err_t result = shm_get(f, "k");
    apr_interval_time_t waited = apr_time_now() - begin;

    assert_result("again", shm_set(f, "k", 10, 60), COG_E_STORE);
    assert_result("again", f->store.remove(f->store.context, &f->log->log, "k"),
                  COG_E_STORE);
    child_kill(holder);
    assert_result("blocked", result, COG_E_STORE);
    assert_true(waited >= apr_time_from_msec(300));
    assert_true(waited < apr_time_from_sec(10)); /* on a busy machine */
    assert_non_null(strstr(f->log->last, "COG4103: the store is blocked"));
    assert_int_equal(f->log->count, 1);
    assert_result("free again", shm_set(f, "k", 10, 60), COG_OK);
}

static void work(shm_store_t *f, int me)
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
    shm_store_t *f = shm_make(*state, MB);
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
        cmocka_unit_test_with_pool(memory_of_another_layout_is_not_opened),
        cmocka_unit_test_with_pool(what_is_there_is_there_when_it_is_opened_again),
        cmocka_unit_test_with_pool(a_store_that_was_left_is_used_again),
        cmocka_unit_test_with_pool(a_store_of_another_size_or_version_is_not),
        cmocka_unit_test_with_pool(a_part_that_is_damaged_is_emptied),
        cmocka_unit_test_with_pool(a_part_that_was_left_half_written_is_emptied),
        cmocka_unit_test_with_pool(what_a_dead_process_left_half_written_is_never_read),
        cmocka_unit_test_with_pool(a_process_that_stands_still_blocks_nobody_for_long),
        cmocka_unit_test_with_pool(processes_read_what_they_or_others_wrote),
    };

    return cmocka_run_group_tests_name("net/shm/store_shm, left by others", tests, NULL,
                                       NULL);
}
