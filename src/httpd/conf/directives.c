/* Every directive is one line of this table; docs/directives.md describes it. */
#include "httpd/conf/directives.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_log.h>

APLOG_USE_MODULE(auth_cognito);

#define SERVER RSRC_CONF                /* server and virtual host */
#define PLACE  (RSRC_CONF | OR_AUTHCFG) /* also Location, Directory, .htaccess */
#define CLIENT COG_IN_CLIENT            /* also <CognitoClient> */

/* clang-format off */
const command_rec cog_directives[] = {
    AP_INIT_TAKE1("CognitoUserPool", cog_set_user_pool, CLIENT, SERVER,
                  "the user pool's id: eu-west-1_AbC123dEf"),
    AP_INIT_ITERATE("CognitoIssuer", cog_set_issuer, CLIENT, SERVER,
                    "issuers, or discovery URLs, of the user pool"),
    AP_INIT_TAKE1("CognitoDomain", cog_set_domain, CLIENT, SERVER,
                  "the hosted UI: a prefix, a host name or a URL"),
    AP_INIT_TAKE2("CognitoEndpoint", cog_set_endpoint, CLIENT, SERVER,
                  "authorize, token, userinfo, revoke, logout or jwks, and its URL"),
    AP_INIT_TAKE1("CognitoClientID", cog_set_client_id, CLIENT, SERVER,
                  "the app client's id"),
    AP_INIT_TAKE12("CognitoClientSecret", cog_set_client_secret, CLIENT, SERVER,
                   "the app client's secret: file:PATH, env:NAME or exec:COMMAND; two for a rotation"),
    AP_INIT_TAKE1("CognitoClientAuth", cog_set_client_auth, CLIENT, SERVER,
                  "how the secret is sent: basic or post"),
    AP_INIT_TAKE_ARGV("CognitoScope", cog_set_scope, CLIENT, SERVER,
                      "the scopes that are asked for, openid among them"),
    AP_INIT_TAKE1("CognitoUserInfo", cog_set_userinfo, CLIENT, SERVER,
                  "on: merge userInfo into the claims"),
    AP_INIT_TAKE12("CognitoLoginParam", cog_set_login_param, CLIENT, PLACE,
                   "a parameter of the authorize request, and an expression for its value"),

    AP_INIT_RAW_ARGS("<CognitoClient", cog_open_client, NULL, SERVER,
                     "a further app client, by name"),
    AP_INIT_ITERATE("CognitoBaseURL", cog_set_base_url, NULL, SERVER,
                    "the origins under which users reach this host"),
    AP_INIT_TAKE1("CognitoPath", cog_set_path, NULL, SERVER,
                  "where the module's own URLs live"),
    AP_INIT_ITERATE("CognitoCallback", cog_set_callback, CLIENT, SERVER,
                    "the callback's paths"),
    AP_INIT_ITERATE("CognitoLogoutReturn", cog_set_logout_return, NULL, SERVER,
                    "where users may land after a sign-out, or none"),
    AP_INIT_ITERATE("CognitoSecret", cog_set_secret, NULL, SERVER,
                    "keys that seal cookies: file:PATH, env:NAME or exec:COMMAND"),
    AP_INIT_ITERATE("CognitoAssertionKey", cog_set_assertion_key, NULL, SERVER,
                    "keys that sign assertions: file:PATH, env:NAME or exec:COMMAND, or own"),
    AP_INIT_TAKE123("CognitoStore", cog_set_store, NULL, SERVER,
                    "what processes and hosts share: shmcb, dbm:PATH, memcache:HOST, redis://HOST or rediss://HOST [ca=PATH] [cert=SOURCE]"),
    AP_INIT_ITERATE("CognitoCookie", cog_set_cookie, NULL, SERVER,
                    "name=, domain=, samesite= and path= of the module's cookies"),
    AP_INIT_TAKE1("CognitoAuditLog", cog_set_audit_log, NULL, SERVER,
                  "who has signed in, gone or been refused: a file, |PROGRAM, or none"),
    AP_INIT_TAKE1("CognitoProxy", cog_set_proxy, NULL, SERVER,
                  "the proxy for calls to the user pool, http://[USER:SOURCE@]HOST[:PORT] or https, or none"),
    AP_INIT_TAKE1("CognitoCAFile", cog_set_ca_file, NULL, SERVER,
                  "trusted certificates in PEM form, or system"),
    AP_INIT_TAKE1("CognitoErrorTemplate", cog_set_error_template, NULL, SERVER,
                  "the page on which people read what has happened, or none"),
    AP_INIT_TAKE2("CognitoTimeout", cog_set_timeout, NULL, SERVER,
                  "how long connecting and a whole call to the user pool may last"),

    AP_INIT_TAKE1("CognitoSession", cog_set_session, NULL, SERVER,
                  "where a session lives: cookie or store"),
    AP_INIT_TAKE1("CognitoRefresh", cog_set_refresh, NULL, SERVER,
                  "on or off: renew claims with the refresh token"),
    AP_INIT_TAKE1("CognitoGrace", cog_set_grace, NULL, SERVER,
                  "how long sessions live on while the user pool cannot be asked"),

    AP_INIT_TAKE1("CognitoRevokeKey", cog_set_revoke_key, NULL, SERVER,
                  "the key of who may end a user's sessions, or none"),

    AP_INIT_TAKE2("CognitoSessionTimeout", cog_set_session_timeout, NULL, PLACE,
                  "how long a session lives unused, and at most"),
    AP_INIT_TAKE12("CognitoPreservePost", cog_set_preserve_post, NULL, PLACE,
                   "on or off: keep a form that comes with an ended session; up to a size"),
    AP_INIT_TAKE1("CognitoUse", cog_set_use, NULL, PLACE,
                  "the <CognitoClient> of this place, or default"),
    AP_INIT_TAKE1("CognitoUnauthenticated", cog_set_unauthenticated, NULL, PLACE,
                  "who is not signed in: auto, login, 401 or pass"),
    AP_INIT_TAKE_ARGV("CognitoRemoteUser", cog_set_remote_user, NULL, PLACE,
                      "claims, the first present is REMOTE_USER; s/A/B/ may follow one"),
    AP_INIT_TAKE12("CognitoBackend", cog_set_backend, NULL, PLACE,
                   "whose headers the backend knows: oauth2-proxy, alb, grafana and others; signer= of alb"),
    AP_INIT_TAKE12("CognitoHeader", cog_set_header, NULL, RSRC_CONF | ACCESS_CONF,
                   "a header, and the claim or REMOTE_USER that it tells; or none"),
    AP_INIT_TAKE_ARGV("CognitoTokens", cog_set_tokens, NULL, PLACE,
                      "raw tokens that are handed on: id, access; as=bearer: in Authorization"),
    AP_INIT_TAKE_ARGV("CognitoAssertion", cog_set_assertion, NULL, PLACE,
                      "on or off: a signed JWT about the user; header=, audience=, ttl="),
    AP_INIT_TAKE12("CognitoExport", cog_set_export, NULL, PLACE,
                   "how claims are handed on: env, headers, both or none; encoding= of headers"),
    AP_INIT_ITERATE("CognitoClaims", cog_set_claims, NULL, PLACE,
                    "patterns of the claims that are exported, or default"),
    AP_INIT_ITERATE("CognitoGroups", cog_set_groups, NULL, PLACE,
                    "patterns of the groups that are exported, or all"),
    AP_INIT_TAKE_ARGV("CognitoAccept", cog_set_accept, NULL, PLACE,
                      "how requests may prove themselves: session, bearer or both"),
    AP_INIT_TAKE_ARGV("CognitoBearerClient", cog_set_bearer_client, NULL, PLACE,
                      "ids of the app clients whose tokens are accepted, or default"),
    AP_INIT_TAKE_ARGV("CognitoBearerTokenUse", cog_set_bearer_token_use, NULL, PLACE,
                      "kinds of tokens that are accepted: access, id or both"),
    AP_INIT_TAKE1("CognitoResource", cog_set_resource, NULL, RSRC_CONF | ACCESS_CONF,
                  "the URL by which clients know this protected resource, or none"),
    {.name = NULL}
};
/* clang-format on */

const char *cog_refuse(const cmd_parms *cmd, const char *value, const char *what)
{
    return apr_pstrcat(cmd->pool, cmd->cmd->name, ": '", value, "' ", what, NULL);
}

const char *cog_parse_source(const cmd_parms *cmd, const char *value,
                             cog_secret_source_t *source)
{
    const char *problem = cog_secret_source_parse(cmd->pool, value, source);

    if (problem) {
        return apr_pstrcat(
            cmd->pool, cmd->cmd->name,
            ": the value, not shown here, does not say where the secret is; ", problem,
            NULL);
    }
    if (source->kind == COG_SOURCE_FILE) {
        source->where = ap_server_root_relative(cmd->pool, source->where);
    }
    return source->where ? NULL : cog_refuse(cmd, value, "is not a path");
}

int cog_is_htaccess(cmd_parms *cmd)
{
    return ap_check_cmd_context(cmd, NOT_IN_HTACCESS) != NULL;
}

const char *cog_parse_expression(cmd_parms *cmd, const char *value,
                                 const ap_expr_info_t **expression)
{
    unsigned int flags = AP_EXPR_FLAG_STRING_RESULT | AP_EXPR_FLAG_DONT_VARY;
    const char *error = NULL;

    if (cog_is_htaccess(cmd)) {
        flags |= AP_EXPR_FLAG_RESTRICTED;
    }
    *expression = value ? ap_expr_parse_cmd(cmd, value, flags, &error, NULL) : NULL;
    if (!error) {
        return NULL;
    }
    error = apr_pstrcat(cmd->temp_pool, "is not an expression: ", error, NULL);
    return cog_refuse(cmd, value, error);
}
