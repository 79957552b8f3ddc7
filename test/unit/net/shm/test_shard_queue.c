#include "test/unit/unit.h"

#include "net/shm/shard_queue.h"

#define COUNT_OF_ENTRIES 200

/* An empty shard whose first blocks are entries of the kind, in no queue yet. */
static cog_shard_t *make(apr_pool_t *pool, int kind)
{
    cog_shard_t *shard = apr_pcalloc(pool, sizeof(*shard));

    for (cog_shard_index_t entry = 1; entry <= COUNT_OF_ENTRIES; ++entry) {
        cog_shard_block(shard, entry)->first.kind = (uint8_t)kind;
        cog_shard_block(shard, entry)->first.end = entry * 7919 % 101;
    }
    return shard;
}

static void add_all(cog_shard_t *shard)
{
    for (cog_shard_index_t entry = 1; entry <= COUNT_OF_ENTRIES; ++entry) {
        cog_shard_queue_add(shard, entry);
    }
}

/* How many come out; each ends no earlier than the one before. */
static int count_in_order(cog_shard_t *shard, int kind)
{
    apr_time_t last = 0;
    int count = 0;

    for (cog_shard_index_t entry = cog_shard_queue_first(shard, kind); entry;
         entry = cog_shard_queue_first(shard, kind)) {
        assert_true(cog_shard_block(shard, entry)->first.end >= last);
        last = cog_shard_block(shard, entry)->first.end;
        cog_shard_queue_remove(shard, entry);
        ++count;
    }
    return count;
}

static void gives_out_first_what_ends_first(void **state)
{
    cog_shard_t *shard = make(*state, COG_SHARD_LONG);

    assert_int_equal(cog_shard_queue_first(shard, COG_SHARD_LONG), 0);
    add_all(shard);
    assert_int_equal(cog_shard_queue_first(shard, COG_SHARD_SHORT), 0);
    assert_int_equal(count_in_order(shard, COG_SHARD_LONG), COUNT_OF_ENTRIES);
}

static void stays_in_order_whoever_leaves(void **state)
{
    cog_shard_t *shard = make(*state, COG_SHARD_SHORT);

    add_all(shard);
    for (cog_shard_index_t entry = 3; entry <= COUNT_OF_ENTRIES; entry += 3) {
        cog_shard_queue_remove(shard, entry);
        assert_true(cog_shard_queue_is_sound(shard, COG_SHARD_SHORT));
    }
    assert_int_equal(count_in_order(shard, COG_SHARD_SHORT),
                     COUNT_OF_ENTRIES - COUNT_OF_ENTRIES / 3);
}

static void sees_what_is_out_of_order(void **state)
{
    cog_shard_t *shard = make(*state, COG_SHARD_LONG);

    add_all(shard);
    assert_true(cog_shard_queue_is_sound(shard, COG_SHARD_LONG));
    cog_shard_block(shard, cog_shard_queue_first(shard, COG_SHARD_LONG))->first.end = 102;
    assert_false(cog_shard_queue_is_sound(shard, COG_SHARD_LONG));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(gives_out_first_what_ends_first),
        cmocka_unit_test_with_pool(stays_in_order_whoever_leaves),
        cmocka_unit_test_with_pool(sees_what_is_out_of_order),
    };

    return cmocka_run_group_tests_name("net/shm/shard_queue", tests, NULL, NULL);
}
