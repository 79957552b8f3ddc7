/* What a place asks of its user: the rules behind `Require cognito-…`. Pure: a rule is
 * judged on what is handed in, and on nothing else. */
#ifndef COG_SESSION_RULE_H
#define COG_SESSION_RULE_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdint.h>

#define COG_RULE_MAX_MATCHED 1024 /* octets of a value that meets a pattern */

typedef enum {
    COG_RULE_GROUP,        /* an element of cognito:groups is one of the values */
    COG_RULE_SCOPE,        /* a word of the claim scope is */
    COG_RULE_CLAIM,        /* a claim, or an element of it, is; or a pattern matches it */
    COG_RULE_CLIENT,       /* the app client's id is */
    COG_RULE_PROVIDER,     /* the identity provider is; COGNITO when there is none */
    COG_RULE_EMAIL_DOMAIN, /* the domain of the verified email is; `*.D`: all below D */
    COG_RULE_AUTH_AGE,     /* the sign-in is not longer ago than age_sec */
    COG_RULE_PROFILE       /* each of the values names a claim that has a value */
} cog_rule_kind_t;

/* Whoever denies on HOLDS (`Require not`) must do so on UNKNOWN too. */
typedef enum { COG_VERDICT_FAILS, COG_VERDICT_HOLDS, COG_VERDICT_UNKNOWN } cog_verdict_t;

/* What a claim is matched with. FAILS is for a value that was looked at to its end. */
typedef struct {
    cog_verdict_t (*match)(const void *context, const char *value);
    const void *context;
} cog_pattern_t;

typedef struct {
    cog_rule_kind_t kind;
    const char *claim;            /* of COG_RULE_CLAIM */
    const cog_pattern_t *pattern; /* of COG_RULE_CLAIM; NULL: values are compared */
    int64_t age_sec;              /* of COG_RULE_AUTH_AGE */
} cog_rule_t;

/* Who is to meet the rules. Times are seconds since 1970. */
typedef struct {
    const apr_array_header_t *claims; /* cog_claim_t, sorted by name */
    const char *client_id;            /* of the app client that they signed in at */
    int knows_provider;               /* an idp_name that is missing means: none */
    int64_t auth_time;                /* when they proved who they are; 0: unknown */
    int64_t now;
} cog_principal_t;

typedef struct {
    cog_verdict_t verdict;
    const char *seen; /* the value that was judged; foreign text. NULL: none */
    const char *why;  /* with UNKNOWN: the rest of a sentence about it; else NULL */
    int gave_up;      /* the value was too much for the pattern */
} cog_judgement_t;

/* Judge a rule. `wanted`: `const char *`, any of them will do; an empty one equals
 * nothing, and is UNKNOWN where no other is met. Comparison is octet by octet, of domains
 * without regard to case. What is missing, of a wrong type or too long for a pattern is
 * UNKNOWN; but who has no cognito:groups is in no group. `seen` of a COG_RULE_PROFILE
 * that is not met: the claims that the user lacks. */
void cog_rule_judge(apr_pool_t *pool, const cog_rule_t *rule,
                    const apr_array_header_t *wanted, const cog_principal_t *principal,
                    cog_judgement_t *judgement);

/* Is the sign-in at most `age_sec` ago? No when its time is not known, or when it is
 * later than clocks that differ by five minutes can explain. */
int cog_auth_time_is_within(int64_t auth_time, int64_t age_sec, int64_t now);

#endif
