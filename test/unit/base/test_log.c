#include "test/unit/unit.h"

#include "base/log.h"

typedef struct {
    cog_log_level_t threshold;
    int asked;
    int written;
    cog_log_level_t level;
    const char *message;
} journal_t;

static int is_on(void *context, cog_log_level_t level)
{
    journal_t *journal = context;

    ++journal->asked;
    return level <= journal->threshold;
}

static void write_down(void *context, cog_log_level_t level, const char *message)
{
    journal_t *journal = context;

    ++journal->written;
    journal->level = level;
    journal->message = message;
}

static int count_evaluations(int *count)
{
    return ++*count;
}

static void writes_tag_and_text(void **state)
{
    journal_t journal = {.threshold = COG_LOG_TRACE};
    const cog_log_t log = {&journal, *state, is_on, write_down};

    COG_LOG(&log, WARNING, 1204, "%s came %d times", "it", 3);
    assert_int_equal(journal.level, COG_LOG_WARNING);
    assert_string_equal(journal.message, "COG1204: it came 3 times");
    COG_LOG(&log, ERROR, 1205, "no argument, 100%%");
    assert_int_equal(journal.level, COG_LOG_ERROR);
    assert_string_equal(journal.message, "COG1205: no argument, 100%");
}

static void takes_a_level_known_at_run_time(void **state)
{
    journal_t journal = {.threshold = COG_LOG_INFO};
    const cog_log_t log = {&journal, *state, is_on, write_down};

    for (int level = COG_LOG_ERROR; level <= COG_LOG_TRACE; ++level) {
        COG_LOG_AT(&log, (cog_log_level_t)level, 1206, "level %d", level);
    }
    assert_int_equal(journal.asked, 5);
    assert_int_equal(journal.written, 3);
    assert_string_equal(journal.message, "COG1206: level 2");
}

static void does_no_work_for_a_level_that_is_off(void **state)
{
    journal_t journal = {.threshold = COG_LOG_INFO};
    const cog_log_t log = {&journal, *state, is_on, write_down};
    int evaluations = 0;

    COG_LOG(&log, DEBUG, 1207, "%d", count_evaluations(&evaluations));
    assert_int_equal(evaluations, 0);
    assert_int_equal(journal.written, 0);
    COG_LOG(&log, INFO, 1208, "%d", count_evaluations(&evaluations));
    assert_int_equal(evaluations, 1);
    assert_int_equal(journal.written, 1);
}

static void writes_long_texts_whole(void **state)
{
    journal_t journal = {.threshold = COG_LOG_TRACE};
    const cog_log_t log = {&journal, *state, is_on, write_down};
    static char text[20000];

    memset(text, 'x', sizeof(text) - 1);
    COG_LOG(&log, TRACE, 1209, "%s", text);
    assert_int_equal(strlen(journal.message), strlen("COG1209: ") + strlen(text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(writes_tag_and_text),
        cmocka_unit_test_with_pool(takes_a_level_known_at_run_time),
        cmocka_unit_test_with_pool(does_no_work_for_a_level_that_is_off),
        cmocka_unit_test_with_pool(writes_long_texts_whole),
    };

    return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
