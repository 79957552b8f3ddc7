#include "net/fetch/curl_rules.h"

#include "net/fetch/curl_option.h"
#include "version.h"

/* clang-format off */
/* What holds for every call. Nothing of it is for an administrator to loosen. */
static const struct {
    CURLoption option;
    long value;
} rules[] = {
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_FOLLOWLOCATION, 0},
    {CURLOPT_SSL_VERIFYPEER, 1},
    {CURLOPT_SSL_VERIFYHOST, 2},
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    {CURLOPT_HTTP09_ALLOWED, 0},
    {CURLOPT_HTTP_CONTENT_DECODING, 0},
    {CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
    {CURLOPT_UNRESTRICTED_AUTH, 0},
    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
    {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
    {CURLOPT_MAXFILESIZE, COG_FETCH_MAX_BODY},
    {CURLOPT_LOW_SPEED_LIMIT, 100}, /* bytes a second */
    {CURLOPT_LOW_SPEED_TIME, 10},
    {CURLOPT_TCP_KEEPALIVE, 1}, /* a reset is seen before the next use */
    {CURLOPT_TCP_KEEPIDLE, 15},
    {CURLOPT_TCP_KEEPINTVL, 5},
    {CURLOPT_MAXCONNECTS, 2},
    {CURLOPT_MAXAGE_CONN, 30}, /* seconds; a peer may be gone without a word */
    {CURLOPT_MAXLIFETIME_CONN, 120}, /* seconds, however busy */
#if LIBCURL_VERSION_NUM >= 0x075700
    {CURLOPT_QUICK_EXIT, 1}, /* else the end waits for a resolver that hangs */
#endif
};
/* clang-format on */

static cog_err_t set_all(CURL *handle)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); ++i) {
        COG_TRY(cog_curl_set_number(handle, rules[i].option, rules[i].value));
    }
    return cog_curl_set_pointer(handle, CURLOPT_USERAGENT,
                                "mod_auth_cognito/" COG_VERSION);
}

/* 0 would mean no limit at all. */
static long milliseconds(apr_interval_time_t limit)
{
    return limit > 1000 ? (long)apr_time_as_msec(limit) : 1;
}

static cog_err_t set_limits(CURL *handle, apr_interval_time_t connect,
                            apr_interval_time_t total)
{
    COG_TRY(cog_curl_set_number(handle, CURLOPT_TIMEOUT_MS, milliseconds(total)));
    return cog_curl_set_number(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(connect));
}

static cog_err_t set_trust(CURL *handle, const char *ca_file)
{
    if (ca_file) {
        COG_TRY(cog_curl_set_pointer(handle, CURLOPT_CAINFO, ca_file));
        COG_TRY(cog_curl_set_pointer(handle, CURLOPT_CAPATH, NULL));
    }
    return COG_OK;
}

cog_err_t cog_curl_rules_set(CURL *handle, const cog_fetch_conf_t *conf,
                             const cog_url_t *url, apr_interval_time_t limit)
{
    COG_TRY(set_all(handle));
    COG_TRY(cog_curl_set_pointer(handle, CURLOPT_PROTOCOLS_STR, url->scheme));
    COG_TRY(cog_curl_set_pointer(handle, CURLOPT_REDIR_PROTOCOLS_STR, "https"));
    COG_TRY(
        set_limits(handle, conf->connect_limit, limit > 0 ? limit : conf->total_limit));
    return set_trust(handle, conf->ca_file);
}
