#include "test/unit/net/fetch/proxy_world.h"

#include <apr_base64.h>
#include <apr_strings.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define USER "CORP\\svc@corp.test"

proxy_wants_t there;

const char *credentials(apr_pool_t *pool, const char *password)
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

SSL_CTX *certified(const world_t *world, const char *names)
{
    const certificate_t certificate = {names, 10, 0};

    return ca_server(world->pool, world->ca, &certificate);
}

void make_fetcher(world_t *world)
{
    assert_int_equal(cog_fetch_curl_make(world->pool, &world->conf, &world->fetcher),
                     COG_OK);
}

void use_proxy(world_t *world, SSL_CTX *tls)
{
    world->by = peer_start(world->pool, tls, tunnel);
    world->proxy.url = peer_url(world->pool, world->by, "127.0.0.1", "");
    world->proxy.name = "NAME";
    make_fetcher(world);
}

void use_password(world_t *world, const char *password)
{
    world->proxy.user = USER;
    world->proxy.has_password = 1;
    world->proxy.source = (cog_secret_source_t){COG_SOURCE_ENV, "ANY"};
    world->proxy.password = cog_secret_of(password);
}

world_t *make_world_with(apr_pool_t *pool, peer_script_t script)
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

world_t *make_world(apr_pool_t *pool)
{
    return make_world_with(pool, answer_all);
}

cog_err_t post(world_t *world)
{
    const cog_fetch_request_t request = {
        .url = peer_url(world->pool, world->user_pool, "idp.test", "/token"),
        .form = cog_secret_of("code=c0de"),
        .authorization = cog_secret_of("Basic Y2xpZW50"),
    };

    return world->fetcher.fetch(world->fetcher.context, world->pool, &world->log->log,
                                &request, &world->response);
}

void assert_told(const world_t *world, const char *text)
{
    if (!strstr(world->log->last, text)) {
        fail_msg("log says: %s", world->log->last);
    }
}
