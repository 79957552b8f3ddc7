#include "net/shm/shared_lock.h"

#include <errno.h>
#include <time.h>

static int set_up(pthread_mutexattr_t *attributes)
{
    int rv = pthread_mutexattr_setpshared(attributes, PTHREAD_PROCESS_SHARED);

    return rv ? rv : pthread_mutexattr_setrobust(attributes, PTHREAD_MUTEX_ROBUST);
}

cog_err_t cog_shared_lock_make(cog_shared_lock_t *lock)
{
    pthread_mutexattr_t attributes;
    int rv = pthread_mutexattr_init(&attributes);

    COG_REQUIRE(rv == 0, COG_E_INTERNAL);
    rv = set_up(&attributes);
    if (rv == 0) {
        rv = pthread_mutex_init(&lock->mutex, &attributes);
    }
    pthread_mutexattr_destroy(&attributes);
    return rv == 0 ? COG_OK : COG_E_INTERNAL;
}

static int wait_for(pthread_mutex_t *mutex, apr_interval_time_t limit)
{
    apr_time_t end = apr_time_now() + limit;
    struct timespec until = {.tv_sec = (time_t)apr_time_sec(end),
                             .tv_nsec = (long)apr_time_usec(end) * 1000};

    return pthread_mutex_timedlock(mutex, &until);
}

cog_err_t cog_shared_lock_take(cog_shared_lock_t *lock, apr_interval_time_t limit)
{
    int rv = pthread_mutex_trylock(&lock->mutex);

    if (rv == EBUSY) {
        rv = wait_for(&lock->mutex, limit);
    }
    if (rv == EOWNERDEAD) {
        rv = pthread_mutex_consistent(&lock->mutex);
    }
    return rv == 0 ? COG_OK : COG_E_STORE;
}

void cog_shared_lock_give(cog_shared_lock_t *lock)
{
    pthread_mutex_unlock(&lock->mutex);
}
