#include "test/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/cipher_pool.h"

#define MANY    100 /* more than a pool has room for */
#define TAG_LEN 16

static const unsigned char key[32] = "a key";
static const unsigned char nonce[12] = "a nonce";

static const EVP_CIPHER *cipher(void)
{
    return EVP_aes_256_gcm();
}

static cog_cipher_pool_t *make_ciphers(apr_pool_t *pool)
{
    return cog_cipher_pool_make(pool, cipher(), key);
}

/* One block and its tag. */
static void seal(unsigned char *sealed)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int len;

    assert_int_equal(EVP_EncryptInit_ex2(context, cipher(), key, nonce, NULL), 1);
    assert_int_equal(EVP_EncryptUpdate(context, sealed, &len,
                                       (const unsigned char *)"sixteen letters.", 16),
                     1);
    assert_int_equal(EVP_EncryptFinal_ex(context, sealed + 16, &len), 1);
    assert_int_equal(
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, sealed + 16), 1);
    EVP_CIPHER_CTX_free(context);
}

static int opens(EVP_CIPHER_CTX *context, unsigned char *sealed)
{
    unsigned char plain[32];
    int len;

    assert_int_equal(EVP_DecryptInit_ex2(context, NULL, NULL, nonce, NULL), 1);
    assert_int_equal(EVP_DecryptUpdate(context, plain, &len, sealed, 16), 1);
    assert_int_equal(
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, sealed + 16), 1);
    return EVP_DecryptFinal_ex(context, plain + 16, &len) == 1 &&
           memcmp(plain, "sixteen letters.", 16) == 0;
}

static void gives_again_what_was_put_back(void **state)
{
    cog_cipher_pool_t *ciphers = make_ciphers(*state);
    EVP_CIPHER_CTX *context = cog_cipher_pool_take(ciphers);

    assert_non_null(context);
    cog_cipher_pool_put_back(ciphers, context);
    assert_ptr_equal(cog_cipher_pool_take(ciphers), context);
    cog_cipher_pool_put_back(ciphers, context);
}

static void gives_contexts_that_have_the_key_each_time(void **state)
{
    cog_cipher_pool_t *ciphers = make_ciphers(*state);
    unsigned char sealed[16 + TAG_LEN];

    seal(sealed);
    for (int i = 0; i < 3; ++i) {
        EVP_CIPHER_CTX *context = cog_cipher_pool_take(ciphers);

        assert_true(opens(context, sealed));
        cog_cipher_pool_put_back(ciphers, context);
    }
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(EVP_CIPHER_CTX *));
}

static int count_different(EVP_CIPHER_CTX *const *contexts)
{
    EVP_CIPHER_CTX *sorted[MANY];
    int count = 1;

    memcpy(sorted, contexts, sizeof(sorted));
    qsort(sorted, MANY, sizeof(*sorted), compare);
    for (int i = 1; i < MANY; ++i) {
        count += sorted[i] != sorted[i - 1];
    }
    return count;
}

/* Also when they are more than it keeps; the sanitizers see whether one is lost. */
static void gives_each_who_takes_at_once_one_of_their_own(void **state)
{
    cog_cipher_pool_t *ciphers = make_ciphers(*state);
    EVP_CIPHER_CTX *contexts[MANY];

    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < MANY; ++i) {
            contexts[i] = cog_cipher_pool_take(ciphers);
            assert_non_null(contexts[i]);
        }
        assert_int_equal(count_different(contexts), MANY);
        for (int i = 0; i < MANY; ++i) {
            cog_cipher_pool_put_back(ciphers, contexts[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(gives_again_what_was_put_back),
        cmocka_unit_test_with_pool(gives_contexts_that_have_the_key_each_time),
        cmocka_unit_test_with_pool(gives_each_who_takes_at_once_one_of_their_own),
    };

    return cmocka_run_group_tests_name("crypto/cipher_pool", tests, NULL, NULL);
}
