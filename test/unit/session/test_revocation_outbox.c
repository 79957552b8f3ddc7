#include "test/unit/unit.h"

#include "session/revocation_outbox.h"
#include "session/revocation_table.h"
#include "test/unit/threads.h"

static cog_outbox_t *make_outbox(apr_pool_t *pool)
{
    return apr_pcalloc(pool, sizeof(cog_outbox_t));
}

static int count_of(const cog_outbox_t *outbox)
{
    cog_outbox_entry_t entry = {0};
    int count = 0;

    for (; cog_outbox_find(outbox, &entry); ++entry.place) {
        ++count;
    }
    return count;
}

static void gives_back_what_was_kept_until_it_is_dropped(void **state)
{
    cog_outbox_t *outbox = make_outbox(*state);
    unsigned list = cog_outbox_list("redis://a/0 cognito:end:x:");
    uint64_t mark = UINT64_C(0x123456789abcdef0);
    cog_outbox_entry_t entry = {0};

    assert_false(cog_outbox_find(outbox, &entry));
    assert_true(cog_outbox_add(outbox, list, mark));
    entry.place = 0;
    assert_true(cog_outbox_find(outbox, &entry));
    assert_int_equal(entry.list, list);
    assert_true(entry.mark == (mark & COG_REVOCATION_MARK_BITS));
    cog_outbox_remove(outbox, &entry);
    assert_int_equal(count_of(outbox), 0);
}

static void keeps_each_once_for_each_list(void **state)
{
    cog_outbox_t *outbox = make_outbox(*state);

    for (int i = 0; i < 5; ++i) {
        assert_true(cog_outbox_add(outbox, 1, 77));
        assert_true(cog_outbox_add(outbox, 2, 77));
        assert_true(cog_outbox_add(outbox, 1, 77 + COG_OUTBOX_MAX));
        assert_true(cog_outbox_add(outbox, 1, 77 + (UINT64_C(1) << 32)));
    }
    /* bits that tell no mark from another tell none here, either */
    assert_int_equal(count_of(outbox), 3);
}

static void names_lists_by_numbers_that_fit_and_are_not_zero(void **state)
{
    cog_outbox_t *outbox = make_outbox(*state);
    static const char *const names[] = {"", "a", "redis://a/0 b", "redis://b/0 b"};

    for (size_t i = 0; i < COUNT(names); ++i) {
        unsigned list = cog_outbox_list(names[i]);
        cog_outbox_entry_t entry = {0};

        assert_in_range(list, 1, (1u << 19) - 1);
        assert_true(cog_outbox_add(outbox, list, 0));
        assert_true(cog_outbox_find(outbox, &entry));
        assert_int_equal(entry.list, list);
        cog_outbox_remove(outbox, &entry);
    }
    assert_int_not_equal(cog_outbox_list(names[2]), cog_outbox_list(names[3]));
}

static void says_when_it_is_full(void **state)
{
    cog_outbox_t *outbox = make_outbox(*state);
    cog_outbox_entry_t entry = {0};

    for (uint64_t i = 0; i < COG_OUTBOX_MAX; ++i) {
        assert_true(cog_outbox_add(outbox, 1, 5 + (i << 32)));
    }
    assert_true(cog_outbox_add(outbox, 1, 5));
    assert_false(cog_outbox_add(outbox, 2, 5));
    assert_int_equal(count_of(outbox), COG_OUTBOX_MAX);
    assert_true(cog_outbox_find(outbox, &entry));
    cog_outbox_remove(outbox, &entry);
    assert_true(cog_outbox_add(outbox, 2, 5));
}

/* ---- threads, as processes would ---- */

enum { THREADS = 4, EACH = 500 };

typedef struct {
    cog_outbox_t *outbox;
    unsigned list;
} keeper_t;

static int keep_many(apr_pool_t *pool, void *context)
{
    const keeper_t *keeper = context;
    int kept = 0;

    (void)pool;
    for (uint64_t i = 0; i < EACH; ++i) {
        kept += cog_outbox_add(keeper->outbox, keeper->list, i << 32);
    }
    return kept;
}

static void loses_none_of_many_writers(void **state)
{
    cog_outbox_t *outbox = make_outbox(*state);
    keeper_t keepers[THREADS];

    for (unsigned i = 0; i < THREADS; ++i) {
        keepers[i] = (keeper_t){outbox, i + 1};
    }
    assert_threads(THREADS, keep_many, keepers, sizeof(keepers[0]), EACH);
    assert_int_equal(count_of(outbox), THREADS * EACH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(gives_back_what_was_kept_until_it_is_dropped),
        cmocka_unit_test_with_pool(keeps_each_once_for_each_list),
        cmocka_unit_test_with_pool(names_lists_by_numbers_that_fit_and_are_not_zero),
        cmocka_unit_test_with_pool(says_when_it_is_full),
        cmocka_unit_test_with_pool(loses_none_of_many_writers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
