#include "test/unit/unit.h"

#include "oidc/pool.h"

/* clang-format off */
static const struct {
    const char *id;
    const char *region;
    const char *issuer;
} good_ids[] = {
    {"eu-west-1_AbC123dEf", "eu-west-1",
     "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf"},
    {"ap-southeast-2_XXXXXXXXX", "ap-southeast-2",
     "https://cognito-idp.ap-southeast-2.amazonaws.com/ap-southeast-2_XXXXXXXXX"},
    {"ap-southeast-12_a", "ap-southeast-12",
     "https://cognito-idp.ap-southeast-12.amazonaws.com/ap-southeast-12_a"},
    {"us-gov-west-1_GovPool12", "us-gov-west-1",
     "https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_GovPool12"},
    {"cn-north-1_CnPool123", "cn-north-1",
     "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_CnPool123"},
    {"eu-west-1_AbC123dEfAbC123dEfAbC123dEfAbC123dEfAbC123dEf", "eu-west-1", /* 55 */
     "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEfAbC123dEfAbC123dEfAbC123dEfAbC123dEf"},
    {"eusc-de-east-1_EuPool123", "eusc-de-east-1",
     "https://cognito-idp.eusc-de-east-1.amazonaws.eu/eusc-de-east-1_EuPool123"},
};

static const struct {
    const char *id;
    const char *complaint;
} bad_ids[] = {
    {"",                                   "write REGION_ID such as eu-west-1_AbC123dEf"},
    {"7sm0a9nvvurn0guite1f2jgqi9",         "write REGION_ID such as eu-west-1_AbC123dEf"},
    {"eu-west-1",                          "write REGION_ID such as eu-west-1_AbC123dEf"},
    {"eu-west-1_",                         "is not the id of a user pool"},
    {"eu-west-1_Ab-C",                     "is not the id of a user pool"},
    {"eu-west-1_Ab_C",                     "is not the id of a user pool"},
    {"eu-west-1_AbC\n",                    "is not the id of a user pool"},
    {"eu-west-1_\xc3\xa4",                 "is not the id of a user pool"},
    {"eu-west-1_AbC123dEfAbC123dEfAbC123dEfAbC123dEfAbC123dEfA", "is longer"},
    {"_AbC123dEf",                         "does not begin with the name of an AWS region"},
    {"EU-WEST-1_AbC123dEf",                "does not begin with the name of an AWS region"},
    {"eu-1_AbC123dEf",                     "does not begin with the name of an AWS region"},
    {"eu--1_AbC123dEf",                    "does not begin with the name of an AWS region"},
    {"eu-west-_AbC123dEf",                 "does not begin with the name of an AWS region"},
    {"eu-west-123_AbC123dEf",              "does not begin with the name of an AWS region"},
    {"eu-west1_AbC123dEf",                 "does not begin with the name of an AWS region"},
    {"eusc-east-1_AbC123dEf",              "does not begin with the name of an AWS region"},
    {"us-gov-1_AbC123dEf",                 "does not begin with the name of an AWS region"},
    {"us-gov-_AbC123dEf",                  "does not begin with the name of an AWS region"},
    {"eu-west-1:1b2c3d4e-0000-4000-8000-1b2c3d4e5f60", "is the id of an identity pool"},
    {"arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_AbC123dEf", "is an ARN"},
    {"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf", "use CognitoIssuer"},
};

static const struct {
    const char *region; /* of the pool; NULL: no pool */
    const char *text;
    const char *url; /* NULL: refused */
    const char *complaint;
} domains[] = {
    {"eu-west-1", "my-app", "https://my-app.auth.eu-west-1.amazoncognito.com", NULL},
    {"eu-west-1", "a",      "https://a.auth.eu-west-1.amazoncognito.com", NULL},
    {"eu-west-1", "a23456789b123456789c123456789d123456789e123456789f123456789g123",
     "https://a23456789b123456789c123456789d123456789e123456789f123456789g123.auth.eu-west-1.amazoncognito.com",
     NULL},
    {"us-gov-west-1", "my-app", "https://my-app.auth-fips.us-gov-west-1.amazoncognito.com",
     NULL},
    {"eusc-de-east-1", "my-app",
     "https://my-app.auth.cognito-idp.eusc-de-east-1.on.amazonwebservices.eu", NULL},
    {"cn-north-1", "my-app", NULL, "write the whole host name"},
    {NULL, "my-app", NULL, "needs CognitoUserPool"},
    {NULL, "auth.example.com", "https://auth.example.com", NULL},
    {NULL, "AUTH.example.com", "https://auth.example.com", NULL},
    {NULL, "auth.example.com:8443", "https://auth.example.com:8443", NULL},
    {NULL, "https://auth.example.com", "https://auth.example.com", NULL},
    {NULL, "https://auth.example.com/", "https://auth.example.com", NULL},
    {NULL, "http://127.0.0.1:9000", "http://127.0.0.1:9000", NULL},
    {NULL, "http://auth.example.com", NULL, "is not https"},
    {NULL, "https://auth.example.com/oauth2", NULL, "has a path"},
    {NULL, "https://auth.example.com/?a", NULL, "has a path"},
    {NULL, "auth.example.com/login", NULL, "has a path"},
    {NULL, "https://user@auth.example.com", NULL, "is neither"},
    {NULL, "auth example.com", NULL, "is neither"},
    {"eu-west-1", "My-App", NULL, "is neither a prefix (a-z, 0-9 and -)"},
    {"eu-west-1", "-app", NULL, "is neither"},
    {"eu-west-1", "app-", NULL, "is neither"},
    {"eu-west-1", "", NULL, "is neither"},
    {"eu-west-1", "a23456789b123456789c123456789d123456789e123456789f123456789g1234", NULL,
     "is neither"},
};
/* clang-format on */

static void derives_the_issuer_in_every_partition(void **state)
{
    for (size_t i = 0; i < COUNT(good_ids); ++i) {
        cog_user_pool_t user_pool;

        assert_null(cog_user_pool_parse(*state, good_ids[i].id, &user_pool));
        assert_string_equal(user_pool.id, good_ids[i].id);
        assert_string_equal(user_pool.region, good_ids[i].region);
        assert_string_equal(user_pool.issuer, good_ids[i].issuer);
    }
}

static void knows_the_updated_issuer_too(void **state)
{
    cog_user_pool_t user_pool;

    assert_null(cog_user_pool_parse(*state, "eu-west-1_AbC123dEf", &user_pool));
    assert_string_equal(
        user_pool.updated_issuer,
        "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf");
    assert_string_equal(user_pool.dns_suffix, "amazonaws.com");
}

static void says_what_would_be_right(void **state)
{
    for (size_t i = 0; i < COUNT(bad_ids); ++i) {
        cog_user_pool_t user_pool;
        const char *complaint = cog_user_pool_parse(*state, bad_ids[i].id, &user_pool);

        if (!complaint || !strstr(complaint, bad_ids[i].complaint)) {
            fail_msg("%s: %s", bad_ids[i].id, complaint ? complaint : "accepted");
        }
    }
}

static void finds_the_host_of_the_hosted_ui(void **state)
{
    for (size_t i = 0; i < COUNT(domains); ++i) {
        cog_user_pool_t user_pool = {.region = domains[i].region};
        const char *url = NULL;
        const char *complaint = cog_user_pool_domain(
            *state, domains[i].region ? &user_pool : NULL, domains[i].text, &url);

        if (domains[i].url) {
            assert_null(complaint);
            assert_string_equal(url, domains[i].url);
            continue;
        }
        if (!complaint || !strstr(complaint, domains[i].complaint)) {
            fail_msg("%s: %s", domains[i].text, complaint ? complaint : "accepted");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(derives_the_issuer_in_every_partition),
        cmocka_unit_test_with_pool(knows_the_updated_issuer_too),
        cmocka_unit_test_with_pool(says_what_would_be_right),
        cmocka_unit_test_with_pool(finds_the_host_of_the_hosted_ui),
    };

    return cmocka_run_group_tests_name("oidc/pool", tests, NULL, NULL);
}
