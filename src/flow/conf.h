/* The resolved configuration: made once at start, complete, read-only. What the
 * administrator wrote, with its inheritance, is in httpd/conf. */
#ifndef COG_FLOW_CONF_H
#define COG_FLOW_CONF_H

#include <apr_tables.h>

#include "base/secret_source.h"
#include "crypto/keyring.h"
#include "crypto/seal.h"
#include "oidc/bearer_claims.h"
#include "oidc/endpoints.h"
#include "oidc/token.h"
#include "session/cookie.h"
#include "session/revocation_table.h"
#include "session/session.h"

typedef struct cog_provider_t cog_provider_t;         /* flow/provider/provider.h */
typedef struct cog_token_cache_t cog_token_cache_t;   /* flow/token_cache.h */
typedef struct cog_signing_keys_t cog_signing_keys_t; /* crypto/signing_keys.h */

#define COG_MAX_SECRETS 2

/* An app client of a user pool: the default one, or a <CognitoClient>. */
typedef struct cog_client_conf_t {
    const char *name; /* "" for the default client */
    const char *client_id;
    cog_client_auth_t auth_method;
    int secret_count; /* 0: a public client */
    cog_secret_source_t secret_sources[COG_MAX_SECRETS];
    cog_secret_t secrets[COG_MAX_SECRETS]; /* as read at start */
    const char *scope;                     /* space-separated, holds openid */
    int has_userinfo;
    const char *issuer;       /* the first of the set: binds the cookies */
    cog_provider_t *provider; /* endpoints and keys; clients of one pool share it */
    const char *bound_to; /* what cookies are sealed for: client id and the site's origin,
                           * or the domain of CognitoCookie */
    const char *callback; /* path of its redirect URI */
    const char *session_cookie; /* full name: __Host-cognito_session[_NAME] */
    cog_bound_t session_bound;  /* where what is in there belongs */
    const char *tokens_cookie;  /* __Host-cognito_tokens[_NAME] */
} cog_client_conf_t;

/* A virtual host. */
typedef struct cog_conf_t {
    const cog_keyring_t *keyring;
    /* `const char *`: scheme://host[:port], one or more. */
    const apr_array_header_t *origins;
    const char *path;                         /* of the module's own URLs: /.cognito */
    const apr_array_header_t *callbacks;      /* `const char *`: paths, of all clients */
    const apr_array_header_t *logout_returns; /* `const char *`: paths, URLs; or empty */
    const apr_array_header_t *kept_claims;    /* patterns of all places; may be empty */
    cog_cookie_style_t cookies;
    const char *return_cookie; /* full name: __Host-cognito_return */
    int cookie_room; /* bytes that session and tokens may take of a browser's Cookie
                        header */
    cog_session_limits_t longest; /* of all places: what is stored lives so long; and the
                                     shortest idle limit */
    int has_stored_sessions;      /* CognitoSession store */
    int has_renewal;              /* CognitoRefresh */
    int64_t grace_sec;            /* CognitoGrace */
    int64_t lease_sec;            /* longer than a renewal may take */
    int waiting_limit;            /* threads of a process that may wait for a token
                                   * endpoint that answers nobody */
    int is_store_shared;          /* other hosts use it too */
    const char *store_name;       /* CognitoStore: tells one store from another */
    cog_revocation_table_t *revocations; /* of this host, shared by all virtual hosts */
    cog_secret_t revoke_key; /* CognitoRevokeKey; unset: there is no such URL */
    int keeps_id_token;      /* some place exports it */
    int keeps_access_token;  /* likewise */
    /* `const char *`: CognitoResource of all places. */
    const apr_array_header_t *resources;
    cog_token_cache_t *token_cache;          /* shared by all virtual hosts */
    cog_signing_keys_t *signing_keys;        /* for what backends are told */
    cog_token_cache_t *assertions;           /* those of a moment ago, shared by all */
    int has_pomerium_keys;                   /* they are where Pomerium has its own too */
    const cog_client_conf_t *default_client; /* NULL when there are only named ones */
    const apr_array_header_t *clients;       /* `const cog_client_conf_t *`, named ones */
} cog_conf_t;

typedef enum {
    COG_UNAUTHENTICATED_AUTO,
    COG_UNAUTHENTICATED_LOGIN,
    COG_UNAUTHENTICATED_401,
    COG_UNAUTHENTICATED_PASS
} cog_unauthenticated_t;

/* How a request may prove itself, to be joined by `|`. */
#define COG_ACCEPT_SESSION 1u
#define COG_ACCEPT_BEARER  2u

/* What holds at one place (a Location) of the virtual host. */
typedef struct {
    const cog_client_conf_t *client; /* NULL: nothing is protected here */
    cog_unauthenticated_t unauthenticated;
    int lets_all_in; /* this request needs no user: who is not signed in may pass */
    cog_session_limits_t limits;
    /* CognitoLoginParam, evaluated for this request when a login begins: cog_param_t.
     * NULL: there are none. */
    const apr_array_header_t *(*login_params)(void *context);
    void *context;
    unsigned accepts;  /* COG_ACCEPT_* */
    size_t form_limit; /* CognitoPreservePost: bytes of a form; 0: none is kept */
    const apr_array_header_t *claims; /* CognitoClaims, for cog_claims_are_wanted() */
    const apr_array_header_t *groups; /* CognitoGroups, for cog_groups_select() */
    cog_bearer_rules_t bearer;
    const char *realm; /* for WWW-Authenticate: Bearer */
} cog_place_t;

/* What stands behind `path`, CognitoPath and a slash; NULL when it is not below. */
const char *cog_conf_own_name(const cog_conf_t *conf, const char *path);

/* What a client's session cookie is bound to, for session_bound too. */
cog_binding_t cog_client_session_binding(const cog_client_conf_t *client);

/* Tells it, as an app client of its user pool at this site, from every other one. */
const char *cog_client_mark(apr_pool_t *pool, const cog_client_conf_t *client);

/* The client called `name` ("" is the default), NULL when there is none. */
const cog_client_conf_t *cog_conf_client(const cog_conf_t *conf, const char *name);

/* Every client, the default one first: `const cog_client_conf_t *`. */
apr_array_header_t *cog_conf_all_clients(apr_pool_t *pool, const cog_conf_t *conf);

/* The default client, else the first named one. */
const cog_client_conf_t *cog_conf_first_client(const cog_conf_t *conf);

#endif
