#include "httpd/stores.h"

#include <apr_shm.h>
#include <apr_strings.h>
#include <string.h>

#include "httpd/clock.h"
#include "httpd/watchdog.h"
#include "net/memcache.h"
#include "net/redis.h"
#include "net/store_shm.h"

#define SWEEP_EVERY apr_time_from_sec(10)

/* changes with kept_t */
#define KEPT "mod_auth_cognito stores 1"

/* A store of this start. */
typedef struct {
    cog_store_kind_t kind;
    cog_store_t store;
} made_t;

/* ---- shared memory ---- */

/* Shared memory outlives the configuration: at a graceful restart the next one goes on
 * with it, and so do the children of the one before. It is data alone, for the module
 * may be loaded anew, to another place. */
typedef struct kept_t {
    struct kept_t *next;
    const char *name;
    apr_pool_t *pool; /* its own */
    apr_shm_t *memory;
    int is_in_use;
} kept_t;

static kept_t **list_of(apr_pool_t *process)
{
    void *list = NULL;

    apr_pool_userdata_get(&list, KEPT, process);
    if (!list) {
        list = apr_pcalloc(process, sizeof(kept_t *));
        apr_pool_userdata_set(list, KEPT, apr_pool_cleanup_null, process);
    }
    return list;
}

static kept_t *find(apr_pool_t *process, const char *name)
{
    kept_t *kept = *list_of(process);

    while (kept && strcmp(kept->name, name) != 0) {
        kept = kept->next;
    }
    return kept;
}

static apr_status_t allocate(apr_pool_t *process, const cog_store_value_t *value,
                             kept_t **made)
{
    apr_pool_t *pool;
    kept_t *kept;
    apr_status_t rv = apr_pool_create(&pool, process);

    if (rv != APR_SUCCESS) {
        return rv;
    }
    kept = apr_pcalloc(pool, sizeof(*kept));
    kept->pool = pool;
    kept->name = apr_pstrdup(pool, value->name);
    rv = apr_shm_create(&kept->memory, cog_store_shm_room(value->size), NULL, pool);
    if (rv != APR_SUCCESS) {
        apr_pool_destroy(pool);
        return rv;
    }
    *made = kept;
    return APR_SUCCESS;
}

static const char *make(cog_start_t *start, const cog_store_value_t *value)
{
    kept_t *made;
    apr_status_t rv = allocate(start->process, value, &made);

    if (rv != APR_SUCCESS) {
        return apr_psprintf(start->scratch,
                            "CognitoStore: '%s' cannot be had from the system: %pm; "
                            "write a smaller size",
                            value->name, &rv);
    }
    if (cog_store_shm_format(apr_shm_baseaddr_get(made->memory), value->size) != COG_OK) {
        apr_pool_destroy(made->pool);
        return "CognitoStore: this system has no locks for shared memory";
    }
    made->next = *list_of(start->process);
    *list_of(start->process) = made;
    return NULL;
}

/* Memory of another version of the module is as good as none. */
static int open_kept(const cog_start_t *start, const cog_store_value_t *value,
                     cog_store_t *store)
{
    const cog_clock_t clock = cog_clock_system();
    kept_t *kept = find(start->process, value->name);

    if (!kept || cog_store_shm_open(start->pool, apr_shm_baseaddr_get(kept->memory),
                                    &clock, store) != COG_OK) {
        return 0;
    }
    kept->is_in_use = 1;
    return 1;
}

static const char *open_shared(cog_start_t *start, const cog_store_value_t *value,
                               cog_store_t *store)
{
    const char *problem = NULL;

    if (!open_kept(start, value, store)) {
        problem = make(start, value);
        if (!problem) {
            open_kept(start, value, store);
        }
    }
    return problem;
}

/* ---- redis ---- */

static const char *make_redis(cog_start_t *start, const cog_store_value_t *value,
                              cog_store_t *store)
{
    const cog_store_host_t *host = &APR_ARRAY_IDX(value->hosts, 0, cog_store_host_t);
    cog_redis_conf_t conf = {.host = host->host,
                             .port = host->port,
                             .has_tls = value->has_tls,
                             .user = value->user,
                             .database = value->database,
                             .ca_file = value->ca_file};
    const char *problem =
        value->has_password
            ? cog_start_secret(start, "CognitoStore", &value->password, &conf.password)
            : NULL;

    if (problem || start->is_rehearsal) {
        return problem;
    }
    if (cog_redis_make(start->pool, &conf, store) != COG_OK) {
        return apr_pstrcat(start->scratch, "CognitoStore: '", value->name,
                           "' cannot be used: the certificates in ",
                           value->ca_file ? value->ca_file : "the system's folder",
                           " cannot be read", NULL);
    }
    return NULL;
}

/* ---- memcache ---- */

static const char *make_memcache(cog_start_t *start, const cog_store_value_t *value,
                                 cog_store_t *store)
{
    cog_memcache_conf_t conf = {.count = value->hosts->nelts,
                                .clock = cog_clock_system()};

    for (int i = 0; i < conf.count; ++i) {
        const cog_store_host_t *host = &APR_ARRAY_IDX(value->hosts, i, cog_store_host_t);

        conf.hosts[i] = host->host;
        conf.ports[i] = host->port;
    }
    if (cog_memcache_make(start->pool, &conf, store) != COG_OK) {
        return "CognitoStore: no memory can be had for the connections";
    }
    return NULL;
}

/* ---- any ---- */

static const char *make_any(cog_start_t *start, const cog_store_value_t *value,
                            cog_store_t *store)
{
    if (value->kind == COG_STORE_REDIS) {
        return make_redis(start, value, store);
    }
    if (start->is_rehearsal) {
        return NULL;
    }
    return value->kind == COG_STORE_MEMCACHE ? make_memcache(start, value, store)
                                             : open_shared(start, value, store);
}

static const char *key_of(apr_pool_t *pool, const cog_store_value_t *value)
{
    return apr_pstrcat(pool, value->name, " ", value->ca_file, NULL);
}

const char *cog_start_store(cog_start_t *start, const cog_store_value_t *value,
                            cog_store_t *store)
{
    const char *key = key_of(start->scratch, value);
    made_t *known = apr_hash_get(start->stores, key, APR_HASH_KEY_STRING);
    const char *problem;

    if (!known) {
        known = apr_pcalloc(start->pool, sizeof(*known));
        known->kind = value->kind;
        problem = make_any(start, value, &known->store);
        if (problem) {
            return problem;
        }
        apr_hash_set(start->stores, key, APR_HASH_KEY_STRING, known);
    }
    *store = known->store;
    return NULL;
}

static void sweep(void *context, apr_pool_t *scratch, const cog_log_t *log)
{
    (void)scratch;
    cog_store_shm_sweep(context, log);
}

void cog_stores_tend(const cog_start_t *start, server_rec *s)
{
    apr_hash_index_t *i = apr_hash_first(start->scratch, start->stores);

    for (; i; i = apr_hash_next(i)) {
        made_t *made = apr_hash_this_val(i);
        const cog_task_t task = {"sweeping the store", SWEEP_EVERY, sweep, &made->store};

        if (made->kind == COG_STORE_SHMCB) {
            cog_watchdog_add(start->pool, s, &task);
        }
    }
}

void cog_stores_let_go(const cog_start_t *start)
{
    kept_t **link = list_of(start->process);

    while (*link) {
        kept_t *kept = *link;

        if (kept->is_in_use) {
            kept->is_in_use = 0;
            link = &kept->next;
        }
        else {
            *link = kept->next;
            apr_pool_destroy(kept->pool);
        }
    }
}
