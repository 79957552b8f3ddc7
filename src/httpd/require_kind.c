#include "httpd/require_kind.h"

#include <httpd.h>
#include <apr_strings.h>
#include <string.h>

#include "base/text.h"
#include "httpd/conf/values.h"

#define MAX_VALUE    2048
#define CLIENT_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+"

static const char *check_text(apr_pool_t *pool, const char *value)
{
    (void)pool;
    if (strlen(value) > MAX_VALUE) {
        return "is too long";
    }
    return cog_text_has_control(value) ? "holds a control character" : NULL;
}

/* Not `!= 5`, which would let in those who have 5, and not `~^a$`. */
static const char *check_claim(apr_pool_t *pool, const char *value)
{
    if (strspn(value, "=!<>~") == strlen(value)) {
        return "is no comparison: values stand behind the name alone";
    }
    if (*value == '~') {
        return "has no space behind the ~";
    }
    return check_text(pool, value);
}

static const char *check_scope(apr_pool_t *pool, const char *value)
{
    (void)pool;
    return cog_value_is_visible(value, COG_REQUIRE_MAX_NAME * 2) ? NULL
                                                                 : "is not a scope";
}

static const char *check_client(apr_pool_t *pool, const char *value)
{
    (void)pool;
    return cog_value_consists_of(value, CLIENT_CHARS, COG_REQUIRE_MAX_NAME)
               ? NULL
               : "is not the id of an app client";
}

static const char *check_domain(apr_pool_t *pool, const char *value)
{
    char *domain = apr_pstrdup(pool, cog_text_begins(value, "*.") ? value + 2 : value);

    ap_str_tolower(domain);
    return cog_value_cookie_domain(domain) ? "is not a domain" : NULL;
}

/* clang-format off */
static const cog_require_kind_t kinds[] = {
    [COG_RULE_GROUP] = {
        "cognito-group", "admins",
        "cognito:groups", check_text, {"cognito:groups"}},
    [COG_RULE_SCOPE] = {
        "cognito-scope", "orders/read",
        "scope", check_scope, {"scope"}},
    [COG_RULE_CLAIM] = {
        "cognito-claim", "custom:tenant acme, or Require cognito-claim email ~ REGEX",
        NULL, check_claim, {NULL}},
    [COG_RULE_CLIENT] = {
        "cognito-client", "1h57kf5cpq17m0eml12EXAMPLE",
        "the app client", check_client, {NULL}},
    [COG_RULE_PROVIDER] = {
        "cognito-provider", "EntraID COGNITO",
        "the identity provider", check_text, {"idp_name"}},
    [COG_RULE_EMAIL_DOMAIN] = {
        "cognito-email-domain", "example.com *.example.com",
        "email", check_domain, {"email", "email_verified"}},
    [COG_RULE_AUTH_AGE] = {
        "cognito-auth-age", "15m",
        "the age of the sign-in", NULL, {NULL}},
    [COG_RULE_PROFILE] = {
        "cognito-profile", "name email",
        "the profile", NULL, {NULL}},
};
/* clang-format on */

const cog_require_kind_t *cog_require_kind(cog_rule_kind_t kind)
{
    return &kinds[kind];
}
