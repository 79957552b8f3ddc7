#include "test/unit/unit.h"

#include <apr_strings.h>
#include <apr_time.h>
#include <stdlib.h>

#include "net/memcache/memcache.h"
#include "net/server/breaker.h"
#include "test/unit/kept_log.h"
#include "test/unit/net/memcache/memcache_peer.h"
#include "test/unit/net/store_contract.h"

#define NOW  ((apr_time_t)1700000000)
#define LATE apr_time_from_sec(10)

typedef struct {
    apr_pool_t *pool;
    apr_time_t now;
    kept_log_t *log;
    cog_memcache_conf_t conf;
    cog_store_t store;
    cog_span_t value;
} caller_t;

static apr_time_t now_of(void *context)
{
    return *(apr_time_t *)context;
}

static void make(caller_t *caller)
{
    assert_int_equal(cog_memcache_make(caller->pool, &caller->conf, &caller->store), 0);
}

static caller_t *caller_for(apr_pool_t *pool, const peer_t *peer)
{
    caller_t *caller = apr_pcalloc(pool, sizeof(*caller));

    memcache_forget(pool);
    caller->pool = pool;
    caller->now = apr_time_from_sec(NOW);
    caller->log = kept_log_make(pool);
    caller->conf.hosts[0] = "127.0.0.1";
    caller->conf.ports[0] = peer_port(peer);
    caller->conf.count = 1;
    caller->conf.clock = (cog_clock_t){.context = &caller->now, .now = now_of};
    caller->conf.limit = LATE;
    make(caller);
    return caller;
}

static cog_err_t get(caller_t *c, const char *key)
{
    return c->store.get(c->store.context, c->pool, &c->log->log, key, &c->value);
}

static cog_err_t set(caller_t *c, const char *key, int64_t ttl_sec)
{
    return c->store.set(c->store.context, &c->log->log, key, cog_span_of("v"), ttl_sec);
}

static cog_err_t add(caller_t *c, const char *key)
{
    return c->store.add(c->store.context, &c->log->log, key, cog_span_of("v"), 60);
}

static cog_err_t drop(caller_t *c, const char *key)
{
    return c->store.remove(c->store.context, &c->log->log, key);
}

static void keeps_the_contract(void **state)
{
    caller_t *caller = caller_for(*state, peer_start(*state, NULL, memcache_answer_all));

    store_contract_check(*state, &caller->store, &caller->log->log);
    store_contract_check_race(*state, &caller->store, &caller->log->log);
    assert_string_equal(caller->log->last, "");
}

static void speaks_the_text_protocol(void **state)
{
    peer_t *peer = peer_start(*state, NULL, memcache_answer_all);
    caller_t *caller = caller_for(*state, peer);

    set(caller, "cognito:session:x", 60);
    get(caller, "cognito:session:x");
    add(caller, "cognito:lease:y");
    drop(caller, "cognito:lease:y");
    assert_string_equal(peer_request(peer, 0), "set cognito:session:x 0 61 9");
    assert_string_equal(peer_request(peer, 1), "get cognito:session:x");
    assert_string_equal(peer_request(peer, 2), "add cognito:lease:y 0 61 9");
    assert_string_equal(peer_request(peer, 3), "delete cognito:lease:y");
    assert_int_equal(peer_connections(peer), 1);
}

/* What is longer than 30 days memcached takes for a date. */
static void long_lives_are_dates(void **state)
{
    static const struct {
        int64_t ttl_sec;
        const char *said;
    } cases[] = {
        {1,           "set k 0 2 9"         },
        {2592000 - 1, "set k 0 2592000 9"   },
        {2592000,     "set k 0 1702592001 9"},
        {400 * 86400, "set k 0 1734560001 9"},
    };
    peer_t *peer = peer_start(*state, NULL, memcache_answer_all);
    caller_t *caller = caller_for(*state, peer);

    for (size_t i = 0; i < COUNT(cases); ++i) {
        set(caller, "k", cases[i].ttl_sec);
        assert_string_equal(peer_request(peer, (int)i), cases[i].said);
    }
}

static void ends_are_exact(void **state)
{
    caller_t *caller = caller_for(*state, peer_start(*state, NULL, memcache_answer_all));

    set(caller, "k", 60);
    caller->now += apr_time_from_sec(60) - 1;
    assert_result("a moment before", get(caller, "k"), COG_OK);
    caller->now += 1;
    assert_result("its end", get(caller, "k"), COG_E_NOT_FOUND);
}

static void refuses_what_the_port_does_not_allow(void **state)
{
    peer_t *peer = peer_start(*state, NULL, memcache_answer_all);
    caller_t *caller = caller_for(*state, peer);
    char *key = apr_pcalloc(*state, COG_STORE_MAX_KEY + 2);
    cog_span_t large = {apr_pcalloc(*state, COG_STORE_MAX_VALUE + 1),
                        COG_STORE_MAX_VALUE + 1};

    memset(key, 'k', COG_STORE_MAX_KEY + 1);
    assert_result("n + 1", get(caller, key), COG_E_INTERNAL);
    assert_result("none", get(caller, ""), COG_E_INTERNAL);
    assert_result(
        "value",
        caller->store.set(caller->store.context, &caller->log->log, "k", large, 10),
        COG_E_TOO_LARGE);
    assert_int_equal(peer_requests(peer), 0);
}

/* ---- several servers ---- */

static void a_key_has_one_server_whoever_is_down(void **state)
{
    apr_pool_t *down;
    peer_t *one;
    peer_t *two = peer_start(*state, NULL, memcache_answer_all);
    caller_t *caller;
    int failed = 0;
    int seen;

    apr_pool_create(&down, *state);
    one = peer_start(down, NULL, memcache_answer_all);
    caller = caller_for(*state, one);
    caller->conf.hosts[1] = "127.0.0.1";
    caller->conf.ports[1] = peer_port(two);
    caller->conf.count = 2;
    make(caller);
    for (int i = 0; i < 100; ++i) {
        assert_int_equal(set(caller, apr_psprintf(*state, "key.%d", i), 60), COG_OK);
    }
    seen = peer_requests(two);
    assert_in_range(peer_requests(one), 25, 75);
    assert_int_equal(peer_requests(one) + seen, 100);
    apr_pool_destroy(down);
    for (int i = 0; i < 100; ++i) {
        cog_err_t err = get(caller, apr_psprintf(*state, "key.%d", i));

        assert_true(err == COG_OK || err == COG_E_STORE);
        failed += err == COG_E_STORE;
    }
    assert_int_equal(failed, 100 - seen);
    assert_int_equal(peer_requests(two), 2 * seen);
}

/* ---- F20 to F22: servers that are down, slow, full or broken ---- */

typedef struct {
    const char *rule;
    const char *answer;
    const char *logged;
} fault_t;

/* clang-format off */
static const fault_t faults[] = {
    {"full",              "SERVER_ERROR out of memory storing object\r\n", "no memory left; give"},
    {"too large",         "SERVER_ERROR object too large for cache\r\n",   "too large for it; start"},
    {"other error",       "SERVER_ERROR busy\r\n",           "refused a command"},
    {"client error",      "CLIENT_ERROR bad data chunk\r\n", "refused a command"},
    {"unknown command",   "ERROR\r\n",                       "refused a command"},
    {"nothing",           "",                                "ended the connection"},
    {"half a line",       "VALUE k 0 9",                     "ended the connection"},
    {"half a value",      "VALUE k 0 9\r\n12345678",         "ended the connection"},
    {"no end",            "VALUE k 0 9\r\n123456789\r\n",    "ended the connection"},
    {"another key",       "VALUE l 0 9\r\n123456789\r\nEND\r\n",  "broken, or none of"},
    {"a longer key",      "VALUE kk 0 9\r\n123456789\r\nEND\r\n", "broken, or none of"},
    {"flags",             "VALUE k 1 9\r\n123456789\r\nEND\r\n",  "broken, or none of"},
    {"a version",         "VALUE k 0 9 7\r\n123456789\r\nEND\r\n", "broken, or none of"},
    {"no length",         "VALUE k 0 \r\n\r\nEND\r\n",       "broken, or none of"},
    {"negative length",   "VALUE k 0 -1\r\n\r\nEND\r\n",     "broken, or none of"},
    {"huge length",       "VALUE k 0 99999999999\r\n",       "broken, or none of"},
    {"too long",          "VALUE k 0 65545\r\n",             "broken, or none of"},
    {"length with 0",     "VALUE k 0 09\r\n123456789\r\nEND\r\n", "broken, or none of"},
    {"value too long",    "VALUE k 0 8\r\n123456789\r\nEND\r\n",  "broken, or none of"},
    {"other end",         "VALUE k 0 9\r\n123456789\r\nSTORED\r\n", "broken, or none of"},
    {"two values",        "VALUE k 0 8\r\n12345678\r\nVALUE k 0 8\r\n12345678\r\nEND\r\n", "broken, or none of"},
    {"two answers",       "STORED\r\nSTORED\r\n",            "broken, or none of"},
    {"more behind",       "END\r\nx",                        "broken, or none of"},
    {"line feed alone",   "END\n",                           "broken, or none of"},
    {"lower case",        "end\r\n",                         "broken, or none of"},
    {"another protocol",  "HTTP/1.1 400 Bad Request\r\n\r\n", "broken, or none of"},
    {"redis",             "-ERR unknown command 'k'\r\n",    "broken, or none of"},
    {"empty line",        "\r\n",                            "broken, or none of"},
    {"shorter than an end", "VALUE k 0 7\r\n1234567\r\nEND\r\n", "does not fit"},
};
/* clang-format on */

static const char *_Atomic canned;

static void answer_canned(talk_t *talk)
{
    said_t *said = malloc(sizeof(*said));

    if (memcache_hear(talk, said)) {
        talk_say(talk, canned);
    }
    free(said);
}

static void check_fault(apr_pool_t *pool, peer_t *peer, const fault_t *fault,
                        cog_err_t (*call)(caller_t *caller, const char *key))
{
    caller_t *caller = caller_for(pool, peer);

    canned = fault->answer;
    assert_result(fault->rule, call(caller, "k"), COG_E_STORE);
    if (!strstr(caller->log->last, fault->logged)) {
        fail_msg("%s: %s", fault->rule, caller->log->last);
    }
}

static void concludes_nothing_from_a_broken_answer(void **state)
{
    peer_t *peer = peer_start(*state, NULL, answer_canned);

    for (size_t i = 0; i < COUNT(faults); ++i) {
        check_fault(*state, peer, &faults[i], get);
    }
}

/* A value is no answer to them, and neither is what another verb is answered. */
static void takes_no_answer_for_another_one(void **state)
{
    static const fault_t get_refuses[] = {
        {"get: STORED",     "STORED\r\n",     "does not fit"},
        {"get: NOT_FOUND",  "NOT_FOUND\r\n",  "does not fit"},
        {"get: DELETED",    "DELETED\r\n",    "does not fit"},
        {"get: NOT_STORED", "NOT_STORED\r\n", "does not fit"},
    };
    static const fault_t add_refuses[] = {
        {"add: END",       "END\r\n",                            "does not fit"      },
        {"add: DELETED",   "DELETED\r\n",                        "does not fit"      },
        {"add: NOT_FOUND", "NOT_FOUND\r\n",                      "does not fit"      },
        {"add: VALUE",     "VALUE k 0 8\r\n12345678\r\nEND\r\n", "broken, or none of"},
    };
    static const fault_t drop_refuses[] = {
        {"delete: END",        "END\r\n",        "does not fit"},
        {"delete: STORED",     "STORED\r\n",     "does not fit"},
        {"delete: NOT_STORED", "NOT_STORED\r\n", "does not fit"},
    };
    peer_t *peer = peer_start(*state, NULL, answer_canned);

    for (size_t i = 0; i < COUNT(get_refuses); ++i) {
        check_fault(*state, peer, &get_refuses[i], get);
    }
    for (size_t i = 0; i < COUNT(add_refuses); ++i) {
        check_fault(*state, peer, &add_refuses[i], add);
    }
    for (size_t i = 0; i < COUNT(drop_refuses); ++i) {
        check_fault(*state, peer, &drop_refuses[i], drop);
    }
}

static void answer_in_drops(talk_t *talk)
{
    said_t *said = malloc(sizeof(*said));

    while (memcache_hear(talk, said)) {
        static const char answer[] = "VALUE k 0 9\r\n~~~~~~~~v\r\nEND\r\n";

        for (const char *c = answer; *c; ++c) {
            talk_say_bytes(talk, c, 1);
            apr_sleep(1000);
        }
    }
    free(said);
}

static void takes_an_answer_that_comes_in_drops(void **state)
{
    caller_t *caller = caller_for(*state, peer_start(*state, NULL, answer_in_drops));

    assert_result("drops", get(caller, "k"), COG_OK);
    assert_int_equal(caller->value.len, 1);
    assert_int_equal(caller->value.bytes[0], 'v');
}

static void waits_half_a_second_at_most(void **state)
{
    caller_t *caller = caller_for(*state, peer_start(*state, NULL, talk_wait));
    apr_time_t begin;

    caller->conf.limit = 0;
    make(caller);
    begin = apr_time_now();
    assert_result("silence", set(caller, "k", 60), COG_E_STORE);
    assert_in_range(apr_time_now() - begin, apr_time_from_msec(300), LATE);
    assert_non_null(strstr(caller->log->last, "COG2200: memcached at 127.0.0.1:"));
}

static const char *refusal; /* of refuse_to_set() */

static void refuse_to_set(talk_t *talk)
{
    said_t *said = malloc(sizeof(*said));

    while (memcache_hear(talk, said) &&
           (strcmp(said->verb, "set") == 0 ? talk_say(talk, refusal)
                                           : memcache_answer(talk, said))) {
    }
    free(said);
}

/* F22: sessions stay readable */
static void reads_from_a_server_that_refuses_to_write(void **state)
{
    static const struct {
        const char *said;
        const char *logged;
    } cases[] = {
        {"SERVER_ERROR out of memory storing object\r\n", "it has no memory left"        },
        {"SERVER_ERROR object too large for cache\r\n",   "the value is too large for it"},
        {"SERVER_ERROR something\r\n",                    "it has refused a command"     },
    };

    for (size_t i = 0; i < COUNT(cases); ++i) {
        caller_t *caller = caller_for(*state, peer_start(*state, NULL, refuse_to_set));

        refusal = cases[i].said;
        for (int n = 0; n < 2 * COG_BREAKER_FAILURES; ++n) {
            assert_result(cases[i].said, set(caller, "k", 60), COG_E_STORE);
        }
        assert_logged(caller->log, "COG2200", cases[i].logged);
        assert_result(cases[i].said, get(caller, "k"), COG_E_NOT_FOUND);
        assert_int_equal(kept_log_count(caller->log, "COG2201"), 0);
    }
}

/* ---- kept connections ---- */

/* The first connection takes a second command and breaks without an answer to it. */
static void die_at_the_second_command(talk_t *talk)
{
    said_t *said = malloc(sizeof(*said));

    if (talk->number > 1) {
        memcache_answer_all(talk);
    }
    else if (memcache_hear(talk, said) && memcache_answer(talk, said) &&
             memcache_hear(talk, said)) {
        talk_reset(talk);
    }
    free(said);
}

static void die_within_the_second_answer(talk_t *talk)
{
    said_t *said = malloc(sizeof(*said));

    if (memcache_hear(talk, said) && memcache_answer(talk, said) &&
        memcache_hear(talk, said)) {
        talk_say(talk, "E");
    }
    free(said);
}

static caller_t *caller_with_a_kept_connection(apr_pool_t *pool, peer_script_t script,
                                               peer_t **peer)
{
    caller_t *caller;

    *peer = peer_start(pool, NULL, script);
    caller = caller_for(pool, *peer);
    assert_int_equal(get(caller, "k"), COG_E_NOT_FOUND);
    return caller;
}

static cog_err_t set_for_a_minute(caller_t *caller, const char *key)
{
    return set(caller, key, 60);
}

static void asks_once_more_when_a_kept_connection_dies(void **state)
{
    static const struct {
        cog_err_t (*call)(caller_t *caller, const char *key);
        cog_err_t result;
    } calls[] = {
        {get,              COG_E_NOT_FOUND},
        {set_for_a_minute, COG_OK         },
        {drop,             COG_OK         },
    };

    for (size_t i = 0; i < COUNT(calls); ++i) {
        peer_t *peer;
        caller_t *caller =
            caller_with_a_kept_connection(*state, die_at_the_second_command, &peer);

        assert_int_equal(calls[i].call(caller, "k"), calls[i].result);
        assert_int_equal(peer_requests(peer), 3);
        assert_int_equal(peer_connections(peer), 2);
        assert_int_equal(caller->log->count, 0);
    }
}

static void never_adds_twice(void **state)
{
    peer_t *peer;
    caller_t *caller =
        caller_with_a_kept_connection(*state, die_at_the_second_command, &peer);

    assert_int_equal(add(caller, "k"), COG_E_STORE);
    assert_int_equal(peer_requests(peer), 2);
    assert_int_equal(get(caller, "k"), COG_E_NOT_FOUND);
}

static void does_not_ask_again_once_an_answer_has_begun(void **state)
{
    peer_t *peer;
    caller_t *caller =
        caller_with_a_kept_connection(*state, die_within_the_second_answer, &peer);

    assert_int_equal(get(caller, "k"), COG_E_STORE);
    assert_int_equal(peer_requests(peer), 2);
    assert_int_equal(peer_connections(peer), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(keeps_the_contract),
        cmocka_unit_test_with_pool(speaks_the_text_protocol),
        cmocka_unit_test_with_pool(long_lives_are_dates),
        cmocka_unit_test_with_pool(ends_are_exact),
        cmocka_unit_test_with_pool(refuses_what_the_port_does_not_allow),
        cmocka_unit_test_with_pool(a_key_has_one_server_whoever_is_down),
        cmocka_unit_test_with_pool(concludes_nothing_from_a_broken_answer),
        cmocka_unit_test_with_pool(takes_no_answer_for_another_one),
        cmocka_unit_test_with_pool(takes_an_answer_that_comes_in_drops),
        cmocka_unit_test_with_pool(waits_half_a_second_at_most),
        cmocka_unit_test_with_pool(reads_from_a_server_that_refuses_to_write),
        cmocka_unit_test_with_pool(asks_once_more_when_a_kept_connection_dies),
        cmocka_unit_test_with_pool(never_adds_twice),
        cmocka_unit_test_with_pool(does_not_ask_again_once_an_answer_has_begun),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
