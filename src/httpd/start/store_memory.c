#include "httpd/start/store_memory.h"

#include <apr_shm.h>
#include <apr_strings.h>
#include <string.h>

#include <http_main.h>

#include "httpd/log_httpd.h"
#include "httpd/start/store_file.h"
#include "net/shm/store_segment.h"

/* changes with kept_t and with the layout of a store */
#define KEPT "mod_auth_cognito stores 1"

/* Data alone, for the module may be loaded anew, to another place. */
typedef struct kept_t {
    struct kept_t *next;
    const char *name;
    const char *path; /* NULL: in no file */
    apr_pool_t *pool; /* its own */
    void *memory;
    int is_in_use; /* by the configuration that starts */
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

static kept_t *find_file(apr_pool_t *process, const char *path)
{
    kept_t *kept = *list_of(process);

    while (kept && (!kept->path || strcmp(kept->path, path) != 0)) {
        kept = kept->next;
    }
    return kept;
}

/* ---- in no file ---- */

static const char *make_anonymous(const cog_store_value_t *value, kept_t *kept)
{
    apr_shm_t *shared;
    apr_status_t rv =
        apr_shm_create(&shared, cog_store_segment_size(value->size), NULL, kept->pool);

    if (rv != APR_SUCCESS) {
        return apr_psprintf(
            kept->pool, "cannot be had from the system: %pm; write a smaller size", &rv);
    }
    kept->memory = apr_shm_baseaddr_get(shared);
    return cog_store_segment_format(kept->memory, value->size) == COG_OK
               ? NULL
               : "needs locks for shared memory, which this system does not have";
}

/* ---- in a file ---- */

static void tell_of_file(const cog_start_t *start, const cog_store_file_t *file)
{
    const cog_log_t *log = cog_log_of_server(start->scratch, ap_server_conf);

    if (file->emptied > 0) {
        COG_LOG(log, WARNING, 4106,
                "the store in %s was damaged: %u of its %" APR_SIZE_T_FMT
                " parts have been emptied, with the sessions in them",
                file->path, file->emptied, file->size / (1024 * 1024));
    }
    if (file->is_new) {
        COG_LOG(log, DEBUG, 4107, "the store in %s is new and empty", file->path);
    }
}

static const char *open_file(const cog_start_t *start, const cog_store_value_t *value,
                             kept_t *kept)
{
    const kept_t *other = find_file(start->process, value->path);
    cog_store_file_t file = {
        .path = value->path, .size = value->size, .is_ours = other != NULL};
    const char *problem;

    if (other && other->is_in_use) {
        return "is written with another size, too";
    }
    problem = cog_store_file_open(kept->pool, &file);
    if (problem) {
        return problem;
    }
    tell_of_file(start, &file);
    kept->path = apr_pstrdup(kept->pool, value->path);
    kept->memory = file.memory;
    return NULL;
}

/* ---- either ---- */

static const char *make(cog_start_t *start, const cog_store_value_t *value, kept_t **made)
{
    apr_pool_t *pool;
    const char *problem;

    if (apr_pool_create(&pool, start->process) != APR_SUCCESS) {
        return "finds no memory";
    }
    *made = apr_pcalloc(pool, sizeof(**made));
    (*made)->pool = pool;
    (*made)->name = apr_pstrdup(pool, value->name);
    problem = value->kind == COG_STORE_DBM ? open_file(start, value, *made)
                                           : make_anonymous(value, *made);
    if (problem) {
        problem = apr_pstrdup(start->scratch, problem);
        apr_pool_destroy(pool);
        return problem;
    }
    (*made)->next = *list_of(start->process);
    *list_of(start->process) = *made;
    return NULL;
}

const char *cog_store_memory_get(cog_start_t *start, const cog_store_value_t *value,
                                 void **memory)
{
    kept_t *kept = find(start->process, value->name);
    const char *problem = kept ? NULL : make(start, value, &kept);

    if (problem) {
        return problem;
    }
    kept->is_in_use = 1;
    *memory = kept->memory;
    return NULL;
}

void cog_store_memory_let_go(const cog_start_t *start)
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
