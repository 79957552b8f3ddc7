/* One question to a server: over which connection, how often, and what it says of it. */
#include "test/unit/net/redis/redis_caller.h"

#include "net/server/breaker.h"
#include "net/server/monotonic.h"
#include "net/server/server.h"

/* ---- time, whose place is taken here ---- */

static apr_time_t now_is;

apr_time_t cog_monotonic_now(void)
{
    return now_is;
}

int cog_monotonic_left(apr_time_t deadline)
{
    return deadline > now_is ? (int)apr_time_as_msec(deadline - now_is) : 0;
}

/* ---- a server, and what is asked ---- */

static void say_nothing(talk_t *talk)
{
    talk_wait(talk);
}

typedef struct {
    kept_log_t *log;
    peer_t *peer;
    cog_server_t *server;
} world_t;

static world_t make_world(apr_pool_t *pool)
{
    world_t world = {.log = kept_log_make(pool),
                     .peer = peer_start(pool, NULL, say_nothing)};
    const cog_server_options_t conf = {.kind = "Server",
                                       .host = "127.0.0.1",
                                       .port = peer_port(world.peer),
                                       .limit = LATE};

    now_is = apr_time_from_sec(1000);
    assert_int_equal(cog_server_make(pool, &conf, &world.server), COG_OK);
    return world;
}

typedef struct {
    cog_question_t question; /* the first */
    cog_err_t results[3];    /* of each attempt */
    cog_question_t says[3];  /* likewise, without `ask` */
    int attempts;
    apr_time_t deadline; /* of the last attempt's connection */
} asked_t;

static cog_err_t answer(cog_question_t *question, cog_connection_t *connection)
{
    asked_t *asked = (asked_t *)question;
    const cog_question_t *says = &asked->says[asked->attempts];

    assert_false(question->is_sent || question->is_answered ||
                 question->is_last_over_this || question->fault.is_gone ||
                 question->fault.is_of_command);
    asked->deadline = connection->deadline;
    question->is_sent = says->is_sent;
    question->is_answered = says->is_answered;
    question->is_last_over_this = says->is_last_over_this;
    question->fault = says->fault;
    question->fault.remedy = "help it";
    return asked->results[asked->attempts++];
}

static cog_err_t ask(const world_t *world, asked_t *asked)
{
    asked->attempts = 0;
    asked->question.ask = answer;
    return cog_server_ask(world->server, &world->log->log, &asked->question);
}

static void answer_well(const world_t *world)
{
    asked_t good = {.results = {COG_OK}};

    assert_int_equal(ask(world, &good), COG_OK);
}

static void fail_at(const world_t *world)
{
    asked_t bad = {.results = {COG_E_STORE}};

    assert_int_equal(ask(world, &bad), COG_E_STORE);
}

/* The last of them may not have been accepted yet. */
static void assert_connections(peer_t *peer, int expected)
{
    apr_time_t end = apr_time_now() + LATE;

    while (peer_connections(peer) < expected && apr_time_now() < end) {
        apr_sleep(MILLI);
    }
    assert_int_equal(peer_connections(peer), expected);
}

/* ---- once more? ---- */

/* clang-format off */
/* What becomes of the attempt over a kept connection; how many there are then. */
static const struct {
    const char *rule;
    int may_be_repeated;
    int is_gone;
    int is_sent;
    int is_answered;
    int attempts;
} kept[] = {
    {"gone, may be repeated",             1, 1, 1, 0, 2},
    {"gone, was not sent",                0, 1, 0, 0, 2},
    {"gone, was sent",                    0, 1, 1, 0, 1},
    {"gone within the answer",            1, 1, 1, 1, 1},
    {"something else, may be repeated",   1, 0, 1, 0, 1},
    {"something else, was not sent",      0, 0, 0, 0, 1},
};
/* clang-format on */

static void asks_once_more_where_nothing_can_have_happened(void **state)
{
    for (size_t i = 0; i < COUNT(kept); ++i) {
        world_t world = make_world(*state);
        asked_t asked = {
            .results = {COG_E_STORE, COG_OK}
        };

        answer_well(&world);
        asked.question.may_be_repeated = kept[i].may_be_repeated;
        asked.says[0] = (cog_question_t){.is_sent = kept[i].is_sent,
                                         .is_answered = kept[i].is_answered,
                                         .fault.is_gone = kept[i].is_gone};
        ask(&world, &asked);
        if (asked.attempts != kept[i].attempts) {
            fail_msg("%s: is asked %d times", kept[i].rule, asked.attempts);
        }
    }
}

static void asks_once_over_a_fresh_connection(void **state)
{
    world_t world = make_world(*state);
    asked_t asked = {
        .results = {COG_E_STORE, COG_OK},
        .says = {{.fault.is_gone = 1}          },
        .question.may_be_repeated = 1
    };

    assert_int_equal(ask(&world, &asked), COG_E_STORE);
    assert_int_equal(asked.attempts, 1);
}

static void keeps_no_connection_that_is_of_no_use(void **state)
{
    world_t world = make_world(*state);
    asked_t last = {.results = {COG_OK},
                    .says = {{.is_last_over_this = 1, .is_answered = 1}}};
    asked_t nothing = {.results = {COG_E_NOT_FOUND}};

    assert_int_equal(ask(&world, &nothing), COG_E_NOT_FOUND);
    answer_well(&world);
    assert_connections(world.peer, 1);
    assert_int_equal(ask(&world, &last), COG_OK);
    assert_int_equal(ask(&world, &last), COG_OK);
    answer_well(&world);
    assert_connections(world.peer, 3);
    fail_at(&world);
    answer_well(&world);
    assert_connections(world.peer, 4);
}

static void has_the_deadline_of_the_question(void **state)
{
    world_t world = make_world(*state);
    asked_t asked = {.results = {COG_OK}};

    for (int i = 0; i < 2; ++i) { /* fresh, and kept */
        now_is += 5;
        asked.question.deadline = 0;
        assert_int_equal(ask(&world, &asked), COG_OK);
        assert_true(asked.deadline == now_is + LATE);
    }
    asked.question.deadline = now_is + 1000;
    assert_int_equal(ask(&world, &asked), COG_OK);
    assert_true(asked.deadline == now_is + 1000);
}

/* ---- what is said ---- */

static void warns_once_in_ten_seconds(void **state)
{
    world_t world = make_world(*state);

    fail_at(&world);
    assert_int_equal(world.log->level, COG_LOG_WARNING);
    assert_logged(world.log, "COG2200: Server at 127.0.0.1:", "help it");
    now_is += apr_time_from_sec(10) - 1;
    fail_at(&world);
    assert_int_equal(world.log->level, COG_LOG_DEBUG);
    answer_well(&world);
    now_is += 1;
    fail_at(&world);
    assert_int_equal(world.log->level, COG_LOG_WARNING);
}

static void says_no_more_once_it_is_left_alone(void **state)
{
    world_t world = make_world(*state);

    for (int i = 0; i < COG_BREAKER_FAILURES; ++i) {
        fail_at(&world);
    }
    assert_logged(world.log, "COG2201", "3 times in a row");
    now_is += apr_time_from_sec(60);
    fail_at(&world);
    assert_logged(world.log, "COG2200", "");
    assert_int_equal(world.log->level, COG_LOG_DEBUG);
}

/* Who refuses one command is there, and may do another one. */
static void leaves_nobody_alone_for_a_command(void **state)
{
    world_t world = make_world(*state);
    asked_t refused = {.results = {COG_E_STORE}, .says = {{.fault.is_of_command = 1}}};

    for (int i = 0; i < 2 * COG_BREAKER_FAILURES; ++i) {
        assert_int_equal(ask(&world, &refused), COG_E_STORE);
        assert_int_equal(refused.attempts, 1);
    }
    assert_int_equal(kept_log_count(world.log, "COG2201"), 0);
    for (int i = 0; i < COG_BREAKER_FAILURES; ++i) {
        fail_at(&world);
    }
    assert_false(cog_server_is_fit(world.server));
    now_is += COG_BREAKER_PAUSE;
    assert_int_equal(ask(&world, &refused), COG_E_STORE);
    assert_logged(world.log, "COG2202", "works again");
    assert_true(cog_server_is_fit(world.server));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_for_redis(asks_once_more_where_nothing_can_have_happened),
        cmocka_unit_test_for_redis(asks_once_over_a_fresh_connection),
        cmocka_unit_test_for_redis(keeps_no_connection_that_is_of_no_use),
        cmocka_unit_test_for_redis(has_the_deadline_of_the_question),
        cmocka_unit_test_for_redis(warns_once_in_ten_seconds),
        cmocka_unit_test_for_redis(says_no_more_once_it_is_left_alone),
        cmocka_unit_test_for_redis(leaves_nobody_alone_for_a_command),
    };

    return cmocka_run_group_tests_name("net/server/server", tests, NULL, NULL);
}
