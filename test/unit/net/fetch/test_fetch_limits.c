#include "test/unit/net/fetch/fetch_caller.h"

#include <apr_strings.h>
#include <apr_time.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- what comes back ---- */

static void announce_too_much(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk, "HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n");
    say_blocks(talk, COG_FETCH_MAX_BODY + 1);
}

static void answer_a_byte_too_much(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk, "HTTP/1.1 200 OK\r\n\r\n");
    say_blocks(talk, COG_FETCH_MAX_BODY + 1);
}

static void answer_without_end(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (talk_say(talk, "400\r\n")) {
        say_blocks(talk, 1024);
        talk_say(talk, "\r\n");
    }
}

static void answer_an_endless_header(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk, "HTTP/1.1 200 OK\r\nX-Header: ");
    while (talk_say(talk, "0123456789012345678901234567890123456789")) {
    }
}

static void continue_without_end(talk_t *talk)
{
    talk_read(talk);
    while (talk_say(talk, "HTTP/1.1 100 Continue\r\n\r\n")) {
    }
}

static void answer_endless_trailers(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
    while (talk_say(talk, "X-Trailer: 0123456789012345678901234567890123456789\r\n")) {
    }
}

static void answer_in_http_0_9(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk, "{\"keys\":[]}");
}

static void break_off(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}");
}

static void break_off_a_chunk(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n");
}

static void reset(talk_t *talk)
{
    talk_read(talk);
    talk_reset(talk);
}

static void hang_up(talk_t *talk)
{
    (void)talk;
}

static void refuses_broken_and_endless_answers(void **state)
{
    static const struct {
        const char *rule;
        peer_script_t script;
        const char *logged;
    } cases[] = {
        {"more than 1 MiB is announced", announce_too_much,        "larger than 1 MiB"         },
        {"a byte more than 1 MiB comes", answer_a_byte_too_much,   "larger than 1 MiB"         },
        {"endless chunks",               answer_without_end,       "larger than 1 MiB"         },
        {"endless headers",              answer_endless_headers,   "larger than 64 KiB"        },
        {"an endless header",            answer_an_endless_header, ""                          },
        {"endless 100 Continue",         continue_without_end,     "larger than 64 KiB"        },
        {"endless trailers",             answer_endless_trailers,  "larger than 64 KiB"        },
        {"HTTP/0.9",                     answer_in_http_0_9,       "Unsupported protocol"      },
        {"cut off",                      break_off,                "Transferred a partial file"},
        {"cut off in a chunk",           break_off_a_chunk,        "Transferred a partial file"},
        {"reset",                        reset,                    "Recv failure"              },
        {"closed without a word",        hang_up,                  ""                          },
    };

    for (size_t i = 0; i < COUNT(cases); ++i) {
        caller_t *caller = make_caller(*state);
        peer_t *peer = peer_start(*state, NULL, cases[i].script);

        assert_result(cases[i].rule, fetch_get(caller, local_url(caller, peer, "/")),
                      COG_E_IDP_UNREACHABLE);
        assert_logged(caller->log, "COG2102", cases[i].logged);
        assert_true(caller->took < LATE);
    }
}

/* ---- time ---- */

static void drip(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk, "HTTP/1.1 200 OK\r\n\r\n");
    while (talk_say(talk, "x")) {
        apr_sleep(20 * MILLI);
    }
}

static void drip_headers(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk, "HTTP/1.1 200 OK\r\nX: ");
    while (talk_say(talk, "x")) {
        apr_sleep(20 * MILLI);
    }
}

static void waits_no_longer_than_it_may(void **state)
{
    static const peer_script_t scripts[] = {hang, drip, drip_headers};

    for (size_t i = 0; i < COUNT(scripts); ++i) {
        caller_t *caller = make_caller(*state);
        peer_t *peer = peer_start(*state, NULL, scripts[i]);

        assert_int_equal(fetch_get_within(caller, local_url(caller, peer, "/"), SHORT),
                         COG_E_IDP_UNREACHABLE);
        assert_logged(caller->log, "COG2102", "Timeout was reached");
        assert_true(caller->took >= SHORT - 50 * MILLI && caller->took < LATE);
    }
}

static void takes_no_short_limit_for_none(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, hang);

    caller->conf.total_limit = 0;
    remake_caller(caller);
    assert_int_equal(fetch_get_within(caller, local_url(caller, peer, "/"), 1),
                     COG_E_IDP_UNREACHABLE);
    assert_true(caller->took < LATE);
    assert_int_equal(fetch_get(caller, local_url(caller, peer, "/")),
                     COG_E_IDP_UNREACHABLE);
    assert_true(caller->took < LATE);
}

/* A port whose queue of connections is full: the next one gets no answer. */
static int listen_with_a_full_queue(int *clients, int count)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    int server = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(server, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(server, 0), 0);
    getsockname(server, (struct sockaddr *)&address, &len);
    for (int i = 0; i < count; ++i) {
        clients[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(clients[i], (struct sockaddr *)&address, sizeof(address));
    }
    clients[count] = server;
    return ntohs(address.sin_port);
}

static void gives_up_a_connection_that_does_not_come(void **state)
{
    caller_t *caller = make_caller(*state);
    int sockets[5];
    int port = listen_with_a_full_queue(sockets, 4);

    caller->conf.connect_limit = SHORT;
    remake_caller(caller);
    assert_int_equal(
        fetch_get(caller, apr_psprintf(*state, "http://127.0.0.1:%d/", port)),
        COG_E_IDP_UNREACHABLE);
    assert_true(caller->took < LATE);
    for (size_t i = 0; i < COUNT(sockets); ++i) {
        close(sockets[i]);
    }
}

static void says_at_once_that_nobody_listens(void **state)
{
    caller_t *caller = make_caller(*state);
    apr_pool_t *pool;
    peer_t *peer;
    const char *url;

    apr_pool_create(&pool, *state);
    peer = peer_start(pool, NULL, hang);
    url = local_url(caller, peer, "/token?code=s3cr3t");
    apr_pool_destroy(pool);
    assert_int_equal(fetch_post(caller, url, "code=s3cr3t"), COG_E_IDP_UNREACHABLE);
    assert_true(caller->took < LATE);
    assert_logged(caller->log, "COG2102: POST http://127.0.0.1:", "connect to server");
    assert_logged(caller->log, "/token got no answer", "");
    assert_int_equal(caller->log->level, COG_LOG_WARNING);
    assert_null(strstr(caller->log->last, "s3cr3t"));
    assert_null(strstr(caller->log->last, "c2VjcmV0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(refuses_broken_and_endless_answers),
        cmocka_unit_test_with_pool(waits_no_longer_than_it_may),
        cmocka_unit_test_with_pool(takes_no_short_limit_for_none),
        cmocka_unit_test_with_pool(gives_up_a_connection_that_does_not_come),
        cmocka_unit_test_with_pool(says_at_once_that_nobody_listens),
    };

    return cmocka_run_group_tests_name("net/fetch/fetch_curl, limits", tests, fetch_setup,
                                       fetch_teardown);
}
