#include "oidc/endpoints.h"

#include <apr_strings.h>
#include <stddef.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "base/url.h"

#define DOCUMENT_MAX   (1024 * 1024)
#define DISCOVERY_PATH "/.well-known/openid-configuration"
#define JWKS_PATH      "/.well-known/jwks.json"
#define NAMES_ISSUER   "authorization_response_iss_parameter_supported"
#define ADD_DOMAIN     "add a domain to the user pool"

/* A member of the discovery document and where its value goes. */
typedef struct {
    const char *name;
    int is_required;
    size_t offset;
} member_t;

/* clang-format off */
static const member_t members[] = {
    {"authorization_endpoint", 1, offsetof(cog_endpoints_t, authorize)},
    {"token_endpoint",         1, offsetof(cog_endpoints_t, token)},
    {"jwks_uri",               1, offsetof(cog_endpoints_t, jwks)},
    {"userinfo_endpoint",      0, offsetof(cog_endpoints_t, userinfo)},
    {"revocation_endpoint",    0, offsetof(cog_endpoints_t, revoke)},
};
static const size_t all_offsets[] = {
    offsetof(cog_endpoints_t, authorize), offsetof(cog_endpoints_t, token),
    offsetof(cog_endpoints_t, userinfo),  offsetof(cog_endpoints_t, revoke),
    offsetof(cog_endpoints_t, logout),    offsetof(cog_endpoints_t, jwks),
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char **endpoint_at(cog_endpoints_t *endpoints, size_t offset)
{
    return (const char **)(void *)((char *)endpoints + offset);
}

static void set_if_unknown(const char **endpoint, const char *url)
{
    if (!*endpoint) {
        *endpoint = url;
    }
}

void cog_endpoints_add_domain(apr_pool_t *pool, const char *domain,
                              cog_endpoints_t *endpoints)
{
    cog_endpoints_t others = {
        .authorize = apr_pstrcat(pool, domain, "/oauth2/authorize", NULL),
        .token = apr_pstrcat(pool, domain, "/oauth2/token", NULL),
        .userinfo = apr_pstrcat(pool, domain, "/oauth2/userInfo", NULL),
        .revoke = apr_pstrcat(pool, domain, "/oauth2/revoke", NULL),
        .logout = apr_pstrcat(pool, domain, "/logout", NULL),
    };

    cog_endpoints_add(&others, endpoints);
}

void cog_endpoints_add(const cog_endpoints_t *others, cog_endpoints_t *endpoints)
{
    cog_endpoints_t source = *others;

    for (size_t i = 0; i < COUNT(all_offsets); ++i) {
        set_if_unknown(endpoint_at(endpoints, all_offsets[i]),
                       *endpoint_at(&source, all_offsets[i]));
    }
    endpoints->names_issuer |= others->names_issuer;
}

void cog_endpoints_copy(apr_pool_t *pool, const cog_endpoints_t *from,
                        cog_endpoints_t *to)
{
    to->authorize = apr_pstrdup(pool, from->authorize);
    to->token = apr_pstrdup(pool, from->token);
    to->userinfo = apr_pstrdup(pool, from->userinfo);
    to->revoke = apr_pstrdup(pool, from->revoke);
    to->logout = apr_pstrdup(pool, from->logout);
    to->jwks = apr_pstrdup(pool, from->jwks);
    to->names_issuer = from->names_issuer;
}

int cog_endpoints_are_complete(const cog_endpoints_t *endpoints)
{
    return endpoints->authorize && endpoints->token && endpoints->jwks &&
           endpoints->logout;
}

/* The reason why an endpoint is refused; NULL: it is good. */
static const char *explain_endpoint(apr_pool_t *pool, const cog_url_t *issuer,
                                    const member_t *member, const char *text)
{
    cog_url_t url;

    if (!*text) {
        return apr_pstrcat(pool, member->name, " is empty: " ADD_DOMAIN, NULL);
    }
    if (cog_url_parse(pool, text, &url) != COG_OK || !cog_url_is_safe(&url) ||
        (strcmp(url.scheme, "https") != 0 && strcmp(issuer->scheme, "https") == 0)) {
        return apr_pstrcat(pool, member->name,
                           " is no https URL: ", cog_text_for_log(pool, text, 200), NULL);
    }
    /* before 2023 a pool without domain had endpoints below its issuer: they never
     * answer */
    if (member->offset == offsetof(cog_endpoints_t, authorize) &&
        (cog_text_begins(url.host, "cognito-idp.") ||
         cog_text_begins(url.host, "issuer-cognito-idp."))) {
        return apr_pstrcat(pool, member->name, " is on the issuer's host: " ADD_DOMAIN,
                           NULL);
    }
    return NULL;
}

/* As above; on NULL the endpoint is stored, when there is one. */
static const char *read_member(apr_pool_t *pool, const json_t *document,
                               const cog_url_t *issuer, const member_t *member,
                               cog_endpoints_t *endpoints)
{
    const json_t *value = json_object_get(document, member->name);
    const char *text = json_string_value(value);
    const char *reason;

    if (!value && !member->is_required) {
        return NULL;
    }
    if (!text) {
        return apr_pstrcat(pool, member->name,
                           value ? " is not a string" : " is missing: " ADD_DOMAIN, NULL);
    }
    reason = explain_endpoint(pool, issuer, member, text);
    if (!reason) {
        *endpoint_at(endpoints, member->offset) = apr_pstrdup(pool, text);
    }
    return reason;
}

static const char *read_document(apr_pool_t *pool, const json_t *document,
                                 const char *issuer, cog_endpoints_t *endpoints)
{
    const char *named = cog_json_string(document, "issuer");
    const char *reason = NULL;
    cog_url_t issuer_url;
    cog_url_t authorize;

    if (!named || strcmp(named, issuer) != 0) {
        return apr_pstrcat(pool, "issuer in the document is ",
                           cog_text_for_log(pool, named, 200), ", asked was ", issuer,
                           NULL);
    }
    if (cog_url_parse(pool, issuer, &issuer_url) != COG_OK) {
        return "issuer is no URL";
    }
    for (size_t i = 0; i < COUNT(members) && !reason; ++i) {
        reason = read_member(pool, document, &issuer_url, &members[i], endpoints);
    }
    endpoints->names_issuer = json_is_true(json_object_get(document, NAMES_ISSUER));
    if (!reason && cog_url_parse(pool, endpoints->authorize, &authorize) == COG_OK) {
        endpoints->logout = apr_pstrcat(pool, authorize.origin, "/logout", NULL);
    }
    return reason;
}

cog_err_t cog_discovery_parse(apr_pool_t *pool, cog_span_t document, const char *issuer,
                              cog_endpoints_t *endpoints, const char **reason)
{
    cog_endpoints_t found = {0};
    json_t *object;

    *reason = "document is not an acceptable JSON object";
    if (cog_json_parse(pool, document, DOCUMENT_MAX, &object) != COG_OK) {
        return COG_E_DISCOVERY;
    }
    *reason = read_document(pool, object, issuer, &found);
    COG_REQUIRE(!*reason, COG_E_DISCOVERY);
    *endpoints = found;
    return COG_OK;
}

/* A slash at the end of the issuer is not doubled (OpenID Connect Discovery 1.0, 4.1). */
static const char *below(apr_pool_t *pool, const char *issuer, const char *path)
{
    size_t len = strlen(issuer);

    if (len && issuer[len - 1] == '/') {
        --len;
    }
    return apr_pstrcat(pool, apr_pstrmemdup(pool, issuer, len), path, NULL);
}

const char *cog_discovery_url(apr_pool_t *pool, const char *issuer)
{
    return below(pool, issuer, DISCOVERY_PATH);
}

const char *cog_discovery_jwks_url(apr_pool_t *pool, const char *issuer)
{
    return below(pool, issuer, JWKS_PATH);
}

const char *cog_discovery_issuer(apr_pool_t *pool, const char *text)
{
    size_t len = strlen(text);
    size_t path_len = strlen(DISCOVERY_PATH);

    if (len > path_len && strcmp(text + len - path_len, DISCOVERY_PATH) == 0) {
        len -= path_len;
    }
    return apr_pstrmemdup(pool, text, len);
}
