#include "test/unit/unit.h"

#include <apr_base64.h>
#include <apr_file_io.h>
#include <apr_signal.h>
#include <apr_strings.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/fetch/fetch_curl.h"
#include "test/unit/kept_log.h"
#include "test/unit/net/peer.h"
#include "test/unit/net/server/certificates.h"

#define USER     "CORP\\svc@corp.test"
#define PASSWORD "pa:ss w\xc3\xb6rd@1"
#define OTHER    "another one"

/* What is between: a user pool that only a proxy reaches, and which password that one
 * takes; NULL: it asks for none. */
static struct {
    atomic_int port;
    _Atomic(const char *) password;
    _Atomic(const char *) offers; /* how it asks */
} there;

/* ---- the proxy ---- */

static const char *credentials(apr_pool_t *pool, const char *password)
{
    const char *text = apr_pstrcat(pool, USER, ":", password, NULL);
    char *encoded =
        apr_palloc(pool, (apr_size_t)apr_base64_encode_len((int)strlen(text)));

    apr_base64_encode(encoded, text, (int)strlen(text));
    return encoded;
}

static int lets_through(const char *request)
{
    apr_pool_t *pool;
    const char *password = there.password;
    int result;

    apr_pool_create(&pool, NULL);
    result = !password ||
             strstr(request, apr_pstrcat(pool, "\r\nProxy-Authorization: Basic ",
                                         credentials(pool, password), "\r\n", NULL));
    apr_pool_destroy(pool);
    return result;
}

static int connect_to_pool(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)there.port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
        return fd;
    }
    close(fd);
    return -1;
}

static int pump_out(talk_t *talk, int fd)
{
    char bytes[16384];
    ssize_t len = talk_receive(talk, bytes, sizeof(bytes));

    return len > 0 && send(fd, bytes, (size_t)len, MSG_NOSIGNAL) == len;
}

static int pump_in(talk_t *talk, int fd)
{
    char bytes[16384];
    ssize_t len = recv(fd, bytes, sizeof(bytes), 0);

    return len > 0 && talk_say_bytes(talk, bytes, (size_t)len);
}

static void pump(talk_t *talk, int fd)
{
    struct pollfd ends[] = {
        {talk->fd, POLLIN, 0},
        {fd,       POLLIN, 0}
    };
    int goes_on = 1;

    while (goes_on) {
        int is_waiting = talk->ssl && SSL_pending(talk->ssl) > 0;

        if (!is_waiting && poll(ends, 2, -1) <= 0) {
            return;
        }
        if (is_waiting || ends[0].revents) {
            goes_on = pump_out(talk, fd);
        }
        else {
            goes_on = pump_in(talk, fd);
        }
    }
}

static void tunnel(talk_t *talk)
{
    int fd;

    if (!talk_read(talk)) {
        return;
    }
    if (!lets_through(peer_request(talk->peer, peer_requests(talk->peer) - 1))) {
        talk_say(talk, "HTTP/1.1 407 Proxy Authentication Required\r\n"
                       "Proxy-Authenticate: ");
        talk_say(talk, there.offers);
        talk_say(talk, "\r\nContent-Length: 0\r\n\r\n");
        talk_wait(talk);
        return;
    }
    fd = connect_to_pool();
    if (fd >= 0 && talk_say(talk, "HTTP/1.1 200 Connection established\r\n\r\n")) {
        pump(talk, fd);
    }
    close(fd);
}

/* ---- the user pool, and who asks it ---- */

typedef struct {
    apr_pool_t *pool;
    ca_t *ca;
    peer_t *user_pool;
    peer_t *by; /* the proxy */
    kept_log_t *log;
    cog_proxy_t proxy;
    cog_fetch_conf_t conf;
    cog_fetcher_t fetcher;
    cog_fetch_response_t response;
} world_t;

static void answer_all(talk_t *talk)
{
    while (talk_read(talk) && talk_answer(talk, "{}")) {
    }
}

static SSL_CTX *certified(const world_t *world, const char *names)
{
    const certificate_t certificate = {names, 10, 0};

    return ca_server(world->pool, world->ca, &certificate);
}

static void make_fetcher(world_t *world)
{
    assert_int_equal(cog_fetch_curl_make(world->pool, &world->conf, &world->fetcher),
                     COG_OK);
}

static void use_proxy(world_t *world, SSL_CTX *tls)
{
    world->by = peer_start(world->pool, tls, tunnel);
    world->proxy.url = peer_url(world->pool, world->by, "127.0.0.1", "");
    world->proxy.name = "NAME";
    make_fetcher(world);
}

static void use_password(world_t *world, const char *password)
{
    world->proxy.user = USER;
    world->proxy.has_password = 1;
    world->proxy.source = (cog_secret_source_t){COG_SOURCE_ENV, "ANY"};
    world->proxy.password = cog_secret_of(password);
}

static world_t *make_world_with(apr_pool_t *pool, peer_script_t script)
{
    world_t *world = apr_pcalloc(pool, sizeof(*world));

    world->pool = pool;
    world->ca = ca_make(pool);
    world->log = kept_log_make(pool);
    world->conf.proxy = &world->proxy;
    world->conf.ca_file = ca_file(world->ca);
    world->conf.connect_limit = apr_time_from_sec(15);
    world->conf.total_limit = apr_time_from_sec(15);
    world->user_pool = peer_start(pool, certified(world, "DNS:idp.test"), script);
    there.port = peer_port(world->user_pool);
    there.password = PASSWORD;
    there.offers = "Basic realm=\"proxy\"";
    use_proxy(world, NULL);
    return world;
}

static world_t *make_world(apr_pool_t *pool)
{
    return make_world_with(pool, answer_all);
}

static cog_err_t post(world_t *world)
{
    const cog_fetch_request_t request = {
        .url = peer_url(world->pool, world->user_pool, "idp.test", "/token"),
        .form = cog_secret_of("code=c0de"),
        .authorization = cog_secret_of("Basic Y2xpZW50"),
    };

    return world->fetcher.fetch(world->fetcher.context, world->pool, &world->log->log,
                                &request, &world->response);
}

static void assert_told(const world_t *world, const char *text)
{
    if (!strstr(world->log->last, text)) {
        fail_msg("log says: %s", world->log->last);
    }
}

/* ---- tests ---- */

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
        assert_null(strstr(world->log->last, credentials(*state, sent)));
        assert_true(!*sent || !strstr(world->log->last, sent));
    }
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

/* ---- a password that changes ---- */

static void write_password(const char *path, const char *text, apr_pool_t *pool)
{
    apr_file_t *file;

    assert_int_equal(
        apr_file_open(&file, path,
                      APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_TRUNCATE,
                      APR_FPROT_UREAD | APR_FPROT_UWRITE, pool),
        APR_SUCCESS);
    assert_int_equal(apr_file_write_full(file, text, strlen(text), NULL), APR_SUCCESS);
    apr_file_close(file);
}

static apr_status_t remove_file(void *path)
{
    return unlink(path) == 0 ? APR_SUCCESS : APR_EGENERAL;
}

/* The proxy's password is in a file; it was another one at start. */
static const char *use_file(world_t *world, const char *password)
{
    const char *folder;
    apr_file_t *file;
    char *path;

    apr_temp_dir_get(&folder, world->pool);
    path = apr_pstrcat(world->pool, folder, "/cognito-test-proxy-XXXXXX", NULL);
    assert_int_equal(
        apr_file_mktemp(&file, path, APR_CREATE | APR_WRITE | APR_EXCL, world->pool),
        APR_SUCCESS);
    apr_file_close(file);
    apr_pool_cleanup_register(world->pool, path, remove_file, apr_pool_cleanup_null);
    write_password(path, password, world->pool);
    use_password(world, "that of the start");
    world->proxy.source = (cog_secret_source_t){COG_SOURCE_FILE, path};
    return path;
}

static void goes_on_with_a_connection_of_the_same_password(void **state)
{
    world_t *world = make_world(*state);

    use_file(world, PASSWORD "\n");
    assert_int_equal(post(world), COG_OK);
    assert_int_equal(post(world), COG_OK);
    assert_int_equal(peer_connections(world->by), 1);
}

static void opens_another_connection_with_another_password(void **state)
{
    world_t *world = make_world(*state);
    const char *path = use_file(world, PASSWORD);

    assert_int_equal(post(world), COG_OK);
    there.password = OTHER;
    write_password(path, OTHER, *state);
    assert_int_equal(post(world), COG_OK);
    assert_int_equal(peer_connections(world->by), 2);
    assert_non_null(strstr(peer_request(world->by, 1), credentials(*state, OTHER)));
    write_password(path, PASSWORD, *state);
    assert_int_equal(post(world), COG_E_PROXY_AUTH);
}

static void has_the_password_of_the_start_where_its_file_cannot_be_read(void **state)
{
    world_t *world = make_world(*state);
    const char *path = use_file(world, OTHER);

    there.password = "that of the start";
    assert_int_equal(apr_file_perms_set(path, APR_FPROT_UREAD | APR_FPROT_WREAD),
                     APR_SUCCESS);
    assert_int_equal(post(world), COG_OK);
    there.password = OTHER;
    assert_int_equal(post(world), COG_OK); /* over the connection of before */
    make_fetcher(world);
    assert_int_equal(post(world), COG_E_PROXY_AUTH);
    assert_told(world, "; the password is that of the start, for its file may be read "
                       "or written by everybody: chmod 600 ");
}

/* ---- over TLS ---- */

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
        cmocka_unit_test_with_pool(tells_the_user_pool_nothing_that_asks_like_a_proxy),
        cmocka_unit_test_with_pool(tells_loopback_nothing),
        cmocka_unit_test_with_pool(goes_on_with_a_connection_of_the_same_password),
        cmocka_unit_test_with_pool(opens_another_connection_with_another_password),
        cmocka_unit_test_with_pool(
            has_the_password_of_the_start_where_its_file_cannot_be_read),
        cmocka_unit_test_with_pool(goes_by_a_proxy_over_tls),
        cmocka_unit_test_with_pool(tells_nothing_to_a_proxy_that_it_does_not_trust),
        cmocka_unit_test_with_pool(trusts_no_ca_of_which_nobody_has_told),
    };
    apr_pool_t *pool;
    int failed;

    apr_initialize();
    apr_signal(SIGPIPE, SIG_IGN);
    apr_pool_create(&pool, NULL);
    cog_fetch_global_init(pool);
    failed = cmocka_run_group_tests_name("net/proxy", tests, NULL, NULL);
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
