#include "test/unit/unit.h"

#include "crypto/digest.h"
#include "oidc/id_token.h"

#define POOL   "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf"
#define OTHER  "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other1234"
#define LONG50 "12345678901234567890123456789012345678901234567890"
#define LONG   LONG50 LONG50 LONG50 LONG50 LONG50

static const cog_id_token_expect_t expect = {
    .issuer = POOL,
    .client_id = "app",
    .nonce = "n-1",
    .now = 1000000,
    .leeway = 60,
};

/* Members of a good token, to be left out or replaced one by one. */
#define ISS   "'iss':'" POOL "',"
#define AUD   "'aud':'app',"
#define USE   "'token_use':'id',"
#define SUB   "'sub':'u-1',"
#define NONCE "'nonce':'n-1',"
#define EXP   "'exp':1000300,"
#define IAT   "'iat':1000000,"
#define END   "'email':'a@b.test'}"

#define WITH_ISS(x)   "{" x AUD USE SUB NONCE EXP IAT END
#define WITH_AUD(x)   "{" ISS x USE SUB NONCE EXP IAT END
#define WITH_USE(x)   "{" ISS AUD x SUB NONCE EXP IAT END
#define WITH_SUB(x)   "{" ISS AUD USE x NONCE EXP IAT END
#define WITH_NONCE(x) "{" ISS AUD USE SUB x EXP IAT END
#define WITH_EXP(x)   "{" ISS AUD USE SUB NONCE x IAT END
#define WITH_IAT(x)   "{" ISS AUD USE SUB NONCE EXP x END
#define WITH(x)       "{" ISS AUD USE SUB NONCE EXP IAT x END

/* clang-format off */
/* One line per rule of OpenID Connect Core 1.0, 3.1.3.7: what is presented, what comes out. */
static const struct {
    const char *rule;
    const char *claims;
    cog_err_t result;
} cases[] = {
    {"id-ok", WITH(""), COG_OK},

    {"id-iss-other",          WITH_ISS("'iss':'" OTHER "',"),          COG_E_TOKEN_ISSUER},
    {"id-iss-slash",          WITH_ISS("'iss':'" POOL "/',"),          COG_E_TOKEN_ISSUER},
    {"id-iss-prefix",         WITH_ISS("'iss':'" POOL "x',"),          COG_E_TOKEN_ISSUER},
    {"id-iss-case",           WITH_ISS("'iss':'HTTPS://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf',"),
     COG_E_TOKEN_ISSUER},
    {"id-iss-http",           WITH_ISS("'iss':'http://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf',"),
     COG_E_TOKEN_ISSUER},
    {"id-iss-empty",          WITH_ISS("'iss':'',"),                   COG_E_TOKEN_ISSUER},
    {"id-iss-null",           WITH_ISS("'iss':null,"),                 COG_E_TOKEN_ISSUER},
    {"id-iss-array",          WITH_ISS("'iss':['" POOL "'],"),         COG_E_TOKEN_ISSUER},
    {"id-missing-iss",        WITH_ISS(""),                            COG_E_TOKEN_ISSUER},

    {"id-token-use-access",   WITH_USE("'token_use':'access',"),       COG_E_TOKEN_USE},
    {"id-token-use-case",     WITH_USE("'token_use':'ID',"),           COG_E_TOKEN_USE},
    {"id-token-use-array",    WITH_USE("'token_use':['id'],"),         COG_E_TOKEN_USE},
    {"id-token-use-missing",  WITH_USE(""),                            COG_E_TOKEN_USE},
    {"id-is-access-token",
     "{" ISS USE "'client_id':'app'," SUB NONCE EXP IAT END,           COG_E_TOKEN_AUDIENCE},

    {"id-aud-other",          WITH_AUD("'aud':'app2',"),               COG_E_TOKEN_AUDIENCE},
    {"id-aud-case",           WITH_AUD("'aud':'APP',"),                COG_E_TOKEN_AUDIENCE},
    {"id-aud-space",          WITH_AUD("'aud':'app ',"),               COG_E_TOKEN_AUDIENCE},
    {"id-aud-empty",          WITH_AUD("'aud':'',"),                   COG_E_TOKEN_AUDIENCE},
    {"id-aud-number",         WITH_AUD("'aud':1,"),                    COG_E_TOKEN_AUDIENCE},
    {"id-aud-object",         WITH_AUD("'aud':{'app':1},"),            COG_E_TOKEN_AUDIENCE},
    {"id-aud-array-only-us",  WITH_AUD("'aud':['app'],"),              COG_OK},
    {"id-aud-array-empty",    WITH_AUD("'aud':[],"),                   COG_E_TOKEN_AUDIENCE},
    {"id-aud-array-more",     WITH_AUD("'aud':['app','other'],"),      COG_E_TOKEN_AUDIENCE},
    {"id-aud-array-twice",    WITH_AUD("'aud':['app','app'],"),        COG_E_TOKEN_AUDIENCE},
    {"id-aud-array-nested",   WITH_AUD("'aud':[['app']],"),            COG_E_TOKEN_AUDIENCE},
    {"id-missing-aud",        WITH_AUD(""),                            COG_E_TOKEN_AUDIENCE},

    {"id-azp-ours",           WITH("'azp':'app',"),                    COG_OK},
    {"id-azp-other",          WITH("'azp':'other',"),                  COG_E_TOKEN_AUDIENCE},
    {"id-azp-empty",          WITH("'azp':'',"),                       COG_E_TOKEN_AUDIENCE},
    {"id-azp-null",           WITH("'azp':null,"),                     COG_E_TOKEN_AUDIENCE},
    {"id-azp-array",          WITH("'azp':['app'],"),                  COG_E_TOKEN_AUDIENCE},

    {"id-exp-now",            WITH_EXP("'exp':1000000,"),              COG_OK},
    {"id-exp-in-leeway",      WITH_EXP("'exp':999941,"),               COG_OK},
    {"id-exp-past-leeway",    WITH_EXP("'exp':999940,"),               COG_E_TOKEN_EXPIRED},
    {"id-exp-fraction",       WITH_EXP("'exp':1000300.75,"),           COG_OK},
    {"id-exp-fraction-past",  WITH_EXP("'exp':999940.99,"),            COG_E_TOKEN_EXPIRED},
    {"id-exp-2038",           WITH_EXP("'exp':4102444800,"),           COG_OK},
    {"id-exp-zero",           WITH_EXP("'exp':0,"),                    COG_E_TOKEN_EXPIRED},
    {"id-exp-negative",       WITH_EXP("'exp':-1,"),                   COG_E_TOKEN_EXPIRED},
    {"id-exp-int64-max",      WITH_EXP("'exp':9223372036854775807,"),  COG_E_TOKEN_EXPIRED},
    {"id-exp-int64-min",      WITH_EXP("'exp':-9223372036854775808,"), COG_E_TOKEN_EXPIRED},
    {"id-exp-1e300",          WITH_EXP("'exp':1e300,"),                COG_E_TOKEN_EXPIRED},
    {"id-exp-string",         WITH_EXP("'exp':'1000300',"),            COG_E_TOKEN_EXPIRED},
    {"id-exp-true",           WITH_EXP("'exp':true,"),                 COG_E_TOKEN_EXPIRED},
    {"id-exp-null",           WITH_EXP("'exp':null,"),                 COG_E_TOKEN_EXPIRED},
    {"id-missing-exp",        WITH_EXP(""),                            COG_E_TOKEN_EXPIRED},

    {"id-iat-in-leeway",      WITH_IAT("'iat':1000060,"),              COG_OK},
    {"id-iat-future",         WITH_IAT("'iat':1000061,"),              COG_E_TOKEN_TIME},
    {"id-iat-1e300",          WITH_IAT("'iat':1e300,"),                COG_E_TOKEN_TIME},
    {"id-iat-negative",       WITH_IAT("'iat':-5,"),                   COG_E_TOKEN_TIME},
    {"id-iat-string",         WITH_IAT("'iat':'1000000',"),            COG_E_TOKEN_TIME},
    {"id-missing-iat",        WITH_IAT(""),                            COG_E_TOKEN_TIME},

    {"id-nbf-past",           WITH("'nbf':999000,"),                   COG_OK},
    {"id-nbf-in-leeway",      WITH("'nbf':1000060,"),                  COG_OK},
    {"id-nbf-future",         WITH("'nbf':1000061,"),                  COG_E_TOKEN_TIME},
    {"id-nbf-string",         WITH("'nbf':'1',"),                      COG_E_TOKEN_TIME},
    {"id-nbf-null",           WITH("'nbf':null,"),                     COG_E_TOKEN_TIME},
    {"id-auth-time-past",     WITH("'auth_time':5,"),                  COG_OK},
    {"id-auth-time-future",   WITH("'auth_time':1000061,"),            COG_E_TOKEN_TIME},
    {"id-auth-time-string",   WITH("'auth_time':'5',"),                COG_E_TOKEN_TIME},

    {"id-nonce-other",        WITH_NONCE("'nonce':'n-2',"),            COG_E_TOKEN_NONCE},
    {"id-nonce-prefix",       WITH_NONCE("'nonce':'n-',"),             COG_E_TOKEN_NONCE},
    {"id-nonce-longer",       WITH_NONCE("'nonce':'n-12',"),           COG_E_TOKEN_NONCE},
    {"id-nonce-case",         WITH_NONCE("'nonce':'N-1',"),            COG_E_TOKEN_NONCE},
    {"id-nonce-empty",        WITH_NONCE("'nonce':'',"),               COG_E_TOKEN_NONCE},
    {"id-nonce-null",         WITH_NONCE("'nonce':null,"),             COG_E_TOKEN_NONCE},
    {"id-nonce-array",        WITH_NONCE("'nonce':['n-1'],"),          COG_E_TOKEN_NONCE},
    {"id-missing-nonce",      WITH_NONCE(""),                          COG_E_TOKEN_NONCE},

    {"id-sub-255",            WITH_SUB("'sub':'" LONG "12345',"),      COG_OK},
    {"id-sub-256",            WITH_SUB("'sub':'" LONG "123456',"),     COG_E_TOKEN_SUBJECT},
    {"id-sub-empty",          WITH_SUB("'sub':'',"),                   COG_E_TOKEN_SUBJECT},
    {"id-sub-newline",        WITH_SUB("'sub':'u\\n1',"),              COG_E_TOKEN_SUBJECT},
    {"id-sub-number",         WITH_SUB("'sub':1,"),                    COG_E_TOKEN_SUBJECT},
    {"id-sub-array",          WITH_SUB("'sub':['u-1'],"),              COG_E_TOKEN_SUBJECT},
    {"id-missing-sub",        WITH_SUB(""),                            COG_E_TOKEN_SUBJECT},

    {"id-pay-array",          "[]",                                    COG_E_TOKEN_ISSUER},
    {"id-pay-array-of-good",  "[" WITH("") "]",                        COG_E_TOKEN_ISSUER},
    {"id-pay-null",           "null",                                  COG_E_TOKEN_ISSUER},
    {"id-pay-empty",          "{}",                                    COG_E_TOKEN_ISSUER},
};
/* clang-format on */

static void follows_the_rules_for_claims(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); ++i) {
        json_t *claims = json_from_quoted(cases[i].claims);

        assert_non_null(claims);
        assert_result(cases[i].rule, cog_id_token_check(claims, &expect),
                      cases[i].result);
        json_decref(claims);
    }
}

static void takes_no_token_when_no_nonce_is_expected(void **state)
{
    json_t *claims = json_from_quoted(WITH_NONCE(""));
    cog_id_token_expect_t careless = expect;

    (void)state;
    careless.nonce = NULL;
    assert_int_equal(cog_id_token_check(claims, &careless), COG_E_TOKEN_NONCE);
    careless.nonce = "";
    assert_int_equal(cog_id_token_check(claims, &careless), COG_E_TOKEN_NONCE);
    json_decref(claims);
}

static void counts_seconds_beyond_2038(void **state)
{
    json_t *claims =
        json_from_quoted("{" ISS AUD USE SUB NONCE "'exp':4102444800,'iat':4102444000}");
    cog_id_token_expect_t later = expect;

    (void)state;
    later.now = 4102444700;
    assert_int_equal(cog_id_token_check(claims, &later), COG_OK);
    later.now = 4102444860;
    assert_int_equal(cog_id_token_check(claims, &later), COG_E_TOKEN_EXPIRED);
    json_decref(claims);
}

/* clang-format off */
static const struct {
    const char *rule;
    const char *claims;
    cog_err_t result;
} hashes[] = {
    {"id-athash-absent", "{}", COG_OK},
    /* of "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", as OpenID Connect Core 1.0, A.3 has it */
    {"id-athash-right", "{'at_hash':'77QmUPtjPfzWtF2AnpK9RQ'}", COG_OK},
    {"id-athash-other", "{'at_hash':'77QmUPtjPfzWtF2AnpK9RR'}", COG_E_TOKEN_HASH},
    {"id-athash-short", "{'at_hash':'77QmUPtjPfzWtF2AnpK9R'}",  COG_E_TOKEN_HASH},
    {"id-athash-padded", "{'at_hash':'77QmUPtjPfzWtF2AnpK9RQ=='}", COG_E_TOKEN_HASH},
    {"id-athash-empty", "{'at_hash':''}",   COG_E_TOKEN_HASH},
    {"id-athash-null",  "{'at_hash':null}", COG_E_TOKEN_HASH},
    {"id-athash-array", "{'at_hash':['77QmUPtjPfzWtF2AnpK9RQ']}", COG_E_TOKEN_HASH},
};
/* clang-format on */

static void ties_the_access_token_to_the_id_token(void **state)
{
    cog_secret_t token = cog_secret_of("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y");

    for (size_t i = 0; i < COUNT(hashes); ++i) {
        json_t *claims = json_from_quoted(hashes[i].claims);

        assert_result(hashes[i].rule, cog_id_token_check_hash(*state, claims, token),
                      hashes[i].result);
        json_decref(claims);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_rules_for_claims),
        cmocka_unit_test(takes_no_token_when_no_nonce_is_expected),
        cmocka_unit_test(counts_seconds_beyond_2038),
        cmocka_unit_test_with_pool(ties_the_access_token_to_the_id_token),
    };

    return cmocka_run_group_tests_name("oidc/id_token", tests, NULL, NULL);
}
