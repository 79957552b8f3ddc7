#include "test/unit/threads.h"

#include "test/unit/unit.h"

#include <apr_thread_proc.h>

#define MAX_THREADS 64

struct thread_t {
    apr_pool_t *pool;
    apr_thread_t *thread;
    thread_work_t work;
    void *item;
    int result;
};

static void *APR_THREAD_FUNC run(apr_thread_t *ignored, void *data)
{
    thread_t *thread = data;
    apr_pool_t *own;

    (void)ignored;
    apr_pool_create_unmanaged_ex(&own, NULL, NULL);
    thread->result = thread->work(own, thread->item);
    apr_pool_destroy(own);
    return NULL;
}

thread_t *thread_start(thread_work_t work, void *item)
{
    thread_t *thread = calloc(1, sizeof(*thread));

    thread->work = work;
    thread->item = item;
    assert_int_equal(apr_pool_create_unmanaged_ex(&thread->pool, NULL, NULL),
                     APR_SUCCESS);
    assert_int_equal(apr_thread_create(&thread->thread, NULL, run, thread, thread->pool),
                     APR_SUCCESS);
    return thread;
}

int thread_join(thread_t *thread)
{
    apr_status_t status;
    int result;

    assert_int_equal(apr_thread_join(&status, thread->thread), APR_SUCCESS);
    result = thread->result;
    apr_pool_destroy(thread->pool);
    free(thread);
    return result;
}

void assert_threads(int count, thread_work_t work, void *items, size_t size, int expected)
{
    thread_t *threads[MAX_THREADS];
    int results[MAX_THREADS];

    assert_in_range(count, 1, MAX_THREADS);
    for (int i = 0; i < count; ++i) {
        threads[i] = thread_start(work, (char *)items + (size_t)i * size);
    }
    for (int i = 0; i < count; ++i) {
        results[i] = thread_join(threads[i]);
    }
    for (int i = 0; i < count; ++i) {
        assert_int_equal(results[i], expected);
    }
}
