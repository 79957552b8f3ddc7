#include "httpd/backend_presets.h"

#include <apr_strings.h>
#include <string.h>
#include <strings.h>

#include "base/claim_names.h"
#include "httpd/conf.h"

#define ALL(prefix)                                                                      \
    {                                                                                    \
        prefix, COG_SENT_ALL, NULL                                                       \
    }
#define CLAIM(header, name)                                                              \
    {                                                                                    \
        header, COG_SENT_CLAIM, name                                                     \
    }
#define USER(header)                                                                     \
    {                                                                                    \
        header, COG_SENT_USER, NULL                                                      \
    }
#define END                                                                              \
    {                                                                                    \
        NULL, 0, NULL                                                                    \
    }

/* clang-format off */
static const cog_sent_header_t own_headers[] = {
    ALL(COG_CLAIM_HEADER),
    END
};
static const char *const own_patterns[] = {"x_cognito", "x_cognito_*", NULL};

/* oauth2-proxy 7: what it adds to requests, and what `auth_request` setups hand on of its answers */
static const cog_sent_header_t oauth2_proxy_headers[] = {
    CLAIM("X-Forwarded-User",                  "sub"),
    CLAIM("X-Forwarded-Email",                 "email"),
    CLAIM("X-Forwarded-Preferred-Username",    "preferred_username"),
    CLAIM("X-Forwarded-Groups",                "cognito:groups"),
    CLAIM("X-Auth-Request-User",               "sub"),
    CLAIM("X-Auth-Request-Email",              "email"),
    CLAIM("X-Auth-Request-Preferred-Username", "preferred_username"),
    CLAIM("X-Auth-Request-Groups",             "cognito:groups"),
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
    END
};
static const char *const vouch_patterns[] = {"x_vouch_*", NULL};

/* mod_auth_openidc 2.4: OIDCPassClaimsAs both */
static const cog_sent_header_t openidc_headers[] = {
    ALL("OIDC_CLAIM_"),
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

#define HEADERS_ONLY .name_of = cog_claim_header, .list_escapes = "", .exports = COG_EXPORT_HEADERS

static const cog_backend_t backends[] = {
    {"cognito", own_headers, own_patterns, .name_of = cog_claim_header, .list_escapes = "",
     .exports = COG_EXPORT_ENV},
    {"oauth2-proxy", oauth2_proxy_headers, oauth2_proxy_patterns, HEADERS_ONLY},
    {"authelia", authelia_headers, authelia_patterns, HEADERS_ONLY},
    {"vouch", vouch_headers, vouch_patterns, .name_of = cog_claim_header,
     .exports = COG_EXPORT_HEADERS, .has_quotes = 1, .list_escapes = "\""},
    {"openidc", openidc_headers, openidc_patterns, .name_of = cog_claim_as_it_is,
     .has_variables = 1, .has_digits = 1, .list_escapes = "",
     .exports = COG_EXPORT_ENV | COG_EXPORT_HEADERS},
    {"openmetadata", openmetadata_headers, openmetadata_patterns, HEADERS_ONLY},
    {"librechat", librechat_headers, librechat_patterns, HEADERS_ONLY},
    /* splits lists at spaces too, and takes one that begins with [ for JSON */
    {"grafana", grafana_headers, grafana_patterns, .name_of = cog_claim_header,
     .exports = COG_EXPORT_HEADERS, .list_escapes = " ["},
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

static char *escape(char c, char *out)
{
    static const char hex[] = "0123456789ABCDEF";

    *out++ = '%';
    *out++ = hex[(unsigned char)c >> 4];
    *out++ = hex[c & 15];
    return out;
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
            out = escape(*joined, out);
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
