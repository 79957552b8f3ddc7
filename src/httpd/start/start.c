#include "httpd/start/start.h"

#include <apr_strings.h>
#include <string.h>

#include "crypto/keyring.h"
#include "flow/provider/provider.h"
#include "flow/token_cache.h"
#include "httpd/conf/secret_words.h"
#include "httpd/start/own_key.h"
#include "net/fetch/fetch_curl.h"

cog_start_t *cog_start_make(apr_pool_t *pool, apr_pool_t *scratch, int is_rehearsal)
{
    cog_start_t *start = apr_pcalloc(scratch, sizeof(*start));

    start->pool = pool;
    start->scratch = scratch;
    start->is_rehearsal = is_rehearsal;
    start->secrets = apr_hash_make(scratch);
    start->providers = apr_hash_make(scratch);
    start->fetchers = apr_hash_make(scratch);
    start->stores = apr_hash_make(scratch);
    start->keyrings = apr_hash_make(scratch);
    start->audit_logs = apr_hash_make(scratch);
    start->signing_keys = apr_hash_make(scratch);
    return start;
}

/* Tells one source from another; may hold secrets, for programs may be told some. */
static const char *name_of(apr_pool_t *pool, const cog_secret_source_t *source)
{
    static const char *const kinds[] = {[COG_SOURCE_FILE] = "file:",
                                        [COG_SOURCE_ENV] = "env:",
                                        [COG_SOURCE_EXEC] = "exec:"};

    return apr_pstrcat(pool, kinds[source->kind], source->where, NULL);
}

/* A program may be slow, ask somebody, or count: it is not run for a rehearsal. */
static const char *read_now(cog_start_t *start, const cog_secret_source_t *source,
                            cog_secret_t *secret)
{
    if (start->is_rehearsal && source->kind == COG_SOURCE_EXEC) {
        return NULL;
    }
    return cog_secret_source_read(start->pool, source, secret);
}

const char *cog_start_secret(cog_start_t *start, const char *directive,
                             const cog_secret_source_t *source, cog_secret_t *secret)
{
    const char *name = name_of(start->scratch, source);
    cog_secret_t *known = apr_hash_get(start->secrets, name, APR_HASH_KEY_STRING);

    if (!known) {
        const char *problem;

        known = apr_pcalloc(start->scratch, sizeof(*known));
        problem = read_now(start, source, known);
        if (problem) {
            return apr_psprintf(start->scratch, "%s: '%s' %s", directive,
                                cog_secret_words_source(start->scratch, source), problem);
        }
        apr_hash_set(start->secrets, name, APR_HASH_KEY_STRING, known);
    }
    *secret = *known;
    return NULL;
}

static const char *make_keyring(cog_start_t *start, const cog_secret_t *secrets,
                                int count, const cog_keyring_t **keyring)
{
    cog_keyring_t *made;

    if (cog_keyring_make(start->pool, secrets, count, &made) != COG_OK) {
        return "no keys can be made of the secrets in CognitoSecret";
    }
    *keyring = made;
    return NULL;
}

const char *cog_start_key(cog_start_t *start, const char *directive,
                          const cog_secret_source_t *source, cog_secret_t *secret)
{
    const char *problem = cog_start_secret(start, directive, source, secret);

    if (problem) {
        return problem;
    }
    if (cog_secret_is_set(*secret) && secret->len < COG_SECRET_MIN_LEN) {
        return apr_psprintf(start->scratch,
                            "%s: '%s' is shorter than 32 bytes; write one with "
                            "openssl rand -base64 32",
                            directive, cog_secret_words_source(start->scratch, source));
    }
    return NULL;
}

static const char *names_of(apr_pool_t *pool, const apr_array_header_t *sources)
{
    const char *names = "";

    for (int i = 0; sources && i < sources->nelts; ++i) {
        names = apr_pstrcat(
            pool, names, " ",
            name_of(pool, &APR_ARRAY_IDX(sources, i, cog_secret_source_t)), NULL);
    }
    return names;
}

static const char *read_keys(cog_start_t *start, const apr_array_header_t *sources,
                             cog_secret_t *secrets)
{
    const char *problem = NULL;

    if (!sources) {
        return cog_own_key_load(start->pool, !start->is_rehearsal, secrets);
    }
    for (int i = 0; !problem && i < sources->nelts; ++i) {
        problem =
            cog_start_key(start, "CognitoSecret",
                          &APR_ARRAY_IDX(sources, i, cog_secret_source_t), &secrets[i]);
    }
    return problem;
}

const char *cog_start_keyring(cog_start_t *start, const apr_array_header_t *sources,
                              const cog_keyring_t **keyring)
{
    cog_secret_t secrets[COG_KEYRING_MAX] = {
        {NULL, 0}
    };
    const char *names = names_of(start->scratch, sources);
    const char *problem;

    *keyring = apr_hash_get(start->keyrings, names, APR_HASH_KEY_STRING);
    if (*keyring) {
        return NULL;
    }
    problem = read_keys(start, sources, secrets);
    if (!problem && !start->is_rehearsal) {
        problem = make_keyring(start, secrets, sources ? sources->nelts : 1, keyring);
        apr_hash_set(start->keyrings, names, APR_HASH_KEY_STRING, *keyring);
    }
    return problem;
}

/* The name of a source may hold less than the source. */
static const char *key_of_proxy(apr_pool_t *pool, const cog_proxy_t *proxy)
{
    return apr_pstrcat(pool, proxy->name, " ",
                       proxy->has_password ? name_of(pool, &proxy->source) : "", NULL);
}

const char *cog_start_fetcher(cog_start_t *start, const cog_fetch_conf_t *conf,
                              cog_fetcher_t *fetcher)
{
    const char *key =
        apr_psprintf(start->scratch, "%" APR_TIME_T_FMT " %" APR_TIME_T_FMT " %s %s",
                     conf->connect_limit, conf->total_limit,
                     conf->proxy ? key_of_proxy(start->scratch, conf->proxy) : "",
                     conf->ca_file ? conf->ca_file : "");
    cog_fetcher_t *known = apr_hash_get(start->fetchers, key, APR_HASH_KEY_STRING);

    if (!known) {
        known = apr_pcalloc(start->scratch, sizeof(*known));
        if (cog_fetch_curl_make(start->pool, conf, known) != COG_OK) {
            return "libcurl cannot be made ready for calls to the user pool";
        }
        apr_hash_set(start->fetchers, key, APR_HASH_KEY_STRING, known);
    }
    *fetcher = *known;
    return NULL;
}

static const char *or_dash(const char *text)
{
    return text ? text : "-";
}

static const char *key_of(apr_pool_t *pool, const cog_provider_conf_t *conf)
{
    const cog_endpoints_t *e = &conf->endpoints;

    return apr_pstrcat(
        pool, apr_array_pstrcat(pool, conf->issuers, ' '), " ", conf->discovery_url, " ",
        or_dash(e->authorize), " ", or_dash(e->token), " ", or_dash(e->userinfo), " ",
        or_dash(e->revoke), " ", or_dash(e->logout), " ", or_dash(e->jwks), NULL);
}

const char *cog_start_provider(cog_start_t *start, const cog_provider_conf_t *conf,
                               cog_provider_t **provider)
{
    const char *key = key_of(start->scratch, conf);
    cog_provider_t *known = apr_hash_get(start->providers, key, APR_HASH_KEY_STRING);

    for (int i = 0; !known && start->meter && i < conf->issuers->nelts; ++i) {
        cog_meter_shm_know_issuer(start->meter,
                                  APR_ARRAY_IDX(conf->issuers, i, const char *));
    }
    if (!known) {
        if (cog_provider_make(start->pool, conf, &known) != COG_OK) {
            return "no memory can be had for the user pool's keys";
        }
        apr_hash_set(start->providers, key, APR_HASH_KEY_STRING, known);
    }
    *provider = known;
    return NULL;
}

const char *cog_start_token_cache(cog_start_t *start, cog_token_cache_t **cache)
{
    if (!*cache &&
        cog_token_cache_make(start->pool, cog_random_system(), cache) != COG_OK) {
        return "the cache of tokens cannot be made";
    }
    return NULL;
}

static const char *read_given(cog_start_t *start, const apr_array_header_t *sources,
                              cog_secret_t *pems)
{
    const char *problem = NULL;

    for (int i = 0; !problem && i < sources->nelts; ++i) {
        problem =
            cog_start_secret(start, "CognitoAssertionKey",
                             &APR_ARRAY_IDX(sources, i, cog_secret_source_t), &pems[i]);
    }
    return problem;
}

static int are_read(const cog_secret_t *pems, int count)
{
    while (count > 0 && cog_secret_is_set(pems[count - 1])) {
        --count;
    }
    return count == 0;
}

static const char *make_given(cog_start_t *start, const apr_array_header_t *sources,
                              cog_signing_keys_t **keys)
{
    cog_secret_t pems[COG_SIGNING_GIVEN_MAX] = {
        {NULL, 0}
    };
    const char *problem = read_given(start, sources, pems);

    if (problem || !are_read(pems, sources->nelts)) {
        return problem;
    }
    return cog_signing_keys_given(start->pool, pems, sources->nelts, keys) == COG_OK
               ? NULL
               : "CognitoAssertionKey: each source has to hold another private key on "
                 "the "
                 "curve P-256 in PEM form, without a password; write one with openssl "
                 "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256";
}

static const char *make_own(cog_start_t *start, const cog_keyring_t *keyring,
                            cog_signing_keys_t **keys)
{
    return !keyring || cog_signing_keys_own(start->pool, keyring, keys) == COG_OK
               ? NULL
               : "no lock can be had for the keys that sign assertions";
}

const char *cog_start_signing_keys(cog_start_t *start, const apr_array_header_t *sources,
                                   const cog_keyring_t *keyring,
                                   cog_signing_keys_t **keys)
{
    int is_given = sources && sources->nelts > 0;
    const char *names =
        is_given ? names_of(start->scratch, sources)
                 : apr_psprintf(start->scratch, "%pp", (void *)(uintptr_t)keyring);
    const char *problem;

    *keys = apr_hash_get(start->signing_keys, names, APR_HASH_KEY_STRING);
    if (*keys) {
        return NULL;
    }
    problem =
        is_given ? make_given(start, sources, keys) : make_own(start, keyring, keys);
    if (*keys) {
        apr_hash_set(start->signing_keys, names, APR_HASH_KEY_STRING, *keys);
    }
    return problem;
}
