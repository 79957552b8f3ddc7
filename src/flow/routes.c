#include "flow/routes.h"

#include <apr_cstr.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "flow/bearer/bearer.h"
#include "flow/bearer/metadata.h"
#include "flow/failure.h"
#include "flow/handlers.h"

int cog_flow_is_callback(const cog_conf_t *conf, const char *path)
{
    return apr_cstr_match_list(path, conf->callbacks);
}

static int is_below(const cog_conf_t *conf, const char *path, const char *name)
{
    const char *own = cog_conf_own_name(conf, path);

    return own && strcmp(own, name) == 0;
}

static int is_login(const cog_conf_t *conf, const char *path)
{
    return is_below(conf, path, "login");
}

static int is_logout(const cog_conf_t *conf, const char *path)
{
    return is_below(conf, path, "logout");
}

static int is_signed_out(const cog_conf_t *conf, const char *path)
{
    return is_below(conf, path, "signed-out");
}

static int is_session_info(const cog_conf_t *conf, const char *path)
{
    return is_below(conf, path, "session");
}

static int is_health(const cog_conf_t *conf, const char *path)
{
    return is_below(conf, path, "health");
}

/* Without a key there is no such URL. */
static int is_revoke_user(const cog_conf_t *conf, const char *path)
{
    return cog_secret_is_set(conf->revoke_key) && is_below(conf, path, "revoke");
}

static int is_any(const cog_conf_t *conf, const char *path)
{
    (void)conf;
    (void)path;
    return 1;
}

typedef struct {
    const char *name; /* for the log */
    int (*matches)(const cog_conf_t *conf, const char *path);
    cog_err_t (*handle)(cog_flow_t *flow, cog_reply_t *reply);
} route_t;

/* First match wins. Every kind of request the module knows is one line here. */
static const route_t routes[] = {
    {"callback",          cog_flow_is_callback,          cog_flow_callback         },
    {"login",             is_login,                      cog_flow_login            },
    {"logout",            is_logout,                     cog_flow_logout           },
    {"signed-out",        is_signed_out,                 cog_flow_signed_out       },
    {"session",           is_session_info,               cog_flow_session_info     },
    {"revoke",            is_revoke_user,                cog_flow_revoke_user      },
    {"key set",           cog_flow_is_key_set,           cog_flow_key_set          },
    {"key",               cog_flow_is_key,               cog_flow_key              },
    {"health",            is_health,                     cog_flow_health           },
    {"resource metadata", cog_flow_is_resource_metadata, cog_flow_resource_metadata},
    {"server metadata",   cog_flow_is_server_metadata,   cog_flow_server_metadata  },
    {"resource",          is_any,                        cog_flow_resource         },
};

/* By whom a protected place is asked for does not show in the path. */
static const route_t bearer = {"bearer", is_any, cog_flow_bearer};

static const route_t *const resource = &routes[sizeof(routes) / sizeof(*routes) - 1];

static const route_t *classify(const cog_conf_t *conf, const char *path)
{
    const route_t *route = routes;

    while (!route->matches(conf, path)) {
        ++route; /* ends: is_any() matches all */
    }
    return route;
}

static void run(cog_flow_t *flow, const route_t *route, cog_reply_t *reply)
{
    cog_err_t err;

    COG_LOG(flow->ports->log, TRACE, 3000, "request is of the kind %s", route->name);
    err = route->handle(flow, reply);
    if (err != COG_OK) {
        cog_reply_fail(flow, err, reply);
    }
}

/* All but callbacks are below CognitoPath or where RFC 8615 has such things: most
 * requests need not be compared with each route. */
static int may_be_own_url(const cog_conf_t *conf, const char *path)
{
    return cog_conf_own_name(conf, path) || cog_text_begins(path, "/.well-known/") ||
           cog_flow_is_callback(conf, path);
}

int cog_flow_is_own_url(const cog_conf_t *conf, const char *path)
{
    return may_be_own_url(conf, path) && classify(conf, path) != resource;
}

void cog_flow_run_own_url(cog_flow_t *flow, cog_reply_t *reply)
{
    run(flow, classify(flow->conf, flow->request->path), reply);
}

void cog_flow_run_resource(cog_flow_t *flow, cog_reply_t *reply)
{
    run(flow,
        cog_bearer_decides(flow->place, flow->request->authorization) ? &bearer
                                                                      : resource,
        reply);
    if (reply->status == 401 && !reply->challenge) {
        reply->challenge = cog_bearer_challenge(flow);
    }
}
