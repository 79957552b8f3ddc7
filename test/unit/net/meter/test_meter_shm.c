#include "test/unit/unit.h"

#include <apr_shm.h>
#include <apr_strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/meter/meter_shm.h"
#include "test/unit/threads.h"

#define NOW    apr_time_from_sec(1700000000)
#define MINUTE apr_time_from_sec(60)

static cog_meter_shm_t *make_meter(apr_pool_t *pool)
{
    apr_shm_t *memory;
    cog_meter_shm_t *meter = NULL;
    unsigned char *base;

    assert_int_equal(
        apr_shm_create(&memory, cog_meter_shm_room() + COG_METER_LINE, NULL, pool),
        APR_SUCCESS);
    base = apr_shm_baseaddr_get(memory);
    base += COG_METER_LINE - (uintptr_t)base % COG_METER_LINE;
    assert_result("format", cog_meter_shm_format(base, NOW, &meter), COG_OK);
    return meter;
}

static cog_figures_t *read_at(apr_pool_t *pool, cog_meter_shm_t *meter, apr_time_t now)
{
    cog_figures_t *figures = apr_palloc(pool, sizeof(*figures));

    cog_meter_shm_read(meter, now, figures);
    return figures;
}

static void count_one(cog_meter_shm_t *meter, cog_event_t event, apr_time_t now)
{
    cog_meter_user_t user;

    cog_meter_shm_use(meter, (unsigned long)event, &user);
    user.port.count(user.port.context, event, now);
}

static void call_one(cog_meter_shm_t *meter, int msec, cog_call_result_t result)
{
    cog_meter_user_t user;
    const cog_call_t call = {COG_CALL_TOKEN, result, apr_time_from_msec(msec), NOW};

    cog_meter_shm_use(meter, 0, &user);
    user.port.note_call(user.port.context, &call);
}

static int count_many(apr_pool_t *pool, void *context)
{
    cog_meter_user_t user;

    cog_meter_shm_use(context, (unsigned long)pool >> 12, &user);
    for (int i = 0; i < 10000; ++i) {
        user.port.count(user.port.context, COG_EVENT_SESSION_ACCEPTED, 0);
        user.port.count(user.port.context, COG_EVENT_SESSION_STARTED, NOW);
    }
    return 0;
}

static void loses_nothing_of_threads_and_processes(void **state)
{
    cog_meter_shm_t *meter = make_meter(*state);
    pid_t pid = fork();

    assert_threads(4, count_many, meter, 0, 0);
    if (pid == 0) {
        _exit(0);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(read_at(*state, meter, NOW)->counts[COG_EVENT_SESSION_ACCEPTED],
                     80000);
    assert_int_equal(read_at(*state, meter, NOW)->counts[COG_EVENT_SESSION_STARTED],
                     80000);
}

static void knows_the_minute_of_what_is_rare(void **state)
{
    cog_meter_shm_t *meter = make_meter(*state);
    const cog_figures_t *figures;

    count_one(meter, COG_EVENT_LOGIN_BEGUN, NOW);
    count_one(meter, COG_EVENT_LOGIN_BEGUN, NOW + MINUTE);
    count_one(meter, COG_EVENT_LOGIN_BEGUN, NOW + MINUTE);
    figures = read_at(*state, meter, NOW + MINUTE);
    assert_int_equal(figures->minutes[0].events[COG_EVENT_LOGIN_BEGUN], 2);
    assert_int_equal(figures->minutes[1].events[COG_EVENT_LOGIN_BEGUN], 1);
    assert_int_equal(figures->minutes[2].events[COG_EVENT_LOGIN_BEGUN], 0);
    assert_int_equal(figures->counts[COG_EVENT_LOGIN_BEGUN], 3);
}

/* There is no room for them in a minute. */
static void knows_no_minute_of_what_is_frequent(void **state)
{
    static const cog_minute_figures_t nothing = {{0}, {{0}}};
    cog_meter_shm_t *meter = make_meter(*state);
    const cog_figures_t *figures;

    for (int event = COG_EVENT_RARE; event < COG_EVENT_COUNT; ++event) {
        count_one(meter, (cog_event_t)event, NOW);
    }
    figures = read_at(*state, meter, NOW);
    for (int i = 0; i < COG_METER_MINUTES; ++i) {
        assert_memory_equal(&figures->minutes[i], &nothing, sizeof(nothing));
    }
    for (int event = 0; event < COG_EVENT_COUNT; ++event) {
        assert_int_equal(figures->counts[event], event >= COG_EVENT_RARE);
    }
}

static void tells_problems_and_since_when(void **state)
{
    cog_meter_shm_t *meter = make_meter(*state);
    const cog_problem_t problem = {.err = COG_E_STORE, .incident = "1234", .now = NOW};
    const cog_figures_t *figures = read_at(*state, meter, NOW + MINUTE);
    cog_meter_user_t user;

    assert_true(figures->since == NOW);
    assert_int_equal(figures->problem_count, 0);
    cog_meter_shm_use(meter, 0, &user);
    user.port.note_problem(user.port.context, &problem);
    figures = read_at(*state, meter, NOW + MINUTE);
    assert_int_equal(figures->problem_count, 1);
    assert_string_equal(figures->problems[0].incident, "1234");
}

static void forgets_the_minute_after_an_hour(void **state)
{
    cog_meter_shm_t *meter = make_meter(*state);
    const cog_figures_t *figures;

    count_one(meter, COG_EVENT_PROBLEM, NOW);
    figures = read_at(*state, meter, NOW + 59 * MINUTE);
    assert_int_equal(figures->minutes[59].events[COG_EVENT_PROBLEM], 1);
    figures = read_at(*state, meter, NOW + 60 * MINUTE);
    assert_int_equal(figures->minutes[0].events[COG_EVENT_PROBLEM], 0);
    count_one(meter, COG_EVENT_PROBLEM, NOW + 60 * MINUTE);
    figures = read_at(*state, meter, NOW + 60 * MINUTE);
    assert_int_equal(figures->minutes[0].events[COG_EVENT_PROBLEM], 1);
    assert_int_equal(figures->counts[COG_EVENT_PROBLEM], 2);
}

static void sorts_calls_by_result_and_duration(void **state)
{
    cog_meter_shm_t *meter = make_meter(*state);
    const cog_call_figures_t *token;
    const cog_figures_t *figures;

    call_one(meter, 10, COG_CALL_ANSWERED);
    call_one(meter, 11, COG_CALL_REFUSED);
    call_one(meter, 60000, COG_CALL_FAILED);
    figures = read_at(*state, meter, NOW);
    token = &figures->calls[COG_CALL_TOKEN];
    assert_int_equal(token->results[COG_CALL_ANSWERED], 1);
    assert_int_equal(token->results[COG_CALL_REFUSED], 1);
    assert_int_equal(token->results[COG_CALL_FAILED], 1);
    assert_int_equal(token->classes[0], 1);
    assert_int_equal(token->classes[1], 1);
    assert_int_equal(token->classes[COG_DURATION_CLASSES - 1], 1);
    assert_int_equal(token->duration, 60021000);
    assert_int_equal(figures->minutes[0].calls[COG_CALL_TOKEN].count, 3);
    assert_int_equal(figures->minutes[0].calls[COG_CALL_TOKEN].failed, 1);
    assert_int_equal(figures->calls[COG_CALL_JWKS].results[COG_CALL_ANSWERED], 0);
}

static void keeps_pools_that_the_next_configuration_knows(void **state)
{
    cog_meter_shm_t *meter = make_meter(*state);
    cog_meter_user_t user;
    const cog_figures_t *figures;

    cog_meter_shm_know_issuer(meter, "https://a.example");
    cog_meter_shm_know_issuer(meter, "https://b.example");
    cog_meter_shm_use(meter, 0, &user);
    user.port.note_keys(user.port.context, "https://b.example", COG_OK, NOW);
    user.port.note_keys(user.port.context, "https://b.example", COG_E_JWKS, NOW + 1);
    user.port.note_outage(user.port.context, "https://b.example", 1, NOW);
    user.port.note_keys(user.port.context, "https://unknown.example", COG_OK, NOW);
    cog_meter_shm_forget_names(meter);
    cog_meter_shm_know_issuer(meter, "https://b.example");
    figures = read_at(*state, meter, NOW);
    assert_int_equal(figures->pool_count, 1);
    assert_string_equal(figures->pools[0].issuer, "https://b.example");
    assert_true(figures->pools[0].keys_at == NOW &&
                figures->pools[0].failed_at == NOW + 1);
    assert_result("error", figures->pools[0].error, COG_E_JWKS);
    assert_true(figures->pools[0].is_out);
    assert_false(read_at(*state, meter, NOW + 2 * MINUTE)->pools[0].is_out);
}

static void has_room_for_so_many_pools_and_no_more(void **state)
{
    cog_meter_shm_t *meter = make_meter(*state);

    for (int i = 0; i < COG_METER_POOLS + 5; ++i) {
        cog_meter_shm_know_issuer(meter, apr_psprintf(*state, "https://%d.example", i));
    }
    assert_int_equal(read_at(*state, meter, NOW)->pool_count, COG_METER_POOLS);
}

/* A store that notes what it was asked. */
typedef struct {
    cog_err_t answer;
    const char *called;
    const char *key;
    cog_span_t value;
    int64_t ttl_sec;
} asked_t;

static cog_err_t get(void *context, apr_pool_t *pool, const cog_log_t *log,
                     const char *key, cog_span_t *value)
{
    asked_t *asked = context;

    (void)pool, (void)log;
    *asked = (asked_t){.answer = asked->answer, .called = "get", .key = key};
    *value = cog_span_of("found");
    return asked->answer;
}

static cog_err_t set(void *context, const cog_log_t *log, const char *key,
                     cog_span_t value, int64_t ttl_sec)
{
    asked_t *asked = context;

    (void)log;
    *asked = (asked_t){asked->answer, "set", key, value, ttl_sec};
    return asked->answer;
}

static cog_err_t add(void *context, const cog_log_t *log, const char *key,
                     cog_span_t value, int64_t ttl_sec)
{
    asked_t *asked = context;

    (void)log;
    *asked = (asked_t){asked->answer, "add", key, value, ttl_sec};
    return asked->answer;
}

static cog_err_t remove_key(void *context, const cog_log_t *log, const char *key)
{
    asked_t *asked = context;

    (void)log;
    *asked = (asked_t){.answer = asked->answer, .called = "remove", .key = key};
    return asked->answer;
}

static cog_store_t wrap(apr_pool_t *pool, cog_meter_shm_t *meter, const char *name,
                        asked_t *asked)
{
    const cog_store_t store = {asked, get, set, add, remove_key};
    cog_store_t metered;

    cog_meter_shm_wrap_store(pool, meter, name, &store, &metered);
    return metered;
}

static void counts_the_calls_of_a_store(void **state)
{
    static const cog_err_t answers[] = {COG_OK, COG_E_NOT_FOUND, COG_E_STORE,
                                        COG_E_STORE};
    cog_meter_shm_t *meter = make_meter(*state);
    asked_t asked = {.answer = COG_OK};
    cog_store_t metered = wrap(*state, meter, "redis://x", &asked);
    const cog_store_figures_t *figures;
    cog_span_t value;

    for (size_t i = 0; i < COUNT(answers); ++i) {
        asked.answer = answers[i];
        assert_result("answer", metered.get(metered.context, *state, NULL, "k", &value),
                      answers[i]);
    }
    figures = &read_at(*state, meter, NOW)->stores[0];
    assert_string_equal(figures->name, "redis://x");
    assert_int_equal(figures->calls, 4);
    assert_int_equal(figures->failed, 2);
    assert_int_equal(figures->failed_in_a_row, 2);
    assert_true(figures->failed_at > 0);
    asked.answer = COG_OK;
    metered.get(metered.context, *state, NULL, "k", &value);
    assert_int_equal(read_at(*state, meter, NOW)->stores[0].failed_in_a_row, 0);
}

static void assert_asked(const asked_t *asked, const char *called, const char *value,
                         int64_t ttl_sec)
{
    assert_string_equal(asked->called, called);
    assert_string_equal(asked->key, called);
    assert_int_equal(asked->value.len, strlen(value));
    if (*value) {
        assert_memory_equal(asked->value.bytes, value, strlen(value));
    }
    assert_int_equal(asked->ttl_sec, ttl_sec);
}

static void hands_each_call_on_as_it_is(void **state)
{
    cog_meter_shm_t *meter = make_meter(*state);
    asked_t asked = {.answer = COG_E_STORE};
    cog_store_t metered = wrap(*state, meter, "redis://x", &asked);
    cog_span_t value = {NULL, 0};

    assert_result("get", metered.get(metered.context, *state, NULL, "get", &value),
                  COG_E_STORE);
    assert_asked(&asked, "get", "", 0);
    assert_memory_equal(value.bytes, "found", 5);
    assert_result("set", metered.set(metered.context, NULL, "set", cog_span_of("new"), 3),
                  COG_E_STORE);
    assert_asked(&asked, "set", "new", 3);
    asked.answer = COG_E_EXISTS;
    assert_result("add",
                  metered.add(metered.context, NULL, "add", cog_span_of("first"), 4),
                  COG_E_EXISTS);
    assert_asked(&asked, "add", "first", 4);
    asked.answer = COG_OK;
    assert_result("remove", metered.remove(metered.context, NULL, "remove"), COG_OK);
    assert_asked(&asked, "remove", "", 0);
    assert_int_equal(read_at(*state, meter, NOW)->stores[0].calls, 4);
    assert_int_equal(read_at(*state, meter, NOW)->stores[0].failed, 2);
}

/* Two hosts with one store, and so many stores that one is no longer counted. */
static void counts_by_store_as_long_as_there_is_room(void **state)
{
    cog_meter_shm_t *meter = make_meter(*state);
    asked_t asked = {.answer = COG_OK};
    cog_span_t value;

    for (int i = 0; i < COG_METER_STORES + 1; ++i) {
        const char *name = apr_psprintf(*state, "redis://%d", i);

        for (int host = 0; host < 2; ++host) {
            cog_store_t metered = wrap(*state, meter, name, &asked);

            asked.key = NULL;
            assert_result(name, metered.get(metered.context, *state, NULL, "k", &value),
                          COG_OK);
            assert_string_equal(asked.key, "k");
        }
    }
    assert_int_equal(read_at(*state, meter, NOW)->store_count, COG_METER_STORES);
    for (int i = 0; i < COG_METER_STORES; ++i) {
        assert_int_equal(read_at(*state, meter, NOW)->stores[i].calls, 2);
    }
}

static void is_known_again_by_its_version_only(void **state)
{
    cog_meter_shm_t *meter = make_meter(*state);
    cog_meter_shm_t *found;

    assert_result("same", cog_meter_shm_open(meter, &found), COG_OK);
    assert_true(found == meter);
    *(char *)meter ^= 1;
    assert_result("other", cog_meter_shm_open(meter, &found), COG_E_MISCONFIGURED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(loses_nothing_of_threads_and_processes),
        cmocka_unit_test_with_pool(knows_the_minute_of_what_is_rare),
        cmocka_unit_test_with_pool(knows_no_minute_of_what_is_frequent),
        cmocka_unit_test_with_pool(tells_problems_and_since_when),
        cmocka_unit_test_with_pool(forgets_the_minute_after_an_hour),
        cmocka_unit_test_with_pool(sorts_calls_by_result_and_duration),
        cmocka_unit_test_with_pool(keeps_pools_that_the_next_configuration_knows),
        cmocka_unit_test_with_pool(has_room_for_so_many_pools_and_no_more),
        cmocka_unit_test_with_pool(counts_the_calls_of_a_store),
        cmocka_unit_test_with_pool(hands_each_call_on_as_it_is),
        cmocka_unit_test_with_pool(counts_by_store_as_long_as_there_is_room),
        cmocka_unit_test_with_pool(is_known_again_by_its_version_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
