/* A server on a loopback port, in threads of the test, which does exactly what the test's
 * script says: one call of the script for each connection. */
#ifndef COG_TEST_PEER_H
#define COG_TEST_PEER_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <openssl/ssl.h>

typedef struct peer_t peer_t;

/* One connection. */
typedef struct {
    peer_t *peer;
    int number; /* 1 for the first connection */
    int fd;
    SSL *ssl; /* NULL: plain */
} talk_t;

typedef void (*peer_script_t)(talk_t *talk);

/* Listen and serve until `pool` is destroyed, which ends all connections. `tls` may be
 * NULL. */
peer_t *peer_start(apr_pool_t *pool, SSL_CTX *tls, peer_script_t script);

/* scheme://host:port */
const char *peer_url(apr_pool_t *pool, const peer_t *peer, const char *host,
                     const char *path);
int peer_port(const peer_t *peer);

/* How many connections there were; how many have not ended; how many requests; the bytes
 * of the n-th, from 0. */
int peer_connections(peer_t *peer);
int peer_open(peer_t *peer);
/* Wait until it is none. */
void peer_wait_until_closed(peer_t *peer);
int peer_requests(peer_t *peer);
const char *peer_request(peer_t *peer, int number);

/* For scripts. Read a request with its body and keep it; FALSE when there is none more.
 */
int talk_read(talk_t *talk);
/* What has come: its length, or 0 and less at the end. */
ssize_t talk_receive(talk_t *talk, char *bytes, size_t room);
/* Keep a request that was read by other means. */
void talk_keep(talk_t *talk, const char *request, size_t len);
/* FALSE when the other side has gone. */
int talk_say(talk_t *talk, const char *text);
int talk_say_bytes(talk_t *talk, const char *bytes, size_t len);
/* Answer 200 with `body` and its length. */
int talk_answer(talk_t *talk, const char *body);
/* Say nothing until the other side goes, or for twenty seconds. */
void talk_wait(talk_t *talk);
/* End the connection with RST. */
void talk_reset(talk_t *talk);

#endif
