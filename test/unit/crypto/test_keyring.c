#include "test/unit/unit.h"

#include <apr_strings.h>

#include "crypto/keyring.h"

#define SECRET "0123456789abcdef0123456789abcdef"

static const cog_keyring_t *keyring_of(apr_pool_t *pool, const char *text)
{
    cog_secret_t secret = cog_secret_of(text);
    cog_keyring_t *keyring;

    assert_int_equal(cog_keyring_make(pool, &secret, 1, &keyring), COG_OK);
    return keyring;
}

/* Made by another implementation of HKDF. A change ends all sessions of all sites. */
static const struct {
    cog_purpose_t purpose;
    const char *key;
} keys[] = {
    {COG_PURPOSE_SESSION,
     "c02f2b94982de636c0cf1842d6080c25b35e9a3318c27745e5f83da9086f6f38"                       },
    {COG_PURPOSE_TOKENS,
     "bd4bace9600305242e65083c3455b45a67046a95c1873110d09515cc12ffbeb4"                       },
    {COG_PURPOSE_LOGIN,
     "2df52a7584fb7ca5e3246b7ea9923074df9f9a67403554cb6cfd65a2b4b226ca"                       },
    {COG_PURPOSE_STATE,
     "c987b3d5217f0188c007089abb03402f650bea2fb3b55d15b993cdf5edab8eb3"                       },
    {COG_PURPOSE_RETURN,
     "fc38f79511ce594bb55ec45aff633099960ff3b5739b3a9ec7d07053b8777674"                       },
    {COG_PURPOSE_CONFIRM,
     "589ddf1f15b8753f5b7f0a62e6068ec34272a2c49965e8a20fb919d6d5870cbf"                       },
    {COG_PURPOSE_RENEWAL,
     "a4f6033aa9ea5bb9e2cfa09a7a200c5760acfa5a1e7ee817ea6aa21e9f51f056"                       },
    {COG_PURPOSE_END,       "0d830d8d87640aafa7d527b83624c9106ba89f9efdb4fddd3f54ceed8a79241d"},
    {COG_PURPOSE_ASSERTION,
     "5a3b89a799cf578a4e2037fedecee39b38c39f281e6e9ddf9e5ec71a51504bc2"                       },
    {COG_PURPOSE_FORM,
     "a626f49c5e1ad775d84475bab75c5d098879d7c900dad1ee5dd3367435aa6756"                       },
};

static void derives_one_key_for_each_purpose(void **state)
{
    const cog_keyring_t *keyring = keyring_of(*state, SECRET);

    assert_int_equal(COUNT(keys), COG_PURPOSE_COUNT);
    for (size_t i = 0; i < COUNT(keys); ++i) {
        cog_secret_t key = cog_keyring_mac_key(keyring, keys[i].purpose);
        const char *text = "";

        assert_int_equal(key.len, 32);
        for (size_t k = 0; k < key.len; ++k) {
            text = apr_psprintf(*state, "%s%02x", text, (unsigned char)key.bytes[k]);
        }
        assert_string_equal(text, keys[i].key);
    }
}

static void derives_other_keys_from_another_secret(void **state)
{
    const cog_keyring_t *a = keyring_of(*state, SECRET);
    const cog_keyring_t *b = keyring_of(*state, SECRET "0");

    for (int purpose = 0; purpose < COG_PURPOSE_COUNT; ++purpose) {
        assert_memory_not_equal(cog_keyring_mac_key(a, (cog_purpose_t)purpose).bytes,
                                cog_keyring_mac_key(b, (cog_purpose_t)purpose).bytes, 32);
    }
}

static void signs_with_the_first_secret(void **state)
{
    cog_secret_t secrets[] = {cog_secret_of(SECRET "first"), cog_secret_of(SECRET)};
    cog_keyring_t *keyring;

    assert_int_equal(cog_keyring_make(*state, secrets, 2, &keyring), COG_OK);
    assert_memory_equal(
        cog_keyring_mac_key(keyring, COG_PURPOSE_CONFIRM).bytes,
        cog_keyring_mac_key(keyring_of(*state, SECRET "first"), COG_PURPOSE_CONFIRM)
            .bytes,
        32);
}

static void takes_one_to_eight_secrets(void **state)
{
    cog_secret_t secrets[COG_KEYRING_MAX + 1];
    cog_keyring_t *keyring;

    for (int i = 0; i <= COG_KEYRING_MAX; ++i) {
        secrets[i] = cog_secret_of(apr_psprintf(*state, "%s%d", SECRET, i));
    }
    for (int count = 0; count <= COG_KEYRING_MAX + 1; ++count) {
        int is_good = count >= 1 && count <= COG_KEYRING_MAX;

        keyring = NULL;
        assert_int_equal(cog_keyring_make(*state, secrets, count, &keyring),
                         is_good ? COG_OK : COG_E_MISCONFIGURED);
        assert_int_equal(keyring != NULL, is_good);
    }
    assert_int_equal(cog_keyring_make(*state, secrets, -1, &keyring),
                     COG_E_MISCONFIGURED);
}

static void refuses_a_secret_that_is_too_short(void **state)
{
    for (size_t len = 31; len <= 33; ++len) {
        cog_secret_t secrets[] = {
            cog_secret_of(SECRET),
            cog_secret_of(apr_pstrndup(*state, SECRET SECRET, len)),
        };
        cog_keyring_t *keyring;

        assert_int_equal(cog_keyring_make(*state, secrets, 2, &keyring),
                         len >= 32 ? COG_OK : COG_E_MISCONFIGURED);
    }
}

static void refuses_a_secret_that_is_not_set(void **state)
{
    cog_secret_t secret = cog_secret_of(NULL);
    cog_keyring_t *keyring;

    assert_int_equal(cog_keyring_make(*state, &secret, 1, &keyring), COG_E_MISCONFIGURED);
}

typedef struct {
    const char *key;
    int is_wiped;
} watch_t;

static apr_status_t look(void *data)
{
    watch_t *watch = data;

    watch->is_wiped = 1;
    for (size_t i = 0; i < 32; ++i) {
        watch->is_wiped &= watch->key[i] == 0;
    }
    return APR_SUCCESS;
}

static void wipes_the_keys_with_their_pool(void **state)
{
    watch_t watch = {NULL, 0};
    apr_pool_t *pool;

    apr_pool_create(&pool, *state);
    apr_pool_cleanup_register(pool, &watch, look, apr_pool_cleanup_null);
    watch.key = cog_keyring_mac_key(keyring_of(pool, SECRET), COG_PURPOSE_CONFIRM).bytes;
    apr_pool_destroy(pool);
    assert_true(watch.is_wiped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(derives_one_key_for_each_purpose),
        cmocka_unit_test_with_pool(derives_other_keys_from_another_secret),
        cmocka_unit_test_with_pool(signs_with_the_first_secret),
        cmocka_unit_test_with_pool(takes_one_to_eight_secrets),
        cmocka_unit_test_with_pool(refuses_a_secret_that_is_too_short),
        cmocka_unit_test_with_pool(refuses_a_secret_that_is_not_set),
        cmocka_unit_test_with_pool(wipes_the_keys_with_their_pool),
    };

    return cmocka_run_group_tests_name("crypto/keyring", tests, NULL, NULL);
}
