#include "net/fetch/curl_handles.h"

#include <apr_thread_mutex.h>
#include <unistd.h>

#define MAX_IDLE 4

struct cog_curl_handles_t {
    apr_thread_mutex_t *lock;
    pid_t owner; /* the process whose handles these are */
    int count;
    CURL *
        idle[MAX_IDLE]; /* the last one was used last: its connections are the youngest */
    cog_secret_t password;     /* with which their connections were opened */
    apr_pool_t *password_pool; /* holds it, and nothing else */
};

static void close_all(cog_curl_handles_t *handles)
{
    while (handles->count > 0) {
        curl_easy_cleanup(handles->idle[--handles->count]);
    }
}

static apr_status_t release(void *data)
{
    cog_curl_handles_t *handles = data;

    if (handles->owner == getpid()) {
        close_all(handles);
    }
    apr_pool_destroy(handles->password_pool);
    return APR_SUCCESS;
}

cog_err_t cog_curl_handles_make(apr_pool_t *pool, cog_curl_handles_t **handles)
{
    cog_curl_handles_t *made = apr_pcalloc(pool, sizeof(*made));

    COG_REQUIRE(apr_thread_mutex_create(&made->lock, APR_THREAD_MUTEX_DEFAULT, pool) ==
                    APR_SUCCESS,
                COG_E_INTERNAL);
    /* with an allocator of its own, which our lock guards */
    COG_REQUIRE(apr_pool_create_unmanaged_ex(&made->password_pool, NULL, NULL) ==
                    APR_SUCCESS,
                COG_E_INTERNAL);
    apr_pool_cleanup_register(pool, made, release, apr_pool_cleanup_null);
    *handles = made;
    return COG_OK;
}

/* To close what came over a fork would say goodbye on the parent's connections. */
static void forget_inherited(cog_curl_handles_t *handles)
{
    if (handles->owner != getpid()) {
        handles->owner = getpid();
        handles->count = 0;
    }
}

static int is_opened_with(const cog_curl_handles_t *handles, cog_secret_t password)
{
    return cog_secret_is_set(password) ? cog_secret_equal(handles->password, password)
                                       : !cog_secret_is_set(handles->password);
}

static void begin_with(cog_curl_handles_t *handles, cog_secret_t password)
{
    close_all(handles);
    apr_pool_clear(handles->password_pool);
    handles->password =
        cog_secret_is_set(password)
            ? cog_secret_copy(handles->password_pool, password.bytes, password.len)
            : password;
}

CURL *cog_curl_handles_take(cog_curl_handles_t *handles, cog_secret_t password)
{
    CURL *handle = NULL;

    apr_thread_mutex_lock(handles->lock);
    forget_inherited(handles);
    if (!is_opened_with(handles, password)) {
        begin_with(handles, password);
    }
    if (handles->count > 0) {
        handle = handles->idle[--handles->count];
    }
    apr_thread_mutex_unlock(handles->lock);
    return handle ? handle : curl_easy_init();
}

void cog_curl_handles_give(cog_curl_handles_t *handles, CURL *handle,
                           cog_secret_t password, int went_well)
{
    curl_easy_reset(handle);
    apr_thread_mutex_lock(handles->lock);
    if (went_well && is_opened_with(handles, password) && handles->count < MAX_IDLE) {
        handles->idle[handles->count++] = handle;
        handle = NULL;
    }
    apr_thread_mutex_unlock(handles->lock);
    curl_easy_cleanup(handle);
}
