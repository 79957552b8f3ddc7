/* A user pool as its clients see it: endpoints and signing keys, fetched when needed and
 * kept in the process. One thread fetches, the others wait for it or use what is there.
 */
#ifndef COG_FLOW_PROVIDER_H
#define COG_FLOW_PROVIDER_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <jansson.h>

#include "base/error.h"
#include "base/secret.h"
#include "flow/flow.h"
#include "flow/provider/bulkhead.h"
#include "flow/provider/outage.h"
#include "flow/provider/single_flight.h"
#include "oidc/endpoints.h"

typedef struct {
    /* `const char *`, at least one; discovery asks the first. */
    const apr_array_header_t *issuers;
    const char *discovery_url;
    cog_endpoints_t endpoints; /* those that are configured */
} cog_provider_conf_t;

/* At start, before the process forks. It borrows the texts of `conf` and lives, as they
 * must, as long as `conf_pool`. Thread-safe afterwards; what it fetches is on pools of
 * its own. */
cog_err_t cog_provider_make(apr_pool_t *conf_pool, const cog_provider_conf_t *conf,
                            cog_provider_t **provider);

/* What it was made of. */
const cog_provider_conf_t *cog_provider_conf(const cog_provider_t *provider);

/* The endpoints, complete; copied to the flow's pool. Discovery is asked when the
 * configured ones are not, apart from the key set, which is below the issuer then.
 * Without a document that was ever good: COG_E_DISCOVERY, COG_E_IDP_UNREACHABLE or
 * COG_E_IDP_BUSY. */
cog_err_t cog_provider_endpoints(cog_flow_t *flow, cog_provider_t *provider,
                                 cog_endpoints_t *endpoints);

/* Whether its token endpoint answers renewals. */
cog_outage_t *cog_provider_outage(cog_provider_t *provider);

/* Those who wait for its token endpoint, and for its revocation endpoint. */
cog_bulkhead_t *cog_provider_redeeming(cog_provider_t *provider);
cog_bulkhead_t *cog_provider_revoking(cog_provider_t *provider);

/* Verify a token's signature with a key of the issuer that it names, which must be one of
 * the configured. An unknown kid leads to one fetch of the key set in COG_KID_PAUSE_SEC.
 * `issuer` is set to the configured issuer that was matched. */
cog_err_t cog_provider_verify(cog_flow_t *flow, cog_provider_t *provider,
                              cog_secret_t token, const char **issuer, json_t **claims);

/* Are there keys of its first issuer? They are fetched when there are none, as for a
 * token. */
cog_err_t cog_provider_check(cog_flow_t *flow, cog_provider_t *provider);

/* While nobody waits: fetch anew what was fetched once and will soon be too old. Stops at
 * the first that fails. */
cog_err_t cog_provider_renew_ahead(cog_flow_t *flow, cog_provider_t *provider);

/* A number that changes whenever a key set was fetched: from then on, what was verified
 * before is not verified any more. Cheap. */
unsigned cog_provider_generation(const cog_provider_t *provider);

#endif
