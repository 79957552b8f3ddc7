/* Threads of a test, each with a pool of its own, as a server's threads have. */
#ifndef COG_TEST_THREADS_H
#define COG_TEST_THREADS_H

#include <apr_pools.h>

typedef struct thread_t thread_t;

/* It makes no assertion: what it returns is compared in the thread of the test. */
typedef int (*thread_work_t)(apr_pool_t *pool, void *item);

/* Let it begin; wait for its end: what the work returned. */
thread_t *thread_start(thread_work_t work, void *item);
int thread_join(thread_t *thread);

/* Run `count` threads at once, and fail unless each ends with `expected`. The n-th is
 * given `items` + n * `size`: with a size of 0 all share one. */
void assert_threads(int count, thread_work_t work, void *items, size_t size,
                    int expected);

#endif
