#include "httpd/conf/values.h"

#include <apr_cstr.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/duration.h"
#include "base/number.h"

#define DIGITS  "0123456789"
#define LOWER   "abcdefghijklmnopqrstuvwxyz"
#define LETTERS LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

#define MAX_PATH        256
#define MAX_CLIENT_NAME 32
#define MAX_SCOPE       256
#define MAX_CLIENT_ID   128
#define MAX_DIGITS      12

#define REGEX_LIMITS "(*LIMIT_MATCH=100000)(*LIMIT_RECURSION=5000)"

#define WRITE_ORIGIN "write https://app.example.com"
#define WRITE_PATH                                                                       \
    "write a path such as /sign-in/x: letters, digits and . _ ~ - between single "       \
    "slashes"

int cog_value_consists_of(const char *text, const char *allowed, size_t limit)
{
    size_t len = strlen(text);

    return len >= 1 && len <= limit && strspn(text, allowed) == len;
}

int cog_value_is_visible(const char *text, size_t limit)
{
    const char *c = text;

    while (*c > ' ' && *c < 0x7f) {
        ++c;
    }
    return *c == '\0' && c != text && (size_t)(c - text) <= limit;
}

const char *cog_value_origin(apr_pool_t *pool, const char *text, const char **origin)
{
    cog_url_t url;

    if (cog_url_parse(pool, text, &url) != COG_OK) {
        return "is not a URL; " WRITE_ORIGIN;
    }
    if (!cog_url_is_safe(&url)) {
        return "is not https, which only loopback hosts may do without; " WRITE_ORIGIN;
    }
    if (strcmp(url.path, "/") != 0 || url.query) {
        return "has a path or a query; " WRITE_ORIGIN;
    }
    *origin = url.origin;
    return NULL;
}

const char *cog_value_url(apr_pool_t *pool, const char *text)
{
    cog_url_t url;

    if (cog_url_parse(pool, text, &url) != COG_OK) {
        return "is not a URL; write https://HOST/PATH";
    }
    if (!cog_url_is_safe(&url)) {
        return "is not https, which only loopback hosts may do without; write "
               "https://HOST/PATH";
    }
    return url.query ? "has a query; write https://HOST/PATH" : NULL;
}

const char *cog_value_path(const char *text)
{
    size_t len = strlen(text);

    if (!cog_value_consists_of(text, LETTERS DIGITS "._~-/", MAX_PATH) || *text != '/' ||
        strstr(text, "//")) {
        return "is not a plain path; " WRITE_PATH;
    }
    if (text[len - 1] == '/') {
        return "ends with /; " WRITE_PATH;
    }
    if (strstr(text, "/./") || strstr(text, "/../") ||
        strcmp(text + len - 2, "/.") == 0 ||
        (len > 2 && strcmp(text + len - 3, "/..") == 0)) {
        return "has . or .. as a part; " WRITE_PATH;
    }
    return NULL;
}

const char *cog_value_client_name(const char *text)
{
    if (!cog_value_consists_of(text, LETTERS DIGITS "-", MAX_CLIENT_NAME)) {
        return "is not a client's name; write up to 32 letters, digits or -";
    }
    return NULL;
}

const char *cog_value_client_id(const char *text)
{
    if (!cog_value_consists_of(text, LETTERS DIGITS "_+", MAX_CLIENT_ID)) {
        return "is not the id of an app client; write letters and digits such as "
               "7sm0a9nvvurn0guite1f2jgqi9";
    }
    return NULL;
}

static int is_address(const char *text)
{
    return strspn(text, DIGITS ".") == strlen(text);
}

const char *cog_value_cookie_domain(const char *text)
{
    size_t len = strlen(text);

    if (!cog_value_consists_of(text, LOWER DIGITS ".-", 253) || !strchr(text, '.') ||
        *text == '.' || text[len - 1] == '.' || strstr(text, "..") || is_address(text)) {
        return "is not the domain of a cookie; write example.com, in lower case and "
               "without a dot in front";
    }
    return NULL;
}

const char *cog_value_scope(const char *text)
{
    if (strchr(text, ' ')) {
        return "holds several scopes; write them without quotes: openid email profile";
    }
    if (!cog_value_is_visible(text, MAX_SCOPE) || strpbrk(text, "\"\\")) {
        return "is not a scope; write openid, email, profile, phone, "
               "aws.cognito.signin.user.admin or RESOURCE-SERVER/SCOPE";
    }
    if (strcmp(text, "offline_access") == 0) {
        return "is unknown to Cognito, which gives a refresh token without it; leave it "
               "out";
    }
    if (strcmp(text, "groups") == 0) {
        return "is unknown to Cognito, whose tokens always hold cognito:groups; leave it "
               "out";
    }
    return NULL;
}

ap_regex_t *cog_value_regex(apr_pool_t *pool, const char *text, int options)
{
    return ap_pregcomp(pool, apr_pstrcat(pool, REGEX_LIMITS, text, NULL), options);
}

int cog_value_choose(const cog_choice_t *choices, const char *text, int *meaning)
{
    while (choices->word && strcasecmp(choices->word, text) != 0) {
        ++choices;
    }
    if (choices->word) {
        *meaning = choices->meaning;
    }
    return choices->word != NULL;
}

void cog_values_add(apr_pool_t *pool, apr_array_header_t **list, const char *value)
{
    if (!*list) {
        *list = apr_array_make(pool, 4, sizeof(const char *));
    }
    APR_ARRAY_PUSH(*list, const char *) = value;
}

void cog_values_add_new(apr_pool_t *pool, apr_array_header_t **list, const char *value)
{
    if (!cog_values_contain(*list, value)) {
        cog_values_add(pool, list, value);
    }
}

int cog_values_contain(const apr_array_header_t *list, const char *value)
{
    return list && apr_cstr_match_list(value, list);
}

const char *cog_value_duration(const char *text, int64_t max_sec, const char *too_long,
                               apr_interval_time_t *duration)
{
    int64_t seconds;
    const char *problem = cog_duration_parse(text, &seconds);

    if (problem) {
        return problem;
    }
    if (seconds > max_sec) {
        return too_long;
    }
    *duration = apr_time_from_sec(seconds);
    return NULL;
}

const char *cog_value_switch(const char *text, int *is_on)
{
    *is_on = strcasecmp(text, "on") == 0;
    return *is_on || strcasecmp(text, "off") == 0 ? NULL : "is neither on nor off";
}

static apr_int64_t unit_bytes(const char *text)
{
    static const char *const units[] = {"", "K", "M", "G"};
    apr_int64_t bytes = 1;

    for (size_t i = 0; i < sizeof(units) / sizeof(*units); ++i) {
        if (strcasecmp(text, units[i]) == 0) {
            return bytes;
        }
        bytes *= 1024;
    }
    return 0;
}

apr_int64_t cog_value_bytes(const char *text)
{
    int64_t number;
    size_t digits = cog_number_read(text, MAX_DIGITS, &number);
    apr_int64_t unit = unit_bytes(text + digits);

    if (unit == 0) {
        return 0;
    }
    return number > APR_INT64_MAX / unit ? APR_INT64_MAX : number * unit;
}
