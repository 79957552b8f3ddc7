#include "oidc/pool.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/text.h"
#include "base/url.h"

#define POOL_ID_MAX 55
#define PREFIX_MAX  63
#define WRITE_ID    "write REGION_ID such as eu-west-1_AbC123dEf"
#define WRITE_HOST  "write the whole host name"
#define WRITE_DOMAIN                                                                     \
    "is neither a prefix (a-z, 0-9 and -), a host name nor a URL; write my-prefix, "     \
    "auth.example.com or https://auth.example.com"

/* A region belongs to the first partition whose prefix it has. `domain` stands between
 * the prefix of a hosted UI and the region, `domain_suffix` behind it; NULL: not known.
 */
typedef struct {
    const char *region_prefix;
    const char *dns_suffix;
    const char *domain;
    const char *domain_suffix;
} partition_t;

/* clang-format off */
static const partition_t partitions[] = {
    {"us-gov-", "amazonaws.com",    "auth-fips",        "amazoncognito.com"},
    {"cn-",     "amazonaws.com.cn", NULL,               NULL},
    /* AWS does not document Cognito's issuer there: this is the suffix of its other
     * services, and the public suffix list names the domain */
    {"eusc-",   "amazonaws.eu",     "auth.cognito-idp", "on.amazonwebservices.eu"},
    {"",        "amazonaws.com",    "auth",             "amazoncognito.com"},
};
/* clang-format on */

static const partition_t *partition_of(const char *region)
{
    const partition_t *partition = partitions;

    while (!cog_text_begins(region, partition->region_prefix)) {
        ++partition;
    }
    return partition;
}

static size_t count_lower(const char *text)
{
    size_t count = 0;

    while (text[count] >= 'a' && text[count] <= 'z') {
        ++count;
    }
    return count;
}

/* xx-[gov-]direction-number, where xx is two letters or eusc-xx */
static int is_region(const char *region)
{
    if (cog_text_begins(region, "eusc-")) {
        region += strlen("eusc-");
    }
    if (count_lower(region) != 2 || region[2] != '-') {
        return 0;
    }
    region += 3;
    if (cog_text_begins(region, "gov-")) {
        region += strlen("gov-");
    }
    region += count_lower(region);
    return region[0] == '-' && region[-1] != '-' && apr_isdigit(region[1]) &&
           (region[2] == '\0' || (apr_isdigit(region[2]) && region[3] == '\0'));
}

static int is_alphanumeric(const char *text)
{
    const char *c = text;

    while (apr_isalnum(*c) && (unsigned char)*c < 0x80) {
        ++c;
    }
    return *text && !*c;
}

/* What people write instead of a pool id. */
static const char *explain_other(const char *text)
{
    if (strstr(text, "://")) {
        return "is a URL; " WRITE_ID ", or use CognitoIssuer";
    }
    if (cog_text_begins(text, "arn:")) {
        return "is an ARN; write only what stands behind userpool/";
    }
    if (strchr(text, ':')) {
        return "is the id of an identity pool; " WRITE_ID;
    }
    return NULL;
}

const char *cog_user_pool_parse(apr_pool_t *pool, const char *text,
                                cog_user_pool_t *user_pool)
{
    const char *underscore = strchr(text, '_');
    const char *other = explain_other(text);
    cog_user_pool_t made;

    if (other) {
        return other;
    }
    if (!underscore || !is_alphanumeric(underscore + 1)) {
        return "is not the id of a user pool; " WRITE_ID;
    }
    if (strlen(text) > POOL_ID_MAX) {
        return "is longer than any id of a user pool; " WRITE_ID;
    }
    made.id = apr_pstrdup(pool, text);
    made.region = apr_pstrmemdup(pool, text, (apr_size_t)(underscore - text));
    if (!is_region(made.region)) {
        return "does not begin with the name of an AWS region; " WRITE_ID;
    }
    made.dns_suffix = partition_of(made.region)->dns_suffix;
    made.issuer = apr_pstrcat(pool, "https://cognito-idp.", made.region, ".",
                              made.dns_suffix, "/", made.id, NULL);
    made.updated_issuer = apr_pstrcat(pool, "https://issuer-cognito-idp.", made.region,
                                      ".", made.dns_suffix, "/", made.id, NULL);
    *user_pool = made;
    return NULL;
}

/* [a-z0-9-], 1 to 63, no hyphen at the ends */
static int is_prefix(const char *text)
{
    size_t len = strlen(text);

    return len >= 1 && len <= PREFIX_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len &&
           text[0] != '-' && text[len - 1] != '-';
}

static const char *domain_of_prefix(apr_pool_t *pool, const cog_user_pool_t *user_pool,
                                    const char *prefix, const char **url)
{
    const partition_t *partition;

    if (!user_pool) {
        return "is a prefix, which needs CognitoUserPool; " WRITE_HOST;
    }
    partition = partition_of(user_pool->region);
    if (!partition->domain) {
        return "is a prefix, but this partition's host names are not known; " WRITE_HOST;
    }
    *url = apr_pstrcat(pool, "https://", prefix, ".", partition->domain, ".",
                       user_pool->region, ".", partition->domain_suffix, NULL);
    return NULL;
}

static const char *domain_of_url(apr_pool_t *pool, const char *text, const char **url)
{
    cog_url_t parsed;

    if (cog_url_parse(pool, text, &parsed) != COG_OK) {
        return WRITE_DOMAIN;
    }
    if (!cog_url_is_safe(&parsed)) {
        return "is not https; write https://auth.example.com";
    }
    if (strcmp(parsed.path, "/") != 0 || parsed.query) {
        return "has a path; write only https://auth.example.com";
    }
    *url = parsed.origin;
    return NULL;
}

const char *cog_user_pool_domain(apr_pool_t *pool, const cog_user_pool_t *user_pool,
                                 const char *text, const char **url)
{
    if (is_prefix(text)) {
        return domain_of_prefix(pool, user_pool, text, url);
    }
    if (strstr(text, "://")) {
        return domain_of_url(pool, text, url);
    }
    if (!strpbrk(text, ".:")) {
        return WRITE_DOMAIN;
    }
    return domain_of_url(pool, apr_pstrcat(pool, "https://", text, NULL), url);
}
