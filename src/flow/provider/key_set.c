#include "flow/provider/key_set.h"

#include "base/log.h"
#include "base/text.h"
#include "crypto/jwk_set.h"
#include "flow/provider/document.h"

#define LOG_LIMIT 200 /* of foreign text in a log line */

static cog_err_t refuse(cog_flow_t *flow, const char *url, const cog_document_t *document)
{
    COG_LOG(flow->ports->log, WARNING, 3213, "key set at %s answers %d",
            cog_text_for_log(flow->pool, url, LOG_LIMIT), document->status);
    return cog_document_is_overload(document) ? COG_E_IDP_BUSY : COG_E_JWKS;
}

static cog_err_t read_document(cog_flow_t *flow, const char *url,
                               const cog_document_t *document, cog_snapshot_t *snapshot)
{
    cog_jwk_set_t *set;
    cog_err_t err;

    if (document->status != 200) {
        return refuse(flow, url, document);
    }
    err = cog_jwk_set_parse(snapshot->pool, document->body, &set);
    if (err != COG_OK) {
        COG_LOG(flow->ports->log, WARNING, 3214, "key set at %s is unusable",
                cog_text_for_log(flow->pool, url, LOG_LIMIT));
        return err;
    }
    snapshot->value = set;
    return COG_OK;
}

cog_err_t cog_key_set_load(cog_flow_t *flow, const char *url,
                           const cog_document_freshness_t *freshness,
                           cog_snapshot_t *snapshot)
{
    cog_document_t document = {.call = COG_CALL_JWKS};

    COG_TRY(cog_document_get(flow, url, freshness, &document));
    snapshot->made_at = document.fetched_at;
    return cog_document_finish(flow, url, &document,
                               read_document(flow, url, &document, snapshot));
}

cog_err_t cog_key_set_verify(const cog_snapshot_t *set, const cog_jws_t *jws,
                             json_t **claims)
{
    const cog_jwk_t *key = cog_jwk_set_find(set->value, cog_jws_kid(jws));

    COG_REQUIRE(key, COG_E_TOKEN_KEY);
    return cog_jws_verify(jws, key, claims);
}
