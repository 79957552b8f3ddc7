#include "flow/reply.h"

#include "base/json.h"

void cog_reply_redirect(cog_reply_t *reply, int status, const char *location)
{
    reply->kind = COG_REPLY_REDIRECT;
    reply->status = status;
    reply->location = location;
}

void cog_reply_json(apr_pool_t *pool, cog_reply_t *reply, int status, json_t *object)
{
    reply->kind = COG_REPLY_JSON;
    reply->status = status;
    reply->json = cog_json_write(pool, object);
}
