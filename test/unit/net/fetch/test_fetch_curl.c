#include "test/unit/unit.h"

#include <apr_file_io.h>
#include <apr_signal.h>
#include <apr_strings.h>
#include <apr_time.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/fetch/fetch_curl.h"
#include "test/unit/children.h"
#include "test/unit/kept_log.h"
#include "test/unit/net/peer.h"
#include "test/unit/net/server/certificates.h"
#include "test/unit/threads.h"

#define MILLI ((apr_interval_time_t)1000)
#define SHORT (400 * MILLI)
/* longer than anything here needs, shorter than all limits that should not hold */
#define LATE     apr_time_from_sec(10)
#define MAX_BODY COG_FETCH_MAX_BODY
#define BLOCK    16384

/* A fetcher and the log of its calls. */
typedef struct {
    apr_pool_t *pool;
    kept_log_t *log;
    cog_fetch_conf_t conf;
    cog_fetcher_t fetcher;
    cog_fetch_response_t response;
    apr_interval_time_t took;
} caller_t;

static caller_t *make_caller(apr_pool_t *pool)
{
    caller_t *caller = apr_pcalloc(pool, sizeof(*caller));

    caller->pool = pool;
    caller->log = kept_log_make(pool);
    caller->conf.connect_limit = apr_time_from_sec(15);
    caller->conf.total_limit = apr_time_from_sec(15);
    assert_int_equal(cog_fetch_curl_make(pool, &caller->conf, &caller->fetcher), COG_OK);
    return caller;
}

static caller_t *make_caller_with(apr_pool_t *pool, const char *proxy,
                                  const char *authorities)
{
    caller_t *caller = make_caller(pool);

    caller->conf.proxy = proxy;
    caller->conf.ca_file = authorities;
    assert_int_equal(cog_fetch_curl_make(pool, &caller->conf, &caller->fetcher), COG_OK);
    return caller;
}

static cog_err_t call(caller_t *caller, const cog_fetch_request_t *request)
{
    apr_time_t begin = apr_time_now();
    cog_err_t err = caller->fetcher.fetch(caller->fetcher.context, caller->pool,
                                          &caller->log->log, request, &caller->response);

    caller->took = apr_time_now() - begin;
    return err;
}

static cog_err_t get(caller_t *caller, const char *url)
{
    cog_fetch_request_t request = {.url = url, .accept = "application/json"};

    return call(caller, &request);
}

static cog_err_t get_within(caller_t *caller, const char *url, apr_interval_time_t limit)
{
    cog_fetch_request_t request = {.url = url, .limit = limit};

    return call(caller, &request);
}

static cog_err_t post(caller_t *caller, const char *url, const char *form)
{
    cog_fetch_request_t request = {
        .url = url,
        .form = cog_secret_of(form),
        .authorization = cog_secret_of("Basic c2VjcmV0"),
        .accept = "application/json",
    };

    return call(caller, &request);
}

static const char *local_url(const caller_t *caller, const peer_t *peer, const char *path)
{
    return peer_url(caller->pool, peer, "127.0.0.1", path);
}

static void assert_body(const caller_t *caller, const char *expected)
{
    assert_int_equal(caller->response.body.len, strlen(expected));
    assert_string_equal((const char *)caller->response.body.bytes, expected);
}

static void assert_logged(const caller_t *caller, const char *tag, const char *text)
{
    if (!strstr(caller->log->last, tag) || !strstr(caller->log->last, text)) {
        fail_msg("log says: %s", caller->log->last);
    }
}

/* ---- what is sent ---- */

static void answer_all(talk_t *talk)
{
    while (talk_read(talk) && talk_answer(talk, "{}")) {
    }
}

static void sends_a_get_and_nothing_more(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_all);
    const char *expected = apr_psprintf(*state,
                                        "GET /keys?a=b HTTP/1.1\r\n"
                                        "Host: 127.0.0.1:%d\r\n"
                                        "User-Agent: mod_auth_cognito/",
                                        peer_port(peer));

    assert_int_equal(get(caller, local_url(caller, peer, "/keys?a=b")), COG_OK);
    assert_int_equal(caller->response.status, 200);
    assert_body(caller, "{}");
    assert_memory_equal(peer_request(peer, 0), expected, strlen(expected));
    assert_non_null(
        strstr(peer_request(peer, 0), "\r\nAccept: application/json\r\n\r\n"));
    assert_int_equal(caller->log->count, 0);
}

static void sends_a_form_with_its_authorization(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_all);
    const char *request;

    assert_int_equal(post(caller, local_url(caller, peer, "/token"), "a=b%20c&d=%2B"),
                     COG_OK);
    request = peer_request(peer, 0);
    assert_memory_equal(request, "POST /token HTTP/1.1\r\n", 22);
    assert_non_null(strstr(request, "\r\nAuthorization: Basic c2VjcmV0\r\n"));
    assert_non_null(
        strstr(request, "\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
    assert_non_null(strstr(request, "\r\nContent-Length: 13\r\n"));
    assert_string_equal(strstr(request, "\r\n\r\n"), "\r\n\r\na=b%20c&d=%2B");
    assert_null(strstr(request, "Expect:"));
}

static void set_cookies(talk_t *talk)
{
    while (talk_read(talk) &&
           talk_say(talk, "HTTP/1.1 200 OK\r\nSet-Cookie: XSRF-TOKEN=1; Path=/\r\n"
                          "Strict-Transport-Security: max-age=31536000\r\n"
                          "Alt-Svc: h3=\":443\"\r\nContent-Length: 0\r\n\r\n")) {
    }
}

static void keeps_no_cookie(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, set_cookies);

    assert_int_equal(get(caller, local_url(caller, peer, "/")), COG_OK);
    assert_int_equal(get(caller, local_url(caller, peer, "/")), COG_OK);
    assert_int_equal(peer_requests(peer), 2);
    assert_null(strstr(peer_request(peer, 1), "Cookie"));
}

static void refuses_a_header_that_would_split(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_all);
    cog_fetch_request_t request = {
        .url = local_url(caller, peer, "/"),
        .authorization = cog_secret_of("Bearer a\r\nX-Evil: 1"),
    };

    assert_int_equal(call(caller, &request), COG_E_IDP_UNREACHABLE);
    assert_int_equal(peer_requests(peer), 0);
}

/* ---- what comes back ---- */

static void answer_oddly(talk_t *talk)
{
    static const char *const answers[] = {
        "HTTP/1.1 204 No Content\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n",
        "HTTP/1.1 500 Oh\r\nDate: soon\r\nContent-Length: 2\r\n\r\nno",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n",
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
         "chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
    };

    for (size_t i = 0; i < COUNT(answers) && talk_read(talk); ++i) {
        talk_say(talk, answers[i]);
    }
}

static void takes_every_status_for_an_answer(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_oddly);
    const char *url = local_url(caller, peer, "/");

    assert_int_equal(get(caller, url), COG_OK);
    assert_int_equal(caller->response.status, 204);
    assert_int_equal(caller->response.date, apr_time_from_sec(784111777));
    assert_body(caller, "");
    assert_int_equal(get(caller, url), COG_OK);
    assert_int_equal(caller->response.status, 500);
    assert_int_equal(caller->response.date, 0);
    assert_body(caller, "no");
    assert_int_equal(get(caller, url), COG_OK);
    assert_int_equal(caller->response.status, 401);
    assert_int_equal(caller->response.date, 0);
    assert_int_equal(get(caller, url), COG_OK);
    assert_body(caller, "abc");
}

static void redirect(talk_t *talk)
{
    static const char *const where[] = {"301 M\r\nLocation: /other",
                                        "302 F\r\nLocation: file:///etc/passwd",
                                        "307 T\r\nLocation: http://169.254.169.254/",
                                        "308 P\r\nLocation: gopher://127.0.0.1/"};

    for (size_t i = 0; i < COUNT(where) && talk_read(talk); ++i) {
        talk_say(talk, "HTTP/1.1 ");
        talk_say(talk, where[i]);
        talk_say(talk, "\r\nContent-Length: 0\r\n\r\n");
    }
}

static void follows_no_redirect(void **state)
{
    static const int statuses[] = {301, 302, 307, 308};
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, redirect);

    for (size_t i = 0; i < COUNT(statuses); ++i) {
        assert_int_equal(get(caller, local_url(caller, peer, "/")), COG_OK);
        assert_int_equal(caller->response.status, statuses[i]);
        assert_body(caller, "");
    }
    assert_int_equal(peer_requests(peer), 4);
}

static void pretend_gzip(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk,
             "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n"
             "\x1f\x8b\x08xx");
}

static void does_not_unpack_an_answer(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, pretend_gzip);

    assert_int_equal(get(caller, local_url(caller, peer, "/")), COG_OK);
    assert_body(caller, "\x1f\x8b\x08xx");
    assert_null(strstr(peer_request(peer, 0), "Encoding"));
}

static void say_blocks(talk_t *talk, long len)
{
    char block[BLOCK];

    memset(block, 'x', sizeof(block));
    for (; len > 0; len -= BLOCK) {
        if (!talk_say_bytes(talk, block, len < BLOCK ? (size_t)len : BLOCK)) {
            return;
        }
    }
}

static void answer_as_much_as_is_allowed(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk, "HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n");
    say_blocks(talk, MAX_BODY);
}

static void takes_a_body_of_one_mebibyte(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_as_much_as_is_allowed);

    assert_int_equal(get(caller, local_url(caller, peer, "/")), COG_OK);
    assert_int_equal(caller->response.body.len, MAX_BODY);
    assert_int_equal(caller->response.body.bytes[MAX_BODY], '\0');
    assert_int_equal(caller->response.body.bytes[MAX_BODY - 1], 'x');
}

static void announce_too_much(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk, "HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n");
    say_blocks(talk, MAX_BODY + 1);
}

static void answer_a_byte_too_much(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk, "HTTP/1.1 200 OK\r\n\r\n");
    say_blocks(talk, MAX_BODY + 1);
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

static void answer_endless_headers(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk, "HTTP/1.1 200 OK\r\n");
    while (talk_say(talk, "X-Header: 0123456789012345678901234567890123456789\r\n")) {
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

        assert_result(cases[i].rule, get(caller, local_url(caller, peer, "/")),
                      COG_E_IDP_UNREACHABLE);
        assert_logged(caller, "COG2102", cases[i].logged);
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

static void hang(talk_t *talk)
{
    talk_wait(talk);
}

static void waits_no_longer_than_it_may(void **state)
{
    static const peer_script_t scripts[] = {hang, drip, drip_headers};

    for (size_t i = 0; i < COUNT(scripts); ++i) {
        caller_t *caller = make_caller(*state);
        peer_t *peer = peer_start(*state, NULL, scripts[i]);

        assert_int_equal(get_within(caller, local_url(caller, peer, "/"), SHORT),
                         COG_E_IDP_UNREACHABLE);
        assert_logged(caller, "COG2102", "Timeout was reached");
        assert_true(caller->took >= SHORT - 50 * MILLI && caller->took < LATE);
    }
}

static void takes_no_short_limit_for_none(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, hang);

    caller->conf.total_limit = 0;
    assert_int_equal(cog_fetch_curl_make(*state, &caller->conf, &caller->fetcher),
                     COG_OK);
    assert_int_equal(get_within(caller, local_url(caller, peer, "/"), 1),
                     COG_E_IDP_UNREACHABLE);
    assert_int_equal(get(caller, local_url(caller, peer, "/")), COG_E_IDP_UNREACHABLE);
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
    assert_int_equal(cog_fetch_curl_make(*state, &caller->conf, &caller->fetcher),
                     COG_OK);
    assert_int_equal(get(caller, apr_psprintf(*state, "http://127.0.0.1:%d/", port)),
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
    assert_int_equal(post(caller, url, "code=s3cr3t"), COG_E_IDP_UNREACHABLE);
    assert_logged(caller, "COG2102: POST http://127.0.0.1:", "connect to server");
    assert_logged(caller, "/token got no answer", "");
    assert_int_equal(caller->log->level, COG_LOG_WARNING);
    assert_null(strstr(caller->log->last, "s3cr3t"));
    assert_null(strstr(caller->log->last, "c2VjcmV0"));
}

/* ---- connections ---- */

static void uses_a_connection_again(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_all);

    for (int i = 0; i < 5; ++i) {
        assert_int_equal(get(caller, local_url(caller, peer, "/")), COG_OK);
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
        assert_int_equal(get(caller, local_url(caller, peer, "/")), COG_OK);
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

    assert_int_equal(get(caller, local_url(caller, peer, "/1")), COG_OK);
    assert_int_equal(get(caller, local_url(caller, peer, "/2")), COG_OK);
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

    assert_int_equal(get(caller, local_url(caller, peer, "/")), COG_OK);
    assert_int_equal(post(caller, local_url(caller, peer, "/"), "code=1"),
                     COG_E_IDP_UNREACHABLE);
    assert_logged(caller, "COG2102: POST http://127.0.0.1:", "a form is not sent twice");
    assert_int_equal(peer_requests(peer), 2);
    assert_int_equal(get(caller, local_url(caller, peer, "/")), COG_OK);
    assert_int_equal(peer_requests(peer), 3);
}

/* A handshake costs more than all the rest of a login. */
static void posts_over_a_kept_connection(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_all);

    for (int i = 0; i < 3; ++i) {
        const char *form = apr_psprintf(*state, "code=%d", i);

        assert_int_equal(post(caller, local_url(caller, peer, "/"), form), COG_OK);
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
        assert_int_equal(post(caller, local_url(caller, peer, "/"), "code=1"), COG_OK);
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

    assert_int_equal(get(caller, local_url(caller, bad, "/")), COG_E_IDP_UNREACHABLE);
    assert_int_equal(post(caller, local_url(caller, good, "/"), "a=b"), COG_OK);
    assert_int_equal(get(caller, local_url(caller, good, "/")), COG_OK);
    assert_null(strstr(peer_request(good, 1), "Authorization"));
    assert_int_equal(strncmp(peer_request(good, 1), "GET / ", 6), 0);
}

/* What curl makes of a handle that has sent half a form depends on its version. */
static void keeps_no_connection_of_a_handle_that_failed(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *bad = peer_start(*state, NULL, answer_endless_headers);
    peer_t *good = peer_start(*state, NULL, answer_all);

    assert_int_equal(get(caller, local_url(caller, good, "/")), COG_OK);
    assert_int_equal(get(caller, local_url(caller, bad, "/")), COG_E_IDP_UNREACHABLE);
    assert_int_equal(get(caller, local_url(caller, good, "/")), COG_OK);
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

    return (int)get(from->caller, from->url);
}

static void does_not_touch_a_connection_of_its_parent(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_all);
    inherited_t inherited = {caller, local_url(caller, peer, "/")};

    assert_int_equal(get(caller, inherited.url), COG_OK);
    assert_int_equal(child_result(get_as_a_child, &inherited), COG_OK);
    assert_int_equal(get(caller, inherited.url), COG_OK);
    assert_int_equal(peer_requests(peer), 3);
    assert_int_equal(peer_connections(peer), 2);
}

/* ---- where it may go ---- */

static void goes_only_where_it_is_safe(void **state)
{
    static const char *const urls[] = {
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1/",
        "dict://127.0.0.1/",
        "http://idp.test/",
        "http://169.254.169.254/",
        "https://u:p@127.0.0.1/",
        "https://127.0.0.1/#x",
        "//127.0.0.1/",
        "127.0.0.1",
        "",
        "https:///",
        "http://127.0.0.1.idp.test/",
        "https://127.0.0.1/\r\nX: y",
    };

    for (size_t i = 0; i < COUNT(urls); ++i) {
        caller_t *caller = make_caller(*state);

        assert_result(urls[i], get(caller, urls[i]), COG_E_IDP_UNREACHABLE);
        assert_logged(caller, "COG2100", "write https://");
    }
}

static void takes_names_below_localhost_for_loopback(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_all);

    assert_int_equal(get(caller, peer_url(*state, peer, "localhost", "/")), COG_OK);
    assert_int_equal(get(caller, peer_url(*state, peer, "my-app.auth.localhost", "/")),
                     COG_OK);
}

static void set_proxies(const char *url)
{
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY",
                                        "all_proxy", "ALL_PROXY"};

    for (size_t i = 0; i < COUNT(names); ++i) {
        if (url) {
            setenv(names[i], url, 1);
        }
        else {
            unsetenv(names[i]);
        }
    }
}

static void asks_no_proxy_of_the_environment(void **state)
{
    ca_t *ca = ca_make(*state);
    certificate_t certificate = {"DNS:localhost,IP:127.0.0.1", 10, 0};
    caller_t *caller = make_caller_with(*state, NULL, ca_file(ca));
    peer_t *proxy = peer_start(*state, NULL, answer_all);
    peer_t *plain = peer_start(*state, NULL, answer_all);
    peer_t *tls = peer_start(*state, ca_server(*state, ca, &certificate), answer_all);

    set_proxies(local_url(caller, proxy, "/"));
    assert_int_equal(get(caller, local_url(caller, plain, "/")), COG_OK);
    assert_int_equal(get(caller, local_url(caller, tls, "/")), COG_OK);
    set_proxies(NULL);
    assert_int_equal(peer_connections(proxy), 0);
    assert_int_equal(peer_requests(plain), 1);
    assert_int_equal(peer_requests(tls), 1);
}

static void forbid(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
}

static void asks_the_configured_proxy(void **state)
{
    peer_t *proxy = peer_start(*state, NULL, forbid);
    caller_t *caller =
        make_caller_with(*state, peer_url(*state, proxy, "127.0.0.1", "/"), NULL);

    setenv("no_proxy", "*", 1);
    assert_int_equal(get(caller, "https://idp.test/keys"), COG_E_IDP_UNREACHABLE);
    unsetenv("no_proxy");
    assert_int_equal(strncmp(peer_request(proxy, 0), "CONNECT idp.test:443 ", 21), 0);
    assert_logged(caller, "COG2102", "403");
}

static void asks_no_proxy_for_loopback(void **state)
{
    peer_t *proxy = peer_start(*state, NULL, forbid);
    peer_t *peer = peer_start(*state, NULL, answer_all);
    caller_t *caller =
        make_caller_with(*state, peer_url(*state, proxy, "127.0.0.1", "/"), NULL);

    assert_int_equal(get(caller, local_url(caller, peer, "/")), COG_OK);
    assert_int_equal(peer_connections(proxy), 0);
}

/* ---- TLS ---- */

static void trusts_the_named_authority(void **state)
{
    ca_t *ca = ca_make(*state);
    certificate_t certificate = {"DNS:pool.localhost,IP:127.0.0.1", 10, 0};
    caller_t *caller = make_caller_with(*state, NULL, ca_file(ca));
    peer_t *peer = peer_start(*state, ca_server(*state, ca, &certificate), answer_all);

    assert_int_equal(get(caller, peer_url(*state, peer, "pool.localhost", "/")), COG_OK);
    assert_int_equal(get(caller, peer_url(*state, peer, "127.0.0.1", "/")), COG_OK);
    assert_body(caller, "{}");
}

/* clang-format off */
static const struct {
    const char *rule;
    certificate_t certificate;
    const char *logged;
} strangers[] = {
    {"expired",      {"DNS:localhost", -1, 0},       "certificate has expired"},
    {"self-signed",  {"DNS:localhost", 10, 1},       "self-signed certificate"},
    {"other host",   {"DNS:idp.test", 10, 0},        "localhost"},
    {"suffix",       {"DNS:evil-localhost", 10, 0},  "localhost"},
    {"other address",{"IP:127.0.0.2", 10, 0},        "localhost"},
};
/* clang-format on */

static void trusts_no_stranger(void **state)
{
    ca_t *ca = ca_make(*state);

    for (size_t i = 0; i < COUNT(strangers); ++i) {
        caller_t *caller = make_caller_with(*state, NULL, ca_file(ca));
        SSL_CTX *tls = ca_server(*state, ca, &strangers[i].certificate);
        peer_t *peer = peer_start(*state, tls, answer_all);

        assert_result(strangers[i].rule,
                      post(caller, peer_url(*state, peer, "localhost", "/"), "a=b"),
                      COG_E_IDP_UNREACHABLE);
        assert_logged(caller, "COG2102", strangers[i].logged);
        assert_int_equal(peer_requests(peer), 0);
    }
}

static void trusts_no_authority_beside_the_named_one(void **state)
{
    ca_t *ca = ca_make(*state);
    ca_t *other = ca_make(*state);
    certificate_t certificate = {"DNS:localhost", 10, 0};
    peer_t *peer = peer_start(*state, ca_server(*state, ca, &certificate), answer_all);
    const char *url = peer_url(*state, peer, "localhost", "/");

    assert_int_equal(get(make_caller_with(*state, NULL, ca_file(other)), url),
                     COG_E_IDP_UNREACHABLE);
    assert_int_equal(get(make_caller_with(*state, NULL, NULL), url),
                     COG_E_IDP_UNREACHABLE);
    assert_int_equal(get(make_caller_with(*state, NULL, "/nowhere/ca.pem"), url),
                     COG_E_IDP_UNREACHABLE);
    assert_int_equal(peer_requests(peer), 0);
}

/* The same server with one version more is good, and OpenSSL would take the older one
 * (main): it is we who refuse. */
static void speaks_no_tls_below_1_2(void **state)
{
    static const struct {
        int version;
        cog_err_t result;
    } cases[] = {
        {TLS1_1_VERSION, COG_E_IDP_UNREACHABLE},
        {TLS1_2_VERSION, COG_OK               }
    };
    ca_t *ca = ca_make(*state);
    certificate_t certificate = {"DNS:localhost", 10, 0};

    for (size_t i = 0; i < COUNT(cases); ++i) {
        caller_t *caller = make_caller_with(*state, NULL, ca_file(ca));
        SSL_CTX *tls = ca_server(*state, ca, &certificate);
        peer_t *peer;

        SSL_CTX_set_security_level(tls, 0);
        SSL_CTX_set_min_proto_version(tls, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(tls, cases[i].version);
        peer = peer_start(*state, tls, answer_all);
        assert_int_equal(get(caller, peer_url(*state, peer, "localhost", "/")),
                         cases[i].result);
    }
}

static void waits_no_longer_for_a_handshake(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, hang);
    const char *url = apr_psprintf(*state, "https://127.0.0.1:%d/", peer_port(peer));

    assert_int_equal(get_within(caller, url, SHORT), COG_E_IDP_UNREACHABLE);
    assert_true(caller->took < LATE);
}

/* Distributions forbid old versions on their own; take that away, to see our own limit.
 */
static void allow_old_tls(apr_pool_t *pool)
{
    static const char text[] = "openssl_conf = all\n"
                               "[all]\nssl_conf = ssl\n"
                               "[ssl]\nsystem_default = lax\n"
                               "[lax]\nMinProtocol = TLSv1\n"
                               "CipherString = DEFAULT:@SECLEVEL=0\n";
    const char *folder;
    apr_file_t *file;
    char *path;

    apr_temp_dir_get(&folder, pool);
    path = apr_pstrcat(pool, folder, "/cognito-test-tls-XXXXXX", NULL);
    apr_file_mktemp(&file, path, APR_CREATE | APR_WRITE | APR_EXCL, pool);
    apr_file_write_full(file, text, strlen(text), NULL);
    apr_file_close(file);
    setenv("OPENSSL_CONF", path, 1);
    OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG, NULL);
    apr_file_remove(path, pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(sends_a_get_and_nothing_more),
        cmocka_unit_test_with_pool(sends_a_form_with_its_authorization),
        cmocka_unit_test_with_pool(keeps_no_cookie),
        cmocka_unit_test_with_pool(refuses_a_header_that_would_split),
        cmocka_unit_test_with_pool(takes_every_status_for_an_answer),
        cmocka_unit_test_with_pool(follows_no_redirect),
        cmocka_unit_test_with_pool(does_not_unpack_an_answer),
        cmocka_unit_test_with_pool(takes_a_body_of_one_mebibyte),
        cmocka_unit_test_with_pool(refuses_broken_and_endless_answers),
        cmocka_unit_test_with_pool(waits_no_longer_than_it_may),
        cmocka_unit_test_with_pool(takes_no_short_limit_for_none),
        cmocka_unit_test_with_pool(gives_up_a_connection_that_does_not_come),
        cmocka_unit_test_with_pool(says_at_once_that_nobody_listens),
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
        cmocka_unit_test_with_pool(goes_only_where_it_is_safe),
        cmocka_unit_test_with_pool(takes_names_below_localhost_for_loopback),
        cmocka_unit_test_with_pool(asks_no_proxy_of_the_environment),
        cmocka_unit_test_with_pool(asks_the_configured_proxy),
        cmocka_unit_test_with_pool(asks_no_proxy_for_loopback),
        cmocka_unit_test_with_pool(trusts_the_named_authority),
        cmocka_unit_test_with_pool(trusts_no_stranger),
        cmocka_unit_test_with_pool(trusts_no_authority_beside_the_named_one),
        cmocka_unit_test_with_pool(speaks_no_tls_below_1_2),
        cmocka_unit_test_with_pool(waits_no_longer_for_a_handshake),
    };
    apr_pool_t *pool;
    int failed;

    apr_initialize();
    apr_signal(SIGPIPE, SIG_IGN);
    apr_pool_create(&pool, NULL);
    allow_old_tls(pool);
    cog_fetch_global_init(pool);
    failed = cmocka_run_group_tests_name("net/fetch_curl", tests, NULL, NULL);
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
