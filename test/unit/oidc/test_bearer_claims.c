#include "test/unit/unit.h"

#include "base/json.h"
#include "oidc/bearer_claims.h"

#define POOL  "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf"
#define OTHER "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other1234"

static const cog_bearer_expect_t expect = {.issuer = POOL, .now = 1000000, .leeway = 60};

/* Members of a good access token, to be left out or replaced one by one. */
#define ISS    "'iss':'" POOL "',"
#define CLIENT "'client_id':'app',"
#define USE    "'token_use':'access',"
#define SUB    "'sub':'u-1',"
#define USER   "'username':'alice',"
#define EXP    "'exp':1000300,"
#define IAT    "'iat':1000000,"
#define END    "'scope':'openid orders/read'}"

#define WITH_ISS(x)    "{" x CLIENT USE SUB USER EXP IAT END
#define WITH_CLIENT(x) "{" ISS x USE SUB USER EXP IAT END
#define WITH_USE(x)    "{" ISS CLIENT x SUB USER EXP IAT END
#define WITH_SUB(x)    "{" ISS CLIENT USE x USER EXP IAT END
#define WITH_USER(x)   "{" ISS CLIENT USE SUB x EXP IAT END
#define WITH_EXP(x)    "{" ISS CLIENT USE SUB USER x IAT END
#define WITH_IAT(x)    "{" ISS CLIENT USE SUB USER EXP x END
#define WITH(x)        "{" ISS CLIENT USE SUB USER EXP IAT x END
#define ID(x)          "{" ISS "'token_use':'id'," SUB EXP IAT x "'email':'a@b.test'}"

/* clang-format off */
/* One line per rule: what is presented, what comes out (O10, O11, J09, B14). */
static const struct {
    const char *rule;
    const char *claims;
    cog_err_t result;
} cases[] = {
    {"ac-ok", WITH(""), COG_OK},

    {"ac-iss-other",           WITH_ISS("'iss':'" OTHER "',"),          COG_E_TOKEN_ISSUER},
    {"ac-iss-slash",           WITH_ISS("'iss':'" POOL "/',"),          COG_E_TOKEN_ISSUER},
    {"ac-iss-array",           WITH_ISS("'iss':['" POOL "'],"),         COG_E_TOKEN_ISSUER},
    {"ac-missing-iss",         WITH_ISS(""),                            COG_E_TOKEN_ISSUER},

    {"ac-token-use-id",        WITH_USE("'token_use':'id',"),           COG_E_TOKEN_AUDIENCE},
    {"ac-token-use-case",      WITH_USE("'token_use':'Access',"),       COG_E_TOKEN_USE},
    {"ac-token-use-array",     WITH_USE("'token_use':['access'],"),     COG_E_TOKEN_USE},
    {"ac-missing-token-use",   WITH_USE(""),                            COG_E_TOKEN_USE},

    {"ac-client-array",        WITH_CLIENT("'client_id':['app'],"),     COG_E_TOKEN_AUDIENCE},
    {"ac-client-null",         WITH_CLIENT("'client_id':null,"),        COG_E_TOKEN_AUDIENCE},
    {"ac-client-empty",        WITH_CLIENT("'client_id':'',"),          COG_E_TOKEN_AUDIENCE},
    {"ac-client-missing",      WITH_CLIENT(""),                         COG_E_TOKEN_AUDIENCE},
    {"ac-client-in-aud",       WITH_CLIENT("'aud':'app',"),             COG_E_TOKEN_AUDIENCE},

    {"ac-aud-us",              WITH("'aud':'app',"),                    COG_OK},
    {"ac-aud-resource",        WITH("'aud':'https://api.example.com',"), COG_OK},
    {"ac-aud-array",           WITH("'aud':['https://api.example.com'],"), COG_OK},
    {"ac-aud-two",             WITH("'aud':['https://a.example','app'],"), COG_E_TOKEN_AUDIENCE},
    {"ac-aud-number",          WITH("'aud':1,"),                        COG_E_TOKEN_AUDIENCE},
    {"ac-aud-null",            WITH("'aud':null,"),                     COG_E_TOKEN_AUDIENCE},

    {"ac-exp-in-leeway",       WITH_EXP("'exp':999941,"),               COG_OK},
    {"ac-exp-past",            WITH_EXP("'exp':999940,"),               COG_E_TOKEN_EXPIRED},
    {"ac-exp-string",          WITH_EXP("'exp':'9999999999',"),         COG_E_TOKEN_EXPIRED},
    {"ac-exp-1e300",           WITH_EXP("'exp':1e300,"),                COG_E_TOKEN_EXPIRED},
    {"ac-missing-exp",         WITH_EXP(""),                            COG_E_TOKEN_EXPIRED},
    {"ac-iat-future",          WITH_IAT("'iat':1000061,"),              COG_E_TOKEN_TIME},
    {"ac-missing-iat",         WITH_IAT(""),                            COG_E_TOKEN_TIME},
    {"ac-nbf-future",          WITH("'nbf':1003600,"),                  COG_E_TOKEN_TIME},
    {"ac-nbf-past",            WITH("'nbf':1000000,"),                  COG_OK},

    {"ac-missing-sub",         WITH_SUB(""),                            COG_E_TOKEN_SUBJECT},
    {"ac-sub-newline",         WITH_SUB("'sub':'u\\r\\n1',"),           COG_E_TOKEN_SUBJECT},
    {"ac-missing-username",    WITH_USER(""),                           COG_OK},
    {"ac-username-number",     WITH_USER("'username':1,"),              COG_E_TOKEN_SUBJECT},
    {"ac-username-empty",      WITH_USER("'username':'',"),             COG_E_TOKEN_SUBJECT},
    {"ac-scope-array",         "{" ISS CLIENT USE SUB USER EXP IAT "'scope':['openid']}", COG_E_TOKEN_MALFORMED},
    {"ac-missing-scope",       "{" ISS CLIENT USE SUB USER EXP IAT "'x':1}", COG_OK},

    {"id-ok",                  ID("'aud':'app',"),                      COG_OK},
    {"id-aud-array-only-us",   ID("'aud':['app'],"),                    COG_OK},
    {"id-missing-aud",         ID("'client_id':'app',"),                COG_E_TOKEN_AUDIENCE},
    {"id-aud-empty",           ID("'aud':'',"),                         COG_E_TOKEN_AUDIENCE},
    {"id-aud-array-with-other", ID("'aud':['app','other'],"),           COG_E_TOKEN_AUDIENCE},
    {"id-azp-other",           ID("'aud':'app','azp':'other',"),        COG_E_TOKEN_AUDIENCE},
    {"id-azp-us",              ID("'aud':'app','azp':'app',"),          COG_OK},

    {"pay-array",              "[]",                                    COG_E_TOKEN_ISSUER},
    {"pay-empty",              "{}",                                    COG_E_TOKEN_ISSUER},
};
/* clang-format on */

static void follows_the_rules_for_claims(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); ++i) {
        json_t *claims = json_from_quoted(cases[i].claims);
        cog_bearer_facts_t facts = {.expires = -1};

        assert_non_null(claims);
        assert_result(cases[i].rule, cog_bearer_token_read(claims, &expect, &facts),
                      cases[i].result);
        assert_int_equal(facts.expires == -1, cases[i].result != COG_OK);
        json_decref(claims);
    }
}

/* The facts, and the claims that they point into. */
static json_t *read_into(apr_pool_t *pool, const char *text, cog_bearer_facts_t *facts)
{
    json_t *claims = cog_json_own(pool, json_from_quoted(text));

    assert_int_equal(cog_bearer_token_read(claims, &expect, facts), COG_OK);
    return claims;
}

static void reads_what_places_go_by(void **state)
{
    cog_bearer_facts_t facts;

    read_into(*state, WITH("'aud':'https://api.example.com','auth_time':999000,"),
              &facts);
    assert_int_equal(facts.use, COG_TOKEN_ACCESS);
    assert_string_equal(facts.client_id, "app");
    assert_string_equal(facts.resource, "https://api.example.com");
    assert_false(facts.is_machine);
    assert_int_equal(facts.expires, 1000300);
    assert_int_equal(facts.authenticated, 999000);

    read_into(*state, ID("'aud':'app',"), &facts);
    assert_int_equal(facts.use, COG_TOKEN_ID);
    assert_string_equal(facts.client_id, "app");
    assert_null(facts.resource);
    assert_false(facts.is_machine);
    assert_int_equal(facts.authenticated, 1000000);
}

/* B17 */
static void tells_machines_from_users(void **state)
{
    cog_bearer_facts_t facts;

    read_into(*state, WITH(""), &facts);
    assert_false(facts.is_machine);
    read_into(*state, WITH_USER(""), &facts);
    assert_true(facts.is_machine);
    /* a name that a trigger has given to a machine makes no user of it */
    read_into(*state, WITH_SUB("'sub':'app',"), &facts);
    assert_true(facts.is_machine);
}

/* clang-format off */
static const struct {
    const char *rule;
    unsigned uses;
    const char *clients[2];
    const char *resource;
    const char *claims;
    cog_err_t result;
} places[] = {
    {"own client",          COG_TOKEN_ACCESS, {"app"},          NULL, WITH(""), COG_OK},
    {"one of two",          COG_TOKEN_ACCESS, {"other", "app"}, NULL, WITH(""), COG_OK},
    {"ac-client-other",     COG_TOKEN_ACCESS, {"other"},        NULL, WITH(""), COG_E_TOKEN_AUDIENCE},
    {"ac-client-case",      COG_TOKEN_ACCESS, {"APP"},          NULL, WITH(""), COG_E_TOKEN_AUDIENCE},
    {"ac-client-longer",    COG_TOKEN_ACCESS, {"ap"},           NULL, WITH(""), COG_E_TOKEN_AUDIENCE},
    {"nobody",              COG_TOKEN_ACCESS, {NULL},           NULL, WITH(""), COG_E_TOKEN_AUDIENCE},
    {"access where id",     COG_TOKEN_ID,     {"app"},          NULL, WITH(""), COG_E_TOKEN_USE},
    {"id where access",     COG_TOKEN_ACCESS, {"app"},          NULL, ID("'aud':'app',"), COG_E_TOKEN_USE},
    {"id where id",         COG_TOKEN_ID,     {"app"},          NULL, ID("'aud':'app',"), COG_OK},
    {"either",              COG_TOKEN_ID | COG_TOKEN_ACCESS, {"app"}, NULL, WITH(""), COG_OK},
    {"bound, but no place", COG_TOKEN_ACCESS, {"app"},          NULL,
     WITH("'aud':'https://a.example/mcp',"), COG_E_TOKEN_RESOURCE},
    {"bound elsewhere",     COG_TOKEN_ACCESS, {"app"}, "https://a.example/mcp",
     WITH("'aud':'https://a.example/mcp2',"), COG_E_TOKEN_RESOURCE},
    {"bound to a part",     COG_TOKEN_ACCESS, {"app"}, "https://a.example/mcp",
     WITH("'aud':'https://a.example',"), COG_E_TOKEN_RESOURCE},
    {"bound here",          COG_TOKEN_ACCESS, {"app"}, "https://a.example/mcp",
     WITH("'aud':'https://a.example/mcp',"), COG_OK},
    {"bound to the root",   COG_TOKEN_ACCESS, {"app"}, "https://a.example",
     WITH("'aud':'https://a.example/',"), COG_OK},
    {"bound to the host",   COG_TOKEN_ACCESS, {"app"}, "https://a.example/",
     WITH("'aud':'https://a.example',"), COG_OK},
    {"not bound",           COG_TOKEN_ACCESS, {"app"}, "https://a.example/mcp", WITH(""), COG_OK},
    {"aud is the client",   COG_TOKEN_ACCESS, {"app"}, "https://a.example/mcp",
     WITH("'aud':'app',"), COG_OK},
};
/* clang-format on */

static void follows_the_rules_of_a_place(void **state)
{
    for (size_t i = 0; i < COUNT(places); ++i) {
        apr_array_header_t *clients = apr_array_make(*state, 2, sizeof(const char *));
        const cog_bearer_rules_t rules = {places[i].uses, clients, places[i].resource};
        cog_bearer_facts_t facts;

        for (size_t k = 0; k < 2 && places[i].clients[k]; ++k) {
            APR_ARRAY_PUSH(clients, const char *) = places[i].clients[k];
        }
        read_into(*state, places[i].claims, &facts);
        assert_result(places[i].rule, cog_bearer_rules_check(&rules, &facts),
                      places[i].result);
    }
}

static const char *unified(apr_pool_t *pool, const char *text, const char *name)
{
    cog_bearer_facts_t facts;
    json_t *claims = read_into(pool, text, &facts);

    cog_bearer_claims_unify(claims, &facts);
    assert_string_equal(cog_json_string(claims, "client_id"), "app");
    assert_null(json_object_get(claims, "username"));
    assert_null(json_object_get(claims, "version"));
    return cog_json_string(claims, name);
}

static void calls_claims_as_id_tokens_do(void **state)
{
    const char *posing = WITH_USER("'cognito:username':'root','version':2,");

    assert_string_equal(unified(*state, WITH("'version':2,"), "cognito:username"),
                        "alice");
    assert_string_equal(unified(*state, WITH(""), "scope"), "openid orders/read");
    assert_null(unified(*state, WITH_SUB("'sub':'app',"), "cognito:username"));
    assert_null(unified(*state, posing, "cognito:username"));
    assert_string_equal(unified(*state, ID("'aud':'app','cognito:username':'alice',"),
                                "cognito:username"),
                        "alice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_rules_for_claims),
        cmocka_unit_test_with_pool(reads_what_places_go_by),
        cmocka_unit_test_with_pool(tells_machines_from_users),
        cmocka_unit_test_with_pool(follows_the_rules_of_a_place),
        cmocka_unit_test_with_pool(calls_claims_as_id_tokens_do),
    };

    return cmocka_run_group_tests_name("oidc/access_token", tests, NULL, NULL);
}
