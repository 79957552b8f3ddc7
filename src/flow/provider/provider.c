#include "flow/provider/provider.h"

#include <apr_strings.h>
#include <string.h>

#include "base/text.h"
#include "crypto/jws.h"
#include "flow/meter.h"
#include "flow/provider/discovery.h"
#include "flow/provider/key_set.h"

#define LOG_LIMIT 200 /* of foreign text in a log line */

/* The key set of one issuer. */
typedef struct {
    const cog_provider_t *provider;
    const char *issuer;
    cog_single_flight_t *flight; /* to a cog_jwk_set_t */
} issuer_keys_t;

struct cog_provider_t {
    cog_provider_conf_t conf;
    cog_single_flight_t *discovery; /* to a cog_endpoints_t */
    apr_array_header_t *keys;       /* issuer_keys_t, in the order of the issuers */
    cog_outage_t outage;
    cog_bulkhead_t redeeming;
    cog_bulkhead_t revoking;
};

static cog_err_t discover(cog_flow_t *flow, const cog_provider_t *provider,
                          cog_endpoints_t *endpoints)
{
    cog_snapshot_t *snapshot;

    COG_TRY(cog_single_flight_get(flow, provider->discovery, &snapshot));
    cog_endpoints_copy(flow->pool, snapshot->value, endpoints);
    cog_snapshot_release(snapshot);
    return COG_OK;
}

const cog_provider_conf_t *cog_provider_conf(const cog_provider_t *provider)
{
    return &provider->conf;
}

cog_outage_t *cog_provider_outage(cog_provider_t *provider)
{
    return &provider->outage;
}

cog_bulkhead_t *cog_provider_redeeming(cog_provider_t *provider)
{
    return &provider->redeeming;
}

cog_bulkhead_t *cog_provider_revoking(cog_provider_t *provider)
{
    return &provider->revoking;
}

static const char *first_issuer(const cog_provider_t *provider)
{
    return APR_ARRAY_IDX(provider->conf.issuers, 0, const char *);
}

/* A domain, or single endpoints, say all but where the keys are, and those of a user pool
 * are below its issuer. */
static int needs_discovery(const cog_provider_t *provider)
{
    cog_endpoints_t known = provider->conf.endpoints;

    if (!known.jwks) {
        known.jwks = first_issuer(provider);
    }
    return !cog_endpoints_are_complete(&known);
}

static cog_err_t find_keys_url(cog_flow_t *flow, const issuer_keys_t *keys,
                               const char **url)
{
    const cog_provider_t *provider = keys->provider;
    cog_endpoints_t found = {.jwks = provider->conf.endpoints.jwks};

    if (!found.jwks && keys->issuer == first_issuer(provider) &&
        needs_discovery(provider)) {
        cog_err_t err = discover(flow, provider, &found);

        /* a pool without a domain has no usable document, but it has keys */
        COG_REQUIRE(err == COG_OK || err == COG_E_DISCOVERY, err);
    }
    *url = found.jwks ? found.jwks : cog_discovery_jwks_url(flow->pool, keys->issuer);
    return COG_OK;
}

static cog_err_t get_keys(cog_flow_t *flow, const issuer_keys_t *keys,
                          const cog_document_freshness_t *freshness,
                          cog_snapshot_t *snapshot)
{
    const char *url;

    COG_TRY(find_keys_url(flow, keys, &url));
    return cog_key_set_load(flow, url, freshness, snapshot);
}

static cog_err_t load_keys(cog_flow_t *flow, const void *context,
                           const cog_document_freshness_t *freshness,
                           cog_snapshot_t *snapshot)
{
    const issuer_keys_t *keys = context;
    cog_err_t err = get_keys(flow, keys, freshness, snapshot);

    if (err != COG_E_NOT_FOUND) {
        cog_flow_note_keys(flow, keys->issuer, err, snapshot->made_at);
    }
    return err;
}

static cog_err_t make_keys(apr_pool_t *conf_pool, const cog_provider_t *provider,
                           const char *issuer, issuer_keys_t *keys)
{
    const char *what = apr_pstrcat(conf_pool, "the key set of ", issuer, NULL);

    keys->provider = provider;
    keys->issuer = issuer;
    return cog_single_flight_make(conf_pool, what, load_keys, keys, &keys->flight);
}

cog_err_t cog_provider_make(apr_pool_t *conf_pool, const cog_provider_conf_t *conf,
                            cog_provider_t **provider)
{
    cog_provider_t *made = apr_pcalloc(conf_pool, sizeof(*made));
    int count = conf->issuers->nelts;
    const char *what;

    made->conf = *conf;
    what = apr_pstrcat(conf_pool, "the discovery document of ", first_issuer(made), NULL);
    COG_TRY(cog_single_flight_make(conf_pool, what, cog_discovery_load, &made->conf,
                                   &made->discovery));
    made->keys = apr_array_make(conf_pool, count, sizeof(issuer_keys_t));
    for (int i = 0; i < count; ++i) {
        COG_TRY(make_keys(conf_pool, made, APR_ARRAY_IDX(conf->issuers, i, const char *),
                          apr_array_push(made->keys)));
    }
    *provider = made;
    return COG_OK;
}

cog_err_t cog_provider_endpoints(cog_flow_t *flow, cog_provider_t *provider,
                                 cog_endpoints_t *endpoints)
{
    cog_endpoints_t found = {0}, all;
    cog_err_t err = COG_OK;

    cog_endpoints_copy(flow->pool, &provider->conf.endpoints, &all);
    if (needs_discovery(provider)) {
        err = discover(flow, provider, &found);
        cog_endpoints_add(&found, &all);
    }
    if (!all.jwks) {
        all.jwks = cog_discovery_jwks_url(flow->pool, first_issuer(provider));
    }
    COG_REQUIRE(cog_endpoints_are_complete(&all), err == COG_OK ? COG_E_DISCOVERY : err);
    *endpoints = all;
    return COG_OK;
}

static const issuer_keys_t *keys_of(const cog_provider_t *provider, const char *issuer)
{
    for (int i = 0; i < provider->keys->nelts; ++i) {
        const issuer_keys_t *keys = &APR_ARRAY_IDX(provider->keys, i, issuer_keys_t);

        if (strcmp(keys->issuer, issuer) == 0) {
            return keys;
        }
    }
    return NULL;
}

static cog_err_t refuse_issuer(cog_flow_t *flow, const cog_provider_t *provider,
                               const char *issuer)
{
    COG_LOG(flow->ports->log, WARNING, 3215,
            "token names the issuer %s, which is not configured beside %s",
            cog_text_for_log(flow->pool, issuer, LOG_LIMIT), first_issuer(provider));
    return COG_E_TOKEN_ISSUER;
}

static cog_err_t verify_by_newer(cog_flow_t *flow, const issuer_keys_t *keys,
                                 const cog_snapshot_t *seen, const cog_jws_t *jws,
                                 json_t **claims)
{
    cog_snapshot_t *newer = cog_single_flight_get_newer(flow, keys->flight, seen);
    cog_err_t err = COG_E_TOKEN_KEY;

    if (newer != seen) {
        err = cog_key_set_verify(newer, jws, claims);
    }
    if (err == COG_E_TOKEN_KEY) {
        COG_LOG(flow->ports->log, DEBUG, 3216, "token names the key %s, which %s lacks",
                cog_text_for_log(flow->pool, cog_jws_kid(jws), LOG_LIMIT), keys->issuer);
    }
    cog_snapshot_release(newer);
    return err;
}

static cog_err_t verify_by_issuer(cog_flow_t *flow, const issuer_keys_t *keys,
                                  const cog_jws_t *jws, json_t **claims)
{
    cog_snapshot_t *set;
    cog_err_t err;

    COG_TRY(cog_single_flight_get(flow, keys->flight, &set));
    err = cog_key_set_verify(set, jws, claims);
    if (err == COG_E_TOKEN_KEY) {
        err = verify_by_newer(flow, keys, set, jws, claims);
    }
    cog_snapshot_release(set);
    return err;
}

cog_err_t cog_provider_verify(cog_flow_t *flow, cog_provider_t *provider,
                              cog_secret_t token, const char **issuer, json_t **claims)
{
    const issuer_keys_t *keys;
    cog_jws_t *jws;

    COG_TRY(cog_jws_parse(flow->pool, token, &jws));
    keys = keys_of(provider, cog_jws_claimed_issuer(jws));
    if (!keys) {
        return refuse_issuer(flow, provider, cog_jws_claimed_issuer(jws));
    }
    COG_TRY(verify_by_issuer(flow, keys, jws, claims));
    *issuer = keys->issuer;
    return COG_OK;
}

cog_err_t cog_provider_check(cog_flow_t *flow, cog_provider_t *provider)
{
    const issuer_keys_t *first = &APR_ARRAY_IDX(provider->keys, 0, issuer_keys_t);
    cog_snapshot_t *set;

    COG_TRY(cog_single_flight_get(flow, first->flight, &set));
    cog_snapshot_release(set);
    return COG_OK;
}

cog_err_t cog_provider_renew_ahead(cog_flow_t *flow, cog_provider_t *provider)
{
    int is_known = 1;

    if (needs_discovery(provider)) {
        COG_TRY(cog_single_flight_renew_ahead(flow, provider->discovery, &is_known));
    }
    /* without it nobody knows where the first issuer's keys are */
    for (int i = is_known ? 0 : 1; i < provider->keys->nelts; ++i) {
        const issuer_keys_t *keys = &APR_ARRAY_IDX(provider->keys, i, issuer_keys_t);

        COG_TRY(cog_single_flight_renew_ahead(flow, keys->flight, &is_known));
    }
    return COG_OK;
}

unsigned cog_provider_generation(const cog_provider_t *provider)
{
    unsigned sum = 0;

    for (int i = 0; i < provider->keys->nelts; ++i) {
        sum += cog_single_flight_generation(
            APR_ARRAY_IDX(provider->keys, i, issuer_keys_t).flight);
    }
    return sum;
}
