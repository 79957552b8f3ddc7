/* A user pool's id and what follows from it. */
#ifndef COG_OIDC_POOL_H
#define COG_OIDC_POOL_H

#include <apr_pools.h>

typedef struct {
    const char *id;             /* eu-west-1_AbC123dEf */
    const char *region;         /* eu-west-1 */
    const char *dns_suffix;     /* amazonaws.com, or the partition's own */
    const char *issuer;         /* https://cognito-idp.<region>.<suffix>/<id> */
    const char *updated_issuer; /* https://issuer-cognito-idp.<region>.<suffix>/<id> */
} cog_user_pool_t;

/* Parse a pool id of any AWS partition (commercial, GovCloud, China, EU Sovereign Cloud).
 * Returns NULL, or what is wrong with it, as the rest of a sentence. */
const char *cog_user_pool_parse(apr_pool_t *pool, const char *text,
                                cog_user_pool_t *user_pool);

/* The URL of the hosted UI's host for what CognitoDomain says: a prefix (needs the pool's
 * region; auth-fips in GovCloud), a host name, or an https URL without path. `user_pool`
 * may be NULL. Returns NULL, or what is wrong, as the rest of a sentence. */
const char *cog_user_pool_domain(apr_pool_t *pool, const cog_user_pool_t *user_pool,
                                 const char *text, const char **url);

#endif
