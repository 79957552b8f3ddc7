#include "flow/tokens/token_revocation.h"

#include <apr_strings.h>

#include "base/log.h"
#include "crypto/digest.h"
#include "flow/provider/client_credentials.h"
#include "flow/provider/provider.h"

#define LIMIT apr_time_from_sec(2)

typedef struct {
    const cog_client_conf_t *client;
    cog_secret_t refresh_token;
} revocation_t;

/* What a reply leaves to be done. */
typedef struct {
    cog_flow_t *flow;
    apr_array_header_t *list; /* revocation_t */
} revocations_t;

static cog_err_t revoke_as(cog_flow_t *flow, const revocation_t *revocation, int index,
                           int *status)
{
    const cog_client_conf_t *client = revocation->client;
    cog_client_credentials_t credentials =
        cog_client_credentials(flow->pool, client, index);
    cog_fetch_request_t request = {
        .kind = COG_CALL_REVOKE, .accept = "application/json", .limit = LIMIT};
    cog_fetch_response_t response;
    cog_endpoints_t endpoints;
    cog_form_request_t form;

    COG_TRY(cog_provider_endpoints(flow, client->provider, &endpoints));
    COG_REQUIRE(endpoints.revoke, COG_E_DISCOVERY);
    cog_revoke_request(flow->pool, &credentials, revocation->refresh_token, &form);
    request.url = endpoints.revoke;
    request.form = form.body;
    request.authorization = form.authorization;
    COG_TRY(cog_bulkhead_fetch(flow, cog_provider_revoking(client->provider), &request,
                               &response));
    *status = response.status;
    return COG_OK;
}

/* 401 is what this endpoint says to a wrong secret: then the other one is tried. */
static cog_err_t revoke_it(cog_flow_t *flow, const revocation_t *revocation, int *status)
{
    int count = cog_client_credentials_count(revocation->client);

    *status = 401;
    for (int i = 0; i < count && *status == 401; ++i) {
        COG_TRY(revoke_as(flow, revocation, i, status));
    }
    return COG_OK;
}

static void run(cog_flow_t *flow, const revocation_t *revocation)
{
    int status;
    cog_err_t err = revoke_it(flow, revocation, &status);

    if (err != COG_OK || status != 200) {
        COG_LOG(flow->ports->log, WARNING, 3060, "refresh token %s was not revoked: %s",
                cog_secret_hint(flow->pool, revocation->refresh_token),
                err != COG_OK ? cog_err_name(err)
                              : apr_psprintf(flow->pool, "status %d", status));
    }
}

static void run_all(void *context)
{
    const revocations_t *all = context;

    for (int i = 0; i < all->list->nelts; ++i) {
        run(all->flow, &APR_ARRAY_IDX(all->list, i, revocation_t));
    }
}

void cog_token_revoke_afterwards(cog_flow_t *flow, const cog_client_conf_t *client,
                                 cog_secret_t refresh_token, cog_reply_t *reply)
{
    revocations_t *all = reply->afterwards_context;

    if (!cog_secret_is_set(refresh_token)) {
        return;
    }
    if (!all) {
        all = apr_pcalloc(flow->pool, sizeof(*all));
        all->flow = flow;
        all->list = apr_array_make(flow->pool, 1, sizeof(revocation_t));
        reply->afterwards_context = all;
        reply->afterwards = run_all;
    }
    APR_ARRAY_PUSH(all->list, revocation_t) = (revocation_t){client, refresh_token};
}
