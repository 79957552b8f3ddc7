/* A small memcached, for the scripts of a peer. */
#ifndef COG_TEST_MEMCACHE_PEER_H
#define COG_TEST_MEMCACHE_PEER_H

#include "test/unit/net/peer.h"

/* One command, as it came: its line, and the value behind it. */
typedef struct {
    char bytes[70000];
    size_t len;
    char verb[16];
    char key[256];
    long expiry;
    const char *value; /* NULL: none */
    size_t value_len;
} said_t;

/* Read a command; keep its line, without the line's end, as the peer's request. FALSE
 * when there is none more. */
int memcache_hear(talk_t *talk, said_t *said);

/* A script: a server that holds what it is given, the same for all peers. */
void memcache_answer_all(talk_t *talk);

/* Answer one command as memcache_answer_all() does. */
int memcache_answer(talk_t *talk, const said_t *said);

/* Forget everything. Before the first use, too. */
void memcache_forget(apr_pool_t *pool);

#endif
