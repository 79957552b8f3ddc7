/* One question to a Redis server, whose answer may be that another node is to be asked.
 */
#ifndef COG_NET_REDIS_CALL_H
#define COG_NET_REDIS_CALL_H

#include "net/redis/redirect.h"
#include "net/redis/redis_command.h"
#include "net/server/server.h"

typedef struct {
    cog_question_t question; /* the first: the server knows no more */
    cog_redis_command_t command;
    /* What the answer means: an error of the port, or cog_redis_unexpected(). */
    cog_err_t (*judge)(cog_redis_exchange_t *exchange);
    const char *key;                /* NULL: no other node may be named */
    const cog_node_address_t *node; /* who is asked */
    int is_asking;                  /* because another one has sent us with ASK */
    int redirects_left;             /* how often somebody else may be named */
    cog_redis_exchange_t exchange;  /* what has come of the last attempt */
    cog_redirect_t redirect;        /* kind: COG_REDIRECT_NONE when it was judged */
} cog_redis_call_t;

/* The question's `ask`: what `judge` says, or COG_OK when `redirect` is set. */
cog_err_t cog_redis_call_ask(cog_question_t *question, cog_connection_t *connection);

#endif
