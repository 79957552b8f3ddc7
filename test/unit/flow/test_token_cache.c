#include "test/unit/unit.h"

#include <apr_strings.h>
#include <stdatomic.h>

#include "flow/token_cache.h"
#include "test/unit/threads.h"

#define NOW     1000
#define THREADS 8
#define ROUNDS  4000
#define TOKENS  64

static const int owner, other_owner;

static cog_token_cache_t *make(apr_pool_t *pool)
{
    cog_token_cache_t *cache;

    assert_int_equal(cog_token_cache_make(pool, cog_random_system(), &cache), COG_OK);
    return cache;
}

static cog_token_key_t key_of(const char *token)
{
    return (cog_token_key_t){cog_secret_of(token), &owner, 1};
}

static void keep(cog_token_cache_t *cache, const char *token, const char *record)
{
    cog_token_key_t key = key_of(token);

    cog_token_cache_keep(cache, &key, cog_span_of(record), NOW + 10);
}

/* The record as text, NULL when there is none. */
static const char *find_by(cog_token_cache_t *cache, apr_pool_t *pool,
                           const cog_token_key_t *key, int64_t now)
{
    cog_span_t record = {NULL, 0};
    cog_err_t err = cog_token_cache_find(cache, pool, key, now, &record);

    if (err != COG_OK) {
        return err == COG_E_NOT_FOUND ? NULL : "another error";
    }
    return apr_pstrmemdup(pool, (const char *)record.bytes, record.len);
}

static const char *find(cog_token_cache_t *cache, apr_pool_t *pool, const char *token)
{
    cog_token_key_t key = key_of(token);

    return find_by(cache, pool, &key, NOW);
}

static void finds_what_was_kept(void **state)
{
    cog_token_cache_t *cache = make(*state);

    assert_null(find(cache, *state, "a.b.c"));
    keep(cache, "a.b.c", "alice");
    keep(cache, "d.e.f", "");
    assert_string_equal(find(cache, *state, "a.b.c"), "alice");
    assert_string_equal(find(cache, *state, "d.e.f"), "");
    keep(cache, "a.b.c", "alice");
    assert_string_equal(find(cache, *state, "a.b.c"), "alice");
}

/* CVE row 64: the same signed text with another tail, or another bit anywhere. */
static void finds_no_twin(void **state)
{
    static const char token[] = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2lnbmF0dXJl";
    cog_token_cache_t *cache = make(*state);

    keep(cache, token, "alice");
    for (size_t i = 0; i < strlen(token); ++i) {
        for (int bit = 0; bit < 8; ++bit) {
            char *twin = apr_pstrdup(*state, token);

            twin[i] ^= (char)(1 << bit);
            assert_null(find(cache, *state, twin));
        }
        assert_null(find(cache, *state, apr_pstrndup(*state, token, i)));
    }
    assert_null(find(cache, *state, apr_pstrcat(*state, token, "=", NULL)));
    assert_null(find(cache, *state, apr_pstrcat(*state, token, "=.evil", NULL)));
    assert_string_equal(find(cache, *state, token), "alice");
}

/* What two keys have in common, at their ends too, may be long, and hold any octets. */
static void tells_keys_apart_at_each_octet(void **state)
{
    cog_token_cache_t *cache = make(*state);
    char octets[201] = {0};
    cog_token_key_t key = {
        {octets, 200},
        &owner, 1
    };

    cog_token_cache_keep(cache, &key, cog_span_of("alice"), NOW + 10);
    for (size_t i = 0; i < key.token.len; ++i) {
        octets[i] = 1;
        assert_null(find_by(cache, *state, &key, NOW));
        octets[i] = 0;
    }
    assert_string_equal(find_by(cache, *state, &key, NOW), "alice");
}

static void forgets_in_time(void **state)
{
    cog_token_cache_t *cache = make(*state);
    cog_token_key_t key = key_of("a.b.c");

    keep(cache, "a.b.c", "alice");
    assert_non_null(find_by(cache, *state, &key, NOW + 9));
    assert_null(find_by(cache, *state, &key, NOW + 10));
    assert_null(find_by(cache, *state, &key, INT64_MAX));
}

static void answers_only_whom_it_was_kept_for(void **state)
{
    cog_token_cache_t *cache = make(*state);
    cog_token_key_t key = key_of("a.b.c");

    keep(cache, "a.b.c", "alice");
    key.owner = &other_owner;
    assert_null(find_by(cache, *state, &key, NOW));
    key = key_of("a.b.c");
    key.generation = 2;
    assert_null(find_by(cache, *state, &key, NOW));
    key.generation = 1;
    assert_string_equal(find_by(cache, *state, &key, NOW), "alice");
}

/* A record of `len` letters that belong to the token of this number. */
static const char *record_of(apr_pool_t *pool, int number, int len)
{
    char *record = apr_palloc(pool, (size_t)len + 1);

    memset(record, 'a' + number % 26, (size_t)len);
    record[len] = '\0';
    return record;
}

static const char *token_of(apr_pool_t *pool, int number)
{
    return apr_psprintf(pool, "header.payload-%d.signature", number);
}

static void drops_the_oldest_when_it_is_full(void **state)
{
    enum { COUNT_OF_ALL = 20000, LEN = 700 };
    cog_token_cache_t *cache = make(*state);
    apr_pool_t *scratch;
    int found = 0;

    apr_pool_create(&scratch, *state);
    for (int i = 0; i < COUNT_OF_ALL; ++i) {
        keep(cache, token_of(scratch, i), record_of(scratch, i, LEN + i % 97));
        assert_non_null(find(cache, scratch, token_of(scratch, i)));
        apr_pool_clear(scratch);
    }
    for (int i = 0; i < COUNT_OF_ALL; ++i) {
        const char *record = find(cache, scratch, token_of(scratch, i));

        assert_true(!record || i > COUNT_OF_ALL / 2);
        assert_true(!record || strcmp(record, record_of(scratch, i, LEN + i % 97)) == 0);
        found += record != NULL;
        apr_pool_clear(scratch);
    }
    assert_true(found > 1000 && found < 2 * 1024 * 1024 / LEN);
}

static void keeps_nothing_large(void **state)
{
    cog_token_cache_t *cache = make(*state);

    keep(cache, "small", record_of(*state, 0, 16 * 1024));
    keep(cache, "large", record_of(*state, 0, 64 * 1024));
    assert_non_null(find(cache, *state, "small"));
    assert_null(find(cache, *state, "large"));
}

static cog_err_t no_random(void *context, unsigned char *bytes, size_t len)
{
    (void)context;
    (void)bytes;
    (void)len;
    return COG_E_NO_RANDOM;
}

static void is_not_made_without_random_bytes(void **state)
{
    const cog_random_t broken = {NULL, no_random};
    cog_token_cache_t *cache;

    assert_int_equal(cog_token_cache_make(*state, &broken, &cache), COG_E_NO_RANDOM);
}

typedef struct {
    cog_token_cache_t *cache;
    atomic_uint generation;
    atomic_uint threads;
} shared_t;

/* A token of a random user: what is found must be that user's, and of these keys. */
static int uses_one(shared_t *shared, apr_pool_t *pool, unsigned number)
{
    unsigned generation = atomic_load(&shared->generation);
    cog_token_key_t key = key_of(token_of(pool, (int)number));
    const char *expected = apr_psprintf(pool, "%u %s", generation,
                                        record_of(pool, (int)number, 500 + (int)number));
    const char *found;

    key.generation = generation;
    found = find_by(shared->cache, pool, &key, NOW);
    if (!found) {
        cog_token_cache_keep(shared->cache, &key, cog_span_of(expected), NOW + 10);
    }
    return !found || strcmp(found, expected) == 0;
}

static int work(apr_pool_t *pool, void *data)
{
    shared_t *shared = data;
    unsigned seed = atomic_fetch_add(&shared->threads, 1) + 1;
    int failures = 0;

    for (int i = 0; i < ROUNDS; ++i) {
        seed = seed * 1103515245U + 12345U;
        failures += !uses_one(shared, pool, (seed >> 16) % TOKENS);
        if (i % 500 == 499) {
            atomic_fetch_add(&shared->generation, 1);
        }
        apr_pool_clear(pool);
    }
    return failures;
}

/* CVE row 23: many threads, keys that change meanwhile; `make tsan` looks at how. */
static void serves_many_threads_while_keys_rotate(void **state)
{
    shared_t shared = {.cache = make(*state)};

    assert_threads(THREADS, work, &shared, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(finds_what_was_kept),
        cmocka_unit_test_with_pool(finds_no_twin),
        cmocka_unit_test_with_pool(tells_keys_apart_at_each_octet),
        cmocka_unit_test_with_pool(forgets_in_time),
        cmocka_unit_test_with_pool(answers_only_whom_it_was_kept_for),
        cmocka_unit_test_with_pool(drops_the_oldest_when_it_is_full),
        cmocka_unit_test_with_pool(keeps_nothing_large),
        cmocka_unit_test_with_pool(is_not_made_without_random_bytes),
        cmocka_unit_test_with_pool(serves_many_threads_while_keys_rotate),
    };

    return cmocka_run_group_tests_name("flow/token_cache", tests, NULL, NULL);
}
