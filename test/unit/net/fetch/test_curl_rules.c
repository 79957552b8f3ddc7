/* What libcurl is told, of which no server sees much: its place is taken here. */
#include "test/unit/unit.h"

#include <curl/curl.h>
#include <stdarg.h>

#include "net/fetch/curl_rules.h"
#include "net/fetch/proxy.h"

#undef curl_easy_setopt /* some versions check its types in a macro */

#define MAX_SET 64
#define MILLI   ((apr_interval_time_t)1000)

typedef struct {
    CURLoption option;
    long number;
    const void *pointer;
} set_t;

static struct {
    int fails_at; /* the option that cannot be set, from 0; -1: none */
    int count;
    set_t all[MAX_SET];
} heard;

static void listen_until(int fails_at)
{
    memset(&heard, 0, sizeof(heard));
    heard.fails_at = fails_at;
}

CURLcode curl_easy_setopt(CURL *handle, CURLoption option, ...)
{
    set_t *set = &heard.all[heard.count];
    va_list values;

    (void)handle;
    assert_true(heard.count < MAX_SET);
    set->option = option;
    va_start(values, option);
    if (option < CURLOPTTYPE_OBJECTPOINT) {
        set->number = va_arg(values, long);
    }
    else {
        set->pointer = va_arg(values, const void *);
    }
    va_end(values);
    return heard.count++ == heard.fails_at ? CURLE_UNKNOWN_OPTION : CURLE_OK;
}

/* What it is in the end. */
static const set_t *last_of(CURLoption option)
{
    for (int i = heard.count - 1; i >= 0; --i) {
        if (heard.all[i].option == option) {
            return &heard.all[i];
        }
    }
    return NULL;
}

static void assert_number(CURLoption option, long expected)
{
    const set_t *set = last_of(option);

    if (!set || set->number != expected) {
        fail_msg("option %d is %ld", option, set ? set->number : -1);
    }
}

static void assert_text(CURLoption option, const char *expected)
{
    const set_t *set = last_of(option);

    assert_non_null(set);
    assert_non_null(set->pointer);
    assert_string_equal(set->pointer, expected);
}

static void assert_nothing(CURLoption option)
{
    const set_t *set = last_of(option);

    assert_non_null(set);
    assert_null(set->pointer);
}

static const cog_fetch_conf_t plain = {.connect_limit = 2000 * MILLI,
                                       .total_limit = 5000 * MILLI};
static const cog_fetch_conf_t trusting = {
    .connect_limit = 2000 * MILLI, .total_limit = 5000 * MILLI, .ca_file = "/ca.pem"};

static cog_err_t set_rules(const cog_fetch_conf_t *conf, const char *scheme,
                           apr_interval_time_t limit)
{
    const cog_url_t url = {.scheme = scheme};

    return cog_curl_rules_set(NULL, conf, &url, limit);
}

/* ---- rules ---- */

/* Some are what libcurl does anyway, if nobody has built it otherwise. */
static void leaves_nothing_that_protects_to_a_default(void **state)
{
    (void)state;
    listen_until(-1);
    assert_int_equal(set_rules(&plain, "https", 0), COG_OK);
    assert_number(CURLOPT_SSL_VERIFYPEER, 1);
    assert_number(CURLOPT_SSL_VERIFYHOST, 2);
    assert_number(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    assert_number(CURLOPT_FOLLOWLOCATION, 0);
    assert_number(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    assert_number(CURLOPT_HTTP09_ALLOWED, 0);
    assert_number(CURLOPT_HTTP_CONTENT_DECODING, 0);
    assert_number(CURLOPT_DISALLOW_USERNAME_IN_URL, 1);
    assert_number(CURLOPT_UNRESTRICTED_AUTH, 0);
    assert_number(CURLOPT_NETRC, CURL_NETRC_IGNORED);
    assert_number(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
    assert_number(CURLOPT_MAXFILESIZE, COG_FETCH_MAX_BODY);
    assert_text(CURLOPT_REDIR_PROTOCOLS_STR, "https");
}

/* httpd's threads get no signal; what has no limit of its own ends all the same. */
static void lets_nothing_wait_or_live_for_long(void **state)
{
    (void)state;
    listen_until(-1);
    assert_int_equal(set_rules(&plain, "https", 0), COG_OK);
    assert_number(CURLOPT_NOSIGNAL, 1);
#if LIBCURL_VERSION_NUM >= 0x075700
    assert_number(CURLOPT_QUICK_EXIT, 1);
#endif
    assert_number(CURLOPT_LOW_SPEED_LIMIT, 100);
    assert_number(CURLOPT_LOW_SPEED_TIME, 10);
    assert_number(CURLOPT_MAXCONNECTS, 2);
    assert_number(CURLOPT_TCP_KEEPALIVE, 1);
    assert_number(CURLOPT_TCP_KEEPIDLE, 15);
    assert_number(CURLOPT_TCP_KEEPINTVL, 5);
    assert_number(CURLOPT_MAXAGE_CONN, 30);
    assert_number(CURLOPT_MAXLIFETIME_CONN, 120);
}

static void speaks_the_protocol_of_the_url_alone(void **state)
{
    static const char *const schemes[] = {"https", "http"};

    (void)state;
    for (size_t i = 0; i < COUNT(schemes); ++i) {
        listen_until(-1);
        assert_int_equal(set_rules(&plain, schemes[i], 0), COG_OK);
        assert_text(CURLOPT_PROTOCOLS_STR, schemes[i]);
    }
}

static void trusts_the_system_or_one_file(void **state)
{
    (void)state;
    listen_until(-1);
    assert_int_equal(set_rules(&plain, "https", 0), COG_OK);
    assert_null(last_of(CURLOPT_CAINFO));
    assert_null(last_of(CURLOPT_CAPATH));
    listen_until(-1);
    assert_int_equal(set_rules(&trusting, "https", 0), COG_OK);
    assert_text(CURLOPT_CAINFO, "/ca.pem");
    assert_nothing(CURLOPT_CAPATH);
}

/* 0 would be no limit, for libcurl. */
static void has_a_limit_always(void **state)
{
    static const struct {
        apr_interval_time_t conf;
        apr_interval_time_t call;
        long expected; /* in milliseconds */
    } cases[] = {
        {5000 * MILLI, 0,             5000 },
        {5000 * MILLI, 1,             1    },
        {5000 * MILLI, 1999,          1    },
        {5000 * MILLI, 2000,          2    },
        {5000 * MILLI, 60000 * MILLI, 60000},
        {0,            0,             1    },
        {999,          0,             1    },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); ++i) {
        const cog_fetch_conf_t conf = {.connect_limit = cases[i].conf,
                                       .total_limit = cases[i].conf};

        listen_until(-1);
        assert_int_equal(set_rules(&conf, "https", cases[i].call), COG_OK);
        assert_number(CURLOPT_TIMEOUT_MS, cases[i].expected);
        assert_number(CURLOPT_CONNECTTIMEOUT_MS,
                      cases[i].conf >= MILLI ? cases[i].conf / MILLI : 1);
    }
}

/* ---- proxies ---- */

static const cog_proxy_t tls_proxy = {.url = "https://proxy.test:3128", .user = "user"};
static const cog_proxy_t open_proxy = {.url = "http://proxy.test:3128"};

static void trusts_a_proxy_no_more_than_a_user_pool(void **state)
{
    (void)state;
    listen_until(-1);
    assert_int_equal(
        cog_proxy_use(NULL, &tls_proxy, cog_secret_of("password"), "/ca.pem"), COG_OK);
    assert_number(CURLOPT_PROXY_SSL_VERIFYPEER, 1);
    assert_number(CURLOPT_PROXY_SSL_VERIFYHOST, 2);
    assert_number(CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    assert_text(CURLOPT_PROXY_CAINFO, "/ca.pem");
    assert_nothing(CURLOPT_PROXY_CAPATH);
    listen_until(-1);
    assert_int_equal(cog_proxy_use(NULL, &tls_proxy, cog_secret_of("password"), NULL),
                     COG_OK);
    assert_number(CURLOPT_PROXY_SSL_VERIFYPEER, 1);
    assert_null(last_of(CURLOPT_PROXY_CAINFO));
    assert_null(last_of(CURLOPT_PROXY_CAPATH));
}

static void keeps_what_is_for_the_proxy_apart(void **state)
{
    (void)state;
    listen_until(-1);
    assert_int_equal(cog_proxy_use(NULL, &tls_proxy, cog_secret_of(NULL), NULL), COG_OK);
    assert_number(CURLOPT_HTTPPROXYTUNNEL, 1);
    assert_number(CURLOPT_HEADEROPT, CURLHEADER_SEPARATE);
    assert_number(CURLOPT_PROXYAUTH, CURLAUTH_BASIC);
    assert_text(CURLOPT_PROXYUSERNAME, "user");
    assert_text(CURLOPT_PROXYPASSWORD, "");
    listen_until(-1);
    assert_int_equal(cog_proxy_use(NULL, &open_proxy, cog_secret_of(NULL), NULL), COG_OK);
    assert_text(CURLOPT_PROXY, "http://proxy.test:3128");
    assert_null(last_of(CURLOPT_PROXYUSERNAME));
    assert_null(last_of(CURLOPT_PROXY_SSL_VERIFYPEER));
}

/* ---- a libcurl that is too old ---- */

static cog_err_t set_rules_once(void)
{
    return set_rules(&trusting, "https", 0);
}

static cog_err_t use_proxy_once(void)
{
    return cog_proxy_use(NULL, &tls_proxy, cog_secret_of("password"), "/ca.pem");
}

/* Whichever it is. */
static void stops_at_the_first_that_cannot_be_set(void **state)
{
    static cog_err_t (*const calls[])(void) = {set_rules_once, use_proxy_once};

    (void)state;
    for (size_t i = 0; i < COUNT(calls); ++i) {
        int count;

        listen_until(-1);
        assert_int_equal(calls[i](), COG_OK);
        count = heard.count;
        assert_true(count >= 10);
        for (int failing = 0; failing < count; ++failing) {
            listen_until(failing);
            assert_int_equal(calls[i](), COG_E_INTERNAL);
            assert_int_equal(heard.count, failing + 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_nothing_that_protects_to_a_default),
        cmocka_unit_test(lets_nothing_wait_or_live_for_long),
        cmocka_unit_test(speaks_the_protocol_of_the_url_alone),
        cmocka_unit_test(trusts_the_system_or_one_file),
        cmocka_unit_test(has_a_limit_always),
        cmocka_unit_test(trusts_a_proxy_no_more_than_a_user_pool),
        cmocka_unit_test(keeps_what_is_for_the_proxy_apart),
        cmocka_unit_test(stops_at_the_first_that_cannot_be_set),
    };

    return cmocka_run_group_tests_name("net/fetch/curl_rules", tests, NULL, NULL);
}
