#include "test/unit/net/peer.h"

#include <apr_strings.h>
#include <apr_thread_mutex.h>
#include <apr_thread_proc.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_TALKS   1024
#define MAX_REQUEST 65536
#define WAIT_MILLI  20000

typedef struct {
    talk_t talk;
    apr_thread_t *thread;
} served_t;

struct peer_t {
    apr_pool_t *pool; /* behind the lock once the peer runs */
    apr_thread_mutex_t *lock;
    apr_thread_t *thread;
    SSL_CTX *tls;
    peer_script_t script;
    int fd;
    int port;
    int is_ending;
    int count;
    served_t served[MAX_TALKS];
    apr_array_header_t *requests; /* const char * */
};

static void must(int condition)
{
    if (!condition) {
        abort();
    }
}

/* Whatever the test does with this signal, a peer outlives it. */
static void block_sigpipe(void)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

static void *APR_THREAD_FUNC serve(apr_thread_t *thread, void *data)
{
    served_t *served = data;
    talk_t *talk = &served->talk;
    peer_t *peer = talk->peer;

    (void)thread;
    block_sigpipe();
    if (peer->tls) {
        talk->ssl = SSL_new(peer->tls);
        SSL_set_fd(talk->ssl, talk->fd);
    }
    if (!talk->ssl || SSL_accept(talk->ssl) == 1) {
        peer->script(talk);
        if (talk->ssl) {
            SSL_shutdown(talk->ssl);
        }
    }
    SSL_free(talk->ssl);
    apr_thread_mutex_lock(peer->lock);
    close(talk->fd);
    talk->fd = -1;
    apr_thread_mutex_unlock(peer->lock);
    return NULL;
}

static void add_talk(peer_t *peer, int fd)
{
    served_t *served;

    apr_thread_mutex_lock(peer->lock);
    must(peer->count < MAX_TALKS);
    served = &peer->served[peer->count++];
    served->talk = (talk_t){peer, peer->count, fd, NULL};
    must(apr_thread_create(&served->thread, NULL, serve, served, peer->pool) ==
         APR_SUCCESS);
    apr_thread_mutex_unlock(peer->lock);
}

static void *APR_THREAD_FUNC accept_all(apr_thread_t *thread, void *data)
{
    peer_t *peer = data;
    int fd;

    (void)thread;
    while ((fd = accept(peer->fd, NULL, NULL)) >= 0) {
        add_talk(peer, fd);
    }
    return NULL;
}

static apr_status_t end(void *data)
{
    peer_t *peer = data;
    apr_status_t status;

    shutdown(peer->fd, SHUT_RDWR);
    apr_thread_join(&status, peer->thread);
    apr_thread_mutex_lock(peer->lock);
    peer->is_ending = 1;
    for (int i = 0; i < peer->count; ++i) {
        if (peer->served[i].talk.fd >= 0) {
            shutdown(peer->served[i].talk.fd, SHUT_RDWR);
        }
    }
    apr_thread_mutex_unlock(peer->lock);
    for (int i = 0; i < peer->count; ++i) {
        apr_thread_join(&status, peer->served[i].thread);
    }
    close(peer->fd);
    return APR_SUCCESS;
}

static void listen_on_a_free_port(peer_t *peer)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(peer->fd >= 0);
    must(bind(peer->fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    must(listen(peer->fd, 64) == 0);
    must(getsockname(peer->fd, (struct sockaddr *)&address, &len) == 0);
    peer->port = ntohs(address.sin_port);
}

peer_t *peer_start(apr_pool_t *pool, SSL_CTX *tls, peer_script_t script)
{
    apr_pool_t *own;
    peer_t *peer;

    must(apr_pool_create(&own, pool) == APR_SUCCESS);
    peer = apr_pcalloc(own, sizeof(*peer));
    peer->pool = own;
    peer->tls = tls;
    peer->script = script;
    peer->requests = apr_array_make(own, 16, sizeof(const char *));
    must(apr_thread_mutex_create(&peer->lock, APR_THREAD_MUTEX_DEFAULT, own) ==
         APR_SUCCESS);
    listen_on_a_free_port(peer);
    must(apr_thread_create(&peer->thread, NULL, accept_all, peer, own) == APR_SUCCESS);
    /* before the subpools of the threads go */
    apr_pool_pre_cleanup_register(own, peer, end);
    return peer;
}

int peer_port(const peer_t *peer)
{
    return peer->port;
}

const char *peer_url(apr_pool_t *pool, const peer_t *peer, const char *host,
                     const char *path)
{
    return apr_psprintf(pool, "%s://%s:%d%s", peer->tls ? "https" : "http", host,
                        peer->port, path);
}

int peer_connections(peer_t *peer)
{
    int count;

    apr_thread_mutex_lock(peer->lock);
    count = peer->count;
    apr_thread_mutex_unlock(peer->lock);
    return count;
}

int peer_open(peer_t *peer)
{
    int count = 0;

    apr_thread_mutex_lock(peer->lock);
    for (int i = 0; i < peer->count; ++i) {
        count += peer->served[i].talk.fd >= 0;
    }
    apr_thread_mutex_unlock(peer->lock);
    return count;
}

void peer_wait_until_closed(peer_t *peer)
{
    apr_time_t end = apr_time_now() + apr_time_from_sec(10);

    while (peer_open(peer) > 0) {
        must(apr_time_now() < end);
        apr_sleep(1000);
    }
}

int peer_requests(peer_t *peer)
{
    int count;

    apr_thread_mutex_lock(peer->lock);
    count = peer->requests->nelts;
    apr_thread_mutex_unlock(peer->lock);
    return count;
}

const char *peer_request(peer_t *peer, int number)
{
    const char *request = "";

    apr_thread_mutex_lock(peer->lock);
    if (number < peer->requests->nelts) {
        request = APR_ARRAY_IDX(peer->requests, number, const char *);
    }
    apr_thread_mutex_unlock(peer->lock);
    return request;
}

ssize_t talk_receive(talk_t *talk, char *bytes, size_t room)
{
    return talk->ssl ? SSL_read(talk->ssl, bytes, (int)room)
                     : recv(talk->fd, bytes, room, 0);
}

static size_t content_length(const char *head)
{
    const char *line = strstr(head, "\r\nContent-Length: ");

    return line ? (size_t)atol(line + strlen("\r\nContent-Length: ")) : 0;
}

static int is_complete(const char *text, size_t len)
{
    const char *head_end = strstr(text, "\r\n\r\n");

    return head_end && len >= (size_t)(head_end + 4 - text) + content_length(text);
}

void talk_keep(talk_t *talk, const char *request, size_t len)
{
    apr_thread_mutex_lock(talk->peer->lock);
    APR_ARRAY_PUSH(talk->peer->requests, const char *) =
        apr_pstrmemdup(talk->peer->pool, request, len);
    apr_thread_mutex_unlock(talk->peer->lock);
}

int talk_read(talk_t *talk)
{
    char *text = calloc(1, MAX_REQUEST);
    size_t len = 0;
    ssize_t got = 1;

    while (!is_complete(text, len) && len < MAX_REQUEST - 1 && got > 0) {
        got = talk_receive(talk, text + len, MAX_REQUEST - 1 - len);
        len += got > 0 ? (size_t)got : 0;
    }
    if (got > 0) {
        talk_keep(talk, text, len);
    }
    free(text);
    return got > 0;
}

int talk_say_bytes(talk_t *talk, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = talk->ssl ? SSL_write(talk->ssl, bytes, (int)len)
                                 : send(talk->fd, bytes, len, MSG_NOSIGNAL);

        if (sent <= 0) {
            return 0;
        }
        bytes += sent;
        len -= (size_t)sent;
    }
    return 1;
}

int talk_say(talk_t *talk, const char *text)
{
    return talk_say_bytes(talk, text, strlen(text));
}

int talk_answer(talk_t *talk, const char *body)
{
    char head[128];

    apr_snprintf(head, sizeof(head),
                 "HTTP/1.1 200 OK\r\nContent-Length: %" APR_SIZE_T_FMT "\r\n\r\n",
                 strlen(body));
    return talk_say(talk, head) && talk_say(talk, body);
}

void talk_wait(talk_t *talk)
{
    struct pollfd fd = {talk->fd, POLLIN, 0};
    char rest[4096];

    while (poll(&fd, 1, WAIT_MILLI) > 0 && recv(talk->fd, rest, sizeof(rest), 0) > 0) {
        /* what comes is thrown away */
    }
}

void talk_reset(talk_t *talk)
{
    struct linger at_once = {1, 0};

    setsockopt(talk->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}
