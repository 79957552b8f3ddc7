#include "flow/reply.h"

#include <apr_strings.h>
#include <string.h>

#include "base/json.h"
#include "flow/flow.h"

apr_array_header_t *cog_reply_cookies(const cog_flow_t *flow, cog_reply_t *reply)
{
    if (!reply->cookies) {
        reply->cookies = apr_array_make(flow->pool, 2, sizeof(const char *));
    }
    return reply->cookies;
}

void cog_reply_redirect(cog_reply_t *reply, int status, const char *location)
{
    reply->kind = COG_REPLY_REDIRECT;
    reply->status = status;
    reply->location = location;
}

void cog_reply_json(apr_pool_t *pool, cog_reply_t *reply, int status, json_t *object)
{
    reply->kind = COG_REPLY_JSON;
    reply->status = status;
    reply->json = cog_json_write(pool, object);
}

void cog_reply_send_back(const cog_flow_t *flow, const char *return_to,
                         cog_reply_t *reply)
{
    cog_reply_redirect(reply, 303,
                       apr_pstrcat(flow->pool, cog_flow_origin(flow), return_to, NULL));
}

static int lists(const char *names, const char *name)
{
    while (*names) {
        size_t len = strcspn(names, ", ");

        if (strlen(name) == len && strncmp(names, name, len) == 0) {
            return 1;
        }
        names += len + strspn(names + len, ", ");
    }
    return 0;
}

cog_err_t cog_reply_require_method(const cog_flow_t *flow, const char *allowed,
                                   cog_reply_t *reply)
{
    reply->allow = allowed;
    COG_REQUIRE(lists(allowed, flow->request->method), COG_E_METHOD);
    reply->allow = NULL;
    return COG_OK;
}

/* A preflight of a script of another site asks with OPTIONS what it may do. */
cog_err_t cog_reply_open_to_all(const cog_flow_t *flow, cog_reply_t *reply)
{
    static const char allowed[] = "GET, HEAD, OPTIONS";

    COG_TRY(cog_reply_require_method(flow, allowed, reply));
    reply->allow = allowed;
    reply->is_for_all_origins = 1;
    return COG_OK;
}

cog_err_t cog_reply_require_get(const cog_flow_t *flow, cog_reply_t *reply)
{
    return cog_reply_require_method(flow, "GET", reply);
}
