#include "test/unit/unit.h"

#include "base/json.h"
#include "doctor/report.h"

static void find_good(cog_report_t *report, void *patient)
{
    (void)patient;
    cog_report_say(report, COG_FOUND_OK, "%d keys", 2);
}

static void find_bad(cog_report_t *report, void *patient)
{
    cog_report_say(report, COG_FOUND_FAILED, "%s is missing", (const char *)patient);
    cog_report_say(report, COG_FOUND_WARNING, "it is late");
}

static void find_nothing(cog_report_t *report, void *patient)
{
    (void)patient;
    cog_report_say(report, COG_FOUND_SKIPPED, "no reason to look");
}

static const cog_check_t checks[] = {
    {"good",  "good thing",    find_good,    {"unused", "unused", "unused", "unused"}   },
    {"bad",   "bad thing",     find_bad,     {"write {word}", "aws x\nand y", "C", NULL}},
    {"other", "another thing", find_nothing, {"unused", NULL, NULL, NULL}               },
    {NULL,    NULL,            NULL,         {NULL, NULL, NULL, NULL}                   },
};

static cog_report_t *make(apr_pool_t *pool)
{
    static char patient[] = "a tooth";
    cog_report_t *report = cog_report_make(pool);

    cog_report_open(report, "host a", NULL);
    cog_report_let(report, "word", "W");
    cog_report_run(report, checks, patient);
    cog_report_open(report, "host a", "staff");
    cog_report_run(report, checks + 2, patient);
    return report;
}

static void counts(void **state)
{
    const cog_report_t *report = make(*state);

    assert_int_equal(cog_report_count(report, COG_FOUND_OK), 1);
    assert_int_equal(cog_report_count(report, COG_FOUND_WARNING), 1);
    assert_int_equal(cog_report_count(report, COG_FOUND_FAILED), 1);
    assert_int_equal(cog_report_count(report, COG_FOUND_SKIPPED), 2);
}

static void is_readable_on_a_terminal(void **state)
{
    assert_string_equal(cog_report_text(*state, make(*state), 0),
                        "host a\n"
                        "  ok        good thing            2 keys\n"
                        "  failed    bad thing             a tooth is missing\n"
                        "            AWS CLI         aws x\n"
                        "                            and y\n"
                        "            CloudFormation  C\n"
                        "            here            write W\n"
                        "  warning   bad thing             it is late\n"
                        "            AWS CLI         aws x\n"
                        "                            and y\n"
                        "            CloudFormation  C\n"
                        "            here            write W\n"
                        "  skipped   another thing         no reason to look\n"
                        "\n"
                        "host a, client staff\n"
                        "  skipped   another thing         no reason to look\n"
                        "\n"
                        "1 ok, 1 warning, 1 failed, 2 skipped\n");
}

static void is_coloured_where_wanted(void **state)
{
    const char *text = cog_report_text(*state, make(*state), 1);

    assert_non_null(strstr(text, "  \033[31mfailed  \033[0m  bad thing"));
    assert_non_null(
        strstr(text, "\033[31m1 ok, 1 warning, 1 failed, 2 skipped\033[0m\n"));
}

static void is_readable_for_programs(void **state)
{
    const char *text = cog_report_json(*state, make(*state));
    json_t *report = json_loads(text, 0, NULL);
    json_t *expected = json_from_quoted(
        "{'ok':false,'counts':{'ok':1,'warning':1,'failed':1,'skipped':2},'groups':["
        "{'host':'host a','client':null,'findings':["
        "{'check':'good','title':'good thing','result':'ok','text':'2 keys','remedy':{}},"
        "{'check':'bad','title':'bad thing','result':'failed','text':'a tooth is "
        "missing',"
        "'remedy':{'httpd':'write W','aws':'aws x\\nand y','cloudformation':'C'}},"
        "{'check':'bad','title':'bad thing','result':'warning','text':'it is late',"
        "'remedy':{'httpd':'write W','aws':'aws x\\nand y','cloudformation':'C'}},"
        "{'check':'other','title':'another thing','result':'skipped','text':"
        "'no reason to look','remedy':{}}]},"
        "{'host':'host a','client':'staff','findings':["
        "{'check':'other','title':'another thing','result':'skipped','text':"
        "'no reason to look','remedy':{}}]}]}");

    assert_non_null(report);
    assert_true(json_equal(report, expected));
    json_decref(report);
    json_decref(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(counts),
        cmocka_unit_test_with_pool(is_readable_on_a_terminal),
        cmocka_unit_test_with_pool(is_coloured_where_wanted),
        cmocka_unit_test_with_pool(is_readable_for_programs),
    };

    return cmocka_run_group_tests_name("doctor/report", tests, NULL, NULL);
}
