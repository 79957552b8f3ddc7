#include "httpd/start/stores.h"

#include <apr_strings.h>
#include <string.h>

#include <http_main.h>

#include "httpd/clock.h"
#include "httpd/conf/secret_words.h"
#include "httpd/log_httpd.h"
#include "httpd/start/state_dir.h"
#include "httpd/start/store_memory.h"
#include "httpd/start/watchdog.h"
#include "net/memcache/memcache.h"
#include "net/redis/redis.h"
#include "net/server/client_certificate.h"
#include "net/shm/store_shm.h"

#define SWEEP_EVERY apr_time_from_sec(10)

/* Of some 2 kB each; two a user pool. */
#define DOCUMENTS      "auth_cognito.documents"
#define DOCUMENTS_SIZE COG_STORE_SHM_MIN

/* Returns the rest of a sentence. */
static const char *open_shared(cog_start_t *start, const cog_store_value_t *value,
                               cog_store_t *store)
{
    const cog_clock_t clock = cog_clock_system();
    void *memory;
    const char *problem = cog_store_memory_get(start, value, &memory);

    if (!problem &&
        cog_store_shm_open(start->pool, memory, value->form, &clock, store) != COG_OK) {
        problem = "has memory of another version of the module; stop httpd and start it "
                  "again";
    }
    return problem;
}

static const char *make_shared(cog_start_t *start, const cog_store_value_t *value,
                               cog_store_t *store)
{
    const char *problem = open_shared(start, value, store);

    if (!problem) {
        return NULL;
    }
    return apr_pstrcat(start->scratch, "CognitoStore: '", value->name, "' ", problem,
                       value->kind == COG_STORE_DBM
                           ? "; write dbm:PATH, a file of its own with one size in a "
                             "folder for the user who starts httpd"
                           : "",
                       NULL);
}

/* ---- redis ---- */

static const char *read_certificate(cog_start_t *start, const cog_store_value_t *value,
                                    cog_secret_t *certificate)
{
    const char *problem =
        cog_start_secret(start, "CognitoStore", &value->certificate, certificate);

    if (problem || !cog_secret_is_set(*certificate)) {
        return problem;
    }
    problem = cog_client_certificate_check(*certificate);
    return problem
               ? apr_pstrcat(start->scratch, "CognitoStore: 'cert=",
                             cog_secret_words_source(start->scratch, &value->certificate),
                             "' ", problem, NULL)
               : NULL;
}

static const char *read_secrets(cog_start_t *start, const cog_store_value_t *value,
                                cog_redis_conf_t *conf)
{
    const char *problem = value->login.has_password
                              ? cog_start_secret(start, "CognitoStore",
                                                 &value->login.password, &conf->password)
                              : NULL;

    if (problem || !value->has_certificate) {
        return problem;
    }
    return read_certificate(start, value, &conf->certificate);
}

static const char *make_redis(cog_start_t *start, const cog_store_value_t *value,
                              cog_store_t *store)
{
    const cog_store_host_t *host = &APR_ARRAY_IDX(value->hosts, 0, cog_store_host_t);
    cog_redis_conf_t conf = {.host = host->host,
                             .port = host->port,
                             .has_tls = value->has_tls,
                             .user = value->login.user,
                             .database = value->database,
                             .ca_file = value->ca_file};
    const char *problem = read_secrets(start, value, &conf);

    if (problem || start->is_rehearsal) {
        return problem;
    }
    if (cog_redis_make(start->pool, &conf, store) != COG_OK) {
        return apr_pstrcat(start->scratch, "CognitoStore: '",
                           cog_store_value_shown(start->scratch, value),
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
                                             : make_shared(start, value, store);
}

/* ---- the documents of user pools ---- */

static void tell_of_memory(const cog_start_t *start, const char *path,
                           const char *problem)
{
    COG_LOG(cog_log_of_server(start->scratch, ap_server_conf), WARNING, 4112,
            "what user pools publish will not outlive a stop of httpd, so that a start "
            "during an outage lets nobody in: %s %s",
            path, problem);
}

const char *cog_start_documents(cog_start_t *start, cog_store_t *store)
{
    const char *path = cog_state_path(start->pool, DOCUMENTS);
    cog_store_value_t value = {COG_STORE_DBM, .name = DOCUMENTS, .form = DOCUMENTS,
                               .size = DOCUMENTS_SIZE, .path = path};
    const char *problem;

    if (start->is_rehearsal || start->documents.get) {
        *store = start->documents;
        return NULL;
    }
    problem = open_shared(start, &value, &start->documents);
    if (problem) {
        tell_of_memory(start, path, problem);
        value.kind = COG_STORE_SHMCB;
        problem = open_shared(start, &value, &start->documents);
    }
    *store = start->documents;
    return problem;
}

/* ---- all of a start ---- */

static int is_in_memory(const cog_made_store_t *made)
{
    return made->kind == COG_STORE_SHMCB || made->kind == COG_STORE_DBM;
}

int cog_made_store_percent(const cog_made_store_t *made)
{
    return is_in_memory(made) ? (int)cog_store_shm_percent(&made->store) : -1;
}

static const char *make_metered(cog_start_t *start, const cog_store_value_t *value,
                                cog_made_store_t *made)
{
    const char *problem = make_any(start, value, &made->store);

    made->kind = value->kind;
    made->name = cog_store_value_shown(start->pool, value);
    made->metered = made->store;
    if (!problem && start->meter) {
        cog_meter_shm_wrap_store(start->pool, start->meter, made->name, &made->store,
                                 &made->metered);
    }
    return problem;
}

static const char *key_of(apr_pool_t *pool, const cog_store_value_t *value)
{
    return apr_pstrcat(pool, value->name, " ", value->ca_file ? value->ca_file : "", " ",
                       value->has_certificate ? value->certificate.where : "", NULL);
}

const char *cog_start_store(cog_start_t *start, const cog_store_value_t *value,
                            const cog_made_store_t **store)
{
    const char *key = key_of(start->scratch, value);
    cog_made_store_t *known = apr_hash_get(start->stores, key, APR_HASH_KEY_STRING);
    const char *problem;

    if (!known) {
        known = apr_pcalloc(start->pool, sizeof(*known));
        problem = make_metered(start, value, known);
        if (problem) {
            return problem;
        }
        apr_hash_set(start->stores, key, APR_HASH_KEY_STRING, known);
    }
    *store = known;
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
        cog_made_store_t *made = apr_hash_this_val(i);
        const cog_task_t task = {"sweeping the store", SWEEP_EVERY, sweep, &made->store};

        if (is_in_memory(made)) {
            (void)cog_watchdog_add(start->pool, s, &task);
        }
    }
}
