/* Names of claims, and the names under which they are exported: one mapping for variables
 * and headers. */
#ifndef COG_BASE_CLAIM_NAMES_H
#define COG_BASE_CLAIM_NAMES_H

#include <apr_pools.h>
#include <stdint.h>

#define COG_CLAIM_VARIABLE "COGNITO_"   /* what each variable begins with */
#define COG_CLAIM_HEADER   "X-Cognito-" /* what each header of our own begins with */

typedef enum {
    COG_CLAIM_UNKNOWN,
    COG_CLAIM_NOISE,    /* the protocol's own, exported only where it is asked for */
    COG_CLAIM_STANDARD, /* of OpenID Connect Core 1.0, 5.1 */
    COG_CLAIM_DERIVED   /* made of another claim by us, never by this name in a token */
} cog_claim_class_t;

/* A usual claim. On most machines 64 octets, so that a row is found without a division.
 */
typedef struct {
    char claim[40];
    cog_claim_class_t class;
    const char *variable; /* as cog_claim_unusual_variable() would make it */
    const char *header;   /* behind COG_CLAIM_HEADER, as cog_claim_header() has it */
} cog_claim_name_t;

#define COG_USUAL_CLAIMS 44

extern const cog_claim_name_t cog_usual_claims[COG_USUAL_CLAIMS];

const cog_claim_name_t *cog_claim_look_up(const char *claim);

/* NULL: it is not a usual one. A name that comes from here is known by its address. */
static inline const cog_claim_name_t *cog_claim_usual(const char *claim)
{
    uintptr_t offset = (uintptr_t)claim - (uintptr_t)cog_usual_claims;

    if (offset < sizeof(cog_usual_claims) && offset % sizeof(*cog_usual_claims) == 0) {
        return &cog_usual_claims[offset / sizeof(*cog_usual_claims)];
    }
    return cog_claim_look_up(claim);
}

cog_claim_class_t cog_claim_class(const char *claim);

/* The usual claims have numbers from 1 on, which are part of the format of sessions.
 * 0: it is none of them. */
unsigned cog_claim_number(const char *claim);

#define COG_CLAIM_NUMBER_SUB 1u

/* The name of a usual claim; NULL: none has this number. Nothing here has to look for a
 * name that comes from here. */
static inline const char *cog_claim_of_number(unsigned number)
{
    return number >= 1 && number <= COG_USUAL_CLAIMS ? cog_usual_claims[number - 1].claim
                                                     : NULL;
}

/* The variable of a claim that is none of the usual ones: the prefix cognito: dropped,
 * letters and digits in upper case, everything else `_`: custom:tenant is
 * COGNITO_CUSTOM_TENANT. A claim without a name is COGNITO_ alone. */
const char *cog_claim_unusual_variable(apr_pool_t *pool, const char *claim);

/* `prefix`, and the same name as a header has it: cognito:groups is X-Cognito-Groups.
 * Names of headers differ whenever those of variables do. */
const char *cog_claim_header(apr_pool_t *pool, const char *prefix, const char *claim);

/* `prefix`, and the name as it is, with `-` for each character that the name of a header
 * cannot have: cognito:groups is OIDC_CLAIM_cognito-groups. */
const char *cog_claim_as_it_is(apr_pool_t *pool, const char *prefix, const char *claim);

#endif
