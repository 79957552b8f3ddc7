/* Is this server fit for requests? For load balancers, so anybody may ask, and the answer
 * tells nothing but yes or no. */
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/query.h"
#include "flow/handlers.h"
#include "flow/provider/provider.h"

#define STORE_KEY "cognito:health" /* nobody keeps anything there */

/* Keys are fetched when they are needed, so they are needed now. */
static cog_err_t check_keys(cog_flow_t *flow)
{
    const apr_array_header_t *clients = cog_conf_all_clients(flow->pool, flow->conf);

    for (int i = 0; i < clients->nelts; ++i) {
        COG_TRY(cog_provider_check(
            flow, APR_ARRAY_IDX(clients, i, const cog_client_conf_t *)->provider));
    }
    return COG_OK;
}

static cog_err_t check_store(cog_flow_t *flow)
{
    const cog_store_t *store = &flow->ports->store;
    cog_span_t value;
    cog_err_t err =
        store->get(store->context, flow->pool, flow->ports->log, STORE_KEY, &value);

    return err == COG_E_NOT_FOUND ? COG_OK : err;
}

/* Each depth contains those before. */
static const struct {
    const char *name;
    cog_err_t (*check)(cog_flow_t *flow);
} depths[] = {
    {"process", NULL       },
    {"keys",    check_keys },
    {"store",   check_store},
};

#define DEPTHS ((int)(sizeof(depths) / sizeof(*depths)))

static cog_err_t parse_depth(const cog_flow_t *flow, int *depth)
{
    apr_array_header_t *params;
    const char *name;

    COG_TRY(cog_query_parse(flow->pool, flow->request->query, &params));
    name = cog_query_get(params, "depth");
    for (*depth = 0; name && *depth < DEPTHS; ++*depth) {
        if (strcmp(depths[*depth].name, name) == 0) {
            return COG_OK;
        }
    }
    COG_REQUIRE(!name, COG_E_BAD_QUERY);
    return COG_OK;
}

static cog_err_t check(cog_flow_t *flow, int depth)
{
    for (int i = 1; i <= depth; ++i) {
        COG_TRY(depths[i].check(flow));
    }
    return COG_OK;
}

cog_err_t cog_flow_health(cog_flow_t *flow, cog_reply_t *reply)
{
    int depth;
    int is_fit;

    COG_TRY(cog_reply_require_method(flow, "GET, HEAD", reply));
    COG_TRY(parse_depth(flow, &depth));
    is_fit = check(flow, depth) == COG_OK;
    cog_reply_json(flow->pool, reply, is_fit ? 200 : 503,
                   cog_json_own(flow->pool, json_pack("{s:s}", "status",
                                                      is_fit ? "ok" : "unavailable")));
    return COG_OK;
}
