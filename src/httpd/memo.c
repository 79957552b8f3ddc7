#include "httpd/memo.h"

#include <apr_strings.h>
#include <http_config.h>
#include <string.h>

extern module AP_MODULE_DECLARE_DATA auth_cognito_module;

static request_rec *root_of(request_rec *r)
{
    while (r->main || r->prev) {
        r = r->main ? r->main : r->prev;
    }
    return r;
}

/* The part of a request's target from the path on: an absolute URL begins with scheme and
 * authority (RFC 9112, 3.2.2). */
static const char *skip_authority(const char *target)
{
    const char *authority = *target == '/' ? NULL : strstr(target, "://");

    if (!authority) {
        return target;
    }
    return authority + 3 + strcspn(authority + 3, "/?");
}

static void split_target(cog_memo_t *memo, const char *target)
{
    const char *from = skip_authority(target ? target : "/");
    const char *question = strchr(from, '?');

    memo->query = question ? question + 1 : NULL;
    memo->path = question
                     ? apr_pstrmemdup(memo->root->pool, from, (size_t)(question - from))
                     : from;
    memo->path = *memo->path ? memo->path : "/";
}

static cog_memo_t *make_memo(request_rec *root)
{
    cog_memo_t *memo = apr_pcalloc(root->pool, sizeof(*memo));

    memo->root = root;
    memo->authorization = apr_table_get(root->headers_in, "Authorization");
    split_target(memo, root->unparsed_uri);
    ap_set_module_config(root->request_config, &auth_cognito_module, memo);
    return memo;
}

cog_memo_t *cog_memo_of(request_rec *r)
{
    request_rec *root = root_of(r);
    cog_memo_t *memo = ap_get_module_config(root->request_config, &auth_cognito_module);

    return memo ? memo : make_memo(root);
}

/* The kept one, NULL when there is none. */
static cog_identity_t *find(const cog_memo_t *memo, const cog_client_conf_t *client,
                            int is_bearer)
{
    cog_identity_t *identity = memo->identities;

    while (identity &&
           (identity->client != client || (identity->bearer != NULL) != is_bearer)) {
        identity = identity->next;
    }
    return identity;
}

const cog_identity_t *cog_memo_identity(const cog_memo_t *memo, const cog_place_t *place)
{
    return find(memo, place->client, cog_bearer_decides(place, memo->authorization));
}

const cog_session_t *cog_memo_session(const cog_memo_t *memo, const cog_place_t *place)
{
    const cog_identity_t *identity = cog_memo_identity(memo, place);

    return identity ? identity->session : NULL;
}

void cog_memo_keep_identity(cog_memo_t *memo, const cog_place_t *place,
                            const cog_reply_t *reply)
{
    cog_identity_t *identity = find(memo, place->client, reply->bearer != NULL);

    if (!identity) {
        identity = apr_palloc(memo->root->pool, sizeof(*identity));
        identity->client = place->client;
        identity->next = memo->identities;
        memo->identities = identity;
    }
    identity->session = reply->session;
    identity->bearer = reply->bearer;
}
