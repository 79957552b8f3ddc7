#include "net/server/connection_pool.h"

#include <apr_thread_mutex.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    cog_connection_t connection;
    apr_time_t since;
} idle_t;

struct cog_connection_pool_t {
    apr_thread_mutex_t *lock;
    pid_t owner; /* the process that has made these */
    int count;
    idle_t idle[COG_IDLE_MAX]; /* the last one was used last */
};

static apr_status_t close_all(void *data)
{
    cog_connection_pool_t *connections = data;

    while (connections->count > 0) {
        cog_connection_close(&connections->idle[--connections->count].connection);
    }
    return APR_SUCCESS;
}

cog_err_t cog_connection_pool_make(apr_pool_t *pool, cog_connection_pool_t **connections)
{
    cog_connection_pool_t *made = apr_pcalloc(pool, sizeof(*made));

    COG_REQUIRE(apr_thread_mutex_create(&made->lock, APR_THREAD_MUTEX_DEFAULT, pool) ==
                    APR_SUCCESS,
                COG_E_INTERNAL);
    made->owner = getpid();
    apr_pool_cleanup_register(pool, made, close_all, apr_pool_cleanup_null);
    *connections = made;
    return COG_OK;
}

/* Two processes on one connection would read each other's answers. To look before one is
 * handed out is enough. */
static void close_inherited(cog_connection_pool_t *connections)
{
    if (connections->owner != getpid()) {
        close_all(connections);
        connections->owner = getpid();
    }
}

static int take_youngest(cog_connection_pool_t *connections, idle_t *idle)
{
    int is_taken = 0;

    apr_thread_mutex_lock(connections->lock);
    close_inherited(connections);
    if (connections->count > 0) {
        *idle = connections->idle[--connections->count];
        is_taken = 1;
    }
    apr_thread_mutex_unlock(connections->lock);
    return is_taken;
}

int cog_connection_pool_take(cog_connection_pool_t *connections, apr_time_t now,
                             cog_connection_t *connection)
{
    idle_t idle;

    while (take_youngest(connections, &idle)) {
        if (now - idle.since < COG_IDLE_LIMIT &&
            cog_connection_is_quiet(&idle.connection)) {
            *connection = idle.connection;
            return 1;
        }
        cog_connection_close(&idle.connection);
    }
    return 0;
}

/* The oldest are first. Call with the lock held. */
static void close_old(cog_connection_pool_t *connections, apr_time_t now)
{
    int old = 0;

    while (old < connections->count &&
           now - connections->idle[old].since >= COG_IDLE_LIMIT) {
        cog_connection_close(&connections->idle[old++].connection);
    }
    connections->count -= old;
    memmove(connections->idle, connections->idle + old,
            sizeof(idle_t) * (size_t)connections->count);
}

void cog_connection_pool_give(cog_connection_pool_t *connections, apr_time_t now,
                              cog_connection_t *connection)
{
    int is_kept = 0;

    apr_thread_mutex_lock(connections->lock);
    close_old(connections, now);
    if (connections->count < COG_IDLE_MAX) {
        connections->idle[connections->count++] = (idle_t){*connection, now};
        is_kept = 1;
    }
    apr_thread_mutex_unlock(connections->lock);
    if (!is_kept) {
        cog_connection_close(connection);
    }
}
