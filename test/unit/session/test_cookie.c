#include "test/unit/unit.h"

#include <apr_strings.h>

#include "session/cookie.h"

#define NAME "__Host-cognito_session"

static const cog_cookie_style_t style = {
    .prefix = "__Host-cognito_",
    .path = "/",
    .attributes = "; Path=/; HttpOnly; Secure; SameSite=Lax",
};

/* clang-format off */
/* One line per shape of a Cookie header: what is asked for, what must be found. */
static const struct {
    const char *rule;
    const char *header;
    const char *name;
    const char *value; /* NULL: nothing */
} finds[] = {
    {"only cookie",                 "s=1",                       "s",  "1"},
    {"first of several",            "s=1; a=2; b=3",             "s",  "1"},
    {"in the middle",               "a=2; s=1; b=3",             "s",  "1"},
    {"last",                        "a=2; b=3; s=1",             "s",  "1"},
    {"no space after semicolon",    "a=2;s=1;b=3",               "s",  "1"},
    {"spaces and tabs around",      " a=2 ;\t s \t=\t 1 \t; b",  "s",  "1"},
    {"name is a prefix of another", "sx=2; s=1",                 "s",  "1"},
    {"another is a prefix of it",   "s=2; sx=1",                 "sx", "1"},
    {"name inside another",         "as=2",                      "s",  NULL},
    {"name inside a value",         "a=s=1",                     "s",  NULL},
    {"case counts",                 "S=1",                       "s",  NULL},
    {"first of two wins (S14)",     "s=evil; s=good",            "s",  "evil"},
    {"first of two wins, turned",   "s=good; s=evil",            "s",  "good"},
    {"empty value",                 "s=",                        "s",  ""},
    {"empty value in the middle",   "s=; a=1",                   "s",  ""},
    {"value holds equals signs",    "s=a=b==",                   "s",  "a=b=="},
    {"quotes belong to the value",  "s=\"1\"",                   "s",  "\"1\""},
    {"a quote hides no semicolon",  "a=\"x; s=1\"",              "s",  "1\""},
    {"with $Version",               "$Version=1; s=1; $Path=/",  "s",  "1"},
    {"no equals sign",              "s",                         "s",  NULL},
    {"no equals sign, then one",    "s; s=1",                    "s",  "1"},
    {"no equals sign at the end",   "a=b; s",                    "s",  NULL},
    {"equals sign alone",           "=",                         "s",  NULL},
    {"semicolon alone",             ";",                         "s",  NULL},
    {"semicolons and spaces",       "; ;",                       "s",  NULL},
    {"value without a name",        "=x",                        "s",  NULL},
    {"nothing but odd pieces",      "a;=;b",                     "s",  NULL},
    {"only spaces",                 "  \t ",                     "s",  NULL},
    {"empty header",                "",                          "s",  NULL},
    {"no header",                   NULL,                        "s",  NULL},
};

/* One line per shape: the header before and after our cookies, "s…", are taken out (S13). */
static const struct {
    const char *rule;
    const char *header;
    const char *kept; /* NULL: no header */
} strips[] = {
    {"only ours",                 "s=1",                            NULL},
    {"only ours, several",        "s=1; s.1=2; s_x=3;",             NULL},
    {"ours first",                "s=1; a=2; b=3",                  "a=2; b=3"},
    {"ours in the middle",        "a=2; s=1; b=3",                  "a=2; b=3"},
    {"ours last",                 "a=2; b=3; s=1",                  "a=2; b=3"},
    {"chunks between others",     "a=2; s=1; b=3; s.1=4; c=5",      "a=2; b=3; c=5"},
    {"same name twice",           "s=1; a=2; s=3",                  "a=2"},
    {"without an equals sign",    "a=2; s",                         "a=2"},
    {"at the very end, no value", "a=2;s=",                         "a=2"},
    {"quoted value",              "s=\"1\"; a=\"2\"",               "a=\"2\""},
    {"odd spaces around others",  "a = 2 ; s=1;\t b=3 ",            "a = 2 ;\t b=3 "},
    {"spaces around ours",        "a=2;  s = 1  ;b=3",              "a=2;b=3"},
    {"$Version stays",            "$Version=1; s=1; a=2",           "$Version=1; a=2"},
    {"values without a name",     "=x; s=1; =",                     "=x; ="},
    {"pieces without a value",    "a; s=1; b",                      "a; b"},
    {"case counts",               "S=1; s=2",                       "S=1"},
};

/* What does not hold our cookies stays the same pointer. */
static const char *const untouched[] = {
    "a=1", "a=1; b=2", "as=1", "", "=", ";", "; ;", "=x", "a", "a;=;b", "  \t ", "S=1",
    "a=s=1", "a=1;;;b=2; ",
};
/* clang-format on */

/* A copy that ends where its memory ends, so that AddressSanitizer sees one octet more.
 */
static char *exact(const char *text)
{
    return text ? strdup(text) : NULL;
}

static void assert_span(const char *rule, cog_span_t span, const char *expected)
{
    if (span.len != strlen(expected) ||
        strncmp((const char *)span.bytes, expected, span.len) != 0) {
        fail_msg("rule \"%s\" is broken: \"%.*s\"", rule, (int)span.len,
                 (const char *)span.bytes);
    }
}

/* The cookies of a header, as if all were ours. */
static apr_array_header_t *cookies_of(apr_pool_t *pool, const char *header)
{
    apr_array_header_t *cookies;

    (void)cog_cookie_strip(pool, cog_span_of(header), "", &cookies);
    return cookies;
}

static const char *strip(apr_pool_t *pool, const char *header, const char *prefix)
{
    apr_array_header_t *own;

    return cog_cookie_strip(pool, cog_span_of(header), prefix, &own);
}

static void finds_a_cookie_in_any_header(void **state)
{
    for (size_t i = 0; i < COUNT(finds); ++i) {
        char *header = exact(finds[i].header);
        cog_span_t value = {NULL, 0};
        int is_found = cog_cookie_find(cookies_of(*state, header), finds[i].name, &value);

        if (is_found != (finds[i].value != NULL)) {
            fail_msg("rule \"%s\" is broken", finds[i].rule);
        }
        if (is_found) {
            assert_span(finds[i].rule, value, finds[i].value);
            assert_in_range((uintptr_t)value.bytes, (uintptr_t)header,
                            (uintptr_t)header + strlen(header));
        }
        free(header);
    }
}

static void finds_a_cookie_behind_a_hundred_others(void **state)
{
    const char *header = "a=b";
    cog_span_t value;

    for (int i = 0; i < 100; ++i) {
        header = apr_psprintf(*state, "%s; %s%d=%d", header, NAME, i, i);
    }
    assert_false(cog_cookie_find(cookies_of(*state, header), NAME, &value));
    header = apr_pstrcat(*state, header, "; ", NAME, "=x", NULL);
    assert_true(cog_cookie_find(cookies_of(*state, header), NAME, &value));
    assert_span("behind a hundred others", value, "x");
}

static void survives_our_prefix_at_the_end_of_a_full_header(void **state)
{
    char *header = malloc(8191);
    apr_array_header_t *own;

    memset(header, 'x', 8190);
    header[1] = '=';
    header[8190] = '\0';
    memcpy(header + 8190 - 4, "; s_", 4);
    assert_int_equal(strlen(cog_cookie_strip(*state, cog_span_of(header), "s_", &own)),
                     8190 - 4);
    assert_null(own);
    free(header);
}

static void lists_each_name_with_the_prefix_once_and_in_order(void **state)
{
    const char *header = "l_b=1; x=2; l_a=3; l_b=4; L_c=5; l_d; l_=6; al_e=7";
    apr_array_header_t *names =
        cog_cookie_names(*state, cookies_of(*state, header), "l_");

    assert_int_equal(names->nelts, 3);
    assert_string_equal(APR_ARRAY_IDX(names, 0, const char *), "l_b");
    assert_string_equal(APR_ARRAY_IDX(names, 1, const char *), "l_a");
    assert_string_equal(APR_ARRAY_IDX(names, 2, const char *), "l_");
    assert_int_equal(cog_cookie_names(*state, NULL, "l_")->nelts, 0);
    assert_int_equal(cog_cookie_names(*state, cookies_of(*state, "; ;=;a"), "l_")->nelts,
                     0);
}

/* W02: however many login cookies a browser holds, the work stays bounded */
static void lists_no_more_than_64_names(void **state)
{
    const char *header = "l_0=0";

    for (int i = 1; i < 64; ++i) {
        header = apr_psprintf(*state, "%s; l_%d=0", header, i);
    }
    assert_int_equal(cog_cookie_names(*state, cookies_of(*state, header), "l_")->nelts,
                     64);
    header = apr_pstrcat(*state, header, "; l_64=0; l_65=0", NULL);
    assert_int_equal(cog_cookie_names(*state, cookies_of(*state, header), "l_")->nelts,
                     64);
}

static void takes_our_cookies_out_and_leaves_the_others_byte_for_byte(void **state)
{
    for (size_t i = 0; i < COUNT(strips); ++i) {
        char *header = exact(strips[i].header);
        const char *kept = strip(*state, header, "s");

        if (!kept != !strips[i].kept || (kept && strcmp(kept, strips[i].kept) != 0)) {
            fail_msg("rule \"%s\" is broken: \"%s\"", strips[i].rule, kept);
        }
        free(header);
    }
}

static void keeps_a_kilobyte_of_junk_beside_our_cookies(void **state)
{
    char junk[1025];

    for (size_t i = 0; i < sizeof(junk) - 1; ++i) {
        junk[i] = (char)(0x21 + (i * 7) % 0x5e);
        junk[i] = junk[i] == ';' || junk[i] == 's' ? '%' : junk[i];
    }
    junk[sizeof(junk) - 1] = '\0';
    assert_string_equal(
        strip(*state, apr_pstrcat(*state, junk, ";s=1;", junk, NULL), "s"),
        apr_pstrcat(*state, junk, ";", junk, NULL));
}

static void gives_the_same_header_back_when_nothing_is_ours(void **state)
{
    for (size_t i = 0; i < COUNT(untouched); ++i) {
        apr_array_header_t *own;

        assert_ptr_equal(cog_cookie_strip(*state, cog_span_of(untouched[i]), "s", &own),
                         untouched[i]);
        assert_null(own);
    }
    assert_null(strip(*state, NULL, "s"));
}

static void assert_cookie(const apr_array_header_t *cookies, int i, const char *name,
                          const char *value)
{
    const cog_cookie_t *cookie = &APR_ARRAY_IDX(cookies, i, cog_cookie_t);

    assert_span("name of what is ours", cookie->name, name);
    assert_span("value of what is ours", cookie->value, value);
}

static void lists_what_it_takes_out(void **state)
{
    apr_array_header_t *own;

    assert_string_equal(cog_cookie_strip(*state,
                                         cog_span_of("a=1; s_b = 2 ;c=3; s; s=; s_b=4;d"),
                                         "s", &own),
                        "a=1;c=3;d");
    assert_int_equal(own->nelts, 3);
    assert_cookie(own, 0, "s_b", "2");
    assert_cookie(own, 1, "s", "");
    assert_cookie(own, 2, "s_b", "4");
    assert_null(strip(*state, "s; s_a", "s"));
}

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

static void misses_no_missing_chunk(void **state)
{
    cog_span_t value;

    assert_int_equal(
        cog_cookie_join(*state, cookies_of(*state, "s.1=b; s.2=c"), "s", &value),
        COG_E_NO_SESSION);
    assert_int_equal(
        cog_cookie_join(*state, cookies_of(*state, "s=3a; s.2=c"), "s", &value),
        COG_E_NO_SESSION);
    assert_int_equal(
        cog_cookie_join(*state, cookies_of(*state, "s=3a; s.1=b"), "s", &value),
        COG_E_NO_SESSION);
    assert_int_equal(
        cog_cookie_join(*state, cookies_of(*state, "s=3a; s.1; s.2=c"), "s", &value),
        COG_E_NO_SESSION);
    assert_int_equal(cog_cookie_join(*state, NULL, "s", &value), COG_E_NO_SESSION);
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
        cmocka_unit_test_with_pool(finds_a_cookie_in_any_header),
        cmocka_unit_test_with_pool(finds_a_cookie_behind_a_hundred_others),
        cmocka_unit_test_with_pool(survives_our_prefix_at_the_end_of_a_full_header),
        cmocka_unit_test_with_pool(lists_each_name_with_the_prefix_once_and_in_order),
        cmocka_unit_test_with_pool(lists_no_more_than_64_names),
        cmocka_unit_test_with_pool(
            takes_our_cookies_out_and_leaves_the_others_byte_for_byte),
        cmocka_unit_test_with_pool(keeps_a_kilobyte_of_junk_beside_our_cookies),
        cmocka_unit_test_with_pool(gives_the_same_header_back_when_nothing_is_ours),
        cmocka_unit_test_with_pool(lists_what_it_takes_out),
        cmocka_unit_test_with_pool(writes_and_expires_with_the_same_attributes),
        cmocka_unit_test_with_pool(joins_what_it_has_split),
        cmocka_unit_test_with_pool(keeps_each_cookie_below_what_browsers_take),
        cmocka_unit_test_with_pool(refuses_more_chunks_than_allowed_and_writes_nothing),
        cmocka_unit_test_with_pool(deletes_the_chunks_of_a_longer_value_before),
        cmocka_unit_test_with_pool(removes_exactly_what_the_request_holds),
        cmocka_unit_test_with_pool(does_not_believe_the_number_of_chunks),
        cmocka_unit_test_with_pool(misses_no_missing_chunk),
        cmocka_unit_test_with_pool(takes_the_first_of_duplicate_chunks_and_no_extra_one),
        cmocka_unit_test_with_pool(points_into_the_header_when_there_is_one_chunk),
        cmocka_unit_test_with_pool(measures_a_value_with_its_chunks),
    };

    return cmocka_run_group_tests_name("session/cookie", tests, NULL, NULL);
}
