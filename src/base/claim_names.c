#include "base/claim_names.h"

#include <apr_strings.h>
#include <string.h>

#include "base/text.h"

#define OWN_PREFIX    "cognito:"
#define CUSTOM_PREFIX "custom:" /* of what a user pool has added: none of it is usual */

#define KNOWN(claim, class, variable, header)                                            \
    {claim, COG_CLAIM_##class, COG_CLAIM_VARIABLE variable, COG_CLAIM_HEADER header},

/* clang-format off */
/* The number of a claim is its place here: append only. The first 31 take one byte. */
const cog_claim_name_t cog_usual_claims[] = {
    KNOWN("sub",                    STANDARD, "SUB",                   "Sub")
    KNOWN("cognito:username",       UNKNOWN,  "USERNAME",              "Username")
    KNOWN("cognito:groups",         UNKNOWN,  "GROUPS",                "Groups")
    KNOWN("email",                  STANDARD, "EMAIL",                 "Email")
    KNOWN("email_verified",         STANDARD, "EMAIL_VERIFIED",        "Email-Verified")
    KNOWN("name",                   STANDARD, "NAME",                  "Name")
    KNOWN("given_name",             STANDARD, "GIVEN_NAME",            "Given-Name")
    KNOWN("family_name",            STANDARD, "FAMILY_NAME",           "Family-Name")
    KNOWN("preferred_username",     STANDARD, "PREFERRED_USERNAME",    "Preferred-Username")
    KNOWN("nickname",               STANDARD, "NICKNAME",              "Nickname")
    KNOWN("middle_name",            STANDARD, "MIDDLE_NAME",           "Middle-Name")
    KNOWN("phone_number",           STANDARD, "PHONE_NUMBER",          "Phone-Number")
    KNOWN("phone_number_verified",  STANDARD, "PHONE_NUMBER_VERIFIED", "Phone-Number-Verified")
    KNOWN("locale",                 STANDARD, "LOCALE",                "Locale")
    KNOWN("zoneinfo",               STANDARD, "ZONEINFO",              "Zoneinfo")
    KNOWN("picture",                STANDARD, "PICTURE",               "Picture")
    KNOWN("profile",                STANDARD, "PROFILE",               "Profile")
    KNOWN("website",                STANDARD, "WEBSITE",               "Website")
    KNOWN("gender",                 STANDARD, "GENDER",                "Gender")
    KNOWN("birthdate",              STANDARD, "BIRTHDATE",             "Birthdate")
    KNOWN("address",                STANDARD, "ADDRESS",               "Address")
    KNOWN("updated_at",             STANDARD, "UPDATED_AT",            "Updated-At")
    KNOWN("idp_name",               DERIVED,  "IDP_NAME",              "Idp-Name")
    KNOWN("idp_user_id",            DERIVED,  "IDP_USER_ID",           "Idp-User-Id")
    KNOWN("acr",                    NOISE,    "ACR",                   "Acr")
    KNOWN("amr",                    NOISE,    "AMR",                   "Amr")
    KNOWN("at_hash",                NOISE,    "AT_HASH",               "At-Hash")
    KNOWN("aud",                    NOISE,    "AUD",                   "Aud")
    KNOWN("auth_time",              NOISE,    "AUTH_TIME",             "Auth-Time")
    KNOWN("azp",                    NOISE,    "AZP",                   "Azp")
    KNOWN("cognito:preferred_role", NOISE,    "PREFERRED_ROLE",        "Preferred-Role")
    KNOWN("cognito:roles",          NOISE,    "ROLES",                 "Roles")
    KNOWN("event_id",               NOISE,    "EVENT_ID",              "Event-Id")
    KNOWN("exp",                    NOISE,    "EXP",                   "Exp")
    KNOWN("iat",                    NOISE,    "IAT",                   "Iat")
    KNOWN("identities",             NOISE,    "IDENTITIES",            "Identities")
    KNOWN("iss",                    NOISE,    "ISS",                   "Iss")
    KNOWN("jti",                    NOISE,    "JTI",                   "Jti")
    KNOWN("nbf",                    NOISE,    "NBF",                   "Nbf")
    KNOWN("nonce",                  NOISE,    "NONCE",                 "Nonce")
    KNOWN("origin_jti",             NOISE,    "ORIGIN_JTI",            "Origin-Jti")
    KNOWN("token_use",              NOISE,    "TOKEN_USE",             "Token-Use")
    KNOWN("client_id",              UNKNOWN,  "CLIENT_ID",             "Client-Id")
    KNOWN("scope",                  UNKNOWN,  "SCOPE",                 "Scope")
};
/* clang-format on */

/* What the rows begin with, a letter each: strchr() is faster than a loop. */
static const char initials[] = "scceengfpnmpplzppwgbauiiaaaaaacceeiiijnnotcs";

_Static_assert(sizeof(initials) == COG_USUAL_CLAIMS + 1, "a letter for each row");

static int is_custom(const char *claim)
{
    return cog_text_begins(claim, CUSTOM_PREFIX);
}

const cog_claim_name_t *cog_claim_look_up(const char *claim)
{
    const char *at = *claim && !is_custom(claim) ? strchr(initials, *claim) : NULL;

    for (; at; at = strchr(at + 1, *claim)) {
        const cog_claim_name_t *row = &cog_usual_claims[at - initials];

        if (row->claim[1] == claim[1] && strcmp(row->claim, claim) == 0) {
            return row;
        }
    }
    return NULL;
}

unsigned cog_claim_number(const char *claim)
{
    const cog_claim_name_t *row = cog_claim_usual(claim);

    return row ? (unsigned)(row - cog_usual_claims) + 1 : 0;
}

cog_claim_class_t cog_claim_class(const char *claim)
{
    const cog_claim_name_t *row = cog_claim_usual(claim);

    return row ? row->class : COG_CLAIM_UNKNOWN;
}

/* Not apr_isalnum(): the answer must not depend on the locale. */
static int is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static int is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static int is_kept(char c)
{
    return is_lower(c) || is_upper(c) || (c >= '0' && c <= '9');
}

static char to_upper(char c)
{
    return is_lower(c) ? (char)(c - 'a' + 'A') : c;
}

static char to_lower(char c)
{
    return is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

static const char *without_own_prefix(const char *claim)
{
    return claim + (cog_text_begins(claim, OWN_PREFIX) ? strlen(OWN_PREFIX) : 0);
}

/* Most letters of a claim are lower ones. */
static char in_variable(char c)
{
    if (is_lower(c)) {
        return to_upper(c);
    }
    return is_kept(c) ? c : '_';
}

const char *cog_claim_unusual_variable(apr_pool_t *pool, const char *claim)
{
    static const char prefix[] = COG_CLAIM_VARIABLE;
    const char *name = without_own_prefix(claim);
    char *variable = apr_palloc(pool, sizeof(prefix) + strlen(name));
    char *out = variable + sizeof(prefix) - 1;

    memcpy(variable, prefix, sizeof(prefix));
    for (; *name; ++name) {
        *out++ = in_variable(*name);
    }
    *out = '\0';
    return variable;
}

const char *cog_claim_header(apr_pool_t *pool, const char *prefix, const char *claim)
{
    const cog_claim_name_t *row = cog_claim_usual(claim);
    int is_inside = 0; /* of a word */
    char *header;

    if (row && strcmp(prefix, COG_CLAIM_HEADER) == 0) {
        return row->header;
    }
    header = apr_pstrcat(pool, prefix, without_own_prefix(claim), NULL);
    for (char *c = header + strlen(prefix); *c; ++c) {
        char letter = is_inside ? to_lower(*c) : to_upper(*c);

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
