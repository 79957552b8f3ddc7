#include "test/unit/unit.h"

#include <apr_hash.h>

#include "crypto/random.h"

/* Gives the bytes 0, 1, 2 ...; fails from the call `fail_at` on. */
typedef struct {
    unsigned char next;
    int calls;
    int fail_at;
} script_t;

static cog_err_t fill(void *context, unsigned char *bytes, size_t len)
{
    script_t *script = context;

    if (++script->calls == script->fail_at) {
        return COG_E_NO_RANDOM;
    }
    for (size_t i = 0; i < len; ++i) {
        bytes[i] = script->next++;
    }
    return COG_OK;
}

static void writes_random_bytes_as_text(void **state)
{
    script_t script = {0};
    const cog_random_t random = {&script, fill};
    const char *text;

    assert_int_equal(cog_random_text(*state, &random, 32, &text), COG_OK);
    assert_string_equal(text, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    assert_int_equal(cog_random_text(*state, &random, 16, &text), COG_OK);
    assert_string_equal(text, "ICEiIyQlJicoKSorLC0uLw");
    assert_int_equal(script.calls, 2);
}

static void writes_at_most_64_bytes(void **state)
{
    const char *text = NULL;

    assert_int_equal(cog_random_text(*state, cog_random_system(), 63, &text), COG_OK);
    assert_int_equal(strlen(text), 84);
    assert_int_equal(cog_random_text(*state, cog_random_system(), 64, &text), COG_OK);
    assert_int_equal(strlen(text), 86);
    text = NULL;
    assert_int_equal(cog_random_text(*state, cog_random_system(), 65, &text),
                     COG_E_TOO_LARGE);
    assert_null(text);
}

/* P02 */
static void fails_when_the_system_gives_nothing(void **state)
{
    script_t script = {.fail_at = 1};
    const cog_random_t random = {&script, fill};
    const char *text = NULL;

    assert_int_equal(cog_random_text(*state, &random, 32, &text), COG_E_NO_RANDOM);
    assert_null(text);
}

static void fills_every_byte(void **state)
{
    const cog_random_t *random = cog_random_system();
    unsigned char all[32] = {0};

    (void)state;
    for (int i = 0; i < 40; ++i) {
        unsigned char bytes[34] = {0};

        assert_int_equal(random->fill(random->context, bytes + 1, 32), COG_OK);
        assert_int_equal(bytes[0] | bytes[33], 0);
        for (int k = 0; k < 32; ++k) {
            all[k] |= bytes[k + 1];
        }
    }
    for (int k = 0; k < 32; ++k) {
        assert_int_equal(all[k], 255); /* but once in 2^32 runs */
    }
}

/* S01, B04 */
static void gives_no_text_twice_in_ten_thousand(void **state)
{
    apr_hash_t *seen = apr_hash_make(*state);

    for (int i = 0; i < 10000; ++i) {
        const char *text;

        assert_int_equal(cog_random_text(*state, cog_random_system(), 16, &text), COG_OK);
        assert_null(apr_hash_get(seen, text, APR_HASH_KEY_STRING));
        apr_hash_set(seen, text, APR_HASH_KEY_STRING, text);
    }
    assert_int_equal(apr_hash_count(seen), 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(writes_random_bytes_as_text),
        cmocka_unit_test_with_pool(writes_at_most_64_bytes),
        cmocka_unit_test_with_pool(fails_when_the_system_gives_nothing),
        cmocka_unit_test(fills_every_byte),
        cmocka_unit_test_with_pool(gives_no_text_twice_in_ten_thousand),
    };

    return cmocka_run_group_tests_name("crypto/random", tests, NULL, NULL);
}
