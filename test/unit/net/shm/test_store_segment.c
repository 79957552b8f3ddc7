#include "test/unit/unit.h"

#include "net/shm/store_segment.h"

#define MB ((apr_size_t)1024 * 1024)

/* An empty store of `size` bytes. */
static cog_store_segment_t *make(apr_pool_t *pool, apr_size_t size)
{
    void *memory = apr_pcalloc(pool, cog_store_segment_size(size));

    assert_result("format", cog_store_segment_format(memory, size), COG_OK);
    return memory;
}

static unsigned recover(cog_store_segment_t *segment, apr_size_t size)
{
    unsigned emptied = 99;

    assert_result("recover", cog_store_segment_recover(segment, size, &emptied), COG_OK);
    return emptied;
}

static void is_whole_megabytes_but_one_at_least(void **state)
{
    assert_int_equal(make(*state, 1)->shards, 1);
    assert_int_equal(make(*state, MB)->shards, 1);
    assert_int_equal(make(*state, 3 * MB + 5)->shards, 3);
    assert_int_equal(cog_store_segment_size(3 * MB), cog_store_segment_size(3 * MB + 5));
}

static void knows_its_own_of_whatever_version(void **state)
{
    cog_store_segment_t *segment = make(*state, MB);

    assert_true(cog_store_segment_is_one((char *)segment));
    assert_true(cog_store_segment_is_ready(segment));
    segment->layout[COG_STORE_SEGMENT_SIGN + 1] = 'x';
    assert_true(cog_store_segment_is_one((char *)segment));
    assert_false(cog_store_segment_is_ready(segment));
    segment->layout[0] = 'x';
    assert_false(cog_store_segment_is_one((char *)segment));
}

static void is_not_recovered_as_one_of_another_size_or_version(void **state)
{
    cog_store_segment_t *segment = make(*state, 4 * MB);
    unsigned emptied;

    assert_result("size", cog_store_segment_recover(segment, 5 * MB, &emptied),
                  COG_E_MISCONFIGURED);
    segment->layout[COG_STORE_SEGMENT_SIGN + 1] = 'x';
    assert_result("version", cog_store_segment_recover(segment, 4 * MB, &emptied),
                  COG_E_MISCONFIGURED);
}

static void loses_a_part_that_is_damaged_and_no_other(void **state)
{
    cog_store_segment_t *segment = make(*state, 4 * MB);

    assert_int_equal(recover(segment, 4 * MB), 0);
    cog_store_segment_shard(segment, 2)->free = 7;
    assert_int_equal(recover(segment, 4 * MB), 1);
    assert_int_equal(recover(segment, 4 * MB), 0);
}

static void loses_a_part_that_was_left_half_written(void **state)
{
    cog_store_segment_t *segment = make(*state, 4 * MB);

    cog_store_segment_shard(segment, 3)->is_changing = 1;
    assert_int_equal(recover(segment, 4 * MB), 1);
    assert_int_equal(recover(segment, 4 * MB), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(is_whole_megabytes_but_one_at_least),
        cmocka_unit_test_with_pool(knows_its_own_of_whatever_version),
        cmocka_unit_test_with_pool(is_not_recovered_as_one_of_another_size_or_version),
        cmocka_unit_test_with_pool(loses_a_part_that_is_damaged_and_no_other),
        cmocka_unit_test_with_pool(loses_a_part_that_was_left_half_written),
    };

    return cmocka_run_group_tests_name("net/shm/store_segment", tests, NULL, NULL);
}
