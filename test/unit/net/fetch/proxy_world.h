/* A user pool that only a proxy reaches, and who asks it. */
#ifndef COG_TEST_PROXY_WORLD_H
#define COG_TEST_PROXY_WORLD_H

#include "test/unit/unit.h"

#include <stdatomic.h>

#include "test/unit/net/fetch/fetch_caller.h"
#include "test/unit/net/server/certificates.h"

#define PASSWORD "pa:ss w\xc3\xb6rd@1"
#define OTHER    "another one"

/* What the proxy wants. */
typedef struct {
    atomic_int port;                /* of the user pool */
    _Atomic(const char *) password; /* NULL: it asks for none */
    _Atomic(const char *) offers;   /* how it asks */
} proxy_wants_t;
extern proxy_wants_t there;

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

/* The proxy wants PASSWORD, and is told none; the user pool answers {}, or as the script
 * does. */
world_t *make_world(apr_pool_t *pool);
world_t *make_world_with(apr_pool_t *pool, peer_script_t script);
/* After a change of `conf`. */
void make_fetcher(world_t *world);

/* Another proxy; what it is told. */
void use_proxy(world_t *world, SSL_CTX *tls);
void use_password(world_t *world, const char *password);

/* A server's certificate of the world's authority. */
SSL_CTX *certified(const world_t *world, const char *names);

/* As they stand in the header, in base64. */
const char *credentials(apr_pool_t *pool, const char *password);

/* Send a form to the user pool. */
cog_err_t post(world_t *world);

/* The last message says this. */
void assert_told(const world_t *world, const char *text);

#endif
