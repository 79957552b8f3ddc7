#include "net/server/server.h"

#include <apr_strings.h>
#include <apr_thread_mutex.h>
#include <string.h>

#include "net/server/breaker.h"
#include "net/server/connection_pool.h"
#include "net/server/monotonic.h"

/* a little less than the port promises: giving up takes time too */
#define LIMIT         (450 * APR_TIME_C(1000))
#define WARN_INTERVAL apr_time_from_sec(10)

struct cog_server_t {
    cog_server_options_t options;
    const char *name; /* Redis at host:port */
    cog_endpoint_t endpoint;
    cog_connection_pool_t *idle;
    apr_thread_mutex_t *lock; /* of what follows; never held while the server is asked */
    cog_breaker_t breaker;
    apr_time_t next_warning;
};

/* ---- one question, over a kept connection or a fresh one ---- */

static cog_err_t ask_over(cog_server_t *server, cog_question_t *question,
                          cog_connection_t *connection)
{
    cog_err_t err;

    question->is_sent = 0;
    question->is_answered = 0;
    question->is_last_over_this = 0;
    question->fault = (cog_fault_t){0};
    err = question->ask(question, connection);
    if (err == COG_E_STORE || question->is_last_over_this) {
        cog_connection_close(connection);
    }
    else {
        cog_connection_pool_give(server->idle, cog_monotonic_now(), connection);
    }
    return err;
}

/* A connection that the server has closed tells so at its next use only. */
static int is_worth_another_try(const cog_question_t *question)
{
    return question->fault.is_gone && !question->is_answered &&
           (question->may_be_repeated || !question->is_sent);
}

static cog_err_t open_fresh(cog_server_t *server, apr_time_t deadline,
                            cog_connection_t *connection, cog_fault_t *fault)
{
    const cog_server_options_t *options = &server->options;
    cog_err_t err;

    COG_TRY(cog_connection_open(&server->endpoint, deadline, connection, fault));
    err = options->greet ? options->greet(options->context, connection, fault) : COG_OK;
    if (err != COG_OK) {
        cog_connection_close(connection);
    }
    return err;
}

static cog_err_t ask(cog_server_t *server, cog_question_t *question, apr_time_t deadline)
{
    cog_connection_t connection;

    if (cog_connection_pool_take(server->idle, cog_monotonic_now(), &connection)) {
        cog_err_t err;

        connection.deadline = deadline;
        err = ask_over(server, question, &connection);
        if (err != COG_E_STORE || !is_worth_another_try(question)) {
            return err;
        }
    }
    COG_TRY(open_fresh(server, deadline, &connection, &question->fault));
    return ask_over(server, question, &connection);
}

/* ---- whether to ask, and what becomes known of the server ---- */

static int may_ask(cog_server_t *server)
{
    int may;

    apr_thread_mutex_lock(server->lock);
    may = cog_breaker_allows(&server->breaker, cog_monotonic_now());
    apr_thread_mutex_unlock(server->lock);
    return may;
}

static void note_answer(cog_server_t *server, const cog_log_t *log)
{
    int has_closed;

    apr_thread_mutex_lock(server->lock);
    has_closed = cog_breaker_worked(&server->breaker);
    apr_thread_mutex_unlock(server->lock);
    if (has_closed) {
        COG_LOG(log, INFO, 2202, "%s works again", server->name);
    }
}

/* A warning, unless there was one a short while ago. Call with the lock held. */
static cog_log_level_t level_now(cog_server_t *server, apr_time_t now)
{
    if (server->breaker.is_open || now < server->next_warning) {
        return COG_LOG_DEBUG;
    }
    server->next_warning = now + WARN_INTERVAL;
    return COG_LOG_WARNING;
}

static void note_fault(cog_server_t *server, const cog_log_t *log,
                       const cog_fault_t *fault)
{
    apr_time_t now = cog_monotonic_now();
    cog_log_level_t level;
    int has_opened;

    apr_thread_mutex_lock(server->lock);
    level = level_now(server, now);
    has_opened = !fault->is_of_command && cog_breaker_failed(&server->breaker, now);
    apr_thread_mutex_unlock(server->lock);
    COG_LOG_AT(log, level, 2200, "%s: %s; %s", server->name, fault->cause, fault->remedy);
    if (has_opened) {
        COG_LOG(log, WARNING, 2201,
                "%s has failed %d times in a row and is now asked once a second only, "
                "until it works: %s; %s",
                server->name, COG_BREAKER_FAILURES, fault->cause, fault->remedy);
    }
}

cog_err_t cog_server_ask(cog_server_t *server, const cog_log_t *log,
                         cog_question_t *question)
{
    cog_err_t err;

    if (!may_ask(server)) {
        COG_LOG(log, DEBUG, 2203, "%s is not asked: it has just failed", server->name);
        return COG_E_STORE;
    }
    err = ask(server, question,
              question->deadline ? question->deadline : cog_server_deadline(server));
    if (err == COG_E_STORE) {
        note_fault(server, log, &question->fault);
    }
    if (err != COG_E_STORE || question->fault.is_of_command) {
        note_answer(server, log);
    }
    return err;
}

apr_time_t cog_server_deadline(const cog_server_t *server)
{
    return cog_monotonic_now() + server->options.limit;
}

int cog_server_is_fit(cog_server_t *server)
{
    int is_fit;

    apr_thread_mutex_lock(server->lock);
    is_fit = !server->breaker.is_open;
    apr_thread_mutex_unlock(server->lock);
    return is_fit;
}

int cog_server_is_busy(cog_server_t *server)
{
    return cog_resolver_is_busy(server->endpoint.resolver);
}

static cog_err_t make_tls(apr_pool_t *pool, const cog_server_t *model,
                          const cog_server_options_t *options, cog_tls_t **tls)
{
    if (!options->has_tls) {
        return COG_OK;
    }
    if (model) {
        *tls = cog_tls_share(pool, model->endpoint.tls, options->host);
        return COG_OK;
    }
    return cog_tls_make(
        pool, &(cog_tls_conf_t){options->host, options->ca_file, options->certificate},
        tls);
}

static cog_err_t make_parts(apr_pool_t *conf_pool, const cog_server_t *model,
                            cog_server_t *server)
{
    const cog_server_options_t *options = &server->options;

    server->name = apr_psprintf(
        conf_pool, strchr(options->host, ':') ? "%s at [%s]:%d" : "%s at %s:%d",
        options->kind, options->host, options->port);
    COG_TRY(cog_resolver_make(conf_pool, options->host, options->port, getaddrinfo,
                              &server->endpoint.resolver));
    COG_TRY(make_tls(conf_pool, model, options, &server->endpoint.tls));
    COG_REQUIRE(apr_thread_mutex_create(&server->lock, APR_THREAD_MUTEX_DEFAULT,
                                        conf_pool) == APR_SUCCESS,
                COG_E_INTERNAL);
    return cog_connection_pool_make(conf_pool, &server->idle);
}

static cog_err_t make(apr_pool_t *pool, const cog_server_t *model,
                      const cog_server_options_t *options, cog_server_t **server)
{
    cog_server_t *made = apr_pcalloc(pool, sizeof(*made));

    made->options = *options;
    made->options.limit = options->limit > 0 ? options->limit : LIMIT;
    COG_TRY(make_parts(pool, model, made));
    *server = made;
    return COG_OK;
}

cog_err_t cog_server_make(apr_pool_t *conf_pool, const cog_server_options_t *options,
                          cog_server_t **server)
{
    return make(conf_pool, NULL, options, server);
}

cog_err_t cog_server_make_like(apr_pool_t *pool, const cog_server_t *model,
                               const cog_server_options_t *options, cog_server_t **server)
{
    return make(pool, model, options, server);
}
