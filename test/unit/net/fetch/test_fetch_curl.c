#include "test/unit/net/fetch/fetch_caller.h"

#include <apr_strings.h>
#include <stdatomic.h>

/* ---- what is sent ---- */

static void sends_a_get_and_nothing_more(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_all);
    const char *expected = apr_psprintf(*state,
                                        "GET /keys?a=b HTTP/1.1\r\n"
                                        "Host: 127.0.0.1:%d\r\n"
                                        "User-Agent: mod_auth_cognito/",
                                        peer_port(peer));

    assert_int_equal(fetch_get(caller, local_url(caller, peer, "/keys?a=b")), COG_OK);
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

    assert_int_equal(
        fetch_post(caller, local_url(caller, peer, "/token"), "a=b%20c&d=%2B"), COG_OK);
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

    assert_int_equal(fetch_get(caller, local_url(caller, peer, "/")), COG_OK);
    assert_int_equal(fetch_get(caller, local_url(caller, peer, "/")), COG_OK);
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

    assert_int_equal(fetch_send(caller, &request), COG_E_IDP_UNREACHABLE);
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

    assert_int_equal(fetch_get(caller, url), COG_OK);
    assert_int_equal(caller->response.status, 204);
    assert_int_equal(caller->response.date, apr_time_from_sec(784111777));
    assert_body(caller, "");
    assert_int_equal(fetch_get(caller, url), COG_OK);
    assert_int_equal(caller->response.status, 500);
    assert_int_equal(caller->response.date, 0);
    assert_body(caller, "no");
    assert_int_equal(fetch_get(caller, url), COG_OK);
    assert_int_equal(caller->response.status, 401);
    assert_int_equal(caller->response.date, 0);
    assert_int_equal(fetch_get(caller, url), COG_OK);
    assert_body(caller, "abc");
    assert_null(caller->response.location);
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
    static const char *const where[] = {"/other", "file:///etc/passwd",
                                        "http://169.254.169.254/", "gopher://127.0.0.1/"};
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, redirect);

    for (size_t i = 0; i < COUNT(statuses); ++i) {
        assert_int_equal(fetch_get(caller, local_url(caller, peer, "/")), COG_OK);
        assert_int_equal(caller->response.status, statuses[i]);
        assert_string_equal(caller->response.location, where[i]);
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

    assert_int_equal(fetch_get(caller, local_url(caller, peer, "/")), COG_OK);
    assert_body(caller, "\x1f\x8b\x08xx");
    assert_null(strstr(peer_request(peer, 0), "Encoding"));
}

static void answer_as_much_as_is_allowed(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk, "HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n");
    say_blocks(talk, COG_FETCH_MAX_BODY);
}

static void takes_a_body_of_one_mebibyte(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_as_much_as_is_allowed);

    assert_int_equal(fetch_get(caller, local_url(caller, peer, "/")), COG_OK);
    assert_int_equal(caller->response.body.len, COG_FETCH_MAX_BODY);
    assert_int_equal(caller->response.body.bytes[COG_FETCH_MAX_BODY], '\0');
    assert_int_equal(caller->response.body.bytes[COG_FETCH_MAX_BODY - 1], 'x');
}

static atomic_size_t header_len; /* of all its lines and ends of lines together */

static void answer_with_a_header(talk_t *talk)
{
    static const char first[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
    static const char line[] = "X-Header: 0123456789012345678901234567890123456789\r\n";
    size_t left = atomic_load(&header_len) - strlen(first) - strlen("X: \r\n\r\n");

    talk_read(talk);
    talk_say(talk, first);
    for (; left >= strlen(line); left -= strlen(line)) {
        talk_say(talk, line);
    }
    talk_say(talk, "X: ");
    talk_say_bytes(talk, line, left);
    talk_say(talk, "\r\n\r\n");
}

static void takes_a_header_of_64_kibibytes(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_with_a_header);

    atomic_store(&header_len, 65536);
    assert_int_equal(fetch_get(caller, local_url(caller, peer, "/")), COG_OK);
    assert_int_equal(caller->response.status, 200);
    atomic_store(&header_len, 65537);
    assert_int_equal(fetch_get(caller, local_url(caller, peer, "/")),
                     COG_E_IDP_UNREACHABLE);
    assert_logged(caller->log, "COG2102: GET http://127.0.0.1:", "larger than 64 KiB");
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
        cmocka_unit_test_with_pool(takes_a_header_of_64_kibibytes),
    };

    return cmocka_run_group_tests_name("net/fetch/fetch_curl, questions and answers",
                                       tests, fetch_setup, fetch_teardown);
}
