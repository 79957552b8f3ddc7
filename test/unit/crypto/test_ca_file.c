#include "test/unit/unit.h"

#include <apr_file_io.h>
#include <apr_strings.h>

#include "crypto/ca_file.h"

/* Self-signed, for this test alone; its key was thrown away. */
#define CERTIFICATE                                                                      \
    "-----BEGIN CERTIFICATE-----\n"                                                      \
    "MIIBeDCCAR+gAwIBAgIUQ9M+XbJ97LebuCx5JSLbDzbwtHswCgYIKoZIzj0EAwIw\n"                 \
    "ETEPMA0GA1UEAwwGYSB0ZXN0MCAXDTI2MTEyMTA4NDM1NVoYDzIxMjYxMDI4MDg0\n"                 \
    "MzU1WjARMQ8wDQYDVQQDDAZhIHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n"                 \
    "AATohwTo7o8FdV17gwHOtGJdshLMB4Wg6aafrQIxLW6EXpF7iCqI3SI9pEcSSmFF\n"                 \
    "MSwH7z6H7rHp5TEnos9dnQD8o1MwUTAdBgNVHQ4EFgQUt/+4XQ/x4vBEFzMvSl4F\n"                 \
    "sXxOedkwHwYDVR0jBBgwFoAUt/+4XQ/x4vBEFzMvSl4FsXxOedkwDwYDVR0TAQH/\n"                 \
    "BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiB1XRvt9EKl+8FOJiGTCY7aSMjdQUrs\n"                 \
    "Pq39onipDhuGnwIgJOwnqBgTC8U+LY4wKz4Gbj6x6S42b6fthmm4vU1wA50=\n"                     \
    "-----END CERTIFICATE-----\n"

#define MODE (APR_FOPEN_CREATE | APR_FOPEN_WRITE | APR_FOPEN_EXCL)

static const char *write_file(apr_pool_t *pool, const char *text)
{
    const char *folder;
    apr_file_t *file;
    char *path;

    assert_int_equal(apr_temp_dir_get(&folder, pool), APR_SUCCESS);
    path = apr_pstrcat(pool, folder, "/ca-file-XXXXXX", NULL);
    assert_int_equal(apr_file_mktemp(&file, path, MODE, pool), APR_SUCCESS);
    assert_int_equal(apr_file_write_full(file, text, strlen(text), NULL), APR_SUCCESS);
    apr_file_close(file);
    return path;
}

static const char *check(apr_pool_t *pool, const char *text)
{
    const char *path = write_file(pool, text);
    const char *problem = cog_ca_file_check(pool, path);

    apr_file_remove(path, pool);
    return problem ? problem : "good";
}

static void takes_one_certificate_or_more(void **state)
{
    assert_string_equal(check(*state, CERTIFICATE), "good");
    assert_string_equal(check(*state, "# a bundle\n" CERTIFICATE "\n" CERTIFICATE),
                        "good");
}

static void refuses_a_file_without_certificates(void **state)
{
    static const char *const texts[] = {"", "\n", "hello\n",
                                        ("-----BEGIN PRIVATE KEY-----\nAAAA\n"
                                         "-----END PRIVATE KEY-----\n")};

    for (size_t i = 0; i < COUNT(texts); ++i) {
        assert_string_equal(check(*state, texts[i]), "holds no certificate in PEM form");
    }
}

static void refuses_a_broken_certificate_even_behind_a_good_one(void **state)
{
    assert_string_equal(check(*state, CERTIFICATE "-----BEGIN CERTIFICATE-----\nAAAA\n"
                                                  "-----END CERTIFICATE-----\n"),
                        "holds a broken certificate");
    assert_string_equal(check(*state, "-----BEGIN CERTIFICATE-----\nAAAA\n"),
                        "holds a broken certificate");
}

static void says_why_a_file_cannot_be_read(void **state)
{
    const char *missing = cog_ca_file_check(*state, "/nonexistent/ca.pem");

    assert_non_null(strstr(missing, "cannot be read: No such file"));
    assert_string_equal(cog_ca_file_check(*state, "/"),
                        "is not a regular file of at most 4 MB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(takes_one_certificate_or_more),
        cmocka_unit_test_with_pool(refuses_a_file_without_certificates),
        cmocka_unit_test_with_pool(refuses_a_broken_certificate_even_behind_a_good_one),
        cmocka_unit_test_with_pool(says_why_a_file_cannot_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
