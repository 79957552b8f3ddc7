/* The keys by which backends verify what this site has signed. */
#include <string.h>

#include "crypto/signing_key.h"
#include "crypto/signing_keys.h"
#include "flow/handlers.h"

#define SET          "jwks.json"
#define POMERIUM_SET "/.well-known/pomerium/jwks.json"

/* The key of the next month is published a month before it signs. */
#define KEPT_SEC 3600

int cog_flow_is_key_set(const cog_conf_t *conf, const char *path)
{
    const char *name = cog_conf_own_name(conf, path);

    return (name && strcmp(name, SET) == 0) ||
           (conf->has_pomerium_keys && strcmp(path, POMERIUM_SET) == 0);
}

/* All that looks like the name of a key, so that no backend is asked for one. */
int cog_flow_is_key(const cog_conf_t *conf, const char *path)
{
    const char *name = cog_conf_own_name(conf, path);

    return name && strlen(name) == COG_SIGNING_KEY_ID_LEN &&
           strspn(name, "0123456789abcdef-") == COG_SIGNING_KEY_ID_LEN;
}

cog_err_t cog_flow_key_set(cog_flow_t *flow, cog_reply_t *reply)
{
    json_t *set;

    COG_TRY(cog_reply_open_to_all(flow, reply));
    COG_TRY(cog_signing_keys_set(flow->conf->signing_keys, flow->pool, cog_flow_now(flow),
                                 &set));
    cog_reply_json(flow->pool, reply, 200, set);
    reply->kept_sec = KEPT_SEC;
    return COG_OK;
}

cog_err_t cog_flow_key(cog_flow_t *flow, cog_reply_t *reply)
{
    const char *name = cog_conf_own_name(flow->conf, flow->request->path);
    cog_err_t err;

    COG_TRY(cog_reply_open_to_all(flow, reply));
    err = cog_signing_keys_pem(flow->conf->signing_keys, flow->pool, cog_flow_now(flow),
                               name, &reply->text);
    COG_REQUIRE(err == COG_OK || err == COG_E_NOT_FOUND, err);
    reply->kind = COG_REPLY_TEXT;
    reply->status = err == COG_OK ? 200 : 404;
    reply->text = err == COG_OK ? reply->text : "No key has this name.\n";
    reply->kept_sec = err == COG_OK ? KEPT_SEC : 0;
    return COG_OK;
}
