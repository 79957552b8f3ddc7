#include "test/unit/unit.h"

#include <apr_strings.h>

#include "base/query.h"
#include "base/url.h"

/* clang-format off */
static const struct {
    const char *text;
    cog_url_t url;
} good[] = {
    {"https://a.example",
     {"https", "a.example", 443, "/", NULL, "https://a.example"}},
    {"https://a.example/",
     {"https", "a.example", 443, "/", NULL, "https://a.example"}},
    {"https://a.example?",
     {"https", "a.example", 443, "/", "", "https://a.example"}},
    {"https://a.example?b=/c",
     {"https", "a.example", 443, "/", "b=/c", "https://a.example"}},
    {"https://a.example/b/c?d=e?f",
     {"https", "a.example", 443, "/b/c", "d=e?f", "https://a.example"}},
    {"HTTPS://A.Example:443/B",
     {"https", "a.example", 443, "/B", NULL, "https://a.example"}},
    {"https://a.example:80/",
     {"https", "a.example", 80, "/", NULL, "https://a.example:80"}},
    {"http://a.example:80/",
     {"http", "a.example", 80, "/", NULL, "http://a.example"}},
    {"hTTp://127.0.0.1:65535/b//c/",
     {"http", "127.0.0.1", 65535, "/b//c/", NULL, "http://127.0.0.1:65535"}},
    {"http://[::1]:8080/b",
     {"http", "[::1]", 8080, "/b", NULL, "http://[::1]:8080"}},
    {"https://[2001:DB8::A]",
     {"https", "[2001:db8::a]", 443, "/", NULL, "https://[2001:db8::a]"}},
    {"https://a_b-c.xn--bcher-kva.example:1/%41%2F;p=1,2/@me/...?%zz",
     {"https", "a_b-c.xn--bcher-kva.example", 1, "/%41%2F;p=1,2/@me/...", "%zz",
      "https://a_b-c.xn--bcher-kva.example:1"}},
    {"https://a:1/b:c@d?e:f@g",
     {"https", "a", 1, "/b:c@d", "e:f@g", "https://a:1"}},
};

static const char *const bad[] = {
    "", "a", "/", "//a.example", "/a", "a.example", "a.example/b", "https", "https:", "https:/",
    "https://", "https:///", "https:///a", "https://?a", "https:a.example", "https:/a.example",
    "https//a.example", "://a.example", " https://a.example", "https://a.example ", "\thttps://a",
    "https ://a.example", "https:\\\\a.example", "https:/\\a.example", "https://a.example\\b",
    "https://\\a.example", "ftp://a.example", "ws://a.example", "file:///etc/passwd",
    "javascript://a.example/%0aalert(1)", "data:text/html,a", "httpss://a", "xhttps://a",
    /* user info */
    "https://u@a.example", "https://u:p@a.example", "https://@a.example", "https://:@a.example",
    "https://a.example@evil.example", "https://a.example:443@evil.example", "https://a.example:@b",
    "https://a.example%40evil.example", "https://[::1]@evil.example",
    /* fragments */
    "https://a.example#", "https://a.example/#b", "https://a.example#@evil.example", "https://#a",
    "https://a.example?b#c",
    /* octets that are no part of a URL */
    "https://a.example/b c", "https://a.example/\r\n", "https://a.example/\x01", "https://a\x7f",
    "https://a.example/\xc3\xa9", "https://\xc3\xa9.example", "https://a.example?\t",
    "https://a\texample", ("https://a.example\xe3\x80\x82" "b"), "https://a\n.example",
    /* ports */
    "https://a:", "https://a:/", "https://a:0", "https://a:00443", "https://a:0443", "https://a:65536",
    "https://a:65979", "https://a:99999", "https://a:100000", "https://a:4294967739", "https://a:+443",
    "https://a:-1", "https://a:443x", "https://a:x", "https://a:4 43", "https://a:443:443",
    "https://a:0x1bb", "https://[::1]:", "https://[::1]:0", "https://[::1]443",
    /* hosts */
    "https://.", "https://..", "https://.a", "https://a.", "https://a..b", "https://-a", "https://a%2eb",
    "https://a,b", "https://a;b", "https://a'b", "https://a\"b", "https://<a>", "https://a|b",
    "https://a$b", "https://a*b", "https://*", "https://a!b", "https://a=b", "https://a^b", "https://a`b",
    "https://[", "https://]", "https://[]", "https://[::1", "https://::1", "https://[::1]a", "https://[:::]",
    "https://[a.example]", "https://[1.2.3.4]", "http://[::ffff:127.0.0.1]", "https://[fe80::1%25eth0]", "https://[fe80::1%eth0]",
    "https://[::1]]", "https://[[::1]]", "https://[v1.a]", "https://a[::1]",
    /* dot segments */
    "https://a/.", "https://a/..", "https://a/./b", "https://a/b/../c", "https://a/b/..", "https://a/b/.?c",
    "https://a/%2e/b", "https://a/b/%2E%2e", "https://a/.%2e/b", "https://a/b%2f..%2fc", "https://a//..",
};
/* clang-format on */

static void takes_absolute_urls_apart(void **state)
{
    for (size_t i = 0; i < COUNT(good); ++i) {
        const cog_url_t *expected = &good[i].url;
        cog_url_t url;

        assert_result(good[i].text, cog_url_parse(*state, good[i].text, &url), COG_OK);
        assert_string_equal(url.scheme, expected->scheme);
        assert_string_equal(url.host, expected->host);
        assert_int_equal(url.port, expected->port);
        assert_string_equal(url.path, expected->path);
        assert_string_equal(url.origin, expected->origin);
        assert_int_equal(url.query == NULL, expected->query == NULL);
        if (url.query) {
            assert_string_equal(url.query, expected->query);
        }
    }
}

static void refuses_what_could_be_read_in_two_ways(void **state)
{
    for (size_t i = 0; i < COUNT(bad); ++i) {
        cog_url_t url = {.port = 77};

        assert_result(bad[i], cog_url_parse(*state, bad[i], &url), COG_E_BAD_URL);
        assert_int_equal(url.port, 77);
    }
}

static void refuses_no_url_at_all(void **state)
{
    cog_url_t url;

    assert_int_equal(cog_url_parse(*state, NULL, &url), COG_E_BAD_URL);
}

/* A host name of `len` octets, in labels of nine. */
static const char *host_of_len(apr_pool_t *pool, size_t len)
{
    char *host = apr_palloc(pool, len + 1);

    for (size_t i = 0; i < len; ++i) {
        host[i] = i % 10 == 9 && i + 1 < len ? '.' : 'a';
    }
    host[len] = '\0';
    return host;
}

static void takes_host_names_of_at_most_253_octets(void **state)
{
    cog_url_t url;

    for (size_t len = 252; len <= 254; ++len) {
        const char *text =
            apr_pstrcat(*state, "https://", host_of_len(*state, len), NULL);

        assert_int_equal(cog_url_parse(*state, text, &url),
                         len <= 253 ? COG_OK : COG_E_BAD_URL);
    }
}

/* clang-format off */
static const struct {
    const char *text;
    int is_loopback;
    int is_safe;
} places[] = {
    {"https://a.example",              0, 1},
    {"https://localhost",              1, 1},
    {"http://a.example",               0, 0},
    {"http://localhost",               1, 1},
    {"http://LOCALHOST:8080/a",        1, 1},
    {"http://a.localhost",             1, 1},
    {"http://a.b.localhost",           1, 1},
    {"http://alocalhost",              0, 0},
    {"http://localhost.example",       0, 0},
    {"http://localhosts",              0, 0},
    {"http://127.0.0.1",               1, 1},
    {"http://127.1.2.3:1",             1, 1},
    {"http://127.255.255.255",         1, 1},
    {"http://127.1",                   0, 0},
    {"http://127.0.0.256",             0, 0},
    {"http://127.0.0.1.example",       0, 0},
    {"http://127.0.0.1.2",             0, 0},
    {"http://128.0.0.1",               0, 0},
    {"http://0.0.0.0",                 0, 0},
    {"http://10.0.0.1",                0, 0},
    {"http://0x7f.0.0.1",              0, 0},
    {"http://2130706433",              0, 0},
    {"http://[::1]:8080",              1, 1},
    {"http://[::]",                    0, 0},
    {"http://[::2]",                   0, 0},
};
/* clang-format on */

static void takes_plain_http_for_safe_on_loopback_only(void **state)
{
    for (size_t i = 0; i < COUNT(places); ++i) {
        cog_url_t url;

        assert_result(places[i].text, cog_url_parse(*state, places[i].text, &url),
                      COG_OK);
        if (cog_url_is_loopback(&url) != places[i].is_loopback ||
            cog_url_is_safe(&url) != places[i].is_safe) {
            fail_msg("%s is taken for loopback or safe", places[i].text);
        }
    }
}

/* clang-format off */
/* Where an ordinary site's users come from. */
static const char *const own_places[] = {
    "/", "/a", "/a/", "/a/b", "/a/b?x=1&y=%2Fz", "/a/b.html?x", "/?", "/?a=b", "/a?b=c?d",
    "/my%20file?q=a%20b", "/search?q=a+b", "/100%25", "/50%25off", "/50%off", "/%", "/a%", "/a%4",
    "/caf%C3%A9", "/caf%E9", "/%E6%97%A5%E6%9C%AC?x=%E8%AA%9E", "/a//b", "/a//", "/a///b",
    "/a%2Fb", "/a%2F%2Fb", "/a%252Fb", "/@user", "/users/a@b.example", "/a:b", "/http://b.example/",
    "/https:%2F%2Fb.example", "/;a=b", "/a;jsessionid=1", "/.well-known/change-password", "/...",
    "/.a", "/a.", "/..a", "/a..", "/a/...", "/a/.../b", "/.hidden/..data", "/a?next=/b/../c",
    "/a?next=//evil.example", "/a?next=https://evil.example/", "/a?next=%2F%2Fevil.example",
    "/a?next=%5C%5Cevil.example", "/a?path=C:%5CTemp", "/a?b=%2e%2e%2f", "/a?x[]=1&x[]=2",
    "/a?b={c}&d='e'&f=\"g\"", "/<b>", "/a?%", "/a?%25250", "/a?u=https%3A%2F%2Fb%2F%3Fc%3D%252Fd",
    "/*", "/~user/", "/a(b)", "/a!b$c,d", "/a|b", "/%3f//evil.example", "/%23//evil.example",
    "/%20/evil.example", "/%E3%80%82evil.example", "/%EF%BC%8F%EF%BC%8Fevil.example",
    "/;@evil.example", "/;/evil.example", "/:@evil.example", "/.evil.example", "/..evil.example",
    "/javascript:alert(1)", "/data:text/html,x", "/evil.example//", "/x@evil.example:80/",
    "/..;/evil.example", "/%40evil.example", "/%3A//evil.example", "/a?b=%u2028", "/%u002f",
    "/index.php/a/b", "/a%26b?c%3Dd", "/0", "/-", "/_", "/a?", "/a?&", "/a?=", "/%c0%afevil.example",
};

/* Each of them leaves our origin in some reader's eyes, or splits a header, or is no path. */
static const char *const foreign_places[] = {
    /* not a path */
    "", "a", "a/b", "?a=b", "evil.example", "evil.example/", "www.evil.example", ".", "..", "./a", "../a",
    "*", "@evil.example", ":80", ":@evil.example", ";/evil.example", "~", "%2f", "%2Fa", "%2f%2fevil.example",
    "%5c%5cevil.example", "%252f%252fevil.example", "+/evil.example", "+//evil.example",
    /* absolute, with and without slashes */
    "https://evil.example", "https://evil.example/", "http://evil.example", "HTTPS://evil.example",
    "https:evil.example", "https:/evil.example", "https:///evil.example", "https:////evil.example",
    "https:\\\\evil.example", "https:/\\evil.example", "https://app.example@evil.example",
    "https://app.example:443@evil.example", "https://app.example.evil.example", "https%3A%2F%2Fevil.example",
    "ftp://evil.example", "ws://evil.example", "file:///etc/passwd", "about:blank", "mailto:a@evil.example",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "javascript://%0aalert(1)", "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>", "data:text/html;base64,PHNjcmlwdD4=", "vbscript:a",
    "blob:https://app.example/1", "view-source:https://evil.example", "urn:a", "x:/y",
    /* another authority */
    "//", "//evil.example", "///evil.example", "////evil.example", "/////evil.example", "//evil.example/..",
    "//evil.example//", "//app.example@evil.example", "//evil.example:80/", "//@evil.example", "//:80",
    "//[::1]", "//2130706433", "//0x7f000001", "//evil%E3%80%82example", "//%65vil.example", "//?", "//#",
    ("//\xe2\x80\xaf" "evil.example"), "//evil.example?a=/b", "//evil.example#/b", "//.", "//..", "//;a",
    /* backslashes, which browsers take for slashes */
    "\\", "\\\\evil.example", "\\/evil.example", "/\\", "/\\evil.example", "/\\/evil.example", "/\\\\evil.example",
    "//\\evil.example", "/a\\b", "/a\\..\\..\\b", "/a?b\\c", "\\a", "/\\@evil.example", "/\\\tevil.example",
    /* what is stripped before or within */
    " //evil.example", " /a", "/a ", "\t//evil.example", "/\t/evil.example", "/\n/evil.example",
    "/\r/evil.example", "/\r\n/evil.example", "/\t\\evil.example", "/ /evil.example", "/\x0b/evil.example",
    "/\x0c/evil.example", "/\x01/evil.example", "/\x1f/a", "/\x7f", "/\x7f/evil.example", "/a\tb", "/a b",
    "/a?b c", "\x08//evil.example", "\xef\xbb\xbf//evil.example", "\xc2\xa0//evil.example", "\x85//evil.example",
    /* header splitting */
    "/a\r\nSet-Cookie: a=b", "/a\nLocation: //evil.example", "/a\rb", "/%0d%0aSet-Cookie:%20a=b",
    "/%0D%0ALocation:%20https://evil.example", "/a%0d", "/a%0a", "/a%0aSet-Cookie:a=b", "/a?b=%0d%0aSet-Cookie:a",
    "/a?b=%0a", "/%250d%250aSet-Cookie:a", "/a?b=%250aSet-Cookie:a", "/%25250a", "/a?%00", "/%00", "/%00/evil.example",
    "/a%00.html", "/%2500", "/%01", "/%7f", "/a%1fb", "/%1b[31m", "/%08/a", "/%09/evil.example", "/%0b/evil.example",
    "/%0a/evil.example", "/%0d/evil.example", "/%0c//evil.example", "/%2509/evil.example",
    /* encoded slashes and backslashes at the beginning */
    "/%2f", "/%2F", "/%2fevil.example", "/%2Fevil.example", "/%2f/evil.example", "/%2f%2fevil.example",
    "/%2f%5cevil.example", "/%5c", "/%5C", "/%5cevil.example", "/%5Cevil.example", "/%5c/evil.example", "/%5c%5cevil.example",
    "/%5c%2fevil.example", "/%252f", "/%252fevil.example", "/%252F%252Fevil.example", "/%255cevil.example", "/%25252fevil.example",
    "/%25255cevil.example", "/%2525252525252fevil.example", "/%25%32%66evil.example", "/%%32%66evil.example",
    "/%2%66evil.example", "/%25%35%63evil.example", "/a%5cb", "/a%5c..%5cb", "/a%255cb",
    /* dot segments that bare a second slash, in any spelling */
    "/.", "/..", "/./", "/../", "/./a", "/../a", "/.//evil.example", "/..//evil.example", "/.///evil.example",
    "/././/evil.example", "/a/..//evil.example", "/a/../..//evil.example", "/a/../../evil.example", "/a/.", "/a/..",
    "/a/./b", "/a/../b", "/%2e//evil.example", "/%2e%2e//evil.example", "/.%2e//evil.example", "/%2E./a",
    "/a/%2e%2e//evil.example", "/%252e%252e//evil.example", "/%2e%2f%2fevil.example", "/.%2f%2fevil.example",
    "/..%2f%2fevil.example", "/a%2f..%2f%2fevil.example", "/%2e%2e%2f%2fevil.example", "/..?a", "/.?a",
    /* what is no part of a URL as it is sent */
    "/a#b", "/#", "/#//evil.example", "#", "#/a", "/\xc3\xa9", "/\xe9", "/\xef\xbc\x8f/evil.example",
    "/\xe3\x80\x82", "/\xe2\x88\x95/evil.example", "/\x80", "/\xff", "/a?\xc3\xa9",
};
/* clang-format on */

static void lets_users_return_to_all_that_ordinary_sites_have(void **state)
{
    for (size_t i = 0; i < COUNT(own_places); ++i) {
        if (!cog_url_may_return_to(*state, own_places[i])) {
            fail_msg("nobody may return to %s", own_places[i]);
        }
    }
}

static void lets_nobody_return_to_another_origin(void **state)
{
    assert_true(COUNT(foreign_places) >= 120);
    for (size_t i = 0; i < COUNT(foreign_places); ++i) {
        if (cog_url_may_return_to(*state, foreign_places[i])) {
            fail_msg("one may return to %s", foreign_places[i]);
        }
    }
}

/* All but letters and digits, percent-encoded; a leading slash stays when it is asked. */
static const char *encode(apr_pool_t *pool, const char *text, int keeps_slash)
{
    apr_array_header_t *params = cog_query_make(pool);
    int is_kept = keeps_slash && *text == '/';

    cog_query_add(params, "", text + is_kept);
    return apr_pstrcat(pool, is_kept ? "/" : "", cog_query_write(pool, params) + 1, NULL);
}

/* Encoding changes nothing for those that are foreign because of how they begin. */
static void lets_nobody_leave_by_encoding_once_more_and_twice(void **state)
{
    for (size_t i = 0; i < COUNT(foreign_places); ++i) {
        const char *place = foreign_places[i];
        int is_bare = *place == '/' && (place[1] == '/' || place[1] == '\\');

        for (int times = 0; is_bare && times < 3; ++times) {
            place = encode(*state, place, 1);
            if (cog_url_may_return_to(*state, place)) {
                fail_msg("one may return to %s", place);
            }
            assert_false(cog_url_may_return_to(*state, encode(*state, place, 0)));
        }
    }
}

static void refuses_every_control_character_raw_and_encoded(void **state)
{
    for (int c = 1; c < 256; ++c) {
        int is_control = c < 0x20 || c == 0x7f;
        const char *raw = apr_psprintf(*state, "/a%cb", c);
        const char *encoded = apr_psprintf(*state, "/a%%%02xb", (unsigned)c);
        const char *query = apr_psprintf(*state, "/a?%%%02Xb", (unsigned)c);

        if (c <= 0x20 || c >= 0x7f) {
            assert_false(cog_url_may_return_to(*state, raw));
        }
        assert_int_equal(cog_url_may_return_to(*state, encoded),
                         !is_control && c != '\\');
        assert_int_equal(cog_url_may_return_to(*state, query), !is_control);
    }
}

static void returns_to_at_most_2048_octets(void **state)
{
    for (size_t len = 2047; len <= 2049; ++len) {
        char *path = apr_palloc(*state, len + 1);
        char *query = apr_palloc(*state, len + 1);

        memset(path, 'a', len);
        memset(query, 'a', len);
        path[0] = query[0] = '/';
        query[1] = '?';
        path[len] = query[len] = '\0';
        assert_int_equal(cog_url_may_return_to(*state, path), len <= 2048);
        assert_int_equal(cog_url_may_return_to(*state, query), len <= 2048);
    }
}

static void gives_up_on_what_is_encoded_again_and_again(void **state)
{
    const char *place = "%41";

    for (int times = 1; times <= 10; ++times) {
        const char *path = apr_pstrcat(*state, "/", place, NULL);

        assert_int_equal(cog_url_may_return_to(*state, path), times <= 8);
        place = apr_pstrcat(*state, "%25", place + 1, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(takes_absolute_urls_apart),
        cmocka_unit_test_with_pool(refuses_what_could_be_read_in_two_ways),
        cmocka_unit_test_with_pool(refuses_no_url_at_all),
        cmocka_unit_test_with_pool(takes_host_names_of_at_most_253_octets),
        cmocka_unit_test_with_pool(takes_plain_http_for_safe_on_loopback_only),
        cmocka_unit_test_with_pool(lets_users_return_to_all_that_ordinary_sites_have),
        cmocka_unit_test_with_pool(lets_nobody_return_to_another_origin),
        cmocka_unit_test_with_pool(lets_nobody_leave_by_encoding_once_more_and_twice),
        cmocka_unit_test_with_pool(refuses_every_control_character_raw_and_encoded),
        cmocka_unit_test_with_pool(returns_to_at_most_2048_octets),
        cmocka_unit_test_with_pool(gives_up_on_what_is_encoded_again_and_again),
    };

    return cmocka_run_group_tests_name("base/url", tests, NULL, NULL);
}
