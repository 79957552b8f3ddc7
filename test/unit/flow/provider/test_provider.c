#include "test/unit/flow/provider/provider_world.h"

#include "test/unit/threads.h"

#define THREADS 16

static void configure_domain(world_t *world)
{
    cog_endpoints_add_domain(world->pool, DOMAIN, &world->conf.endpoints);
}

static void finds_the_endpoints_by_discovery_once(void **state)
{
    world_t *world = world_of(*state);
    cog_endpoints_t found;

    assert_int_equal(world_endpoints(world, &found), COG_OK);
    assert_int_equal(world_endpoints(world, &found), COG_OK);
    assert_string_equal(found.authorize, DOMAIN "/oauth2/authorize");
    assert_string_equal(found.token, DOMAIN "/oauth2/token");
    assert_string_equal(found.userinfo, DOMAIN "/oauth2/userInfo");
    assert_string_equal(found.revoke, DOMAIN "/oauth2/revoke");
    assert_string_equal(found.logout, DOMAIN "/logout");
    assert_string_equal(found.jwks, ADVERTISED);
    assert_int_equal(world->fetches, 1);
}

static void prefers_the_endpoints_that_are_configured(void **state)
{
    world_t *world = world_of(*state);
    cog_endpoints_t found;

    world->conf.endpoints.token = "https://elsewhere.example.com/token";
    assert_int_equal(world_endpoints(world, &found), COG_OK);
    assert_string_equal(found.token, "https://elsewhere.example.com/token");
    assert_string_equal(found.authorize, DOMAIN "/oauth2/authorize");
}

static void makes_no_discovery_when_all_is_configured(void **state)
{
    world_t *world = world_of(*state);
    cog_endpoints_t found;

    configure_domain(world);
    world->conf.endpoints.jwks = JWKS;
    assert_int_equal(world_endpoints(world, &found), COG_OK);
    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    assert_int_equal(world_count(world, PAGE_DISCOVERY), 0);
    assert_int_equal(world_count(world, PAGE_JWKS), 1);
}

static void makes_no_discovery_when_the_domain_is_configured(void **state)
{
    world_t *world = world_of(*state);
    cog_endpoints_t found;

    configure_domain(world);
    assert_int_equal(world_endpoints(world, &found), COG_OK);
    assert_string_equal(found.authorize, DOMAIN "/oauth2/authorize");
    assert_string_equal(found.jwks, JWKS);
    assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
    assert_int_equal(world_verify(world, key_a, UPDATED), COG_OK);
    assert_int_equal(world_count(world, PAGE_DISCOVERY), 0);
    assert_int_equal(world_count(world, PAGE_JWKS), 1);
    assert_int_equal(world_count(world, PAGE_UPDATED_JWKS), 1);
}

/* clang-format off */
/* One line per answer to discovery: what comes of it, and what the log tells. */
static const struct {
    const char *rule;
    int status;
    const char *body; /* NULL: a good document */
    cog_err_t err;
    cog_err_t result;
    const char *logged; /* NULL: nothing is */
} discoveries[] = {
    {"good",                200, NULL,          COG_OK, COG_OK,          NULL},
    {"no such pool",        404, "{}",          COG_OK, COG_E_DISCOVERY, "COG3210"},
    {"issuer not switched", 403, "",            COG_OK, COG_E_DISCOVERY, "CognitoUserPool"},
    {"throttled",           429, "",            COG_OK, COG_E_IDP_BUSY,  "COG3211"},
    {"broken",              500, "<html>",      COG_OK, COG_E_IDP_BUSY,  "COG3211"},
    {"down for a while",    503, "",            COG_OK, COG_E_IDP_BUSY,  "COG3211"},
    {"redirect",            302, "",            COG_OK, COG_E_DISCOVERY, "COG3211"},
    {"bad request",         400, "",            COG_OK, COG_E_DISCOVERY, "COG3211"},
    {"no JSON",             200, "<html>",      COG_OK, COG_E_DISCOVERY, "COG3212"},
    {"an array",            200, "[]",          COG_OK, COG_E_DISCOVERY, "COG3212"},
    {"no members",          200, "{}",          COG_OK, COG_E_DISCOVERY, "COG3212"},
    {"no answer",           0,   "",            COG_E_IDP_UNREACHABLE, COG_E_IDP_UNREACHABLE, NULL},
};
/* clang-format on */

/* F01: the answer after a failure comes from memory, and the failure passes */
static void tells_why_discovery_failed_and_recovers(void **state)
{
    for (size_t i = 0; i < COUNT(discoveries); ++i) {
        world_t *world = world_of(*state);
        page_t *page = &world->pages[PAGE_DISCOVERY];
        page_t good = *page;
        cog_endpoints_t found;

        page->status = discoveries[i].status;
        page->body = discoveries[i].body ? discoveries[i].body : page->body;
        page->err = discoveries[i].err;
        for (int n = 0; n < 3; ++n) {
            assert_result(discoveries[i].rule, world_endpoints(world, &found),
                          discoveries[i].result);
        }
        assert_int_equal(world_count(world, PAGE_DISCOVERY), 1);
        if (discoveries[i].logged) {
            assert_non_null(strstr(world->messages, discoveries[i].logged));
        }
        else {
            assert_string_equal(world->messages, "");
        }

        page->status = good.status;
        page->body = good.body;
        page->err = good.err;
        world_pass(world, COG_FETCH_PAUSE_SEC);
        assert_result(discoveries[i].rule, world_endpoints(world, &found), COG_OK);
    }
}

/* B16, O15: a document of another issuer is not believed */
static void refuses_a_document_of_another_issuer(void **state)
{
    world_t *world = world_of(*state);
    cog_endpoints_t found;

    world->pages[PAGE_DISCOVERY].body =
        document_of(*state, "https://evil.example.com/pool", "https://evil.example.com");
    assert_int_equal(world_endpoints(world, &found), COG_E_DISCOVERY);
}

/* F02: stale-if-error */
static void keeps_the_last_good_document(void **state)
{
    world_t *world = world_of(*state);
    cog_endpoints_t found;

    assert_int_equal(world_endpoints(world, &found), COG_OK);
    world->pages[PAGE_DISCOVERY].body =
        document_of(*state, "https://evil.example.com/pool", "https://evil.example.com");
    for (int day = 0; day < 7; ++day) {
        world_pass(world, 24 * 3600);
        assert_int_equal(world_endpoints(world, &found), COG_OK);
        assert_string_equal(found.token, DOMAIN "/oauth2/token");
    }
    assert_int_equal(world_count(world, PAGE_DISCOVERY), 8);
    assert_non_null(strstr(world->messages, "COG3200"));
}

/* Whichever fetch fails: an error that says so, and all is well after the pause. */
static void survives_the_failure_of_any_fetch(void **state)
{
    for (int n = 1; n <= 4; ++n) {
        world_t *world = world_of(*state);
        cog_endpoints_t found;
        cog_err_t errs[3];

        world->fail_at = n;
        errs[0] = world_endpoints(world, &found);
        errs[1] = world_verify(world, key_a, ISSUER);
        errs[2] = world_verify(world, key_a, UPDATED);
        for (int i = 0; i < 3; ++i) {
            assert_true(errs[i] == COG_OK || errs[i] == COG_E_IDP_UNREACHABLE);
        }
        assert_true((errs[0] || errs[1] || errs[2]) == (n < 4));
        world_pass(world, COG_FETCH_PAUSE_SEC);
        assert_int_equal(world_endpoints(world, &found), COG_OK);
        assert_int_equal(world_verify(world, key_a, ISSUER), COG_OK);
        assert_int_equal(world_verify(world, key_a, UPDATED), COG_OK);
    }
}

typedef struct {
    world_t *world;
    const char *token;
} job_t;

static int run_verify(apr_pool_t *pool, void *data)
{
    const job_t *job = data;

    return (int)world_verify_in(pool, job->world, job->token);
}

static void assert_all_verify(world_t *world, const jwt_maker_t *key)
{
    job_t job = {world, world_token(world, key, ISSUER)};

    assert_threads(THREADS, run_verify, &job, 0, COG_OK);
}

static void fetches_each_document_once_for_all_threads(void **state)
{
    world_t *world = world_of(*state);

    world_provider(world);
    world->pages[PAGE_DISCOVERY].takes = apr_time_from_msec(100);
    world->pages[PAGE_ADVERTISED_JWKS].takes = apr_time_from_msec(200);
    assert_all_verify(world, key_a);
    assert_int_equal(world_count(world, PAGE_DISCOVERY), 1);
    assert_int_equal(world_count(world, PAGE_ADVERTISED_JWKS), 1);

    world->pages[PAGE_ADVERTISED_JWKS].body = jwks_of_both(*state);
    assert_all_verify(world, key_b);
    assert_int_equal(world_count(world, PAGE_DISCOVERY), 1);
    assert_int_equal(world_count(world, PAGE_ADVERTISED_JWKS), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(finds_the_endpoints_by_discovery_once),
        cmocka_unit_test_with_pool(prefers_the_endpoints_that_are_configured),
        cmocka_unit_test_with_pool(makes_no_discovery_when_all_is_configured),
        cmocka_unit_test_with_pool(makes_no_discovery_when_the_domain_is_configured),
        cmocka_unit_test_with_pool(tells_why_discovery_failed_and_recovers),
        cmocka_unit_test_with_pool(refuses_a_document_of_another_issuer),
        cmocka_unit_test_with_pool(keeps_the_last_good_document),
        cmocka_unit_test_with_pool(survives_the_failure_of_any_fetch),
        cmocka_unit_test_with_pool(fetches_each_document_once_for_all_threads),
    };

    return cmocka_run_group_tests_name("flow/provider, endpoints", tests, make_keys,
                                       drop_keys);
}
