/* Commands to a Redis server over one connection: one goes out, one answer comes in. */
#ifndef COG_NET_REDIS_COMMAND_H
#define COG_NET_REDIS_COMMAND_H

#include "base/secret.h"
#include "net/redis/redis_reply.h"
#include "net/server/connection.h"
#include "net/server/fault.h"

#define COG_REDIS_MAX_WORDS 6

/* Words and their lengths; what is in them is never interpreted. */
typedef struct {
    int count;
    const char *words[COG_REDIS_MAX_WORDS];
    size_t lens[COG_REDIS_MAX_WORDS];
} cog_redis_command_t;

typedef struct {
    cog_redis_reply_t reply;
    cog_fault_t fault;
    int is_sent;     /* all of the command may have reached the server */
    int is_answered; /* some of the answer has come */
} cog_redis_exchange_t;

void cog_redis_command_add(cog_redis_command_t *command, const char *word, size_t len);

/* COG_E_STORE and a fault unless a whole answer came, which may be an error; then, and
 * when the answer is not an expected one, the connection is of no use any more. The
 * pool of the reply is the caller's to set, and the rest zero. */
cog_err_t cog_redis_exchange(cog_connection_t *connection,
                             const cog_redis_command_t *command,
                             cog_redis_exchange_t *exchange);

/* Is the answer +OK? */
int cog_redis_is_ok(const cog_redis_reply_t *reply);

/* For an answer that was not expected: its fault. Returns COG_E_STORE. */
cog_err_t cog_redis_unexpected(cog_redis_exchange_t *exchange);

/* What makes a fresh connection fit for use: AUTH when there is a password, with the user
 * when there is one; SELECT when `database` is not 0. */
cog_err_t cog_redis_log_in(cog_connection_t *connection, const char *user,
                           cog_secret_t password, int database, cog_fault_t *fault);

/* What goes before a command to whom a node has sent with ASK. */
cog_err_t cog_redis_announce_ask(cog_connection_t *connection, cog_fault_t *fault);

#endif
