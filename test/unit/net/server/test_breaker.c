#include "test/unit/unit.h"

#include "net/server/breaker.h"

#define NOW apr_time_from_sec(1000)

static cog_breaker_t open_breaker(void)
{
    cog_breaker_t breaker = {0};

    for (int i = 0; i < COG_BREAKER_FAILURES; ++i) {
        cog_breaker_failed(&breaker, NOW);
    }
    return breaker;
}

static void opens_after_failures_in_a_row(void **state)
{
    cog_breaker_t breaker = {0};

    (void)state;
    assert_true(cog_breaker_allows(&breaker, NOW));
    assert_false(cog_breaker_failed(&breaker, NOW));
    assert_false(cog_breaker_failed(&breaker, NOW));
    assert_true(cog_breaker_allows(&breaker, NOW));
    assert_true(cog_breaker_failed(&breaker, NOW));
    assert_false(cog_breaker_allows(&breaker, NOW));
}

static void an_answer_between_failures_keeps_it_closed(void **state)
{
    cog_breaker_t breaker = {0};

    (void)state;
    for (int i = 0; i < 10; ++i) {
        assert_false(cog_breaker_failed(&breaker, NOW));
        assert_false(cog_breaker_failed(&breaker, NOW));
        assert_false(cog_breaker_worked(&breaker));
    }
    assert_true(cog_breaker_allows(&breaker, NOW));
}

static void tells_once_that_it_opens(void **state)
{
    cog_breaker_t breaker = open_breaker();

    (void)state;
    for (int i = 0; i < 10; ++i) {
        assert_false(cog_breaker_failed(&breaker, NOW));
    }
}

static void lets_one_ask_after_each_pause(void **state)
{
    cog_breaker_t breaker = open_breaker();
    apr_time_t now = NOW;

    (void)state;
    for (int i = 0; i < 5; ++i) {
        assert_false(cog_breaker_allows(&breaker, now + COG_BREAKER_PAUSE - 1));
        now += COG_BREAKER_PAUSE;
        assert_true(cog_breaker_allows(&breaker, now));
        assert_false(cog_breaker_allows(&breaker, now));
        assert_false(cog_breaker_failed(&breaker, now + COG_BREAKER_PAUSE / 2));
    }
}

static void lets_the_next_one_ask_when_one_never_came_back(void **state)
{
    cog_breaker_t breaker = open_breaker();

    (void)state;
    assert_true(cog_breaker_allows(&breaker, NOW + COG_BREAKER_PAUSE));
    assert_true(cog_breaker_allows(&breaker, NOW + 2 * COG_BREAKER_PAUSE));
}

static void closes_at_the_first_answer(void **state)
{
    cog_breaker_t breaker = open_breaker();

    (void)state;
    assert_true(cog_breaker_worked(&breaker));
    assert_false(cog_breaker_worked(&breaker));
    assert_true(cog_breaker_allows(&breaker, NOW));
    assert_false(cog_breaker_failed(&breaker, NOW));
    assert_true(cog_breaker_allows(&breaker, NOW));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_after_failures_in_a_row),
        cmocka_unit_test(an_answer_between_failures_keeps_it_closed),
        cmocka_unit_test(tells_once_that_it_opens),
        cmocka_unit_test(lets_one_ask_after_each_pause),
        cmocka_unit_test(lets_the_next_one_ask_when_one_never_came_back),
        cmocka_unit_test(closes_at_the_first_answer),
    };

    return cmocka_run_group_tests_name("net/breaker", tests, NULL, NULL);
}
