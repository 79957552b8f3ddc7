#include "test/unit/net/fetch/fetch_caller.h"

#include "test/unit/net/server/certificates.h"

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

        assert_result(urls[i], fetch_get(caller, urls[i]), COG_E_IDP_UNREACHABLE);
        assert_logged(caller->log, "COG2100", "write https://");
    }
}

static void takes_names_below_localhost_for_loopback(void **state)
{
    caller_t *caller = make_caller(*state);
    peer_t *peer = peer_start(*state, NULL, answer_all);

    assert_int_equal(fetch_get(caller, peer_url(*state, peer, "localhost", "/")), COG_OK);
    assert_int_equal(
        fetch_get(caller, peer_url(*state, peer, "my-app.auth.localhost", "/")), COG_OK);
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
    assert_int_equal(fetch_get(caller, local_url(caller, plain, "/")), COG_OK);
    assert_int_equal(fetch_get(caller, local_url(caller, tls, "/")), COG_OK);
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
    assert_int_equal(fetch_get(caller, "https://idp.test/keys"), COG_E_IDP_UNREACHABLE);
    unsetenv("no_proxy");
    assert_int_equal(strncmp(peer_request(proxy, 0), "CONNECT idp.test:443 ", 21), 0);
    assert_logged(caller->log, "COG2102", "403");
}

static void asks_no_proxy_for_loopback(void **state)
{
    peer_t *proxy = peer_start(*state, NULL, forbid);
    peer_t *peer = peer_start(*state, NULL, answer_all);
    caller_t *caller =
        make_caller_with(*state, peer_url(*state, proxy, "127.0.0.1", "/"), NULL);

    assert_int_equal(fetch_get(caller, local_url(caller, peer, "/")), COG_OK);
    assert_int_equal(peer_connections(proxy), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(goes_only_where_it_is_safe),
        cmocka_unit_test_with_pool(takes_names_below_localhost_for_loopback),
        cmocka_unit_test_with_pool(asks_no_proxy_of_the_environment),
        cmocka_unit_test_with_pool(asks_the_configured_proxy),
        cmocka_unit_test_with_pool(asks_no_proxy_for_loopback),
    };

    return cmocka_run_group_tests_name("net/fetch/fetch_curl, where it may go", tests,
                                       fetch_setup, fetch_teardown);
}
