#include "test/unit/net/fetch/fetch_caller.h"

#include <apr_strings.h>

#include "test/unit/children.h"
#include "test/unit/threads.h"

static void uses_a_connection_again(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_all);

    for (int i = 0; i < 5; ++i) {
        assert_int_equal(fetch_get(caller, local_url(caller, peer, "/")), COG_OK);
    }
    assert_int_equal(peer_requests(peer), 5);
    assert_int_equal(peer_connections(peer), 1);
}

static void answer_once_and_close(talk_t *talk)
{
    talk_read(talk);
    talk_answer(talk, "{}");
}

static void gets_over_a_connection_that_was_closed(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_once_and_close);

    for (int i = 0; i < 3; ++i) {
        assert_int_equal(fetch_get(caller, local_url(caller, peer, "/")), COG_OK);
        peer_wait_until_closed(peer);
    }
    assert_int_equal(peer_requests(peer), 3);
    assert_int_equal(caller->log->count, 0);
}

/* The first connection takes a second request and breaks without an answer to it. */
static void die_at_the_second_request(talk_t *talk)
{
    if (talk_read(talk) && talk_answer(talk, "{}") && talk_read(talk)) {
        talk_reset(talk);
    }
}

static void gets_once_more_when_a_kept_connection_dies(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, die_at_the_second_request);

    assert_int_equal(fetch_get(caller, local_url(caller, peer, "/1")), COG_OK);
    assert_int_equal(fetch_get(caller, local_url(caller, peer, "/2")), COG_OK);
    assert_body(caller, "{}");
    assert_int_equal(peer_requests(peer), 3);
    assert_int_equal(peer_connections(peer), 2);
}

static void answer_gets_only(talk_t *talk)
{
    while (talk_read(talk)) {
        if (strncmp(peer_request(talk->peer, peer_requests(talk->peer) - 1), "GET", 3)) {
            return;
        }
        talk_answer(talk, "{}");
    }
}

static void posts_a_form_once_whatever_happens(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_gets_only);

    assert_int_equal(fetch_get(caller, local_url(caller, peer, "/")), COG_OK);
    assert_int_equal(fetch_post(caller, local_url(caller, peer, "/"), "code=1"),
                     COG_E_IDP_UNREACHABLE);
    assert_logged(caller->log,
                  "COG2102: POST http://127.0.0.1:", "a form is not sent twice");
    assert_int_equal(peer_requests(peer), 2);
    assert_int_equal(fetch_get(caller, local_url(caller, peer, "/")), COG_OK);
    assert_int_equal(peer_requests(peer), 3);
}

/* A handshake costs more than all the rest of a login. */
static void posts_over_a_kept_connection(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_all);

    for (int i = 0; i < 3; ++i) {
        const char *form = apr_psprintf(*state, "code=%d", i);

        assert_int_equal(fetch_post(caller, local_url(caller, peer, "/"), form), COG_OK);
        assert_non_null(strstr(peer_request(peer, i), "Content-Length: 6\r\n"));
        assert_non_null(strstr(peer_request(peer, i),
                               "Content-Type: application/x-www-form-urlencoded\r\n"));
        assert_non_null(
            strstr(peer_request(peer, i), apr_pstrcat(*state, "\r\n\r\n", form, NULL)));
    }
    assert_int_equal(peer_connections(peer), 1);
}

static void posts_over_another_one_when_the_kept_one_was_closed(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_once_and_close);

    for (int i = 0; i < 3; ++i) {
        assert_int_equal(fetch_post(caller, local_url(caller, peer, "/"), "code=1"),
                         COG_OK);
        peer_wait_until_closed(peer);
    }
    assert_int_equal(peer_requests(peer), 3);
    assert_int_equal(caller->log->count, 0);
}

static void is_whole_again_after_a_failure(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *bad = peer_start(*state, NULL, answer_endless_headers);
    peer_t *good = peer_start(*state, NULL, answer_all);

    assert_int_equal(fetch_get(caller, local_url(caller, bad, "/")),
                     COG_E_IDP_UNREACHABLE);
    assert_int_equal(fetch_post(caller, local_url(caller, good, "/"), "a=b"), COG_OK);
    assert_int_equal(fetch_get(caller, local_url(caller, good, "/")), COG_OK);
    assert_null(strstr(peer_request(good, 1), "Authorization"));
    assert_int_equal(strncmp(peer_request(good, 1), "GET / ", 6), 0);
}

/* What curl makes of a handle that has sent half a form depends on its version. */
static void keeps_no_connection_of_a_handle_that_failed(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *bad = peer_start(*state, NULL, answer_endless_headers);
    peer_t *good = peer_start(*state, NULL, answer_all);

    assert_int_equal(fetch_get(caller, local_url(caller, good, "/")), COG_OK);
    assert_int_equal(fetch_get(caller, local_url(caller, bad, "/")),
                     COG_E_IDP_UNREACHABLE);
    assert_int_equal(fetch_get(caller, local_url(caller, good, "/")), COG_OK);
    assert_int_equal(peer_connections(good), 2);
}

typedef struct {
    const caller_t *caller;
    const char *url;
} shared_t;

/* How many answers are good. */
static int get_often(apr_pool_t *pool, void *data)
{
    const shared_t *shared = data;
    cog_fetch_request_t request = {.url = shared->url};
    const cog_fetcher_t *fetcher = &shared->caller->fetcher;
    kept_log_t *log = kept_log_make(pool);
    int good = 0;

    for (int i = 0; i < 20; ++i) {
        cog_fetch_response_t response;

        good += fetcher->fetch(fetcher->context, pool, &log->log, &request, &response) ==
                COG_OK;
    }
    return good;
}

static void serves_many_threads(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_all);
    shared_t shared = {caller, local_url(caller, peer, "/")};

    assert_threads(8, get_often, &shared, 0, 20);
    assert_int_equal(peer_requests(peer), 160);
    assert_true(peer_connections(peer) < 100);
}

typedef struct {
    caller_t *caller;
    const char *url;
} inherited_t;

static int get_as_a_child(void *context)
{
    const inherited_t *from = context;

    return (int)fetch_get(from->caller, from->url);
}

static void does_not_touch_a_connection_of_its_parent(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_all);
    inherited_t inherited = {caller, local_url(caller, peer, "/")};

    assert_int_equal(fetch_get(caller, inherited.url), COG_OK);
    assert_int_equal(child_result(get_as_a_child, &inherited), COG_OK);
    assert_int_equal(fetch_get(caller, inherited.url), COG_OK);
    assert_int_equal(peer_requests(peer), 3);
    assert_int_equal(peer_connections(peer), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(uses_a_connection_again),
        cmocka_unit_test_with_pool(gets_over_a_connection_that_was_closed),
        cmocka_unit_test_with_pool(gets_once_more_when_a_kept_connection_dies),
        cmocka_unit_test_with_pool(posts_a_form_once_whatever_happens),
        cmocka_unit_test_with_pool(posts_over_a_kept_connection),
        cmocka_unit_test_with_pool(posts_over_another_one_when_the_kept_one_was_closed),
        cmocka_unit_test_with_pool(is_whole_again_after_a_failure),
        cmocka_unit_test_with_pool(keeps_no_connection_of_a_handle_that_failed),
        cmocka_unit_test_with_pool(serves_many_threads),
        cmocka_unit_test_with_pool(does_not_touch_a_connection_of_its_parent),
    };

    return cmocka_run_group_tests_name("net/fetch/fetch_curl, connections", tests,
                                       fetch_setup, fetch_teardown);
}
