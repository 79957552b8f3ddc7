/* F20, F21, CVE row 70: a server that is hostile, broken or slow. */
#include "test/unit/net/redis/redis_caller.h"

#include <apr_time.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

typedef cog_err_t (*call_t)(caller_t *caller);

static cog_err_t a_get(caller_t *caller)
{
    return call_get(caller, "k");
}

static cog_err_t a_set(caller_t *caller)
{
    return call_set(caller, "k", "v");
}

static cog_err_t an_add(caller_t *caller)
{
    return call_add(caller, "k", "v");
}

static cog_err_t a_remove(caller_t *caller)
{
    return call_remove(caller, "k");
}

static const call_t calls[] = {a_get, a_set, an_add, a_remove};

/* ---- what a broken server says, and then it hangs up or waits ---- */

/* clang-format off */
static const struct {
    const char *rule;
    const char *said; /* NULL: nothing */
    const char *logged;
} faults[] = {
    {"nothing",               NULL,                                 "it ended the connection"},
    {"half a status",         "+O",                                 "it ended the connection"},
    {"half a length",         "$1",                                 "it ended the connection"},
    {"half a value",          "$10\r\nabc",                         "it ended the connection"},
    {"huge value",            "$2147483647\r\nabc",                 "it ended the connection"},
    {"larger value",          "$9223372036854775807\r\nabc",        "it ended the connection"},
    {"length -2",             "$-2\r\n",                            "is broken"},
    {"huge array",            "*4294967295\r\n",                    "is broken"},
    {"array",                 "*1\r\n$3\r\nabc\r\n",                "is broken"},
    {"arrays in arrays",      "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n", "is broken"},
    {"no array",              "*-1\r\n",                            "is broken"},
    {"more than an answer",   "$3\r\nabc\r\n+OK\r\n",               "is broken"},
    {"+OK and more",          "+OK\r\n+OK\r\n",                     "is broken"},
    {"number and more",       ":1\r\n:1\r\n",                       "is broken"},
    {"nothing and more",      "$-1\r\n$-1\r\n",                     "is broken"},
    {"another end",           "$3\r\nabc\n\n",                      "is broken"},
    {"RESP3",                 "_\r\n",                              "is broken"},
    {"HTTP",                  "HTTP/1.1 400 Bad Request\r\n\r\n",   "is broken"},
    {"SSH",                   "SSH-2.0-OpenSSH_9.2\r\n",            "is broken"},
    {"zeros",                 "0000000000000000000000000000000000", "is broken"},
    {"-ERR",                  "-ERR something\r\n",                 "with an error (ERR)"},
    {"-MOVED",                "-MOVED 1 10.0.0.1:6379\r\n",         "part of a cluster"},
    {"-NOAUTH",               "-NOAUTH Authentication required.\r\n", "wants a password"},
    {"-LOADING",              "-LOADING Redis is loading\r\n",      "still reads its data"},
    {"-OOM",                  "-OOM command not allowed\r\n",       "memory is full"},
    {"-READONLY",             "-READONLY You can't write\r\n",      "is a replica"},
    {"another number",        ":7\r\n",                             "does not fit"},
    {"another status",        "+PONG\r\n",                          "does not fit"},
};
/* clang-format on */

static const char *said; /* by fail_first() */

/* The first connection fails at its first command, all others are good. */
static void fail_first(talk_t *talk)
{
    heard_t heard;

    if (talk->number > 1) {
        redis_answer_all(talk);
        return;
    }
    if (talk_hear(talk, &heard) && said) {
        talk_say(talk, said);
    }
}

static void check_fault(apr_pool_t *parent, size_t number, call_t call)
{
    apr_pool_t *pool;
    peer_t *peer;
    caller_t *caller;

    said = faults[number].said;
    apr_pool_create(&pool, parent);
    peer = peer_start(pool, NULL, fail_first);
    caller = caller_for(pool, peer);
    assert_result(faults[number].rule, call(caller), COG_E_STORE);
    assert_logged(caller->log, "COG2200", faults[number].logged);
    assert_int_equal(caller->log->count, 1);
    assert_int_equal(peer_requests(peer), 1);
    assert_int_equal(call_get(caller, "next"), COG_OK);
    assert_value(caller, "value of next");
    assert_int_equal(peer_connections(peer), 2);
    apr_pool_destroy(pool);
}

static void concludes_nothing_from_a_broken_answer(void **state)
{
    for (size_t i = 0; i < COUNT(faults); ++i) {
        for (size_t j = 0; j < COUNT(calls); ++j) {
            check_fault(*state, i, calls[j]);
        }
    }
}

/* Any part of a good answer is none. */
static void concludes_nothing_from_a_part_of_an_answer(void **state)
{
    static const char whole[] = "$3\r\nabc\r\n";
    char part[sizeof(whole)];

    for (size_t len = 0; len < strlen(whole); ++len) {
        apr_pool_t *pool;
        peer_t *peer;
        caller_t *caller;

        memcpy(part, whole, len);
        part[len] = '\0';
        said = part;
        apr_pool_create(&pool, *state);
        peer = peer_start(pool, NULL, fail_first);
        caller = caller_for(pool, peer);
        assert_int_equal(call_get(caller, "k"), COG_E_STORE);
        apr_pool_destroy(pool);
    }
}

static void reset(talk_t *talk)
{
    heard_t heard;

    talk_hear(talk, &heard);
    talk_reset(talk);
}

static void reset_at_once(talk_t *talk)
{
    talk_reset(talk);
}

static void answer_without_end(talk_t *talk)
{
    heard_t heard;

    talk_hear(talk, &heard);
    while (talk_say(talk, "+xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")) {
    }
}

static void announce_a_byte_too_much(talk_t *talk)
{
    heard_t heard;
    char block[COG_STORE_MAX_VALUE + 1] = {0};

    talk_hear(talk, &heard);
    talk_value(talk, block, sizeof(block));
}

static void gives_up_on_what_has_no_end(void **state)
{
    static const struct {
        const char *rule;
        peer_script_t script;
        const char *logged;
    } cases[] = {
        {"reset",           reset,                    "Connection reset"},
        {"reset at once",   reset_at_once,            ""                },
        {"endless answer",  answer_without_end,       "is broken"       },
        {"a byte too much", announce_a_byte_too_much, "is broken"       },
    };

    for (size_t i = 0; i < COUNT(cases); ++i) {
        for (size_t j = 0; j < COUNT(calls); ++j) {
            apr_pool_t *pool;
            caller_t *caller;

            apr_pool_create(&pool, *state);
            caller = caller_for(pool, peer_start(pool, NULL, cases[i].script));
            assert_result(cases[i].rule, calls[j](caller), COG_E_STORE);
            assert_logged(caller->log, "COG2200", cases[i].logged);
            apr_pool_destroy(pool);
        }
    }
}

/* ---- time ---- */

static void hang(talk_t *talk)
{
    talk_wait(talk);
}

static void hang_within_an_answer(talk_t *talk)
{
    heard_t heard;

    talk_hear(talk, &heard);
    talk_say(talk, "$2147483647\r\nabc");
    talk_wait(talk);
}

static void drip(talk_t *talk)
{
    heard_t heard;

    talk_hear(talk, &heard);
    talk_say(talk, "$65536\r\n");
    while (talk_say(talk, "x")) {
        apr_sleep(10 * MILLI);
    }
}

/* Each answer of its own comes in time. */
static void dawdle(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard)) {
        apr_sleep(200 * MILLI);
        redis_answer(talk, &heard);
    }
}

/* A call takes as long as it may, and no longer: the quickest of a few attempts, for the
 * machine may be busy. */
static void assert_in_time(apr_pool_t *parent, peer_t *peer, call_t call)
{
    apr_interval_time_t quickest = LATE;

    for (int i = 0; i < 8 && quickest > HALF_A_SECOND; ++i) {
        apr_pool_t *pool;
        caller_t *caller;

        apr_pool_create(&pool, parent);
        caller = caller_for(pool, peer);
        caller->conf.limit = 0;
        caller->conf.password = cog_secret_of("password");
        caller->conf.database = 1;
        caller_make(caller);
        assert_int_equal(call(caller), COG_E_STORE);
        assert_logged(caller->log, "COG2200", "in time");
        assert_true(caller->took >= 400 * MILLI);
        quickest = caller->took < quickest ? caller->took : quickest;
        apr_pool_destroy(pool);
    }
    assert_true(quickest <= HALF_A_SECOND);
}

static void waits_half_a_second_at_most(void **state)
{
    static const peer_script_t scripts[] = {hang, hang_within_an_answer, drip, dawdle};

    for (size_t i = 0; i < COUNT(scripts); ++i) {
        apr_pool_t *pool;

        apr_pool_create(&pool, *state);
        assert_in_time(pool, peer_start(pool, NULL, scripts[i]), calls[i]);
        apr_pool_destroy(pool);
    }
}

static void waits_no_longer_for_a_handshake(void **state)
{
    peer_t *peer = peer_start(*state, NULL, hang);
    caller_t *caller = caller_for(*state, peer);

    caller->conf.limit = 100 * MILLI;
    caller->conf.has_tls = 1;
    caller_make(caller);
    assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    assert_logged(caller->log, "COG2200", "it did not answer in time");
    assert_true(caller->took >= 90 * MILLI && caller->took < LATE);
}

/* ---- nobody is there ---- */

static int bind_only(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void says_at_once_that_nobody_listens(void **state)
{
    caller_t *caller = caller_for(*state, peer_start(*state, NULL, hang));
    int fd = bind_only(&caller->conf.port);

    caller_make(caller);
    assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    assert_logged(caller->log, "COG2200: Redis at 127.0.0.1:", ": Connection refused; ");
    assert_true(caller->took < LATE);
    close(fd);
}

static void names_an_address_of_ipv6_in_brackets(void **state)
{
    caller_t *caller = caller_for(*state, peer_start(*state, NULL, hang));

    caller->conf.host = "::1";
    caller_make(caller);
    assert_int_equal(call_get(caller, "k"), COG_E_STORE);
    assert_logged(caller->log, "COG2200: Redis at [::1]:", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_for_redis(concludes_nothing_from_a_broken_answer),
        cmocka_unit_test_for_redis(concludes_nothing_from_a_part_of_an_answer),
        cmocka_unit_test_for_redis(gives_up_on_what_has_no_end),
        cmocka_unit_test_for_redis(waits_half_a_second_at_most),
        cmocka_unit_test_for_redis(waits_no_longer_for_a_handshake),
        cmocka_unit_test_for_redis(says_at_once_that_nobody_listens),
        cmocka_unit_test_for_redis(names_an_address_of_ipv6_in_brackets),
    };

    return cmocka_run_group_tests_name("net/redis/redis, faults", tests, NULL, NULL);
}
