/* A shard beside a model: a list of what it must hold. */
#include "test/unit/unit.h"

#include <apr_strings.h>

#include "flow/ports.h"
#include "net/shm/shard.h"
#include "net/shm/shard_check.h"

#define NOW 1000

static cog_shard_t *make_shard(apr_pool_t *pool)
{
    return apr_pcalloc(pool, sizeof(cog_shard_t));
}

static uint32_t insert(cog_shard_t *shard, const char *name, cog_span_t value,
                       apr_time_t end, int kind)
{
    cog_shard_key_t key = cog_shard_key(name);

    return cog_shard_insert(shard, &key, value, end, kind);
}

static cog_shard_index_t find(cog_shard_t *shard, const char *name, apr_time_t now)
{
    cog_shard_key_t key = cog_shard_key(name);

    return cog_shard_find(shard, &key, now);
}

static cog_span_t filled(apr_pool_t *pool, size_t len)
{
    unsigned char *bytes = apr_palloc(pool, len + 1);

    memset(bytes, 'v', len);
    return (cog_span_t){bytes, len};
}

/* Entries of one block, named PREFIX0, PREFIX1, …, the first ends first. */
static uint32_t insert_many(apr_pool_t *pool, cog_shard_t *shard, const char *prefix,
                            int count, int kind)
{
    uint32_t dropped = 0;

    for (int i = 0; i < count; ++i) {
        dropped += insert(shard, apr_psprintf(pool, "%s%d", prefix, i), filled(pool, 90),
                          NOW + 10 + i, kind);
    }
    return dropped;
}

static int count_of(apr_pool_t *pool, cog_shard_t *shard, const char *prefix, int count)
{
    int found = 0;

    for (int i = 0; i < count; ++i) {
        found += find(shard, apr_psprintf(pool, "%s%d", prefix, i), NOW) != 0;
    }
    return found;
}

static void an_entry_ends_exactly_at_its_end(void **state)
{
    cog_shard_t *shard = make_shard(*state);

    insert(shard, "k", cog_span_of("v"), NOW + 5, COG_SHARD_LONG);
    assert_int_not_equal(find(shard, "k", NOW + 4), 0);
    assert_int_equal(find(shard, "k", NOW + 5), 0);
    cog_shard_expire(shard, NOW + 4);
    assert_int_equal(cog_shard_used(shard), 1);
    cog_shard_expire(shard, NOW + 5);
    assert_int_equal(cog_shard_used(shard), 0);
}

static void takes_the_blocks_that_it_needs(void **state)
{
    static const struct {
        size_t value;
        uint32_t blocks;
    } cases[] = {
        {0,                   1  },
        {102,                 1  }, /* the key has two bytes, the first block 104 */
        {103,                 2  },
        {102 + 126,           2  },
        {102 + 126 + 1,       3  },
        {2048,                17 },
        {COG_STORE_MAX_VALUE, 521},
    };

    for (size_t i = 0; i < COUNT(cases); ++i) {
        cog_shard_t *shard = make_shard(*state);

        insert(shard, "kk", filled(*state, cases[i].value), NOW + 1, COG_SHARD_LONG);
        assert_int_equal(cog_shard_used(shard), cases[i].blocks);
        cog_shard_remove(shard, find(shard, "kk", NOW));
        assert_int_equal(cog_shard_used(shard), 0);
    }
}

/* F22 */
static void when_it_is_full_the_next_end_goes_first(void **state)
{
    cog_shard_t *shard = make_shard(*state);

    assert_int_equal(insert_many(*state, shard, "a", COG_SHARD_BLOCKS, COG_SHARD_LONG),
                     0);
    assert_int_equal(cog_shard_used(shard), COG_SHARD_BLOCKS);
    assert_int_equal(insert(shard, "b", filled(*state, 1), NOW + 9999, COG_SHARD_LONG),
                     1);
    assert_int_equal(find(shard, "a0", NOW), 0);
    assert_int_not_equal(find(shard, "a1", NOW), 0);
    assert_int_equal(insert(shard, "c", filled(*state, 1100), NOW + 9999, COG_SHARD_LONG),
                     9);
    assert_int_equal(find(shard, "a9", NOW), 0);
    assert_int_not_equal(find(shard, "a10", NOW), 0);
    assert_int_not_equal(find(shard, "b", NOW), 0);
}

/* F22: neither sessions nor locks can push out the others. */
static void each_kind_keeps_its_share(void **state)
{
    cog_shard_t *shard = make_shard(*state);
    int share = COG_SHARD_BLOCKS / 12;

    insert_many(*state, shard, "long", COG_SHARD_BLOCKS, COG_SHARD_LONG);
    insert_many(*state, shard, "short", COG_SHARD_BLOCKS, COG_SHARD_SHORT);
    assert_int_equal(count_of(*state, shard, "short", COG_SHARD_BLOCKS), share);
    assert_int_equal(count_of(*state, shard, "long", COG_SHARD_BLOCKS),
                     COG_SHARD_BLOCKS - share);
    insert_many(*state, shard, "more", COG_SHARD_BLOCKS, COG_SHARD_LONG);
    assert_int_equal(count_of(*state, shard, "short", COG_SHARD_BLOCKS), share);
    assert_int_equal(count_of(*state, shard, "more", COG_SHARD_BLOCKS) +
                         count_of(*state, shard, "long", COG_SHARD_BLOCKS),
                     COG_SHARD_BLOCKS - share);
}

static void the_largest_value_fits_whoever_was_there(void **state)
{
    for (int kind = 0; kind < COG_SHARD_KINDS; ++kind) {
        for (int other = 0; other < COG_SHARD_KINDS; ++other) {
            cog_shard_t *shard = make_shard(*state);

            insert_many(*state, shard, "k", COG_SHARD_BLOCKS, other);
            insert(shard, "large", filled(*state, COG_STORE_MAX_VALUE), NOW + 1, kind);
            assert_int_not_equal(find(shard, "large", NOW), 0);
        }
    }
}

/* ---- against a model ---- */

#define NAMES 400

typedef struct {
    apr_time_t end; /* 0: not there */
    size_t len;
    unsigned char first;
} model_t;

static unsigned next_random(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 8;
}

static void change_one(apr_pool_t *pool, cog_shard_t *shard, model_t *model,
                       unsigned *seed, apr_time_t now)
{
    int i = (int)(next_random(seed) % NAMES);
    const char *name = apr_psprintf(pool, "name%d", i);
    cog_shard_index_t known = find(shard, name, now);

    assert_int_equal(known != 0, model[i].end > now);
    if (known) {
        cog_shard_remove(shard, known);
        model[i].end = 0;
    }
    if (next_random(seed) % 4) {
        size_t len = next_random(seed) % 1500;
        unsigned char *bytes = apr_palloc(pool, len + 1);

        memset(bytes, (int)(next_random(seed) & 0xff), len + 1);
        model[i] = (model_t){now + 1 + next_random(seed) % 300, len, bytes[0]};
        cog_shard_expire(shard, now);
        assert_int_equal(insert(shard, name, (cog_span_t){bytes, len}, model[i].end,
                                (int)(next_random(seed) % 2)),
                         0);
    }
}

static void assert_is(apr_pool_t *pool, cog_shard_t *shard, const model_t *model,
                      apr_time_t now)
{
    for (int i = 0; i < NAMES; ++i) {
        cog_shard_index_t entry = find(shard, apr_psprintf(pool, "name%d", i), now);

        assert_int_equal(entry != 0, model[i].end > now);
        if (entry) {
            cog_span_t value = cog_shard_read(shard, pool, entry);

            assert_int_equal(value.len, model[i].len);
            for (size_t n = 0; n < value.len; ++n) {
                assert_int_equal(value.bytes[n], model[i].first);
            }
        }
    }
}

static void holds_what_a_model_holds(void **state)
{
    cog_shard_t *shard = make_shard(*state);
    model_t model[NAMES] = {
        {0, 0, 0}
    };
    apr_time_t now = NOW;
    unsigned seed = 1;
    apr_pool_t *scratch;

    apr_pool_create(&scratch, *state);
    for (int round = 0; round < 200; ++round) {
        for (int i = 0; i < 100; ++i) {
            change_one(scratch, shard, model, &seed, now);
        }
        assert_is(scratch, shard, model, now);
        apr_pool_clear(scratch);
        assert_true(cog_shard_is_sound(shard));
        now += next_random(&seed) % 20;
    }
    cog_shard_expire(shard, now + 1000);
    assert_int_equal(cog_shard_used(shard), 0);
    assert_int_equal(insert_many(*state, shard, "k", COG_SHARD_BLOCKS, COG_SHARD_LONG),
                     0);
}

/* Whatever bytes were damaged: what passes the check can be used without harm (the
 * sanitizers look on), and what is written then is found. */
static void a_damaged_shard_is_refused_or_harmless(void **state)
{
    cog_shard_t *shard = make_shard(*state);
    cog_shard_t *good = make_shard(*state);
    unsigned seed = 7;
    int refused = 0;

    insert_many(*state, good, "long", 500, COG_SHARD_LONG);
    insert_many(*state, good, "short", 100, COG_SHARD_SHORT);
    insert(good, "large", filled(*state, 5000), NOW + 5000, COG_SHARD_LONG);
    for (int i = 0; i < 90; i += 3) {
        cog_shard_remove(good, find(good, apr_psprintf(*state, "short%d", i), NOW));
    }
    assert_true(cog_shard_is_sound(good));
    for (int round = 0; round < 1000; ++round) {
        size_t skipped = offsetof(cog_shard_t, used);
        size_t used = offsetof(cog_shard_t, blocks) + 800 * sizeof(cog_shard_block_t);
        size_t at = skipped + next_random(&seed) % (used - skipped);

        memcpy(shard, good, sizeof(*shard));
        ((unsigned char *)shard)[at] = (unsigned char)next_random(&seed);
        if (!cog_shard_is_sound(shard)) {
            ++refused;
            continue;
        }
        insert(shard, "new", filled(*state, 3000), NOW + 9000, COG_SHARD_LONG);
        assert_int_not_equal(find(shard, "new", NOW), 0);
        cog_shard_expire(shard, NOW + 200);
        cog_shard_expire(shard, NOW + 8000);
        assert_int_not_equal(find(shard, "new", NOW), 0);
    }
    assert_in_range(refused, 50, 950);
}

static void random_bytes_are_refused(void **state)
{
    cog_shard_t *shard = make_shard(*state);
    unsigned seed = 3;

    for (int round = 0; round < 20; ++round) {
        for (size_t i = offsetof(cog_shard_t, used); i < sizeof(*shard); ++i) {
            ((unsigned char *)shard)[i] = (unsigned char)next_random(&seed);
        }
        assert_false(cog_shard_is_sound(shard));
        shard->touched = COG_SHARD_BLOCKS;
        shard->queued[0] = shard->queued[1] = 10;
        assert_false(cog_shard_is_sound(shard));
    }
}

static void forgets_everything(void **state)
{
    cog_shard_t *shard = make_shard(*state);

    insert_many(*state, shard, "a", 1000, COG_SHARD_LONG);
    cog_shard_clear(shard);
    assert_int_equal(count_of(*state, shard, "a", 1000), 0);
    assert_int_equal(insert_many(*state, shard, "b", COG_SHARD_BLOCKS, COG_SHARD_LONG),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(an_entry_ends_exactly_at_its_end),
        cmocka_unit_test_with_pool(takes_the_blocks_that_it_needs),
        cmocka_unit_test_with_pool(when_it_is_full_the_next_end_goes_first),
        cmocka_unit_test_with_pool(each_kind_keeps_its_share),
        cmocka_unit_test_with_pool(the_largest_value_fits_whoever_was_there),
        cmocka_unit_test_with_pool(holds_what_a_model_holds),
        cmocka_unit_test_with_pool(a_damaged_shard_is_refused_or_harmless),
        cmocka_unit_test_with_pool(random_bytes_are_refused),
        cmocka_unit_test_with_pool(forgets_everything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
