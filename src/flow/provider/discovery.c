#include "flow/provider/discovery.h"

#include "base/log.h"
#include "flow/provider/document.h"
#include "flow/provider/provider.h"
#include "oidc/endpoints.h"

/* 403 and 404 come from hosts that know no such pool, and from issuer-cognito-idp for
 * pools that were not switched to it. */
static cog_err_t refuse(cog_flow_t *flow, const char *url, const cog_document_t *document)
{
    int status = document->status;

    if (status == 403 || status == 404) {
        COG_LOG(flow->ports->log, ERROR, 3210,
                "discovery at %s answers %d: there is no such user pool; compare region "
                "and id in CognitoUserPool, and the URL in CognitoIssuer",
                url, status);
        return COG_E_DISCOVERY;
    }
    COG_LOG(flow->ports->log, WARNING, 3211, "discovery at %s answers %d", url, status);
    return cog_document_is_overload(document) ? COG_E_IDP_BUSY : COG_E_DISCOVERY;
}

static cog_err_t read_document(cog_flow_t *flow, const cog_provider_conf_t *conf,
                               const cog_document_t *document, cog_snapshot_t *snapshot)
{
    const char *issuer = APR_ARRAY_IDX(conf->issuers, 0, const char *);
    cog_endpoints_t *endpoints = apr_pcalloc(snapshot->pool, sizeof(*endpoints));
    const char *reason;
    cog_err_t err;

    if (document->status != 200) {
        return refuse(flow, conf->discovery_url, document);
    }
    err = cog_discovery_parse(snapshot->pool, document->body, issuer, endpoints, &reason);
    if (err != COG_OK) {
        COG_LOG(flow->ports->log, ERROR, 3212,
                "discovery at %s gives no usable document: %s; compare CognitoIssuer, or "
                "name the user pool's domain in CognitoDomain",
                conf->discovery_url, reason);
        return err;
    }
    snapshot->value = endpoints;
    return COG_OK;
}

cog_err_t cog_discovery_load(cog_flow_t *flow, const void *context,
                             const cog_document_freshness_t *freshness,
                             cog_snapshot_t *snapshot)
{
    const cog_provider_conf_t *conf = context;
    cog_document_t document = {.call = COG_CALL_DISCOVERY};

    COG_TRY(cog_document_get(flow, conf->discovery_url, freshness, &document));
    snapshot->made_at = document.fetched_at;
    return cog_document_finish(flow, conf->discovery_url, &document,
                               read_document(flow, conf, &document, snapshot));
}
