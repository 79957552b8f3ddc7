/* A server that is asked one question at a time over each of a few kept connections.
 * Every question ends within a limit; a connection on which anything went wrong is
 * dropped; a server that fails again and again is left alone for a while
 * (net/server/breaker.h).
 */
#ifndef COG_NET_SERVER_H
#define COG_NET_SERVER_H

#include <apr_pools.h>

#include "base/log.h"
#include "net/server/connection.h"

typedef struct cog_server_t cog_server_t;

typedef struct {
    const char *kind; /* for the log: "Redis" */
    const char *host; /* a name or an address, IPv6 without brackets */
    int port;
    int has_tls;
    const char *ca_file;      /* PEM, NULL: the system's */
    cog_secret_t certificate; /* ours, of net/server/client_certificate.h; unset: none */
    /* of a question; 0: a little less than the port promises. */
    apr_interval_time_t limit;
    /* Make a fresh connection fit for questions; NULL: it is. */
    cog_err_t (*greet)(void *context, cog_connection_t *connection, cog_fault_t *fault);
    void *context;
} cog_server_options_t;

/* What is asked. The members below `ask` are the answer of the last attempt. */
typedef struct cog_question_t {
    apr_time_t deadline; /* monotonic; 0: as the server's limit says */
    int may_be_repeated; /* even when the server may have done it */
    /* Over this connection, within its deadline. COG_E_STORE and a fault when there is no
     * answer that can be trusted: the connection is closed then. */
    cog_err_t (*ask)(struct cog_question_t *question, cog_connection_t *connection);
    int is_sent;           /* all of it may have reached the server */
    int is_answered;       /* some of the answer has come */
    int is_last_over_this; /* the connection is of no use for another one */
    cog_fault_t fault;
} cog_question_t;

/* The texts must live as long as `conf_pool`. Makes no connection: each process makes its
 * own when it needs one, keeps a few, and closes them with `conf_pool`.
 * COG_E_MISCONFIGURED when `ca_file` cannot be read, or `certificate` not be used. */
cog_err_t cog_server_make(apr_pool_t *conf_pool, const cog_server_options_t *options,
                          cog_server_t **server);

/* Another one of the same kind, which trusts the same authorities as `model` does and
 * must not outlive it: cog_tls_share() says for which host its certificate must be. */
cog_err_t cog_server_make_like(apr_pool_t *pool, const cog_server_t *model,
                               const cog_server_options_t *options,
                               cog_server_t **server);

/* Until when a question that is asked now must be answered. */
apr_time_t cog_server_deadline(const cog_server_t *server);

/* May everybody ask it, for it has not failed again and again? Thread-safe. */
int cog_server_is_fit(cog_server_t *server);

/* Would the end of its pool have to wait? Thread-safe. */
int cog_server_is_busy(cog_server_t *server);

/* What `ask` returns; COG_E_STORE has been logged. Thread-safe. */
cog_err_t cog_server_ask(cog_server_t *server, const cog_log_t *log,
                         cog_question_t *question);

#endif
