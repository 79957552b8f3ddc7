/* What the files share that make sites of what was written. A problem is a sentence for
 * the administrator; NULL is none. */
#ifndef COG_HTTPD_START_START_H
#define COG_HTTPD_START_START_H

#include <apr_hash.h>
#include <apr_pools.h>

#include "base/secret.h"
#include "base/secret_source.h"
#include "crypto/signing_keys.h"
#include "flow/provider/provider.h"
#include "net/fetch/fetch_curl.h"
#include "net/meter/meter_shm.h"
#include "session/revocation_table.h"

typedef struct {
    apr_pool_t *process; /* lives as long as httpd, over restarts */
    apr_pool_t *pool;    /* lives as long as the configuration */
    apr_pool_t *scratch;
    int is_rehearsal;      /* nothing is changed, no program is run */
    apr_hash_t *secrets;   /* cog_secret_t, by source: none is read twice */
    apr_hash_t *providers; /* cog_provider_t, by user pool: clients share it */
    apr_hash_t *fetchers;  /* cog_fetcher_t, by settings: hosts share it */
    apr_hash_t *stores;    /* of stores.c, by setting: hosts share them */
    apr_hash_t *keyrings;  /* cog_keyring_t, by sources: hosts share it */
    cog_store_t documents; /* of all hosts; empty until one needs it */
    cog_revocation_table_t *revocations; /* of all hosts; NULL until one needs it */
    apr_hash_t *signing_keys;       /* cog_signing_keys_t, by sources: hosts share it */
    cog_token_cache_t *token_cache; /* of all hosts; NULL until one needs it */
    cog_token_cache_t *assertions;  /* likewise */
    apr_hash_t *audit_logs;         /* cog_audit_log_t, by what is written for them */
    cog_meter_shm_t *meter;         /* of all hosts; NULL in a rehearsal */
} cog_start_t;

cog_start_t *cog_start_make(apr_pool_t *pool, apr_pool_t *scratch, int is_rehearsal);

/* Read a secret that `directive` names. In a rehearsal one of exec: stays unset. */
const char *cog_start_secret(cog_start_t *start, const char *directive,
                             const cog_secret_source_t *source, cog_secret_t *secret);

/* The same for a key, which has 32 bytes or more. */
const char *cog_start_key(cog_start_t *start, const char *directive,
                          const cog_secret_source_t *source, cog_secret_t *secret);

/* The keys that seal: of CognitoSecret, or NULL for the server's own key. */
const char *cog_start_keyring(cog_start_t *start, const apr_array_header_t *sources,
                              const cog_keyring_t **keyring);

/* The fetcher with these settings. */
const char *cog_start_fetcher(cog_start_t *start, const cog_fetch_conf_t *conf,
                              cog_fetcher_t *fetcher);

/* The keys that sign what backends are told: of CognitoAssertionKey, else those that
 * follow from the keyring. In a rehearsal they may stay unset. */
const char *cog_start_signing_keys(cog_start_t *start, const apr_array_header_t *sources,
                                   const cog_keyring_t *keyring,
                                   cog_signing_keys_t **keys);

/* Where verified tokens, or what was signed a moment ago, are remembered: `cache` is one
 * of the start's. */
const char *cog_start_token_cache(cog_start_t *start, cog_token_cache_t **cache);

/* The provider of a user pool. */
const char *cog_start_provider(cog_start_t *start, const cog_provider_conf_t *conf,
                               cog_provider_t **provider);

#endif
