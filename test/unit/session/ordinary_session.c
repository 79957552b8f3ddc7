#include "test/unit/session/ordinary_session.h"

/* What Cognito says of an ordinary user with three groups. */
static const cog_claim_t ordinary[] = {
    {"cognito:groups",   "admins,editors,readers",               COG_CLAIM_LIST },
    {"cognito:username", "8f3e1c52-90ab-4e41-8a67-5d1a6f0b2c11", COG_CLAIM_TEXT },
    {"custom:tenant",    "acme",                                 COG_CLAIM_TEXT },
    {"email",            "alice.liddell@example.com",            COG_CLAIM_TEXT },
    {"email_verified",   "true",                                 COG_CLAIM_OTHER},
    {"family_name",      "Liddell",                              COG_CLAIM_TEXT },
    {"given_name",       "Alice",                                COG_CLAIM_TEXT },
    {"name",             "Alice Liddell",                        COG_CLAIM_TEXT },
    {"sub",              "8f3e1c52-90ab-4e41-8a67-5d1a6f0b2c11", COG_CLAIM_TEXT },
};

apr_array_header_t *claims_of(apr_pool_t *pool, const cog_claim_t *claims, size_t count)
{
    apr_array_header_t *array = apr_array_make(pool, (int)count, sizeof(cog_claim_t));

    for (size_t i = 0; i < count; ++i) {
        APR_ARRAY_PUSH(array, cog_claim_t) = claims[i];
    }
    return array;
}

cog_session_t ordinary_session(apr_pool_t *pool)
{
    return (cog_session_t){
        .created = 1795000000,
        .seen = 1795003600,
        .auth_time = 1794999990,
        .renew_at = 1795002700,
        .expires = 1795003600,
        .renewals = 2,
        .id = {0, 1, 2, 0xff, 0, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0},
        .subject = "8f3e1c52-90ab-4e41-8a67-5d1a6f0b2c11",
        .claims = claims_of(pool, ordinary, COUNT(ordinary)),
    };
}
