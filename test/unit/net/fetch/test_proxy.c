/* Proxies that ask for a user and a password, and what is said to whom. */
#include "test/unit/net/fetch/proxy_world.h"

#include "net/fetch/proxy.h"

static void tells_its_user_and_password_to_the_proxy_alone(void **state)
{
    world_t *world = make_world(*state);
    const char *to_proxy, *to_pool;

    use_password(world, PASSWORD);
    assert_int_equal(post(world), COG_OK);
    to_proxy = peer_request(world->by, 0);
    to_pool = peer_request(world->user_pool, 0);
    assert_int_equal(strncmp(to_proxy, "CONNECT idp.test:", 17), 0);
    assert_non_null(strstr(to_proxy, credentials(*state, PASSWORD)));
    assert_null(strstr(to_proxy, "\r\nAuthorization"));
    assert_null(strstr(to_proxy, "Y2xpZW50"));
    assert_null(strstr(to_proxy, "code"));
    assert_null(strstr(to_pool, "Proxy-"));
    assert_null(strstr(to_pool, credentials(*state, PASSWORD)));
    assert_non_null(strstr(to_pool, "\r\nAuthorization: Basic Y2xpZW50\r\n"));
    assert_int_equal(world->log->count, 0);
}

static void says_that_the_proxy_asks_for_a_password(void **state)
{
    world_t *world = make_world(*state);

    assert_int_equal(post(world), COG_E_PROXY_AUTH);
    assert_int_equal(world->log->level, COG_LOG_ERROR);
    assert_told(world, "COG2103: POST https://idp.test:");
    assert_told(world, "the proxy NAME asks for a user and a password (407): write "
                       "CognitoProxy http://USER:file:PATH@HOST:PORT");
    assert_int_equal(peer_connections(world->user_pool), 0);
}

/* clang-format off */
static const struct {
    const char *rule;
    const char *password;
    const char *offers;
} refusals[] = {
    {"another password",     OTHER,    "Basic realm=\"proxy\""},
    {"no password",          NULL,     "Basic realm=\"proxy\""},
    {"only ways of Windows", PASSWORD, "Negotiate\r\nProxy-Authenticate: NTLM"},
    {"only digests",         PASSWORD, "Digest realm=\"proxy\", nonce=\"abc\", qop=\"auth\""},
    {"nothing at all",       PASSWORD, ""},
};
/* clang-format on */

static void says_that_the_proxy_refuses_without_the_password(void **state)
{
    for (size_t i = 0; i < COUNT(refusals); ++i) {
        world_t *world = make_world(*state);
        const char *sent = refusals[i].password ? refusals[i].password : "";

        there.password = "what it wants";
        there.offers = refusals[i].offers;
        use_password(world, refusals[i].password);
        assert_result(refusals[i].rule, post(world), COG_E_PROXY_AUTH);
        assert_told(world, "COG2103");
        assert_told(world, "the proxy NAME does not accept this user and password "
                           "(407) in the form Basic");
        assert_int_equal(peer_requests(world->by), 1);
        assert_int_equal(peer_connections(world->user_pool), 0);
        assert_null(strstr(world->log->last, "file"));
        assert_null(strstr(world->log->last, credentials(*state, sent)));
        assert_true(!*sent || !strstr(world->log->last, sent));
    }
}

static void has_no_password_where_none_was_written(void **state)
{
    const cog_proxy_t proxy = {
        .name = "NAME", .user = "user", .password = cog_secret_of("left over")};

    assert_false(cog_secret_is_set(cog_proxy_password(*state, &proxy)));
    assert_false(cog_secret_is_set(cog_proxy_password(*state, NULL)));
    assert_string_equal(cog_proxy_complaint(*state, &proxy),
                        "the proxy NAME does not accept this user and password (407) in "
                        "the form Basic");
}

static void refuse_as_a_proxy_would(talk_t *talk)
{
    while (talk_read(talk) &&
           talk_say(talk, "HTTP/1.1 407 Proxy Authentication Required\r\n"
                          "Proxy-Authenticate: Basic realm=\"pool\"\r\n"
                          "Content-Length: 0\r\n\r\n")) {
    }
}

static void tells_the_user_pool_nothing_that_asks_like_a_proxy(void **state)
{
    world_t *world = make_world_with(*state, refuse_as_a_proxy_would);

    use_password(world, PASSWORD);
    assert_int_equal(post(world), COG_OK);
    assert_int_equal(world->response.status, 407);
    assert_int_equal(peer_requests(world->user_pool), 1);
    assert_null(strstr(peer_request(world->user_pool, 0), "Proxy-"));
}

static void tells_loopback_nothing(void **state)
{
    world_t *world = make_world(*state);
    peer_t *peer = peer_start(*state, NULL, refuse_as_a_proxy_would);
    const cog_fetch_request_t request = {.url = peer_url(*state, peer, "127.0.0.1", "/")};

    use_password(world, PASSWORD);
    assert_int_equal(world->fetcher.fetch(world->fetcher.context, *state,
                                          &world->log->log, &request, &world->response),
                     COG_OK);
    assert_int_equal(peer_requests(peer), 1);
    assert_null(strstr(peer_request(peer, 0), "Proxy-"));
    assert_int_equal(peer_connections(world->by), 0);
}

static void goes_by_a_proxy_over_tls(void **state)
{
    world_t *world = make_world(*state);

    use_proxy(world, certified(world, "IP:127.0.0.1"));
    use_password(world, PASSWORD);
    assert_int_equal(post(world), COG_OK);
    assert_int_equal(post(world), COG_OK);
    assert_int_equal(peer_connections(world->by), 1);
    assert_null(strstr(peer_request(world->user_pool, 0), "Proxy-"));
}

static void tells_nothing_to_a_proxy_that_it_does_not_trust(void **state)
{
    world_t *world = make_world(*state);
    ca_t *ours = world->ca;

    use_password(world, PASSWORD);
    use_proxy(world, certified(world, "IP:127.0.0.2"));
    assert_int_equal(post(world), COG_E_IDP_UNREACHABLE);
    assert_told(world, "COG2102");
    assert_int_equal(peer_requests(world->by), 0);
    world->ca = ca_make(*state);
    use_proxy(world, certified(world, "IP:127.0.0.1"));
    world->ca = ours;
    assert_int_equal(post(world), COG_E_IDP_UNREACHABLE);
    assert_int_equal(peer_requests(world->by), 0);
}

static void trusts_no_ca_of_which_nobody_has_told(void **state)
{
    world_t *world = make_world(*state);

    use_password(world, PASSWORD);
    use_proxy(world, certified(world, "IP:127.0.0.1"));
    world->conf.ca_file = NULL;
    make_fetcher(world);
    assert_int_equal(post(world), COG_E_IDP_UNREACHABLE);
    assert_int_equal(peer_requests(world->by), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(tells_its_user_and_password_to_the_proxy_alone),
        cmocka_unit_test_with_pool(says_that_the_proxy_asks_for_a_password),
        cmocka_unit_test_with_pool(says_that_the_proxy_refuses_without_the_password),
        cmocka_unit_test_with_pool(has_no_password_where_none_was_written),
        cmocka_unit_test_with_pool(tells_the_user_pool_nothing_that_asks_like_a_proxy),
        cmocka_unit_test_with_pool(tells_loopback_nothing),
        cmocka_unit_test_with_pool(goes_by_a_proxy_over_tls),
        cmocka_unit_test_with_pool(tells_nothing_to_a_proxy_that_it_does_not_trust),
        cmocka_unit_test_with_pool(trusts_no_ca_of_which_nobody_has_told),
    };

    return cmocka_run_group_tests_name("net/fetch, proxies", tests, fetch_setup,
                                       fetch_teardown);
}
