/* A claim about the user, in the form in which it is exported and kept. */
#ifndef COG_BASE_CLAIM_H
#define COG_BASE_CLAIM_H

#include <apr_tables.h>
#include <jansson.h>

typedef enum {
    COG_CLAIM_TEXT = 0,
    COG_CLAIM_LIST = 1, /* texts, joined as cog_text_join() does */
    COG_CLAIM_OTHER = 2 /* number, boolean, or anything else as compact JSON */
} cog_claim_kind_t;

typedef struct {
    const char *name;  /* as in the token: cognito:groups */
    const char *value; /* without control characters: each has become a space */
    cog_claim_kind_t kind;
} cog_claim_t;

/* The claim `name` in an array of cog_claim_t that is sorted by name (octet by octet),
 * NULL when absent. */
const cog_claim_t *cog_claims_find(const apr_array_header_t *claims, const char *name);

/* The value of that claim, NULL when absent. */
const char *cog_claims_get(const apr_array_header_t *claims, const char *name);

/* The value as the token had it, for the caller to release. */
json_t *cog_claim_json(apr_pool_t *pool, const cog_claim_t *claim);

/* Joined texts as an array, likewise. */
json_t *cog_claim_list_json(apr_pool_t *pool, const char *joined);

#endif
