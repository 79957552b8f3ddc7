#include "test/unit/session/cookie_header.h"

#include <apr_strings.h>

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

static void reaches_what_is_below_its_path(void **state)
{
    static const struct {
        const char *cookie_path;
        const char *path;
        int is_reached;
    } rows[] = {
        {"/",    "/",      1},
        {"/",    "/a",     1},
        {"/app", "/app",   1},
        {"/app", "/app/",  1},
        {"/app", "/app/x", 1},
        {"/app", "/apple", 0},
        {"/app", "/ap",    0},
        {"/app", "/b/app", 0},
        {"/app", "/App",   0},
        {"/app", "/",      0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); ++i) {
        if (cog_cookie_reaches(rows[i].cookie_path, rows[i].path) != rows[i].is_reached) {
            fail_msg("%s and %s", rows[i].cookie_path, rows[i].path);
        }
    }
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
        cmocka_unit_test_with_pool(reaches_what_is_below_its_path),
    };

    return cmocka_run_group_tests_name("session/cookie, headers", tests, NULL, NULL);
}
