#include "test/unit/net/redis/redis_caller.h"

#include <apr_general.h>
#include <hiredis/hiredis.h>
#include <stdatomic.h>

/* ---- what is sent ---- */

static void sends_each_command_once(void **state)
{
    peer_t *peer = peer_start(*state, NULL, redis_answer_all);
    caller_t *caller = caller_for(*state, peer);

    assert_int_equal(call_get(caller, "s:1"), COG_OK);
    assert_int_equal(call_set(caller, "s:2", "two"), COG_OK);
    assert_int_equal(call_add(caller, "s:3", "three"), COG_OK);
    assert_int_equal(call_remove(caller, "s:4"), COG_OK);
    assert_int_equal(peer_requests(peer), 4);
    assert_string_equal(peer_request(peer, 0), "GET s:1");
    assert_string_equal(peer_request(peer, 1), "SET s:2 two EX 60");
    assert_string_equal(peer_request(peer, 2), "SET s:3 three EX 60 NX");
    assert_string_equal(peer_request(peer, 3), "DEL s:4");
    assert_int_equal(peer_connections(peer), 1);
    assert_int_equal(caller->log->count, 0);
}

/* CVE row 8: nothing in a key or value is a format */
static void interprets_nothing_in_keys_and_values(void **state)
{
    static const unsigned char bytes[] = "a\0%s%n%b\r\n*1\r\n$8\r\nFLUSHALL\r\n\xff";
    const cog_span_t value = {bytes, sizeof(bytes)};
    peer_t *peer = peer_start(*state, NULL, redis_answer_all);
    caller_t *caller = caller_for(*state, peer);
    const char *request;

    assert_int_equal(
        caller->store.set(caller->store.context, &caller->log->log, "%s%n%b%%", value, 7),
        COG_OK);
    assert_int_equal(call_get(caller, "%s%n%b%%"), COG_OK);
    assert_value(caller, "value of %s%n%b%%");
    assert_int_equal(peer_requests(peer), 2);
    request = peer_request(peer, 0);
    assert_memory_equal(request, "SET %s%n%b%% ", 13);
    assert_memory_equal(request + 13, bytes, sizeof(bytes));
    assert_string_equal(request + 13 + sizeof(bytes), " EX 7");
}

static void refuses_what_the_port_does_not_allow(void **state)
{
    peer_t *peer = peer_start(*state, NULL, redis_answer_all);
    caller_t *caller = caller_for(*state, peer);
    const cog_store_t *store = &caller->store;
    const cog_log_t *log = &caller->log->log;
    char key[COG_STORE_MAX_KEY + 2] = {0};
    const cog_span_t large = {apr_pcalloc(*state, COG_STORE_MAX_VALUE + 1),
                              COG_STORE_MAX_VALUE + 1};

    memset(key, 'k', COG_STORE_MAX_KEY + 1);
    assert_int_equal(call_get(caller, ""), COG_E_INTERNAL);
    assert_int_equal(call_remove(caller, key), COG_E_INTERNAL);
    assert_int_equal(call_set(caller, key, "v"), COG_E_INTERNAL);
    assert_int_equal(call_add(caller, "", "v"), COG_E_INTERNAL);
    assert_int_equal(store->set(store->context, log, "k", large, 60), COG_E_INTERNAL);
    assert_int_equal(store->set(store->context, log, "k", cog_span_of("v"), 0),
                     COG_E_INTERNAL);
    assert_int_equal(store->add(store->context, log, "k", cog_span_of("v"), -1),
                     COG_E_INTERNAL);
    assert_int_equal(peer_connections(peer), 0);
    key[COG_STORE_MAX_KEY] = '\0';
    assert_int_equal(call_get(caller, key), COG_OK);
}

static void logs_in_once_a_connection(void **state)
{
    peer_t *peer = peer_start(*state, NULL, redis_answer_all);
    caller_t *caller = caller_for(*state, peer);

    caller->conf.password = cog_secret_of("pass word%s");
    caller_make(caller);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_int_equal(peer_requests(peer), 3);
    assert_string_equal(peer_request(peer, 0), "AUTH pass word%s");
    assert_string_equal(peer_request(peer, 1), "GET k");
}

static atomic_int freed; /* commands, which were wiped */

/* hiredis', whose place is taken here. */
void redisFreeCommand(char *command)
{
    if (*command == '\0') {
        atomic_fetch_add(&freed, 1);
    }
    free(command);
}

static void leaves_no_command(void **state)
{
    peer_t *peer = peer_start(*state, NULL, redis_answer_all);
    caller_t *caller = caller_for(*state, peer);

    atomic_store(&freed, 0);
    caller->conf.password = cog_secret_of("s3cr3t");
    caller_make(caller);
    assert_int_equal(call_set(caller, "k", "v"), COG_OK);
    assert_int_equal(atomic_load(&freed), 2);
}

static void names_user_and_database(void **state)
{
    peer_t *peer = peer_start(*state, NULL, redis_answer_all);
    caller_t *caller = caller_for(*state, peer);

    caller->conf.user = "cognito";
    caller->conf.password = cog_secret_of("s3cr3t");
    caller->conf.database = 15;
    caller_make(caller);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_int_equal(peer_requests(peer), 3);
    assert_string_equal(peer_request(peer, 0), "AUTH cognito s3cr3t");
    assert_string_equal(peer_request(peer, 1), "SELECT 15");
    assert_string_equal(peer_request(peer, 2), "GET k");
}

/* ---- what comes back ---- */

static const char *const *answers; /* of answer_in_turn(), ends in NULL */

static void answer_in_turn(talk_t *talk)
{
    heard_t heard;

    for (const char *const *answer = answers; *answer && talk_hear(talk, &heard);
         ++answer) {
        talk_say(talk, *answer);
    }
    talk_wait(talk);
}

static void tells_what_was_there(void **state)
{
    static const char *const said[] = {"$3\r\nabc\r\n", "$-1\r\n", "$0\r\n\r\n",
                                       "+OK\r\n",       "$-1\r\n", ":1\r\n",
                                       ":0\r\n",        NULL};
    peer_t *peer;
    caller_t *caller;

    answers = said;
    peer = peer_start(*state, NULL, answer_in_turn);
    caller = caller_for(*state, peer);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_value(caller, "abc");
    assert_int_equal(call_get(caller, "k"), COG_E_NOT_FOUND);
    assert_int_equal(call_get(caller, "k"), COG_OK);
    assert_value(caller, "");
    assert_int_equal(call_add(caller, "k", "v"), COG_OK);
    assert_int_equal(call_add(caller, "k", "v"), COG_E_EXISTS);
    assert_int_equal(call_remove(caller, "k"), COG_OK);
    assert_int_equal(call_remove(caller, "k"), COG_OK);
    assert_int_equal(peer_connections(peer), 1);
    assert_int_equal(caller->log->count, 0);
}

static size_t value_len; /* of answer_at_length() */

static void answer_at_length(talk_t *talk)
{
    heard_t heard;
    char *bytes = calloc(1, value_len);

    while (talk_hear(talk, &heard) && talk_value(talk, bytes, value_len)) {
    }
    free(bytes);
}

static void takes_values_up_to_the_limit(void **state)
{
    for (value_len = COG_STORE_MAX_VALUE - 1; value_len <= COG_STORE_MAX_VALUE + 1;
         ++value_len) {
        apr_pool_t *pool;
        caller_t *caller;
        cog_err_t expected = value_len <= COG_STORE_MAX_VALUE ? COG_OK : COG_E_STORE;

        apr_pool_create(&pool, *state);
        caller = caller_for(pool, peer_start(pool, NULL, answer_at_length));
        assert_int_equal(call_get(caller, "k"), expected);
        assert_int_equal(caller->value.len, expected == COG_OK ? value_len : 0);
        apr_pool_destroy(pool);
    }
}

static void sends_values_up_to_the_limit(void **state)
{
    peer_t *peer = peer_start(*state, NULL, redis_answer_all);
    caller_t *caller = caller_for(*state, peer);
    char *value = apr_pcalloc(*state, COG_STORE_MAX_VALUE + 1);

    memset(value, 'v', COG_STORE_MAX_VALUE);
    assert_int_equal(call_set(caller, "k", value), COG_OK);
    assert_int_equal(strlen(peer_request(peer, 0)),
                     strlen("SET k  EX 60") + COG_STORE_MAX_VALUE);
}

/* Shown for each call: which answers are none for it (F21). */
static const struct {
    const char *said;
    int fits_get;
    int fits_set;
    int fits_add;
    int fits_remove;
} fitting[] = {
    {"$1\r\nv\r\n", 1, 0, 0, 0},
    {"$-1\r\n",     1, 0, 1, 0},
    {"+OK\r\n",     0, 1, 1, 0},
    {"+ok\r\n",     0, 0, 0, 0},
    {"+OK \r\n",    0, 0, 0, 0},
    {"+QUEUED\r\n", 0, 0, 0, 0},
    {"-OK\r\n",     0, 0, 0, 0},
    {":0\r\n",      0, 0, 0, 1},
    {":1\r\n",      0, 0, 0, 1},
    {":2\r\n",      0, 0, 0, 0},
    {":-1\r\n",     0, 0, 0, 0},
};

static void assert_fits(const char *said, cog_err_t err, int fits)
{
    if ((err != COG_E_STORE) != fits) {
        fail_msg("\"%s\" is answered with %s", said, cog_err_name(err));
    }
}

static void takes_no_answer_for_another_one(void **state)
{
    for (size_t i = 0; i < COUNT(fitting); ++i) {
        const char *const said[] = {fitting[i].said, NULL};
        apr_pool_t *pool;
        peer_t *peer;

        answers = said;
        apr_pool_create(&pool, *state);
        peer = peer_start(pool, NULL, answer_in_turn);
        assert_fits(said[0], call_get(caller_for(pool, peer), "k"), fitting[i].fits_get);
        assert_fits(said[0], call_set(caller_for(pool, peer), "k", "v"),
                    fitting[i].fits_set);
        assert_fits(said[0], call_add(caller_for(pool, peer), "k", "v"),
                    fitting[i].fits_add);
        assert_fits(said[0], call_remove(caller_for(pool, peer), "k"),
                    fitting[i].fits_remove);
        apr_pool_destroy(pool);
    }
}

/* ---- what is said of refusals ---- */

static const char *refusal; /* of refuse_all() */

static void refuse_all(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard) && talk_say(talk, refusal)) {
    }
}

static void names_host_cause_and_remedy_but_no_password(void **state)
{
    static const struct {
        const char *said;
        const char *logged;
    } cases[] = {
        {"-WRONGPASS invalid username-password pair\r\n",                       "it refuses user or password" },
        {"-NOAUTH Authentication required.\r\n",                                "it wants a password"         },
        {"-ERR unknown command `AUTH`, with args beginning with: `s3cr3t`\r\n",
         "it does not know a command (ERR)"                                                                   },
        {"-s3cr3t\r\n",                                                         "it answered with an error ()"},
        {"+s3cr3t\r\n",                                                         "does not fit"                },
    };

    for (size_t i = 0; i < COUNT(cases); ++i) {
        apr_pool_t *pool;
        peer_t *peer;
        caller_t *caller;

        refusal = cases[i].said;
        apr_pool_create(&pool, *state);
        peer = peer_start(pool, NULL, refuse_all);
        caller = caller_for(pool, peer);
        caller->conf.password = cog_secret_of("s3cr3t");
        caller->conf.database = 1;
        caller_make(caller);
        assert_int_equal(call_get(caller, "k"), COG_E_STORE);
        assert_logged(caller->log, "COG2200: Redis at 127.0.0.1:", cases[i].logged);
        assert_int_equal(caller->log->level, COG_LOG_WARNING);
        assert_null(strstr(caller->log->last, "s3cr3t"));
        assert_int_equal(peer_requests(peer), 1);
        apr_pool_destroy(pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_for_redis(sends_each_command_once),
        cmocka_unit_test_for_redis(interprets_nothing_in_keys_and_values),
        cmocka_unit_test_for_redis(refuses_what_the_port_does_not_allow),
        cmocka_unit_test_for_redis(logs_in_once_a_connection),
        cmocka_unit_test_for_redis(leaves_no_command),
        cmocka_unit_test_for_redis(names_user_and_database),
        cmocka_unit_test_for_redis(tells_what_was_there),
        cmocka_unit_test_for_redis(takes_values_up_to_the_limit),
        cmocka_unit_test_for_redis(sends_values_up_to_the_limit),
        cmocka_unit_test_for_redis(takes_no_answer_for_another_one),
        cmocka_unit_test_for_redis(names_host_cause_and_remedy_but_no_password),
    };

    return cmocka_run_group_tests_name("net/redis", tests, NULL, NULL);
}
