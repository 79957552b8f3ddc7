#include "test/unit/unit.h"

#include "oidc/bearer.h"

#define NONE  COG_BEARER_NONE
#define TOKEN COG_BEARER_TOKEN
#define BAD   COG_BEARER_MALFORMED

/* clang-format off */
/* C02, C03, C04, C10: what is presented, and what is made of it. */
static const struct {
    const char *header;
    cog_bearer_kind_t kind;
    const char *token;
} headers[] = {
    {NULL, NONE, NULL}, {"", NONE, NULL},
    {"Bearer T", TOKEN, "T"}, {"bearer T", TOKEN, "T"}, {"BEARER T", TOKEN, "T"},
    {"Bearer  T", TOKEN, "T"}, {"Bearer a.b-c_d~e+f/g==", TOKEN, "a.b-c_d~e+f/g=="},
    {"Bearer", BAD, NULL}, {"Bearer ", BAD, NULL}, {"Bearer\tT", BAD, NULL},
    {"Bearer T,U", BAD, NULL}, {"Bearer T, U", BAD, NULL}, {"Bearer T U", BAD, NULL},
    {"Bearer T ", BAD, NULL}, {"Bearer \tT", BAD, NULL}, {"Bearer \"T\"", BAD, NULL},
    {"Bearer T=U", BAD, NULL}, {"Bearer =", BAD, NULL}, {"Bearer h.p.s=.evil", BAD, NULL},
    {"Bearer T\x01", BAD, NULL}, {"Bearer T\xc3\xa9", BAD, NULL}, {"Bearer T%2E", BAD, NULL},
    {"Bearer T, Bearer U", BAD, NULL}, {"Bearer, T", BAD, NULL}, {"Bearer T,", BAD, NULL},
    {"Basic YTpi, Bearer T", BAD, NULL}, {"Basic YTpi,bearer T", BAD, NULL},
    {"Bearer T, Basic YTpi", BAD, NULL}, {"Basic YTpi, Bearer", BAD, NULL},
    {"BearerT", NONE, NULL}, {"Bearer-T x", NONE, NULL}, {" Bearer T", NONE, NULL},
    {"Basic YTpi", NONE, NULL}, {"DPoP T", NONE, NULL}, {"T", NONE, NULL},
    {"Digest username=\"a\", realm=\"b\"", NONE, NULL},
};

static const struct {
    const char *says;
    cog_challenge_t challenge;
} challenges[] = {
    {"Bearer", {0}},
    {"Bearer realm=\"Cognito\"", {.realm = "Cognito"}},
    {"Bearer realm=\"a \\\"b\\\" \\\\c\"", {.realm = "a \"b\" \\c"}},
    {"Bearer realm=\"a  X-Evil: 1 \"", {.realm = "a\r\nX-Evil: 1\x7f"}},
    {"Bearer error=\"invalid_token\", error_description=\"why\"",
     {.error = "invalid_token", .description = "why"}},
    {"Bearer realm=\"r\", error=\"insufficient_scope\", scope=\"a b\"",
     {.realm = "r", .error = "insufficient_scope", .scope = "a b"}},
    {"Bearer error=\"insufficient_user_authentication\", max_age=\"900\"",
     {.error = "insufficient_user_authentication", .max_age = "900"}},
    {"Bearer resource_metadata=\"https://a.example/x\"",
     {.resource_metadata = "https://a.example/x"}},
};
/* clang-format on */

static void reads_one_token_or_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(headers); ++i) {
        cog_secret_t token = {NULL, 0};
        cog_bearer_kind_t kind = cog_bearer_read(headers[i].header, &token);

        assert_int_equal(token.bytes != NULL, kind == TOKEN);
        if (kind == TOKEN && !cog_bearer_is_wellformed(token)) {
            kind = BAD;
        }
        if (kind != headers[i].kind) {
            fail_msg("wrong: \"%s\"", headers[i].header);
        }
        if (kind == TOKEN) {
            assert_string_equal(token.bytes, headers[i].token);
            assert_int_equal(token.len, strlen(headers[i].token));
        }
    }
}

/* C05 */
static void writes_challenges_that_nothing_breaks_out_of(void **state)
{
    for (size_t i = 0; i < COUNT(challenges); ++i) {
        assert_string_equal(cog_challenge_write(*state, &challenges[i].challenge),
                            challenges[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_one_token_or_none),
        cmocka_unit_test_with_pool(writes_challenges_that_nothing_breaks_out_of),
    };

    return cmocka_run_group_tests_name("oidc/bearer", tests, NULL, NULL);
}
