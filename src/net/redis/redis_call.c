#include "net/redis/redis_call.h"

#include "net/redis/slot.h"

#define ASK_ANNOUNCED                                                                    \
    "set cluster-announce-ip, or cluster-announce-hostname, at the nodes of the cluster"
#define ASK_NODES "compare what CLUSTER NODES says at each node of the cluster"

static int is_redirect(const cog_redis_call_t *call)
{
    return call->redirect.kind != COG_REDIRECT_NONE;
}

static int is_of_key(const cog_redis_call_t *call)
{
    return call->key && call->redirect.slot == cog_slot_of(call->key);
}

/* To the very node that was asked: behind its name may be several, and another one at the
 * other end of another connection. */
static int is_back_to_itself(const cog_redis_call_t *call)
{
    return is_redirect(call) && cog_node_address_equal(&call->redirect.node, call->node);
}

static cog_err_t read_redirect(cog_redis_call_t *call)
{
    cog_redis_exchange_t *exchange = &call->exchange;

    if (exchange->reply.kind != COG_REPLY_ERROR) {
        return COG_OK;
    }
    if (cog_redirect_read(exchange->reply.line, call->node->host, &call->redirect) !=
            COG_OK ||
        (is_redirect(call) && !is_of_key(call))) {
        return cog_fault_set(&exchange->fault, ASK_ANNOUNCED,
                             "it is part of a cluster, but names no node that may be");
    }
    if (is_redirect(call) && call->redirects_left == 0) {
        cog_fault_set(&exchange->fault, ASK_NODES,
                      "it is part of a cluster whose nodes send from one to another");
        exchange->fault.is_of_command = 1;
        return COG_E_STORE;
    }
    return COG_OK;
}

static cog_err_t exchange(cog_redis_call_t *call, cog_connection_t *connection)
{
    if (call->is_asking) {
        COG_TRY(cog_redis_announce_ask(connection, &call->exchange.fault));
    }
    COG_TRY(cog_redis_exchange(connection, &call->command, &call->exchange));
    COG_TRY(read_redirect(call));
    return is_redirect(call) ? COG_OK : call->judge(&call->exchange);
}

cog_err_t cog_redis_call_ask(cog_question_t *question, cog_connection_t *connection)
{
    cog_redis_call_t *call = (cog_redis_call_t *)question;
    cog_err_t err;

    call->redirect.kind = COG_REDIRECT_NONE;
    call->exchange.is_sent = call->exchange.is_answered = 0;
    err = exchange(call, connection);
    question->is_sent = call->exchange.is_sent;
    question->is_answered = call->exchange.is_answered;
    question->fault = call->exchange.fault;
    question->is_last_over_this = is_back_to_itself(call);
    return err;
}
