#include "flow/session/cookie_room.h"

#include "base/log.h"
#include "flow/session/session_lookup.h"
#include "flow/session/stored_session.h"
#include "session/cookie_chunks.h"

/* A cookie of another client. */
typedef struct {
    const cog_client_conf_t *client;
    const char *name;
    int holds_tokens;
} other_t;

static void add_others(const cog_flow_t *flow, int holds_tokens,
                       apr_array_header_t *others)
{
    apr_array_header_t *clients = cog_conf_all_clients(flow->pool, flow->conf);

    for (int i = 0; i < clients->nelts; ++i) {
        const cog_client_conf_t *client =
            APR_ARRAY_IDX(clients, i, const cog_client_conf_t *);

        if (client != flow->place->client) {
            APR_ARRAY_PUSH(others, other_t) = (other_t){
                client, holds_tokens ? client->tokens_cookie : client->session_cookie,
                holds_tokens};
        }
    }
}

static size_t size_of(const cog_flow_t *flow, const other_t *other)
{
    return flow->request->cookies
               ? cog_cookie_size(flow->pool, flow->request->cookies, other->name)
               : 0;
}

static void remove_cookie(cog_flow_t *flow, const other_t *other, cog_reply_t *reply)
{
    cog_cookie_jar_t jar = cog_flow_jar(flow, reply);

    cog_cookie_remove(flow->pool, &jar, other->name);
}

static cog_err_t move_tokens(cog_flow_t *flow, const other_t *other)
{
    cog_session_tokens_t tokens;
    cog_session_t *session;

    COG_TRY(cog_session_open(flow, other->client, &session));
    COG_TRY(cog_session_tokens(flow, other->client, session, &tokens));
    return cog_stored_tokens_put(flow, other->client, session, &tokens);
}

static void give_up(cog_flow_t *flow, const other_t *other, cog_reply_t *reply)
{
    if (!other->holds_tokens || move_tokens(flow, other) != COG_OK) {
        COG_LOG(flow->ports->log, WARNING, 3022,
                "the cookie %s makes room for another client's session: keep fewer "
                "claims, raise LimitRequestFieldSize, or write CognitoSession store",
                other->name);
    }
    remove_cookie(flow, other, reply);
}

size_t cog_cookie_room_make(cog_flow_t *flow, size_t needed, cog_reply_t *reply)
{
    apr_array_header_t *others = apr_array_make(flow->pool, 4, sizeof(other_t));
    size_t room = (size_t)flow->conf->cookie_room;
    size_t taken = 0;

    add_others(flow, 1, others);
    add_others(flow, 0, others);
    for (int i = 0; i < others->nelts; ++i) {
        taken += size_of(flow, &APR_ARRAY_IDX(others, i, other_t));
    }
    for (int i = 0; i < others->nelts && taken + needed > room; ++i) {
        const other_t *other = &APR_ARRAY_IDX(others, i, other_t);
        size_t size = size_of(flow, other);

        if (size > 0) {
            give_up(flow, other, reply);
            taken -= size;
        }
    }
    return room - taken;
}
