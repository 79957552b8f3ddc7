#include "net/redis/cluster.h"

#include <apr_thread_mutex.h>
#include <stdatomic.h>

#include "net/redis/node_table.h"
#include "net/server/monotonic.h"

struct cog_cluster_t {
    atomic_int is_of_several; /* has a server sent to another one? needs no lock */
    apr_thread_mutex_t *lock; /* of what follows; never held while a node is asked */
    cog_node_table_t *table;
    apr_time_t next_look;
};

/* ---- nodes are held while they are asked ---- */

/* A single server has all slots: which one the key is in, is not worked out for it. */
static cog_node_t *hold_for(cog_cluster_t *cluster, const char *key)
{
    int slot = atomic_load(&cluster->is_of_several) ? cog_slot_of(key) : 0;
    cog_node_t *node;

    apr_thread_mutex_lock(cluster->lock);
    node = cog_node_table_find(cluster->table, slot);
    ++node->holders;
    apr_thread_mutex_unlock(cluster->lock);
    return node;
}

static cog_node_t *hold_named(cog_cluster_t *cluster, const cog_redirect_t *redirect)
{
    cog_node_t *node;

    apr_thread_mutex_lock(cluster->lock);
    node = cog_node_table_name(cluster->table, &redirect->node);
    if (node) {
        ++node->holders;
        if (redirect->kind == COG_REDIRECT_MOVED) {
            cog_node_table_move(cluster->table, redirect->slot, node);
            atomic_store(&cluster->is_of_several, 1);
        }
    }
    apr_thread_mutex_unlock(cluster->lock);
    return node;
}

static void let_go(cog_cluster_t *cluster, cog_node_t *node)
{
    apr_thread_mutex_lock(cluster->lock);
    --node->holders;
    apr_thread_mutex_unlock(cluster->lock);
}

/* ---- the table as a whole ---- */

static cog_err_t judge_map(cog_redis_exchange_t *exchange)
{
    return exchange->reply.kind == COG_REPLY_MAP ? COG_OK
                                                 : cog_redis_unexpected(exchange);
}

static int may_look(cog_cluster_t *cluster)
{
    apr_time_t now = cog_monotonic_now();
    int may;

    apr_thread_mutex_lock(cluster->lock);
    may = now >= cluster->next_look;
    if (may) {
        cluster->next_look = now + COG_CLUSTER_INTERVAL;
    }
    apr_thread_mutex_unlock(cluster->lock);
    return may;
}

static void learn(cog_cluster_t *cluster, const cog_log_t *log, const cog_node_t *node,
                  const cog_slot_map_t *map)
{
    int has_changed;
    int count;

    apr_thread_mutex_lock(cluster->lock);
    has_changed = cog_node_table_learn(cluster->table, map);
    count = cog_node_table_count(cluster->table);
    apr_thread_mutex_unlock(cluster->lock);
    if (has_changed) {
        COG_LOG(log, INFO, 2204, "Redis at %s:%d is a cluster, of %d node(s) with slots",
                node->address.host, node->address.port, count);
    }
}

/* Ask the node for all slots. Who has called has an answer already, so that nothing
 * depends on this one. */
static void look(cog_cluster_t *cluster, const cog_log_t *log, const cog_node_t *node,
                 apr_time_t deadline)
{
    cog_redis_call_t call = {.judge = judge_map, .node = &node->address};
    apr_pool_t *scratch;

    if (!may_look(cluster) || apr_pool_create(&scratch, log->pool) != APR_SUCCESS) {
        return;
    }
    call.question = (cog_question_t){
        .ask = cog_redis_call_ask, .deadline = deadline, .may_be_repeated = 1};
    call.exchange.reply.map = cog_slot_map_make(scratch, node->address.host);
    cog_redis_command_add(&call.command, "CLUSTER", 7);
    cog_redis_command_add(&call.command, "SLOTS", 5);
    if (cog_server_ask(node->server, log, &call.question) == COG_OK) {
        learn(cluster, log, node, call.exchange.reply.map);
    }
    apr_pool_destroy(scratch);
}

/* ---- one call ---- */

static cog_err_t ask_node(const cog_node_t *node, const cog_log_t *log,
                          cog_redis_call_t *call)
{
    call->node = &node->address;
    return cog_server_ask(node->server, log, &call->question);
}

/* On to the node that the last one has named. */
static cog_err_t follow(cog_cluster_t *cluster, const cog_log_t *log, cog_node_t **node,
                        cog_redis_call_t *call)
{
    cog_node_t *next = hold_named(cluster, &call->redirect);

    if (!next) {
        COG_LOG(log, WARNING, 2205,
                "Redis at %s:%d is a cluster of more nodes than the %d that can be known",
                (*node)->address.host, (*node)->address.port, COG_MAX_NODES);
        return COG_E_STORE;
    }
    let_go(cluster, *node);
    *node = next;
    --call->redirects_left;
    call->is_asking = call->redirect.kind == COG_REDIRECT_ASK;
    return ask_node(next, log, call);
}

cog_err_t cog_cluster_ask(cog_cluster_t *cluster, const cog_log_t *log,
                          cog_redis_call_t *call)
{
    cog_node_t *node = hold_for(cluster, call->key);
    int has_moved = 0;
    cog_err_t err;

    call->question.ask = cog_redis_call_ask;
    call->question.deadline = cog_server_deadline(node->server);
    call->redirects_left = COG_CLUSTER_REDIRECTS;
    err = ask_node(node, log, call);
    while (err == COG_OK && call->redirect.kind != COG_REDIRECT_NONE) {
        has_moved |= call->redirect.kind == COG_REDIRECT_MOVED;
        err = follow(cluster, log, &node, call);
    }
    if (has_moved && err != COG_E_STORE) {
        look(cluster, log, node, call->question.deadline);
    }
    let_go(cluster, node);
    return err;
}

int cog_cluster_count(cog_cluster_t *cluster)
{
    int count;

    apr_thread_mutex_lock(cluster->lock);
    count = cog_node_table_count(cluster->table);
    apr_thread_mutex_unlock(cluster->lock);
    return count;
}

cog_err_t cog_cluster_make(apr_pool_t *conf_pool, const cog_server_options_t *seed,
                           cog_cluster_t **cluster)
{
    cog_cluster_t *made = apr_pcalloc(conf_pool, sizeof(*made));

    COG_REQUIRE(apr_thread_mutex_create(&made->lock, APR_THREAD_MUTEX_DEFAULT,
                                        conf_pool) == APR_SUCCESS,
                COG_E_INTERNAL);
    COG_TRY(cog_node_table_make(conf_pool, seed, &made->table));
    *cluster = made;
    return COG_OK;
}
