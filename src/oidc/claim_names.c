#include "oidc/claim_names.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define OWN_PREFIX "cognito:"

/* The usual claims are found by halving; their names are not made anew for each
 * request. */
typedef struct {
    const char *claim;
    cog_claim_class_t class;
    const char *variable;
    const char *header;
} known_t;

#define KNOWN(claim, class, variable, header)                                            \
    {claim, COG_CLAIM_##class, COG_CLAIM_VARIABLE variable, COG_CLAIM_HEADER header},

/* clang-format off */
static const known_t known[] = {
    KNOWN("acr",                    NOISE,    "ACR",                   "Acr")
    KNOWN("address",                STANDARD, "ADDRESS",               "Address")
    KNOWN("amr",                    NOISE,    "AMR",                   "Amr")
    KNOWN("at_hash",                NOISE,    "AT_HASH",               "At-Hash")
    KNOWN("aud",                    NOISE,    "AUD",                   "Aud")
    KNOWN("auth_time",              NOISE,    "AUTH_TIME",             "Auth-Time")
    KNOWN("azp",                    NOISE,    "AZP",                   "Azp")
    KNOWN("birthdate",              STANDARD, "BIRTHDATE",             "Birthdate")
    KNOWN("cognito:groups",         UNKNOWN,  "GROUPS",                "Groups")
    KNOWN("cognito:preferred_role", NOISE,    "PREFERRED_ROLE",        "Preferred-Role")
    KNOWN("cognito:roles",          NOISE,    "ROLES",                 "Roles")
    KNOWN("cognito:username",       UNKNOWN,  "USERNAME",              "Username")
    KNOWN("email",                  STANDARD, "EMAIL",                 "Email")
    KNOWN("email_verified",         STANDARD, "EMAIL_VERIFIED",        "Email-Verified")
    KNOWN("event_id",               NOISE,    "EVENT_ID",              "Event-Id")
    KNOWN("exp",                    NOISE,    "EXP",                   "Exp")
    KNOWN("family_name",            STANDARD, "FAMILY_NAME",           "Family-Name")
    KNOWN("gender",                 STANDARD, "GENDER",                "Gender")
    KNOWN("given_name",             STANDARD, "GIVEN_NAME",            "Given-Name")
    KNOWN("iat",                    NOISE,    "IAT",                   "Iat")
    KNOWN("identities",             NOISE,    "IDENTITIES",            "Identities")
    KNOWN("idp_name",               UNKNOWN,  "IDP_NAME",              "Idp-Name")
    KNOWN("idp_user_id",            UNKNOWN,  "IDP_USER_ID",           "Idp-User-Id")
    KNOWN("iss",                    NOISE,    "ISS",                   "Iss")
    KNOWN("jti",                    NOISE,    "JTI",                   "Jti")
    KNOWN("locale",                 STANDARD, "LOCALE",                "Locale")
    KNOWN("middle_name",            STANDARD, "MIDDLE_NAME",           "Middle-Name")
    KNOWN("name",                   STANDARD, "NAME",                  "Name")
    KNOWN("nbf",                    NOISE,    "NBF",                   "Nbf")
    KNOWN("nickname",               STANDARD, "NICKNAME",              "Nickname")
    KNOWN("nonce",                  NOISE,    "NONCE",                 "Nonce")
    KNOWN("origin_jti",             NOISE,    "ORIGIN_JTI",            "Origin-Jti")
    KNOWN("phone_number",           STANDARD, "PHONE_NUMBER",          "Phone-Number")
    KNOWN("phone_number_verified",  STANDARD, "PHONE_NUMBER_VERIFIED", "Phone-Number-Verified")
    KNOWN("picture",                STANDARD, "PICTURE",               "Picture")
    KNOWN("preferred_username",     STANDARD, "PREFERRED_USERNAME",    "Preferred-Username")
    KNOWN("profile",                STANDARD, "PROFILE",               "Profile")
    KNOWN("sub",                    STANDARD, "SUB",                   "Sub")
    KNOWN("token_use",              NOISE,    "TOKEN_USE",             "Token-Use")
    KNOWN("updated_at",             STANDARD, "UPDATED_AT",            "Updated-At")
    KNOWN("website",                STANDARD, "WEBSITE",               "Website")
    KNOWN("zoneinfo",               STANDARD, "ZONEINFO",              "Zoneinfo")
};
/* clang-format on */

static int compare(const void *claim, const void *row)
{
    return strcmp(claim, ((const known_t *)row)->claim);
}

static const known_t *find(const char *claim)
{
    return bsearch(claim, known, sizeof(known) / sizeof(*known), sizeof(*known), compare);
}

cog_claim_class_t cog_claim_class(const char *claim)
{
    const known_t *row = find(claim);

    return row ? row->class : COG_CLAIM_UNKNOWN;
}

/* Not apr_isalnum() alone, which asks the locale. */
static int is_kept(char c)
{
    return (unsigned char)c < 0x80 && apr_isalnum(c);
}

static const char *without_own_prefix(const char *claim)
{
    return claim + (cog_text_begins(claim, OWN_PREFIX) ? strlen(OWN_PREFIX) : 0);
}

const char *cog_claim_variable(apr_pool_t *pool, const char *claim)
{
    const known_t *row = find(claim);
    char *variable;

    if (row) {
        return row->variable;
    }
    variable = apr_pstrcat(pool, COG_CLAIM_VARIABLE, without_own_prefix(claim), NULL);
    for (char *c = variable + strlen(COG_CLAIM_VARIABLE); *c; ++c) {
        *c = is_kept(*c) ? (char)apr_toupper(*c) : '_';
    }
    return variable;
}

const char *cog_claim_header(apr_pool_t *pool, const char *prefix, const char *claim)
{
    const known_t *row = find(claim);
    int is_inside = 0; /* of a word */
    char *header;

    if (row && strcmp(prefix, COG_CLAIM_HEADER) == 0) {
        return row->header;
    }
    header = apr_pstrcat(pool, prefix, without_own_prefix(claim), NULL);
    for (char *c = header + strlen(prefix); *c; ++c) {
        char letter = (char)(is_inside ? apr_tolower(*c) : apr_toupper(*c));

        is_inside = is_kept(*c);
        *c = is_inside ? letter : '-';
    }
    return header;
}

/* RFC 9110, 5.6.2: a token */
static int may_be_in_a_token(char c)
{
    return is_kept(c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

const char *cog_claim_as_it_is(apr_pool_t *pool, const char *prefix, const char *claim)
{
    char *header = apr_pstrcat(pool, prefix, claim, NULL);

    for (char *c = header + strlen(prefix); *c; ++c) {
        *c = may_be_in_a_token(*c) ? *c : '-';
    }
    return header;
}
