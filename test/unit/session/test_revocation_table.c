#include "test/unit/unit.h"

#include <apr_strings.h>

#include "session/revocation_table.h"
#include "test/unit/threads.h"

#define NOW  1700000000
#define LIFE 43200

static cog_revocation_table_t *make_table(apr_pool_t *pool)
{
    char *memory = apr_pcalloc(pool, COG_REVOCATION_TABLE_SIZE + 64);
    size_t aligned = ((size_t)memory + 63) / 64 * 64;

    return cog_revocation_table_make(pool, (void *)aligned, LIFE);
}

static cog_session_t session_of(uint64_t id, const char *subject, int64_t created)
{
    cog_session_t session = {.created = created, .subject = subject};

    memcpy(session.id, &id, sizeof(id));
    return session;
}

static int holds_id(const cog_revocation_table_t *table, uint64_t id, int64_t created)
{
    cog_session_t session = session_of(id, "somebody", created);

    return cog_revocation_table_has(table, &session);
}

static void ends_the_session_that_is_marked_and_no_other(void **state)
{
    cog_revocation_table_t *table = make_table(*state);

    assert_false(holds_id(table, 77, NOW));
    cog_revocation_table_set(table, 77, NOW, NOW);
    assert_true(holds_id(table, 77, NOW));
    assert_true(holds_id(table, 77, NOW - 1000));
    assert_false(holds_id(table, 77, NOW + 1));
    assert_false(holds_id(table, 78, NOW));
    assert_false(holds_id(table, 77 + (UINT64_C(1) << 32), NOW));
}

static void ends_what_a_subject_had_before(void **state)
{
    cog_revocation_table_t *table = make_table(*state);
    cog_session_t old = session_of(1, "sub-1", NOW - 5);
    cog_session_t later = session_of(2, "sub-1", NOW + 1);
    cog_session_t other = session_of(3, "sub-2", NOW - 5);

    cog_revocation_table_set(table, cog_revocation_mark_of_subject("sub-1"), NOW, NOW);
    assert_true(cog_revocation_table_has(table, &old));
    assert_false(cog_revocation_table_has(table, &later));
    assert_false(cog_revocation_table_has(table, &other));
}

static void takes_the_later_time_of_two(void **state)
{
    cog_revocation_table_t *table = make_table(*state);

    cog_revocation_table_set(table, 77, NOW, NOW);
    cog_revocation_table_set(table, 77, NOW - 50, NOW);
    assert_true(holds_id(table, 77, NOW));
    cog_revocation_table_set(table, 77, NOW + 50, NOW + 50);
    assert_true(holds_id(table, 77, NOW + 50));
}

/* More marks than fit: none is lost, though others may end with them. */
static void forgets_no_mark_when_it_is_full(void **state)
{
    cog_revocation_table_t *table = make_table(*state);

    for (uint64_t i = 1; i <= 40; ++i) {
        cog_revocation_table_set(table, 5 + (i << 32), NOW + (int64_t)i,
                                 NOW + (int64_t)i);
    }
    for (uint64_t i = 1; i <= 40; ++i) {
        assert_true(holds_id(table, 5 + (i << 32), NOW + (int64_t)i));
    }
    assert_false(holds_id(table, 5 + (UINT64_C(99) << 32), NOW + 41));
    assert_false(holds_id(table, 6 + (UINT64_C(99) << 32), NOW));
}

/* Marks that have outlived every session make room without harm to others. */
static void makes_room_of_what_is_outlived(void **state)
{
    cog_revocation_table_t *table = make_table(*state);
    int64_t later = NOW + LIFE + 100;

    for (uint64_t i = 1; i <= 7; ++i) {
        cog_revocation_table_set(table, 5 + (i << 32), NOW, NOW);
    }
    cog_revocation_table_set(table, 5 + (UINT64_C(8) << 32), later, later);
    assert_true(holds_id(table, 5 + (UINT64_C(8) << 32), later));
    assert_false(holds_id(table, 5 + (UINT64_C(99) << 32), NOW - 10));
}

/* What is left by an earlier table counts. */
static void finds_the_marks_in_the_memory_of_another_process(void **state)
{
    char *memory = apr_pcalloc(*state, COG_REVOCATION_TABLE_SIZE + 64);
    void *aligned = (void *)(((size_t)memory + 63) / 64 * 64);
    cog_revocation_table_t *one = cog_revocation_table_make(*state, aligned, LIFE);

    cog_revocation_table_set(one, 77, NOW, NOW);
    assert_true(holds_id(cog_revocation_table_make(*state, aligned, LIFE), 77, NOW));
}

#define THREADS 8
#define EACH    500

typedef struct {
    cog_revocation_table_t *table;
    uint64_t first;
} job_t;

static int set_many(apr_pool_t *pool, void *data)
{
    const job_t *job = data;

    (void)pool;
    for (uint64_t i = 0; i < EACH; ++i) {
        cog_revocation_table_set(job->table, ((job->first + i) << 32) + i % 3, NOW, NOW);
    }
    return 0;
}

static void loses_no_mark_between_threads(void **state)
{
    cog_revocation_table_t *table = make_table(*state);
    job_t jobs[THREADS];

    for (int t = 0; t < THREADS; ++t) {
        jobs[t] = (job_t){table, (uint64_t)t * EACH + 1};
    }
    assert_threads(THREADS, set_many, jobs, sizeof(jobs[0]), 0);
    for (uint64_t i = 0; i < THREADS * EACH; ++i) {
        assert_true(holds_id(table, ((i + 1) << 32) + (i % EACH) % 3, NOW));
    }
}

static void tells_how_crowded_it_is_now_and_then(void **state)
{
    cog_revocation_table_t *table = make_table(*state);
    const apr_time_t now = apr_time_from_sec(NOW);

    for (uint64_t i = 1; i <= 7; ++i) {
        cog_revocation_table_set(table, 5 + (i << 32), NOW, NOW);
    }
    assert_int_equal(cog_revocation_table_crowded(table, now), 0);
    cog_revocation_table_set(table, 5 + (UINT64_C(8) << 32), NOW, NOW);
    assert_int_equal(cog_revocation_table_crowded(table, now), 1);
    cog_revocation_table_set(table, 5 + (UINT64_C(8) << 32), NOW, NOW);
    for (uint64_t i = 9; i <= 11; ++i) {
        cog_revocation_table_set(table, 5 + (i << 32), NOW, NOW);
    }
    assert_int_equal(cog_revocation_table_crowded(table, now + apr_time_from_sec(599)),
                     0);
    assert_int_equal(cog_revocation_table_crowded(table, now + apr_time_from_sec(600)),
                     3);
    assert_int_equal(cog_revocation_table_crowded(table, now + apr_time_from_sec(1800)),
                     0);
}

/* What has outlived itself makes room at nobody's expense. */
static void is_not_crowded_by_what_has_outlived_itself(void **state)
{
    cog_revocation_table_t *table = make_table(*state);

    for (uint64_t i = 1; i <= 40; ++i) {
        int64_t now = NOW + (int64_t)i * LIFE / 6;

        cog_revocation_table_set(table, 5 + (i << 32), now, now);
    }
    assert_int_equal(cog_revocation_table_crowded(table, apr_time_from_sec(NOW)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(ends_the_session_that_is_marked_and_no_other),
        cmocka_unit_test_with_pool(ends_what_a_subject_had_before),
        cmocka_unit_test_with_pool(takes_the_later_time_of_two),
        cmocka_unit_test_with_pool(forgets_no_mark_when_it_is_full),
        cmocka_unit_test_with_pool(makes_room_of_what_is_outlived),
        cmocka_unit_test_with_pool(finds_the_marks_in_the_memory_of_another_process),
        cmocka_unit_test_with_pool(loses_no_mark_between_threads),
        cmocka_unit_test_with_pool(tells_how_crowded_it_is_now_and_then),
        cmocka_unit_test_with_pool(is_not_crowded_by_what_has_outlived_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
