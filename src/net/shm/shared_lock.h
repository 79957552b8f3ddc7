/* A lock in shared memory, for all threads of all processes that see it. Without
 * contention it makes no system call. A process that dies releases it. */
#ifndef COG_NET_SHARED_LOCK_H
#define COG_NET_SHARED_LOCK_H

#include <apr_time.h>
#include <pthread.h>

#include "base/error.h"

typedef struct {
    pthread_mutex_t mutex;
} cog_shared_lock_t;

/* Once, before anybody else sees it. COG_E_INTERNAL when the system has no such locks. */
cog_err_t cog_shared_lock_make(cog_shared_lock_t *lock);

/* COG_E_STORE when somebody else holds it for longer than `limit`. What a holder that
 * died has left half done is for the caller to find out. */
cog_err_t cog_shared_lock_take(cog_shared_lock_t *lock, apr_interval_time_t limit);

void cog_shared_lock_give(cog_shared_lock_t *lock);

#endif
