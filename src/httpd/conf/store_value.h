/* The value of CognitoStore: which store, and what it needs. */
#ifndef COG_HTTPD_CONF_STORE_VALUE_H
#define COG_HTTPD_CONF_STORE_VALUE_H

#include <apr_pools.h>
#include <apr_tables.h>

#include "httpd/conf/peer_login.h"
#include "httpd/conf/store_host.h"

typedef enum {
    COG_STORE_SHMCB,
    COG_STORE_DBM,
    COG_STORE_MEMCACHE,
    COG_STORE_REDIS
} cog_store_kind_t;

typedef struct {
    cog_store_kind_t kind;
    const char *name; /* the value in its normal form: the same for the same store */
    const char *form; /* shmcb, dbm: the name without its size */
    apr_size_t size;  /* shmcb, dbm: in bytes */
    const char *path; /* dbm */
    apr_array_header_t *hosts; /* memcache, redis: cog_store_host_t, at least one */
    /* redis */
    int has_tls;
    cog_peer_login_t login; /* all zeros: none */
    int database;
    const char *ca_file; /* NULL: not said; "": the system's */
    int has_certificate; /* of ours, with its key in one PEM text */
    cog_secret_source_t certificate;
} cog_store_value_t;

/* Parse the value of a directive. Returns NULL, or what is wrong and what would be right,
 * as the rest of a sentence about the value; `may_show` is false when the value may hold
 * a secret. */
const char *cog_store_value_parse(apr_pool_t *pool, const char *text,
                                  cog_store_value_t *value, int *may_show);

/* The name as it may be shown: without what a program of exec: is told. */
const char *cog_store_value_shown(apr_pool_t *pool, const cog_store_value_t *value);

/* Do other hosts use it, too? */
int cog_store_value_is_shared(const cog_store_value_t *value);

/* What is used when nothing is written. */
cog_store_value_t cog_store_value_default(void);

#endif
