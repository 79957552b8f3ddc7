#include "test/unit/session/cookie_header.h"

#include <apr_strings.h>

#include "session/cookie_chunks.h"

static const cog_cookie_style_t style = {
    .prefix = "__Host-cognito_",
    .path = "/",
    .attributes = "; Path=/; HttpOnly; Secure; SameSite=Lax",
};

static void writes_and_expires_with_the_same_attributes(void **state)
{
    assert_string_equal(cog_cookie_write(*state, &style, "n", "v", -1),
                        "n=v; Path=/; HttpOnly; Secure; SameSite=Lax");
    assert_string_equal(cog_cookie_write(*state, &style, "n", "v", 900),
                        "n=v; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=900");
    assert_string_equal(cog_cookie_expire(*state, &style, "n"),
                        "n=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0");
}

static cog_cookie_jar_t jar_of(apr_pool_t *pool, const char *header)
{
    return (cog_cookie_jar_t){&style, cookies_of(pool, header),
                              apr_array_make(pool, 1, sizeof(const char *))};
}

static const char *setting(const cog_cookie_jar_t *jar, int index)
{
    assert_in_range(index, 0, jar->settings->nelts - 1);
    return APR_ARRAY_IDX(jar->settings, index, const char *);
}

static char *text_of(apr_pool_t *pool, size_t len)
{
    char *text = apr_palloc(pool, len + 1);

    for (size_t i = 0; i < len; ++i) {
        text[i] = (char)('a' + i % 26);
    }
    text[len] = '\0';
    return text;
}

/* The Cookie header of a browser that has taken these Set-Cookie values, last one first.
 */
static const char *header_from(apr_pool_t *pool, const cog_cookie_jar_t *jar)
{
    const char *header = "other=1";

    for (int i = jar->settings->nelts - 1; i >= 0; --i) {
        const char *cookie = setting(jar, i);

        header = apr_pstrcat(pool, header, "; ",
                             apr_pstrndup(pool, cookie, strcspn(cookie, ";")), NULL);
    }
    return header;
}

static void joins_what_it_has_split(void **state)
{
    static const size_t lengths[] = {
        1, 100, 3798, 3799, 3800, 7599, 7600, 11399, 11400, 15198, 15199,
    };

    for (size_t i = 0; i < COUNT(lengths); ++i) {
        cog_cookie_jar_t jar = jar_of(*state, NULL);
        const char *value = text_of(*state, lengths[i]);
        cog_span_t joined;

        assert_int_equal(cog_cookie_split(*state, &jar, NAME, value, 4), COG_OK);
        assert_int_equal(jar.settings->nelts, lengths[i] / COG_COOKIE_CHUNK + 1);
        assert_int_equal(cog_cookie_join(*state,
                                         cookies_of(*state, header_from(*state, &jar)),
                                         NAME, &joined),
                         COG_OK);
        assert_span("joined is what was split", joined, value);
    }
}

/* browsers take 4096 octets of name, value and attributes */
static void keeps_each_cookie_below_what_browsers_take(void **state)
{
    cog_cookie_jar_t jar = jar_of(*state, NULL);

    assert_int_equal(cog_cookie_split(*state, &jar, NAME "_a_long_client_name",
                                      text_of(*state, 15199), 4),
                     COG_OK);
    for (int i = 0; i < jar.settings->nelts; ++i) {
        assert_in_range(strlen(setting(&jar, i)), 1, 4000);
    }
}

static void refuses_more_chunks_than_allowed_and_writes_nothing(void **state)
{
    static const struct {
        size_t len;
        int max_chunks;
        cog_err_t result;
    } rows[] = {
        {15199, 4,  COG_OK                 },
        {15200, 4,  COG_E_SESSION_TOO_LARGE},
        {15200, 9,  COG_E_SESSION_TOO_LARGE},
        {3799,  1,  COG_OK                 },
        {3800,  1,  COG_E_SESSION_TOO_LARGE},
        {1,     0,  COG_E_SESSION_TOO_LARGE},
        {1,     -1, COG_E_SESSION_TOO_LARGE},
    };

    for (size_t i = 0; i < COUNT(rows); ++i) {
        cog_cookie_jar_t jar = jar_of(*state, NAME ".1=old; " NAME ".3=old");
        const char *value = text_of(*state, rows[i].len);
        cog_err_t err = cog_cookie_split(*state, &jar, NAME, value, rows[i].max_chunks);

        assert_int_equal(err, rows[i].result);
        assert_true(err == COG_OK || jar.settings->nelts == 0);
    }
}

static void deletes_the_chunks_of_a_longer_value_before(void **state)
{
    cog_cookie_jar_t jar = jar_of(*state, NAME "=4x; " NAME ".1=x; " NAME ".2=x; " NAME
                                               ".3=x; " NAME ".4=x");

    assert_int_equal(cog_cookie_split(*state, &jar, NAME, text_of(*state, 4000), 4),
                     COG_OK);
    assert_int_equal(jar.settings->nelts, 4);
    assert_string_equal(setting(&jar, 2),
                        NAME ".2=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0");
    assert_string_equal(setting(&jar, 3),
                        NAME ".3=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0");
}

static void removes_exactly_what_the_request_holds(void **state)
{
    cog_cookie_jar_t jar = jar_of(*state, "a=1; " NAME ".2=x; " NAME "=1x");

    cog_cookie_remove(*state, &jar, NAME);
    assert_int_equal(jar.settings->nelts, 2);
    assert_true(strncmp(setting(&jar, 0), NAME "=;", strlen(NAME "=;")) == 0);
    assert_true(strncmp(setting(&jar, 1), NAME ".2=;", strlen(NAME ".2=;")) == 0);

    jar = jar_of(*state, NULL);
    cog_cookie_remove(*state, &jar, NAME);
    assert_int_equal(jar.settings->nelts, 0);
}

/* S10: the number of chunks is the browser's to say, and never believed */
static void does_not_believe_the_number_of_chunks(void **state)
{
    static const char *const firsts[] = {
        "", "0", "5", "9", "99999999", "-1", "0x10", "\"1x\"", "4294967297", "\xff", "x",
    };
    cog_span_t value;

    for (size_t i = 0; i < COUNT(firsts); ++i) {
        const char *header = apr_pstrcat(*state, "s=", firsts[i], "; s.1=a; s.2=b", NULL);

        assert_result(firsts[i],
                      cog_cookie_join(*state, cookies_of(*state, header), "s", &value),
                      COG_E_NO_SESSION);
    }
}

/* ... even where all the chunks are there that it promises. */
static void takes_at_most_four_chunks(void **state)
{
    const char *rest = "";
    cog_span_t value;

    for (int i = 1; i < 256; ++i) {
        rest = apr_psprintf(*state, "%s; s.%d=x", rest, i);
    }
    for (int c = '!'; c < 256; ++c) {
        const char *header = apr_psprintf(*state, "s=%cx%s", c, rest);
        cog_err_t err = cog_cookie_join(*state, cookies_of(*state, header), "s", &value);

        if (c >= '1' && c <= '4') {
            assert_int_equal(err, COG_OK);
            assert_int_equal(value.len, c - '0');
        }
        else {
            assert_int_equal(err, COG_E_NO_SESSION);
        }
    }
}

static void misses_no_missing_chunk(void **state)
{
    static const struct {
        const char *header;
        cog_err_t result;
    } rows[] = {
        {"s=3a; s.1=b; s.2=c", COG_OK          },
        {"s.1=b; s.2=c",       COG_E_NO_SESSION},
        {"s=3a; s.2=c",        COG_E_NO_SESSION},
        {"s=3a; s.1=b",        COG_E_NO_SESSION},
        {"s=3a; s.1; s.2=c",   COG_E_NO_SESSION},
    };

    for (size_t i = 0; i < COUNT(rows); ++i) {
        cog_span_t value;

        assert_result(
            rows[i].header,
            cog_cookie_join(*state, cookies_of(*state, rows[i].header), "s", &value),
            rows[i].result);
    }
    assert_int_equal(cog_cookie_join(*state, NULL, "s", &(cog_span_t){0}),
                     COG_E_NO_SESSION);
}

static void takes_the_first_of_duplicate_chunks_and_no_extra_one(void **state)
{
    const char *header = "s.1=b; s=2a; s=3x; s.1=y; s.2=c; s.3=d; s.4=e";
    cog_span_t value;

    assert_int_equal(cog_cookie_join(*state, cookies_of(*state, header), "s", &value),
                     COG_OK);
    assert_span("never a merge", value, "ab");
}

static void points_into_the_header_when_there_is_one_chunk(void **state)
{
    const char *header = "a=1; s=1value; b=2";
    cog_span_t value;

    assert_int_equal(cog_cookie_join(*state, cookies_of(*state, header), "s", &value),
                     COG_OK);
    assert_span("one chunk", value, "value");
    assert_ptr_equal(value.bytes, header + strlen("a=1; s=1"));
}

static void measures_a_value_with_its_chunks(void **state)
{
    const char *header = "a=1; s=2xx; s.1=yyy; t=zzzzzz; s.7=z";

    assert_int_equal(cog_cookie_size(*state, cookies_of(*state, header), "s"),
                     strlen("s=2xx; ") + strlen("s.1=yyy; "));
    assert_int_equal(cog_cookie_size(*state, cookies_of(*state, header), "b"), 0);
    assert_int_equal(cog_cookie_size(*state, NULL, "s"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(writes_and_expires_with_the_same_attributes),
        cmocka_unit_test_with_pool(joins_what_it_has_split),
        cmocka_unit_test_with_pool(keeps_each_cookie_below_what_browsers_take),
        cmocka_unit_test_with_pool(refuses_more_chunks_than_allowed_and_writes_nothing),
        cmocka_unit_test_with_pool(deletes_the_chunks_of_a_longer_value_before),
        cmocka_unit_test_with_pool(removes_exactly_what_the_request_holds),
        cmocka_unit_test_with_pool(does_not_believe_the_number_of_chunks),
        cmocka_unit_test_with_pool(takes_at_most_four_chunks),
        cmocka_unit_test_with_pool(misses_no_missing_chunk),
        cmocka_unit_test_with_pool(takes_the_first_of_duplicate_chunks_and_no_extra_one),
        cmocka_unit_test_with_pool(points_into_the_header_when_there_is_one_chunk),
        cmocka_unit_test_with_pool(measures_a_value_with_its_chunks),
    };

    return cmocka_run_group_tests_name("session/cookie, written and split", tests, NULL,
                                       NULL);
}
