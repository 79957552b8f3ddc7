/* The scopes that a login was granted: kept where somebody asks for them. */
#include "test/flow/world.h"

#define USER ",'sub':'sub-1','username':'alice'"
#define APP  ",'client_id':'" WORLD_CLIENT "'"

static world_t *world_that_keeps(apr_pool_t *pool, const char *pattern)
{
    world_t *world = world_make(pool);
    apr_array_header_t *kept = apr_array_make(pool, 2, sizeof(const char *));

    APR_ARRAY_PUSH(kept, const char *) = "!";
    APR_ARRAY_PUSH(kept, const char *) = pattern;
    world->conf.kept_claims = kept;
    return world;
}

static const char *scope_of(world_t *world)
{
    const cog_reply_t *reply;

    world_sign_in(world, "/");
    reply = world_get(world, "/");
    assert_int_equal(reply->kind, COG_REPLY_GRANT);
    return cog_session_claim(reply->session, "scope");
}

static void keeps_what_the_access_token_says(void **state)
{
    assert_string_equal(scope_of(world_that_keeps(*state, "scope")),
                        "openid orders/read");
    assert_string_equal(scope_of(world_that_keeps(*state, "sc*")), "openid orders/read");
}

static void believes_the_access_token_alone(void **state)
{
    world_t *world = world_that_keeps(*state, "scope");

    world->claims = ",'scope':'admin'";
    assert_string_equal(scope_of(world), "openid orders/read");
    world->access_claims = APP USER;
    world_get(world, "/.cognito/logout");
    assert_null(scope_of(world));
}

static const struct {
    const char *rule;
    const char *claims;
    cog_err_t error;
} forged[] = {
    {"ac-client-other", ",'client_id':'other'" USER ",'scope':'a'",            COG_E_TOKEN_AUDIENCE },
    {"another user",    APP ",'sub':'sub-2','username':'b','scope':'a'",
     COG_E_TOKEN_SUBJECT                                                                            },
    {"ac-scope-array",  APP USER ",'scope':['a']",                             COG_E_TOKEN_MALFORMED},
    {"token_use twice", APP USER ",'aud':'" WORLD_CLIENT "','token_use':'id'",
     COG_E_TOKEN_MALFORMED                                                                          },
};

static void lets_nobody_in_with_a_bad_access_token(void **state)
{
    for (size_t i = 0; i < COUNT(forged); ++i) {
        world_t *world = world_that_keeps(*state, "scope");

        world->access_claims = forged[i].claims;
        assert_result(forged[i].rule, world_sign_in(world, "/")->error, forged[i].error);
        assert_int_not_equal(world_get(world, "/")->kind, COG_REPLY_GRANT);
    }
}

static void looks_at_no_access_token_where_nobody_asks(void **state)
{
    world_t *world = world_make(*state);

    world->access_claims = ",'client_id':'other'";
    assert_null(scope_of(world));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(keeps_what_the_access_token_says),
        cmocka_unit_test_with_pool(believes_the_access_token_alone),
        cmocka_unit_test_with_pool(lets_nobody_in_with_a_bad_access_token),
        cmocka_unit_test_with_pool(looks_at_no_access_token_where_nobody_asks),
    };

    return cmocka_run_group_tests_name("flow/granted_scope", tests, NULL, NULL);
}
