#include "test/unit/unit.h"

#include <apr_strings.h>

#include "base/secret.h"

static void borrows_a_text(void **state)
{
    static const char text[] = "secret";
    cog_secret_t secret = cog_secret_of(text);

    (void)state;
    assert_ptr_equal(secret.bytes, text);
    assert_int_equal(secret.len, 6);
    assert_true(cog_secret_is_set(secret));
    assert_true(cog_secret_is_set(cog_secret_of("")));
    assert_false(cog_secret_is_set(cog_secret_of(NULL)));
    assert_int_equal(cog_secret_of(NULL).len, 0);
}

static void equals_the_same_bytes_only(void **state)
{
    char other[] = "secret";

    (void)state;
    assert_true(cog_secret_equal(cog_secret_of("secret"), cog_secret_of(other)));
    assert_true(cog_secret_equal(cog_secret_of(""), cog_secret_of("")));
    assert_false(cog_secret_equal(cog_secret_of("secret"), cog_secret_of("secre")));
    assert_false(cog_secret_equal(cog_secret_of("secret"), cog_secret_of("secrets")));
    assert_false(cog_secret_equal(cog_secret_of("secret"), cog_secret_of("Secret")));
    assert_false(cog_secret_equal(cog_secret_of(""), cog_secret_of("s")));
}

static void sees_a_difference_of_any_bit_anywhere(void **state)
{
    static const char text[] = "0123456789abcdef";

    for (size_t i = 0; i < sizeof(text) - 1; ++i) {
        for (int bit = 0; bit < 8; ++bit) {
            char *other = apr_pstrdup(*state, text);

            other[i] = (char)(other[i] ^ (1 << bit));
            assert_false(
                cog_secret_equal((cog_secret_t){text, 16}, (cog_secret_t){other, 16}));
        }
    }
}

/* At each place of each length: by blocks, by words and by bytes. */
static void sees_each_byte_that_differs(void **state)
{
    unsigned char a[100];
    unsigned char b[100];

    (void)state;
    for (size_t i = 0; i < sizeof(a); ++i) {
        a[i] = b[i] = (unsigned char)(i * 37);
    }
    for (size_t len = 0; len <= sizeof(a); ++len) {
        assert_true(cog_secret_bytes_equal(a, b, len));
        for (size_t at = 0; at < sizeof(a); ++at) {
            for (int bit = 0; bit < 8; ++bit) {
                b[at] ^= (unsigned char)(1 << bit);
                assert_int_equal(cog_secret_bytes_equal(a, b, len), at >= len);
                b[at] ^= (unsigned char)(1 << bit);
            }
        }
    }
}

static void equals_nothing_when_it_is_not_set(void **state)
{
    cog_secret_t unset = cog_secret_of(NULL);

    (void)state;
    assert_false(cog_secret_equal(unset, unset));
    assert_false(cog_secret_equal(unset, cog_secret_of("")));
    assert_false(cog_secret_equal(cog_secret_of(""), unset));
}

static void copies_a_part_of_a_text(void **state)
{
    cog_secret_t copy = cog_secret_copy(*state, "secret,public", 6);

    assert_string_equal(copy.bytes, "secret");
    assert_int_equal(copy.len, 6);
    assert_false(cog_secret_is_set(cog_secret_copy(*state, NULL, 0)));
}

static void wipes_every_byte(void **state)
{
    char bytes[] = "secret";
    static const char zeros[sizeof(bytes)] = {0};

    (void)state;
    cog_secret_wipe(bytes, sizeof(bytes) - 2);
    assert_memory_equal(bytes, zeros, 5);
    assert_int_equal(bytes[5], 't');
}

/* A cleanup that runs after those of what was made later: first in, last out. */
typedef struct {
    const char *bytes;
    size_t len;
    int is_wiped;
} watch_t;

static apr_status_t look(void *data)
{
    watch_t *watch = data;

    watch->is_wiped = 1;
    for (size_t i = 0; i < watch->len; ++i) {
        watch->is_wiped &= watch->bytes[i] == 0;
    }
    return APR_SUCCESS;
}

static void joins_a_beginning_and_a_secret(void **state)
{
    cog_secret_t joined = cog_secret_join(*state, "Bearer ", cog_secret_of("abc"));

    assert_string_equal(joined.bytes, "Bearer abc");
    assert_int_equal(joined.len, 10);
}

static void wipes_with_its_pool(void **state)
{
    watch_t joined_watch = {NULL, 7, 0};
    watch_t copy_watch = {NULL, 6, 0};
    watch_t own_watch = {NULL, 5, 0};
    char own[] = "bytes";
    apr_pool_t *pool;

    apr_pool_create(&pool, *state);
    apr_pool_cleanup_register(pool, &joined_watch, look, apr_pool_cleanup_null);
    apr_pool_cleanup_register(pool, &copy_watch, look, apr_pool_cleanup_null);
    apr_pool_cleanup_register(pool, &own_watch, look, apr_pool_cleanup_null);
    copy_watch.bytes = cog_secret_copy(pool, "secret", 6).bytes;
    joined_watch.bytes = cog_secret_join(pool, "a ", cog_secret_of("token")).bytes;
    own_watch.bytes = own;
    cog_secret_wipe_with(pool, own, sizeof(own));
    assert_string_equal(own, "bytes");
    apr_pool_destroy(pool);
    assert_true(joined_watch.is_wiped);
    assert_true(copy_watch.is_wiped);
    assert_true(own_watch.is_wiped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(borrows_a_text),
        cmocka_unit_test(equals_the_same_bytes_only),
        cmocka_unit_test_with_pool(sees_a_difference_of_any_bit_anywhere),
        cmocka_unit_test(sees_each_byte_that_differs),
        cmocka_unit_test(equals_nothing_when_it_is_not_set),
        cmocka_unit_test_with_pool(copies_a_part_of_a_text),
        cmocka_unit_test(wipes_every_byte),
        cmocka_unit_test_with_pool(joins_a_beginning_and_a_secret),
        cmocka_unit_test_with_pool(wipes_with_its_pool),
    };

    return cmocka_run_group_tests_name("base/secret", tests, NULL, NULL);
}
