#include "test/unit/unit.h"

#include <apr_shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/shm/shared_lock.h"
#include "test/unit/children.h"

#define BRIEF apr_time_from_msec(50)

static cog_shared_lock_t *make_lock(apr_pool_t *pool)
{
    apr_shm_t *memory;
    cog_shared_lock_t *lock;

    assert_int_equal(apr_shm_create(&memory, sizeof(*lock), NULL, pool), APR_SUCCESS);
    lock = apr_shm_baseaddr_get(memory);
    assert_result("make", cog_shared_lock_make(lock), COG_OK);
    return lock;
}

/* and do not give it back */
static int take(void *lock)
{
    return (int)cog_shared_lock_take(lock, BRIEF);
}

static void waits_no_longer_than_its_limit(void **state)
{
    cog_shared_lock_t *lock = make_lock(*state);
    pid_t holder = child_hold(take, lock);
    apr_time_t begin = apr_time_now();
    apr_interval_time_t waited;

    assert_result("held", cog_shared_lock_take(lock, BRIEF), COG_E_STORE);
    waited = apr_time_now() - begin;
    child_kill(holder);
    assert_true(waited >= BRIEF);
    assert_true(waited < apr_time_from_sec(5));
}

static void a_dead_holder_does_not_keep_it(void **state)
{
    cog_shared_lock_t *lock = make_lock(*state);

    for (int i = 0; i < 3; ++i) {
        child_kill(child_hold(take, lock));
        assert_result("of the dead", cog_shared_lock_take(lock, BRIEF), COG_OK);
        cog_shared_lock_give(lock);
        assert_result("again", cog_shared_lock_take(lock, BRIEF), COG_OK);
        cog_shared_lock_give(lock);
    }
}

static void one_process_at_a_time(void **state)
{
    enum { PROCESSES = 4, ROUNDS = 20000 };

    apr_shm_t *memory;
    struct {
        cog_shared_lock_t lock;
        volatile long count;
    } * shared;

    assert_int_equal(apr_shm_create(&memory, sizeof(*shared), NULL, *state), 0);
    shared = apr_shm_baseaddr_get(memory);
    assert_result("make", cog_shared_lock_make(&shared->lock), COG_OK);
    for (int i = 0; i < PROCESSES; ++i) {
        if (fork() == 0) {
            for (int n = 0; n < ROUNDS; ++n) {
                if (cog_shared_lock_take(&shared->lock, apr_time_from_sec(60)) ==
                    COG_OK) {
                    shared->count = shared->count + 1;
                    cog_shared_lock_give(&shared->lock);
                }
            }
            _exit(0);
        }
    }
    for (int i = 0; i < PROCESSES; ++i) {
        assert_true(wait(NULL) > 0);
    }
    assert_int_equal(shared->count, PROCESSES * ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(waits_no_longer_than_its_limit),
        cmocka_unit_test_with_pool(a_dead_holder_does_not_keep_it),
        cmocka_unit_test_with_pool(one_process_at_a_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
