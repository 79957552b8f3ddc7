#include "httpd/backend_presets.h"

#include <apr_strings.h>
#include <string.h>
#include <strings.h>

#include "base/claim_names.h"
#include "base/text.h"
#include "httpd/conf.h"

/* clang-format off */
#define ALL(prefix)          {prefix, COG_SENT_ALL, NULL}
#define CLAIM(header, name)  {header, COG_SENT_CLAIM, name}
#define USER(header)         {header, COG_SENT_USER, NULL}
#define ID_TOKEN(header)     {header, COG_SENT_ID_TOKEN, NULL}
#define ACCESS_TOKEN(header) {header, COG_SENT_ACCESS_TOKEN, NULL}
#define ACCESS_END(header)   {header, COG_SENT_ACCESS_END, NULL}
#define ASSERTION(header)    {header, COG_SENT_ASSERTION, NULL}
#define END                  {NULL, 0, NULL}

static const cog_sent_header_t own_headers[] = {
    ALL(COG_CLAIM_HEADER),
    ID_TOKEN(COG_CLAIM_HEADER "Id-Token"),
    ACCESS_TOKEN(COG_CLAIM_HEADER "Access-Token"),
    END
};
static const char *const own_patterns[] = {"x_cognito", "x_cognito_*", NULL};

/* oauth2-proxy 7: what it adds to requests, and what `auth_request` setups hand on of its answers */
static const cog_sent_header_t oauth2_proxy_headers[] = {
    CLAIM("X-Forwarded-User",                  "sub"),
    CLAIM("X-Forwarded-Email",                 "email"),
    CLAIM("X-Forwarded-Preferred-Username",    "preferred_username"),
    CLAIM("X-Forwarded-Groups",                "cognito:groups"),
    ACCESS_TOKEN("X-Forwarded-Access-Token"),
    CLAIM("X-Auth-Request-User",               "sub"),
    CLAIM("X-Auth-Request-Email",              "email"),
    CLAIM("X-Auth-Request-Preferred-Username", "preferred_username"),
    CLAIM("X-Auth-Request-Groups",             "cognito:groups"),
    ACCESS_TOKEN("X-Auth-Request-Access-Token"),
    END
};
static const char *const oauth2_proxy_patterns[] = {
    "x_forwarded_user", "x_forwarded_email", "x_forwarded_preferred_username",
    "x_forwarded_groups", "x_forwarded_access_token", "x_auth_request_*", NULL
};

/* Authelia 4: trusted header SSO */
static const cog_sent_header_t authelia_headers[] = {
    USER("Remote-User"),
    CLAIM("Remote-Groups", "cognito:groups"),
    CLAIM("Remote-Name",   "name"),
    CLAIM("Remote-Email",  "email"),
    END
};
static const char *const authelia_patterns[] = {
    "remote_user", "remote_groups", "remote_name", "remote_email", NULL
};

/* Vouch Proxy 0.4x */
static const cog_sent_header_t vouch_headers[] = {
    USER("X-Vouch-User"),
    ALL("X-Vouch-IdP-Claims-"),
    ID_TOKEN("X-Vouch-IdP-IdToken"),
    ACCESS_TOKEN("X-Vouch-IdP-AccessToken"),
    END
};
static const char *const vouch_patterns[] = {"x_vouch_*", NULL};

/* mod_auth_openidc 2.4: OIDCPassClaimsAs both */
static const cog_sent_header_t openidc_headers[] = {
    ALL("OIDC_CLAIM_"),
    ID_TOKEN("OIDC_id_token"),
    ACCESS_TOKEN("OIDC_access_token"),
    ACCESS_END("OIDC_access_token_expires"),
    END
};
static const char *const openidc_patterns[] = {"oidc_*", NULL};

/* OpenMetadata 1: its filter for authenticating proxies */
static const cog_sent_header_t openmetadata_headers[] = {
    CLAIM("X-Auth-Params-Email", "email"),
    END
};
static const char *const openmetadata_patterns[] = {"x_auth_params_*", NULL};

/* LibreChat, with authentication by forwarded headers */
static const cog_sent_header_t librechat_headers[] = {
    USER("Remote-User"),
    CLAIM("Remote-Email", "email"),
    END
};
static const char *const librechat_patterns[] = {"remote_user", "remote_email", NULL};

/* Grafana: [auth.proxy], with the names of its documentation */
static const cog_sent_header_t grafana_headers[] = {
    USER("X-WEBAUTH-USER"),
    CLAIM("X-WEBAUTH-NAME",   "name"),
    CLAIM("X-WEBAUTH-EMAIL",  "email"),
    CLAIM("X-WEBAUTH-GROUPS", "cognito:groups"),
    END
};
static const char *const grafana_patterns[] = {"x_webauth_*", NULL};

/* An AWS load balancer with the action authenticate-cognito */
static const cog_sent_header_t alb_headers[] = {
    CLAIM("x-amzn-oidc-identity", "sub"),
    ACCESS_TOKEN("x-amzn-oidc-accesstoken"),
    ASSERTION("x-amzn-oidc-data"),
    END
};
static const char *const alb_patterns[] = {"x_amzn_oidc_*", NULL};

/* Pomerium, with pass_identity_headers and every claim in jwt_claims_headers */
static const cog_sent_header_t pomerium_headers[] = {
    ALL("X-Pomerium-Claim-"),
    ASSERTION("X-Pomerium-Jwt-Assertion"),
    END
};
static const char *const pomerium_patterns[] = {"x_pomerium_*", NULL};

/* What most have in common, and what some have of their own instead. */
#define OWN_VARIABLES                                                                    \
    .id_token_variable = COG_CLAIM_VARIABLE "ID_TOKEN",                                  \
    .access_token_variable = COG_CLAIM_VARIABLE "ACCESS_TOKEN"
#define USUAL OWN_VARIABLES, .name_of = cog_claim_header, .exports = COG_EXPORT_HEADERS

static const cog_backend_t backends[] = {
    {"cognito", own_headers, own_patterns, OWN_VARIABLES, .name_of = cog_claim_header,
     .exports = COG_EXPORT_ENV, .list_escapes = ""},
    {"oauth2-proxy", oauth2_proxy_headers, oauth2_proxy_patterns, USUAL, .list_escapes = ""},
    {"alb", alb_headers, alb_patterns, USUAL, .list_escapes = "",
     .assertion = COG_ASSERTION_ALB, .tokens = COG_TOKENS_ACCESS | COG_TOKENS_BY_NAME},
    {"pomerium", pomerium_headers, pomerium_patterns, USUAL, .list_escapes = "",
     .assertion = COG_ASSERTION_POMERIUM},
    {"authelia", authelia_headers, authelia_patterns, USUAL, .list_escapes = ""},
    {"vouch", vouch_headers, vouch_patterns, USUAL, .has_quotes = 1, .list_escapes = "\""},
    {"openidc", openidc_headers, openidc_patterns, .name_of = cog_claim_as_it_is,
     .variables = "OIDC_", .id_token_variable = "OIDC_id_token",
     .access_token_variable = "OIDC_access_token",
     .access_end_variable = "OIDC_access_token_expires", .has_digits = 1, .list_escapes = "",
     .exports = COG_EXPORT_ENV | COG_EXPORT_HEADERS},
    {"openmetadata", openmetadata_headers, openmetadata_patterns, USUAL, .list_escapes = ""},
    {"librechat", librechat_headers, librechat_patterns, USUAL, .list_escapes = ""},
    /* splits lists at spaces too, and takes one that begins with [ for JSON */
    {"grafana", grafana_headers, grafana_patterns, USUAL, .list_escapes = " ["},
    {.name = NULL}
};
/* clang-format on */

int cog_backend_find(const char *name)
{
    for (int row = 0; backends[row].name; ++row) {
        if (strcasecmp(backends[row].name, name) == 0) {
            return row;
        }
    }
    return -1;
}

const cog_backend_t *cog_backend_at(int row)
{
    return &backends[row];
}

const char *cog_backend_names(apr_pool_t *pool)
{
    const char *names = backends->name;

    for (const cog_backend_t *backend = backends + 1; backend->name; ++backend) {
        names = apr_pstrcat(pool, names, backend[1].name ? ", " : " or ", backend->name,
                            NULL);
    }
    return names;
}

static const char *list_of(apr_pool_t *pool, const cog_backend_t *backend,
                           const char *joined)
{
    const char *quote = backend->has_quotes ? "\"" : "";
    const char *separator = backend->has_quotes ? "\",\"" : ",";
    char *list = apr_palloc(pool, 3 * strlen(joined) + 1);
    char *out = list;

    for (; *joined; ++joined) {
        if (*joined == ',') {
            out = apr_cpystrn(out, separator, strlen(separator) + 1);
        }
        else if (strchr(backend->list_escapes, *joined)) {
            out = cog_text_percent(out, (unsigned char)*joined);
        }
        else {
            *out++ = *joined;
        }
    }
    *out = '\0';
    return *quote ? apr_pstrcat(pool, quote, list, quote, NULL) : list;
}

const char *cog_backend_value(apr_pool_t *pool, const cog_backend_t *backend,
                              cog_claim_kind_t kind, const char *value)
{
    if (kind == COG_CLAIM_LIST && *value && *backend->list_escapes) {
        return list_of(pool, backend, value);
    }
    if (kind == COG_CLAIM_OTHER && backend->has_digits) {
        value = strcmp(value, "true") == 0 ? "1" : value;
        value = strcmp(value, "false") == 0 ? "0" : value;
    }
    return value;
}
