/* Tokens with which an API client comes, or which come along with an ID token: what their
 * claims must say. Pure; the signature is verified before. */
#ifndef COG_OIDC_BEARER_CLAIMS_H
#define COG_OIDC_BEARER_CLAIMS_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <jansson.h>

#include "base/error.h"

/* Kinds of tokens, to be joined by `|`. */
#define COG_TOKEN_ACCESS 1u
#define COG_TOKEN_ID     2u

/* What a token must agree with wherever it is presented. */
typedef struct {
    const char *issuer; /* the one whose key verified it */
    json_int_t now;     /* in seconds, as are all times here */
    json_int_t leeway;
} cog_bearer_expect_t;

/* What the rules of a place go by. Texts belong to the claims that they were read from.
 */
typedef struct {
    unsigned use;          /* COG_TOKEN_ACCESS or COG_TOKEN_ID */
    const char *client_id; /* the app client that the token was issued to */
    const char *resource;  /* to which the token is bound (RFC 8707); NULL: to none */
    int is_machine;        /* no user stands behind it: client_credentials */
    json_int_t expires;
    json_int_t authenticated; /* when the user signed in, else when it was issued */
} cog_bearer_facts_t;

/* Whose tokens count at a place. */
typedef struct {
    unsigned uses;                        /* COG_TOKEN_* that are welcome */
    const apr_array_header_t *client_ids; /* `const char *` */
    const char *resource; /* the place's own identifier; NULL: it has none */
} cog_bearer_rules_t;

/* iss, token_use (access or id), the times, sub; client_id of an access token, aud and
 * azp of an ID token; scope and username, when present, are texts. The first mismatch
 * decides; COG_E_TOKEN_*. */
cog_err_t cog_bearer_token_read(const json_t *claims, const cog_bearer_expect_t *expect,
                                cog_bearer_facts_t *facts);

/* Kind and client are among those of the place, and a token that is bound to a resource
 * is bound to this one: COG_E_TOKEN_USE, COG_E_TOKEN_AUDIENCE, COG_E_TOKEN_RESOURCE. */
cog_err_t cog_bearer_rules_check(const cog_bearer_rules_t *rules,
                                 const cog_bearer_facts_t *facts);

/* Change the claims of such a token to what an ID token calls them, so that both are
 * exported alike: username becomes cognito:username, of machines it is dropped; client_id
 * is there with ID tokens too; what Cognito says about the token itself is dropped. */
void cog_bearer_claims_unify(json_t *claims, const cog_bearer_facts_t *facts);

#endif
