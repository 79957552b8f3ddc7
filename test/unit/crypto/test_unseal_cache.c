#include "test/unit/unit.h"

#include <apr_strings.h>

#include "crypto/unseal_cache.h"
#include "test/unit/children.h"
#include "test/unit/threads.h"

static const char sealed[] = "AXF-mAABAgMEBQYHCAkKC8TcekPlNr2A8elGgzRHSS3wfCgxXEj5ZKOD";
static const char where[] = "session issuer client cookie";

static cog_unseal_cache_key_t key_of(const char *text, const char *place)
{
    return (cog_unseal_cache_key_t){cog_span_of(text), cog_span_of(place)};
}

static void keep(cog_unseal_cache_t *cache, const char *text, const char *place,
                 const char *plain)
{
    const cog_unseal_cache_key_t key = key_of(text, place);

    cog_unseal_cache_keep(cache, &key, cog_span_of(plain));
}

/* NULL when nothing is found. */
static const char *find(apr_pool_t *pool, cog_unseal_cache_t *cache, const char *text,
                        const char *place)
{
    const cog_unseal_cache_key_t key = key_of(text, place);
    cog_span_t plain = {NULL, 77};
    int is_found = cog_unseal_cache_find(cache, pool, &key, &plain);

    assert_int_equal(plain.bytes != NULL, is_found);
    assert_true(!is_found || strlen((const char *)plain.bytes) == plain.len);
    return (const char *)plain.bytes;
}

static void finds_what_was_kept(void **state)
{
    cog_unseal_cache_t *cache = cog_unseal_cache_make(*state);

    assert_null(find(*state, cache, sealed, where));
    keep(cache, sealed, where, "a session");
    assert_string_equal(find(*state, cache, sealed, where), "a session");
    assert_string_equal(find(*state, cache, sealed, where), "a session");
    keep(cache, sealed, where, "");
    assert_string_equal(find(*state, cache, sealed, where), "");
}

static void gives_a_copy_that_nobody_else_has(void **state)
{
    cog_unseal_cache_t *cache = cog_unseal_cache_make(*state);
    const char *first;

    keep(cache, sealed, where, "a session");
    first = find(*state, cache, sealed, where);
    keep(cache, sealed, where, "another");
    assert_string_equal(first, "a session");
}

/* Whatever is changed, the envelope has to be opened. */
static void finds_nothing_for_another_envelope(void **state)
{
    cog_unseal_cache_t *cache = cog_unseal_cache_make(*state);
    char *other = apr_pstrcat(*state, sealed, "A", NULL);

    keep(cache, sealed, where, "a session");
    assert_null(find(*state, cache, other, where));
    for (size_t at = 0; at < strlen(sealed); ++at) {
        strcpy(other, sealed);
        other[at] ^= 1;
        assert_null(find(*state, cache, other, where));
        strcpy(other, sealed);
        other[at] = '\0';
        assert_null(find(*state, cache, other, where));
    }
}

/* S08: a cookie of one client, moved to another */
static void finds_nothing_for_another_place(void **state)
{
    cog_unseal_cache_t *cache = cog_unseal_cache_make(*state);
    char *other = apr_pstrdup(*state, where);

    keep(cache, sealed, where, "a session");
    assert_null(find(*state, cache, sealed, ""));
    assert_null(find(*state, cache, sealed, "session issuer client cookie2"));
    for (size_t at = 0; at < strlen(where); ++at) {
        other[at] ^= 1;
        assert_null(find(*state, cache, sealed, other));
        other[at] ^= 1;
    }
    /* what is cut off the one end is not added to the other */
    assert_null(find(*state, cache, apr_pstrcat(*state, sealed, "s", NULL), where + 1));
}

static void does_not_keep_what_is_too_large_or_no_envelope(void **state)
{
    cog_unseal_cache_t *cache = cog_unseal_cache_make(*state);
    char *large = apr_palloc(*state, 3001);

    memset(large, 'x', 3000);
    large[3000] = '\0';
    keep(cache, large, where, "a session");
    assert_null(find(*state, cache, large, where));
    keep(cache, sealed, large, "a session");
    assert_null(find(*state, cache, sealed, large));
    keep(cache, sealed, where, large);
    assert_null(find(*state, cache, sealed, where));
    keep(cache, "fifteen letters", where, "a session");
    assert_null(find(*state, cache, "fifteen letters", where));
    keep(cache, "", "", "");
    assert_null(find(*state, cache, "", ""));
}

static const char *envelope(apr_pool_t *pool, int number)
{
    return apr_psprintf(pool, "AXF-mAAB%08xCAkKC8TcekPlNr2A", (unsigned)number * 7919u);
}

static int count_found(apr_pool_t *pool, cog_unseal_cache_t *cache, int count)
{
    int found = 0;

    for (int i = 0; i < count; ++i) {
        const char *plain = find(pool, cache, envelope(pool, i), where);

        found += plain != NULL;
        assert_true(!plain || strcmp(plain, apr_itoa(pool, i)) == 0);
    }
    return found;
}

static void keeps_many_and_forgets_some(void **state)
{
    cog_unseal_cache_t *cache = cog_unseal_cache_make(*state);

    for (int i = 0; i < 2000; ++i) {
        keep(cache, envelope(*state, i), where, apr_itoa(*state, i));
    }
    assert_in_range(count_found(*state, cache, 2000), 256, 512);
    assert_non_null(find(*state, cache, envelope(*state, 1999), where));
}

/* They differ in none of the octets by which they are looked for. */
static const char *rival(apr_pool_t *pool, int number)
{
    return apr_psprintf(pool, "AXF-%04dAQIDBAUGBwgJCgvE3HpD5Ta9gPHp", number);
}

static void tells_envelopes_apart_that_look_alike(void **state)
{
    cog_unseal_cache_t *cache = cog_unseal_cache_make(*state);

    keep(cache, rival(*state, 1), where, "one");
    keep(cache, rival(*state, 2), where, "two");
    assert_null(find(*state, cache, rival(*state, 1), where));
    assert_string_equal(find(*state, cache, rival(*state, 2), where), "two");
}

/* One of which the other had the place would be opened anew with each request. */
static void keeps_those_that_meet_side_by_side(void **state)
{
    cog_unseal_cache_t *cache = cog_unseal_cache_make(*state);

    for (int i = 0; i < 128; ++i) {
        keep(cache, envelope(*state, i), where, apr_itoa(*state, i));
    }
    assert_in_range(count_found(*state, cache, 128), 124, 128);
}

static void keeps_what_is_kept_again_in_one_place(void **state)
{
    cog_unseal_cache_t *cache = cog_unseal_cache_make(*state);

    for (int i = 0; i < 32; ++i) {
        keep(cache, envelope(*state, i), where, apr_itoa(*state, i));
        for (int again = 0; again < 4; ++again) {
            keep(cache, envelope(*state, 0), where, "0");
        }
    }
    assert_in_range(count_found(*state, cache, 32), 31, 32);
}

typedef struct {
    apr_pool_t *pool;
    cog_unseal_cache_t *cache;
} inherited_t;

static int find_and_keep(void *context)
{
    const inherited_t *from = context;

    keep(from->cache, rival(from->pool, 1), where, "of a child");
    return find(from->pool, from->cache, sealed, where) != NULL;
}

static int end_pools(void *context)
{
    apr_pool_destroy(((inherited_t *)context)->pool);
    return 1;
}

static void is_one_for_all_processes(void **state)
{
    cog_unseal_cache_t *cache = cog_unseal_cache_make(*state);

    keep(cache, sealed, where, "a session");
    assert_true(child_result(find_and_keep, &(inherited_t){*state, cache}));
    assert_string_equal(find(*state, cache, rival(*state, 1), where), "of a child");
}

static void outlives_a_process_that_did_not_make_it(void **state)
{
    cog_unseal_cache_t *cache = cog_unseal_cache_make(*state);

    keep(cache, sealed, where, "a session");
    assert_true(child_result(end_pools, &(inherited_t){*state, cache}));
    assert_string_equal(find(*state, cache, sealed, where), "a session");
}

#define THREADS 8
#define ROUNDS  2000

/* Each reads what others write, in the same few places: all right or not at all. */
static int work(apr_pool_t *pool, void *cache)
{
    int failures = 0;

    for (int i = 0; i < ROUNDS; ++i) {
        const char *text = envelope(pool, i % 8);
        const char *plain = find(pool, cache, text, where);

        failures += plain && strcmp(plain, text) != 0;
        keep(cache, text, where, text);
        apr_pool_clear(pool);
    }
    return failures;
}

static void serves_many_threads_at_once(void **state)
{
    assert_threads(THREADS, work, cog_unseal_cache_make(*state), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(finds_what_was_kept),
        cmocka_unit_test_with_pool(gives_a_copy_that_nobody_else_has),
        cmocka_unit_test_with_pool(finds_nothing_for_another_envelope),
        cmocka_unit_test_with_pool(finds_nothing_for_another_place),
        cmocka_unit_test_with_pool(does_not_keep_what_is_too_large_or_no_envelope),
        cmocka_unit_test_with_pool(keeps_many_and_forgets_some),
        cmocka_unit_test_with_pool(tells_envelopes_apart_that_look_alike),
        cmocka_unit_test_with_pool(keeps_those_that_meet_side_by_side),
        cmocka_unit_test_with_pool(keeps_what_is_kept_again_in_one_place),
        cmocka_unit_test_with_pool(is_one_for_all_processes),
        cmocka_unit_test_with_pool(outlives_a_process_that_did_not_make_it),
        cmocka_unit_test_with_pool(serves_many_threads_at_once),
    };

    return cmocka_run_group_tests_name("crypto/unseal_cache", tests, NULL, NULL);
}
