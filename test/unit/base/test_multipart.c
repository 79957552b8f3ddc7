/* multipart/form-data: what browsers send, and nothing else. */
#include "test/unit/unit.h"

#include <apr_strings.h>
#include <string.h>

#include "base/multipart.h"
#include "base/query.h"

#define FIELD(name, value)                                                               \
    "--B\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define FILE_FIELD(name, file, type, value)                                              \
    "--B\r\nContent-Disposition: form-data; name=\"" name "\"; filename=\"" file         \
    "\"\r\nContent-Type: " type "\r\n\r\n" value "\r\n"
#define NO_FILE(name) FILE_FIELD(name, "", "application/octet-stream", "")
#define END           "--B--\r\n"

static const cog_param_t *field(const apr_array_header_t *fields, int i)
{
    return &APR_ARRAY_IDX(fields, i, cog_param_t);
}

static void reads_what_browsers_write(void **state)
{
    apr_array_header_t *fields;

    assert_int_equal(cog_multipart_parse(*state,
                                         FIELD("note", "a \"b\"\r\n\r\n--C\r\n\xc3\xbc")
                                             FIELD("tag", "x") FIELD("tag", "y")
                                                 FIELD("empty", "") NO_FILE("photo")
                                                     FIELD("a%22b", "-") END,
                                         "B", &fields),
                     COG_OK);
    assert_int_equal(fields->nelts, 6);
    assert_string_equal(field(fields, 0)->name, "note");
    assert_string_equal(field(fields, 0)->value, "a \"b\"\r\n\r\n--C\r\n\xc3\xbc");
    assert_string_equal(field(fields, 1)->value, "x");
    assert_string_equal(field(fields, 2)->name, "tag");
    assert_string_equal(field(fields, 2)->value, "y");
    assert_string_equal(field(fields, 3)->value, "");
    assert_string_equal(field(fields, 4)->name, "photo");
    assert_null(field(fields, 4)->value);
    assert_string_equal(field(fields, 5)->name, "a%22b");
    assert_string_equal(field(fields, 5)->value, "-");
}

static void may_be_empty_and_end_without_a_line(void **state)
{
    apr_array_header_t *fields;

    assert_int_equal(cog_multipart_parse(*state, "--B--", "B", &fields), COG_OK);
    assert_int_equal(fields->nelts, 0);
    assert_int_equal(cog_multipart_parse(*state, FIELD("a", "1") "--B--", "B", &fields),
                     COG_OK);
    assert_int_equal(fields->nelts, 1);
}

static void refuses_everything_else(void **state)
{
    static const char *const bodies[] = {
        "",
        "--B",
        "--B\r\n",
        "--C--\r\n",
        "preamble\r\n" FIELD("a", "1") END,
        "\r\n" FIELD("a", "1") END,
        FIELD("a", "1"),
        FIELD("a", "1") "--B-\r\n",
        FIELD("a", "1") END "epilogue",
        FIELD("a", "1") "--Bx\r\n" END,
        FIELD("a", "\r\n--Bx") END,
        "--B\nContent-Disposition: form-data; name=\"a\"\n\n1\n--B--\n",
        "--B\r\n\r\n1\r\n" END,
        "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n--B--\r\n",
        "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n--B--\r\n",
        "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" END,
        "--B\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n" END,
        "--B\r\nContent-Disposition: form-data\r\n\r\n1\r\n" END,
        "--B\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n" END,
        "--B\r\nContent-Type: text/plain\r\n\r\n1\r\n" END,
        FIELD("a\\\"b", "1") END,
        FIELD("a\tb", "1") END,
        "--B\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: "
        "text/plain\r\n\r\n1\r\n" END,
        "--B\r\nContent-Disposition: form-data; name=\"a\"; "
        "filename=\"\"\r\n\r\n\r\n" END,
        "--B\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n1\r\n" END,
        FILE_FIELD("a", "x.txt", "text/plain", "text") END,
        FILE_FIELD("a", "x.txt", "application/octet-stream", "") END,
        FILE_FIELD("a", "", "application/octet-stream", "text") END,
        FILE_FIELD("a", "", "text/plain", "") END,
    };

    for (size_t i = 0; i < COUNT(bodies); ++i) {
        apr_array_header_t *fields = NULL;

        assert_int_equal(cog_multipart_parse(*state, bodies[i], "B", &fields),
                         COG_E_BAD_QUERY);
        assert_null(fields);
    }
}

static void takes_a_thousand_fields(void **state)
{
    for (int count = 999; count <= 1001; ++count) {
        apr_array_header_t *parts = apr_array_make(*state, count, sizeof(const char *));
        apr_array_header_t *fields;
        const char *body;

        for (int i = 0; i < count; ++i) {
            APR_ARRAY_PUSH(parts, const char *) = FIELD("a", "1");
        }
        body = apr_pstrcat(*state, apr_array_pstrcat(*state, parts, 0), END, NULL);
        assert_int_equal(cog_multipart_parse(*state, body, "B", &fields),
                         count <= 1000 ? COG_OK : COG_E_BAD_QUERY);
    }
}

static void finds_the_boundary(void **state)
{
    static const struct {
        const char *type;
        const char *boundary; /* NULL: none */
    } cases[] = {
        {"multipart/form-data; boundary=----WebKitFormBoundaryA1b2",
         "----WebKitFormBoundaryA1b2"                                       },
        {"Multipart/Form-Data ;  Boundary=\"a/b:c\"",                "a/b:c"},
        {"multipart/form-data;boundary=B",                           "B"    },
        {"multipart/form-data",                                      NULL   },
        {"multipart/form-data;",                                     NULL   },
        {"multipart/form-data; boundary=",                           NULL   },
        {"multipart/form-data; boundary=\"\"",                       NULL   },
        {"multipart/form-data; boundary=\"B",                        NULL   },
        {"multipart/form-data; boundary=a b",                        NULL   },
        {"multipart/form-data; boundary=B; charset=utf-8",           NULL   },
        {"multipart/form-data; charset=utf-8; boundary=B",           NULL   },
        {"multipart/form-data; boundary=\xc3\xbc",                   NULL   },
        {"multipart/form-datax; boundary=B",                         NULL   },
        {"multipart/mixed; boundary=B",                              NULL   },
        {"application/x-www-form-urlencoded",                        NULL   },
        {"",                                                         NULL   },
    };

    for (size_t i = 0; i < COUNT(cases); ++i) {
        const char *boundary = cog_multipart_boundary(*state, cases[i].type);

        if (cases[i].boundary) {
            assert_non_null(boundary);
            assert_string_equal(boundary, cases[i].boundary);
        }
        else {
            assert_null(boundary);
        }
    }
}

static void boundaries_have_at_most_70_characters(void **state)
{
    for (int len = 69; len <= 71; ++len) {
        char *type = apr_pstrcat(*state, "multipart/form-data; boundary=",
                                 memset(apr_pcalloc(*state, 80), 'b', (size_t)len), NULL);

        assert_int_equal(cog_multipart_boundary(*state, type) != NULL, len <= 70);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(reads_what_browsers_write),
        cmocka_unit_test_with_pool(may_be_empty_and_end_without_a_line),
        cmocka_unit_test_with_pool(refuses_everything_else),
        cmocka_unit_test_with_pool(takes_a_thousand_fields),
        cmocka_unit_test_with_pool(finds_the_boundary),
        cmocka_unit_test_with_pool(boundaries_have_at_most_70_characters),
    };

    return cmocka_run_group_tests_name("base/multipart", tests, NULL, NULL);
}
