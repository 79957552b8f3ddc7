#include "test/unit/unit.h"

#include <apr_strings.h>
#include <stdatomic.h>

#include "flow/provider/provider.h"
#include "test/flow/fake_store.h"
#include "test/unit/jwt_maker.h"
#include "test/unit/threads.h"

#define ISSUER     "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf"
#define UPDATED    "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf"
#define DOMAIN     "https://shop.auth.eu-west-1.amazoncognito.com"
#define DISCOVERY  ISSUER "/.well-known/openid-configuration"
#define JWKS       ISSUER "/.well-known/jwks.json"
#define ADVERTISED "https://keys.example.com/pool/jwks.json"
#define START      apr_time_from_sec(1795000000)
#define THREADS    16

/* What a URL answers, and how often it was asked. */
typedef struct {
    const char *url;
    int status;
    const char *body;
    cog_err_t err; /* no answer at all */
    apr_interval_time_t takes;
    atomic_int count;
} page_t;

enum { PAGE_DISCOVERY, PAGE_JWKS, PAGE_UPDATED_JWKS, PAGE_ADVERTISED_JWKS, PAGE_COUNT };

typedef struct {
    apr_pool_t *pool;
    page_t pages[PAGE_COUNT];
    atomic_int fetches; /* of all pages */
    int fail_at;        /* the number of the fetch that fails, 0: none */
    atomic_llong clock;
    int64_t second; /* of the clock */
    fake_store_t *documents;
    const char *messages; /* of the log, one after the other */
    cog_log_t log;
    cog_ports_t ports;
    apr_array_header_t *issuers;
    cog_provider_conf_t conf;
    cog_provider_t *provider; /* made at first use */
} world_t;

/* Keys take long to make: one for all tests. */
static jwt_maker_t *key_a, *key_b;

static apr_time_t now(void *context)
{
    return (apr_time_t)atomic_load(&((world_t *)context)->clock);
}

static int is_on(void *context, cog_log_level_t level)
{
    (void)context;
    return level <= COG_LOG_INFO;
}

static void write_log(void *context, cog_log_level_t level, const char *message)
{
    world_t *world = context;

    (void)level;
    world->messages = apr_pstrcat(world->pool, world->messages, message, "\n", NULL);
}

static page_t *page_at(world_t *world, const char *url)
{
    for (int i = 0; i < PAGE_COUNT; ++i) {
        if (strcmp(world->pages[i].url, url) == 0) {
            return &world->pages[i];
        }
    }
    return NULL;
}

static cog_err_t fetch(void *context, apr_pool_t *pool, const cog_log_t *log,
                       const cog_fetch_request_t *request, cog_fetch_response_t *response)
{
    world_t *world = context;
    page_t *page = page_at(world, request->url);

    (void)pool;
    (void)log;
    /* no assertion here: it may be another thread's */
    if (!page || request->form.bytes || request->authorization.bytes) {
        return COG_E_INTERNAL;
    }
    atomic_fetch_add(&page->count, 1);
    apr_sleep(page->takes);
    if (atomic_fetch_add(&world->fetches, 1) + 1 == world->fail_at) {
        return COG_E_IDP_UNREACHABLE;
    }
    response->status = page->status;
    response->body = cog_span_of(page->body);
    response->date = 0;
    return page->err;
}

static const char *document_of(apr_pool_t *pool, const char *issuer, const char *domain)
{
    return apr_psprintf(pool,
                        "{\"issuer\":\"%s\",\"authorization_endpoint\":\"%s/oauth2/"
                        "authorize\",\"token_endpoint\":\"%s/oauth2/token\",\"userinfo_"
                        "endpoint\":\"%s/oauth2/userInfo\",\"revocation_endpoint\":\"%s/"
                        "oauth2/revoke\",\"jwks_uri\":\"%s\"}",
                        issuer, domain, domain, domain, domain, ADVERTISED);
}

static void set_page(world_t *world, int page, const char *url, const char *body)
{
    world->pages[page].url = url;
    world->pages[page].status = 200;
    world->pages[page].body = body;
}

static world_t *world_of(apr_pool_t *pool)
{
    world_t *world = apr_pcalloc(pool, sizeof(*world));

    world->pool = pool;
    world->messages = "";
    atomic_store(&world->clock, START);
    world->second = apr_time_sec(START);
    world->documents = fake_store_make(pool, &world->second);
    world->log = (cog_log_t){world, pool, is_on, write_log};
    world->ports = (cog_ports_t){
        .clock = {world, now, NULL},
        .fetcher = {world,     fetch   },
        .documents = fake_store_port(world->documents),
        .log = &world->log
    };
    set_page(world, PAGE_DISCOVERY, DISCOVERY, document_of(pool, ISSUER, DOMAIN));
    set_page(world, PAGE_JWKS, JWKS, jwt_maker_jwks(pool, key_a));
    set_page(world, PAGE_UPDATED_JWKS, UPDATED "/.well-known/jwks.json",
             jwt_maker_jwks(pool, key_a));
    set_page(world, PAGE_ADVERTISED_JWKS, ADVERTISED, jwt_maker_jwks(pool, key_a));
    world->issuers = apr_array_make(pool, 2, sizeof(const char *));
    APR_ARRAY_PUSH(world->issuers, const char *) = ISSUER;
    APR_ARRAY_PUSH(world->issuers, const char *) = UPDATED;
    world->conf.issuers = world->issuers;
    world->conf.discovery_url = DISCOVERY;
    return world;
}

static void configure_domain(world_t *world)
{
    cog_endpoints_add_domain(world->pool, DOMAIN, &world->conf.endpoints);
}

static cog_provider_t *provider_of(world_t *world)
{
    if (!world->provider) {
        assert_int_equal(cog_provider_make(world->pool, &world->conf, &world->provider),
                         COG_OK);
    }
    return world->provider;
}

static void pass(world_t *world, int sec)
{
    atomic_fetch_add(&world->clock, apr_time_from_sec(sec));
    world->second += sec;
}

/* As another process, or the next one: it knows nothing, but the host has its documents.
 */
static void fork_world(world_t *world)
{
    world->provider = NULL;
}

static cog_err_t endpoints_of(world_t *world, cog_endpoints_t *endpoints)
{
    cog_flow_t flow = {.pool = world->pool, .ports = &world->ports};

    return cog_provider_endpoints(&flow, provider_of(world), endpoints);
}

static const char *token_of(world_t *world, const jwt_maker_t *key, const char *issuer)
{
    return jwt_maker_sign(world->pool, key,
                          apr_psprintf(world->pool, "{\"iss\":\"%s\"}", issuer));
}

static cog_err_t verify_in(apr_pool_t *pool, world_t *world, const char *token)
{
    cog_flow_t flow = {.pool = pool, .ports = &world->ports};
    const char *issuer = NULL;
    json_t *claims = NULL;
    cog_err_t err = cog_provider_verify(&flow, world->provider, cog_secret_of(token),
                                        &issuer, &claims);

    return err == COG_OK && (!issuer || !json_is_object(claims)) ? COG_E_INTERNAL : err;
}

static cog_err_t verify(world_t *world, const jwt_maker_t *key, const char *issuer)
{
    provider_of(world);
    return verify_in(world->pool, world, token_of(world, key, issuer));
}

static cog_err_t renew_ahead(world_t *world)
{
    cog_flow_t flow = {.pool = world->pool, .ports = &world->ports};

    return cog_provider_renew_ahead(&flow, provider_of(world));
}

static int count(const world_t *world, int page)
{
    return world->pages[page].count;
}

static void finds_the_endpoints_by_discovery_once(void **state)
{
    world_t *world = world_of(*state);
    cog_endpoints_t found;

    assert_int_equal(endpoints_of(world, &found), COG_OK);
    assert_int_equal(endpoints_of(world, &found), COG_OK);
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
    assert_int_equal(endpoints_of(world, &found), COG_OK);
    assert_string_equal(found.token, "https://elsewhere.example.com/token");
    assert_string_equal(found.authorize, DOMAIN "/oauth2/authorize");
}

static void makes_no_discovery_when_all_is_configured(void **state)
{
    world_t *world = world_of(*state);
    cog_endpoints_t found;

    configure_domain(world);
    world->conf.endpoints.jwks = JWKS;
    assert_int_equal(endpoints_of(world, &found), COG_OK);
    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    assert_int_equal(count(world, PAGE_DISCOVERY), 0);
    assert_int_equal(count(world, PAGE_JWKS), 1);
}

static void makes_no_discovery_when_the_domain_is_configured(void **state)
{
    world_t *world = world_of(*state);
    cog_endpoints_t found;

    configure_domain(world);
    assert_int_equal(endpoints_of(world, &found), COG_OK);
    assert_string_equal(found.authorize, DOMAIN "/oauth2/authorize");
    assert_string_equal(found.jwks, JWKS);
    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    assert_int_equal(verify(world, key_a, UPDATED), COG_OK);
    assert_int_equal(count(world, PAGE_DISCOVERY), 0);
    assert_int_equal(count(world, PAGE_JWKS), 1);
    assert_int_equal(count(world, PAGE_UPDATED_JWKS), 1);
}

/* clang-format off */
/* One line per answer to discovery: what comes of it, and what the log tells. */
static const struct {
    const char *rule;
    int status;
    const char *body; /* NULL: a good document */
    cog_err_t err;
    cog_err_t result;
    const char *logged;
} discoveries[] = {
    {"good",                200, NULL,          COG_OK, COG_OK,          ""},
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
    {"no answer",           0,   "",            COG_E_IDP_UNREACHABLE, COG_E_IDP_UNREACHABLE, ""},
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
            assert_result(discoveries[i].rule, endpoints_of(world, &found),
                          discoveries[i].result);
        }
        assert_int_equal(count(world, PAGE_DISCOVERY), 1);
        assert_non_null(strstr(world->messages, discoveries[i].logged));

        page->status = good.status;
        page->body = good.body;
        page->err = good.err;
        pass(world, COG_FETCH_PAUSE_SEC);
        assert_result(discoveries[i].rule, endpoints_of(world, &found), COG_OK);
    }
}

/* B16, O15: a document of another issuer is not believed */
static void refuses_a_document_of_another_issuer(void **state)
{
    world_t *world = world_of(*state);
    cog_endpoints_t found;

    world->pages[PAGE_DISCOVERY].body =
        document_of(*state, "https://evil.example.com/pool", "https://evil.example.com");
    assert_int_equal(endpoints_of(world, &found), COG_E_DISCOVERY);
}

/* F02: stale-if-error */
static void keeps_the_last_good_document(void **state)
{
    world_t *world = world_of(*state);
    cog_endpoints_t found;

    assert_int_equal(endpoints_of(world, &found), COG_OK);
    world->pages[PAGE_DISCOVERY].body =
        document_of(*state, "https://evil.example.com/pool", "https://evil.example.com");
    for (int day = 0; day < 7; ++day) {
        pass(world, 24 * 3600);
        assert_int_equal(endpoints_of(world, &found), COG_OK);
        assert_string_equal(found.token, DOMAIN "/oauth2/token");
    }
    assert_int_equal(count(world, PAGE_DISCOVERY), 8);
    assert_non_null(strstr(world->messages, "COG3200"));
}

static void takes_the_keys_from_where_they_are(void **state)
{
    static const struct {
        const char *configured;
        int document_status;
        int page;
    } rows[] = {
        {JWKS, 200, PAGE_JWKS           }, /* configured */
        {NULL, 200, PAGE_ADVERTISED_JWKS}, /* discovered */
        {NULL, 404, PAGE_JWKS           }, /* derived from the issuer */
    };

    for (size_t i = 0; i < COUNT(rows); ++i) {
        world_t *world = world_of(*state);

        world->conf.endpoints.jwks = rows[i].configured;
        world->pages[PAGE_DISCOVERY].status = rows[i].document_status;
        assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
        assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
        assert_int_equal(count(world, rows[i].page), 1);
        assert_int_equal(count(world, PAGE_DISCOVERY), rows[i].configured ? 0 : 1);
        assert_int_equal(count(world, PAGE_UPDATED_JWKS), 0);
    }
}

static void asks_no_further_when_the_pool_does_not_answer_discovery(void **state)
{
    world_t *world = world_of(*state);

    world->pages[PAGE_DISCOVERY].err = COG_E_IDP_UNREACHABLE;
    assert_int_equal(verify(world, key_a, ISSUER), COG_E_IDP_UNREACHABLE);
    assert_int_equal(verify(world, key_a, ISSUER), COG_E_IDP_UNREACHABLE);
    assert_int_equal(world->fetches, 1);
}

static void refuses_an_issuer_that_is_not_configured_before_any_fetch(void **state)
{
    static const char *const issuers[] = {
        "",
        "https://evil.example.com/pool",
        ISSUER "/",
        ISSUER "x",
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123def",
        "http://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf",
    };
    world_t *world = world_of(*state);

    for (size_t i = 0; i < COUNT(issuers); ++i) {
        assert_result(issuers[i], verify(world, key_a, issuers[i]), COG_E_TOKEN_ISSUER);
    }
    assert_int_equal(world->fetches, 0);
    assert_non_null(strstr(world->messages, "COG3215"));
}

static void fetches_the_second_issuers_keys_when_a_token_names_it(void **state)
{
    world_t *world = world_of(*state);

    world->conf.issuers = world->issuers;
    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    assert_int_equal(count(world, PAGE_UPDATED_JWKS), 0);
    assert_int_equal(verify(world, key_a, UPDATED), COG_OK);
    assert_int_equal(count(world, PAGE_UPDATED_JWKS), 1);
    assert_int_equal(count(world, PAGE_ADVERTISED_JWKS), 1);
}

static void names_the_issuer_that_was_matched(void **state)
{
    world_t *world = world_of(*state);
    cog_flow_t flow = {.pool = *state, .ports = &world->ports};
    const char *issuer;
    json_t *claims;

    assert_int_equal(cog_provider_verify(&flow, provider_of(world),
                                         cog_secret_of(token_of(world, key_a, UPDATED)),
                                         &issuer, &claims),
                     COG_OK);
    assert_ptr_equal(issuer, APR_ARRAY_IDX(world->issuers, 1, const char *));
    assert_string_equal(json_string_value(json_object_get(claims, "iss")), UPDATED);
}

static void refuses_a_token_that_is_none_or_of_another_key(void **state)
{
    world_t *world = world_of(*state);
    jwt_maker_t *forger = jwt_maker_make_bits(*state, "key-a=", 2048);

    provider_of(world);
    assert_int_equal(verify_in(*state, world, "a.b.c"), COG_E_TOKEN_MALFORMED);
    assert_int_equal(world->fetches, 0);
    assert_int_equal(verify(world, forger, ISSUER), COG_E_TOKEN_SIGNATURE);
}

static const char *jwks_of_both(apr_pool_t *pool)
{
    return apr_pstrcat(pool, "{\"keys\":[", jwt_maker_jwk(pool, key_a), ",",
                       jwt_maker_jwk(pool, key_b), "]}", NULL);
}

/* F12; conformance: signing-key-rotation */
static void follows_a_key_rotation_with_one_more_fetch(void **state)
{
    world_t *world = world_of(*state);
    page_t *page = &world->pages[PAGE_ADVERTISED_JWKS];

    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    page->body = jwks_of_both(*state);
    for (int i = 0; i < 10; ++i) {
        assert_int_equal(verify(world, key_b, ISSUER), COG_OK);
        assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    }
    assert_int_equal(page->count, 2);
    page->body = jwt_maker_jwks(*state, key_b);
    pass(world, COG_METADATA_FRESH_SEC);
    assert_int_equal(verify(world, key_a, ISSUER), COG_E_TOKEN_KEY);
    assert_int_equal(verify(world, key_b, ISSUER), COG_OK);
}

static const char *with_kid(apr_pool_t *pool, world_t *world, int number)
{
    const char *payload = strchr(token_of(world, key_a, ISSUER), '.');
    const char *header =
        apr_psprintf(pool, "{\"kid\":\"random-%d\",\"alg\":\"RS256\"}", number);

    return apr_pstrcat(
        pool, jwt_maker_base64url(pool, (const unsigned char *)header, strlen(header)),
        payload, NULL);
}

/* F13 */
static void answers_a_flood_of_unknown_keys_with_one_fetch_in_a_while(void **state)
{
    world_t *world = world_of(*state);
    const char *good = token_of(world, key_a, ISSUER);
    apr_pool_t *scratch;

    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    apr_pool_create(&scratch, *state);
    for (int second = 0; second < 3 * COG_KID_PAUSE_SEC; ++second) {
        for (int i = 0; i < 20; ++i) {
            const char *unknown = with_kid(scratch, world, 100 * second + i);

            assert_int_equal(verify_in(scratch, world, unknown), COG_E_TOKEN_KEY);
            assert_int_equal(verify_in(scratch, world, good), COG_OK);
        }
        pass(world, 1);
        apr_pool_clear(scratch);
    }
    assert_int_equal(count(world, PAGE_ADVERTISED_JWKS), 1 + 3);
}

static void fetches_nothing_that_another_process_has_fetched(void **state)
{
    world_t *world = world_of(*state);
    cog_endpoints_t found;

    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    assert_int_equal(world->fetches, 2);
    fork_world(world);
    pass(world, COG_METADATA_FRESH_SEC - 1);
    assert_int_equal(endpoints_of(world, &found), COG_OK);
    assert_string_equal(found.token, DOMAIN "/oauth2/token");
    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    assert_int_equal(world->fetches, 2);
    pass(world, 1); /* as old in each process */
    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    assert_int_equal(world->fetches, 4);
}

/* F03: a start in the middle of an outage */
static void starts_with_what_the_host_has_kept(void **state)
{
    world_t *world = world_of(*state);
    cog_endpoints_t found;

    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    world->pages[PAGE_DISCOVERY].err = COG_E_IDP_UNREACHABLE;
    world->pages[PAGE_ADVERTISED_JWKS].err = COG_E_IDP_UNREACHABLE;
    fork_world(world);
    pass(world, 24 * 3600);
    for (int i = 0; i < 3; ++i) {
        assert_int_equal(endpoints_of(world, &found), COG_OK);
        assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    }
    assert_int_equal(world->fetches, 4); /* one try for each */
    assert_non_null(strstr(world->messages, "COG3201"));

    world->pages[PAGE_ADVERTISED_JWKS].err = COG_OK;
    world->pages[PAGE_ADVERTISED_JWKS].body = jwks_of_both(*state);
    pass(world, COG_FETCH_PAUSE_SEC);
    assert_int_equal(verify(world, key_b, ISSUER), COG_OK);

    fork_world(world);
    world->pages[PAGE_ADVERTISED_JWKS].err = COG_E_IDP_UNREACHABLE;
    pass(world, COG_DOCUMENT_KEPT_SEC);
    assert_int_equal(verify(world, key_a, ISSUER), COG_E_IDP_UNREACHABLE);
}

static void renews_ahead_so_that_nobody_waits(void **state)
{
    world_t *world = world_of(*state);

    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    pass(world, COG_METADATA_AHEAD_SEC - 1);
    assert_int_equal(renew_ahead(world), COG_OK);
    assert_int_equal(world->fetches, 2);
    pass(world, 1);
    fork_world(world); /* one that was never asked */
    assert_int_equal(renew_ahead(world), COG_OK);
    assert_int_equal(count(world, PAGE_DISCOVERY), 2);
    assert_int_equal(count(world, PAGE_ADVERTISED_JWKS), 2);
    pass(world, COG_METADATA_FRESH_SEC - COG_METADATA_AHEAD_SEC);
    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    fork_world(world);
    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    assert_int_equal(renew_ahead(world), COG_OK);
    assert_int_equal(world->fetches, 4);
}

static void renews_nothing_that_nobody_has_asked_for(void **state)
{
    world_t *world = world_of(*state);
    cog_endpoints_t found;

    assert_int_equal(renew_ahead(world), COG_OK);
    assert_int_equal(world->fetches, 0);
    assert_int_equal(endpoints_of(world, &found), COG_OK);
    pass(world, COG_METADATA_AHEAD_SEC);
    assert_int_equal(renew_ahead(world), COG_OK);
    assert_int_equal(count(world, PAGE_DISCOVERY), 2);
    assert_int_equal(world->fetches, 2);
}

/* F02: an outage is no reason to ask all the time. */
static void renews_ahead_once_in_a_minute_when_it_fails(void **state)
{
    world_t *world = world_of(*state);

    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    world->pages[PAGE_DISCOVERY].err = COG_E_IDP_UNREACHABLE;
    pass(world, COG_METADATA_AHEAD_SEC);
    assert_int_equal(renew_ahead(world), COG_E_IDP_UNREACHABLE);
    assert_int_equal(world->fetches, 3);
    pass(world, COG_AHEAD_PAUSE_SEC - 1);
    (void)renew_ahead(world);
    fork_world(world);
    (void)renew_ahead(world);
    assert_int_equal(count(world, PAGE_DISCOVERY), 2);
    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    pass(world, 1);
    world->pages[PAGE_DISCOVERY].err = COG_OK;
    assert_int_equal(renew_ahead(world), COG_OK);
    assert_int_equal(count(world, PAGE_DISCOVERY), 3);
}

static void hears_of_a_new_key_from_another_process(void **state)
{
    world_t *world = world_of(*state);
    cog_provider_t *other;

    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    other = world->provider;
    fork_world(world);
    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    pass(world, 1);
    world->pages[PAGE_ADVERTISED_JWKS].body = jwks_of_both(*state);
    assert_int_equal(verify(world, key_b, ISSUER), COG_OK);
    world->provider = other;
    assert_int_equal(verify(world, key_b, ISSUER), COG_OK);
    assert_int_equal(count(world, PAGE_ADVERTISED_JWKS), 2);
}

/* F13: on the whole host */
static void floods_of_unknown_keys_at_many_processes_fetch_once(void **state)
{
    world_t *world = world_of(*state);

    for (int process = 0; process < 8; ++process) {
        fork_world(world);
        assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
        assert_int_equal(verify(world, key_b, ISSUER), COG_E_TOKEN_KEY);
    }
    assert_int_equal(count(world, PAGE_ADVERTISED_JWKS), 2);
    pass(world, COG_KID_PAUSE_SEC);
    assert_int_equal(verify(world, key_b, ISSUER), COG_E_TOKEN_KEY);
    assert_int_equal(count(world, PAGE_ADVERTISED_JWKS), 3);
}

/* F13: nobody can tell whether it may be done: then it may not */
static void without_the_hosts_memory_unknown_keys_fetch_nothing(void **state)
{
    world_t *world = world_of(*state);

    world->documents->is_down = 1;
    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
    assert_int_equal(verify(world, key_b, ISSUER), COG_E_TOKEN_KEY);
    assert_int_equal(count(world, PAGE_ADVERTISED_JWKS), 1);
}

/* clang-format off */
/* F04, F14: one line per bad answer for the keys. */
static const struct {
    const char *rule;
    int status;
    const char *body;
    cog_err_t err;
    cog_err_t result; /* when there never was a good one */
} key_sets[] = {
    {"no answer",     0,   "",               COG_E_IDP_UNREACHABLE, COG_E_IDP_UNREACHABLE},
    {"broken",        500, "",               COG_OK, COG_E_IDP_BUSY},
    {"throttled",     429, "",               COG_OK, COG_E_IDP_BUSY},
    {"not there",     404, "",               COG_OK, COG_E_JWKS},
    {"empty set",     200, "{\"keys\":[]}",  COG_OK, COG_E_JWKS},
    {"HTML",          200, "<html></html>",  COG_OK, COG_E_JWKS},
    {"empty body",    200, "",               COG_OK, COG_E_JWKS},
    {"unusable keys", 200, "{\"keys\":[{\"kty\":\"EC\"}]}", COG_OK, COG_E_JWKS},
};
/* clang-format on */

static void refuses_bad_key_sets_and_keeps_the_last_good_one(void **state)
{
    for (size_t i = 0; i < COUNT(key_sets); ++i) {
        world_t *world = world_of(*state);
        page_t *page = &world->pages[PAGE_ADVERTISED_JWKS];
        const char *good = page->body;

        page->status = key_sets[i].status;
        page->body = key_sets[i].body;
        page->err = key_sets[i].err;
        assert_result(key_sets[i].rule, verify(world, key_a, ISSUER), key_sets[i].result);
        pass(world, COG_FETCH_PAUSE_SEC);
        page->status = 200;
        page->body = good;
        page->err = COG_OK;
        assert_result(key_sets[i].rule, verify(world, key_a, ISSUER), COG_OK);

        page->status = key_sets[i].status;
        page->body = key_sets[i].body;
        page->err = key_sets[i].err;
        pass(world, 24 * 3600);
        assert_result(key_sets[i].rule, verify(world, key_a, ISSUER), COG_OK);
        assert_result(key_sets[i].rule, verify(world, key_b, ISSUER), COG_E_TOKEN_KEY);
    }
}

static void takes_the_good_key_among_bad_ones(void **state)
{
    world_t *world = world_of(*state);

    world->pages[PAGE_ADVERTISED_JWKS].body =
        apr_pstrcat(*state, "{\"keys\":[{\"kty\":\"EC\",\"kid\":\"x\"},{},",
                    jwt_maker_jwk(*state, key_a), "]}", NULL);
    assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
}

/* Whichever fetch fails: an error that says so, and all is well after the pause. */
static void survives_the_failure_of_any_fetch(void **state)
{
    for (int n = 1; n <= 4; ++n) {
        world_t *world = world_of(*state);
        cog_endpoints_t found;
        cog_err_t errs[3];

        world->fail_at = n;
        errs[0] = endpoints_of(world, &found);
        errs[1] = verify(world, key_a, ISSUER);
        errs[2] = verify(world, key_a, UPDATED);
        for (int i = 0; i < 3; ++i) {
            assert_true(errs[i] == COG_OK || errs[i] == COG_E_IDP_UNREACHABLE);
        }
        assert_true((errs[0] || errs[1] || errs[2]) == (n < 4));
        pass(world, COG_FETCH_PAUSE_SEC);
        assert_int_equal(endpoints_of(world, &found), COG_OK);
        assert_int_equal(verify(world, key_a, ISSUER), COG_OK);
        assert_int_equal(verify(world, key_a, UPDATED), COG_OK);
    }
}

typedef struct {
    world_t *world;
    const char *token;
} job_t;

static int run_verify(apr_pool_t *pool, void *data)
{
    const job_t *job = data;

    return (int)verify_in(pool, job->world, job->token);
}

static void assert_all_verify(world_t *world, const jwt_maker_t *key)
{
    job_t job = {world, token_of(world, key, ISSUER)};

    assert_threads(THREADS, run_verify, &job, 0, COG_OK);
}

static void fetches_each_document_once_for_all_threads(void **state)
{
    world_t *world = world_of(*state);

    provider_of(world);
    world->pages[PAGE_DISCOVERY].takes = apr_time_from_msec(100);
    world->pages[PAGE_ADVERTISED_JWKS].takes = apr_time_from_msec(200);
    assert_all_verify(world, key_a);
    assert_int_equal(count(world, PAGE_DISCOVERY), 1);
    assert_int_equal(count(world, PAGE_ADVERTISED_JWKS), 1);

    world->pages[PAGE_ADVERTISED_JWKS].body = jwks_of_both(*state);
    assert_all_verify(world, key_b);
    assert_int_equal(count(world, PAGE_DISCOVERY), 1);
    assert_int_equal(count(world, PAGE_ADVERTISED_JWKS), 2);
}

static int make_keys(void **state)
{
    static apr_pool_t *pool;

    if (apr_initialize() != APR_SUCCESS ||
        apr_pool_create_unmanaged_ex(&pool, NULL, NULL) != APR_SUCCESS) {
        return -1;
    }
    key_a = jwt_maker_make(pool, "key-a=");
    key_b = jwt_maker_make(pool, "key-b/+=");
    *state = pool;
    return 0;
}

static int drop_keys(void **state)
{
    apr_pool_destroy(*state);
    apr_terminate();
    return 0;
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
        cmocka_unit_test_with_pool(takes_the_keys_from_where_they_are),
        cmocka_unit_test_with_pool(
            asks_no_further_when_the_pool_does_not_answer_discovery),
        cmocka_unit_test_with_pool(
            refuses_an_issuer_that_is_not_configured_before_any_fetch),
        cmocka_unit_test_with_pool(fetches_the_second_issuers_keys_when_a_token_names_it),
        cmocka_unit_test_with_pool(names_the_issuer_that_was_matched),
        cmocka_unit_test_with_pool(refuses_a_token_that_is_none_or_of_another_key),
        cmocka_unit_test_with_pool(follows_a_key_rotation_with_one_more_fetch),
        cmocka_unit_test_with_pool(
            answers_a_flood_of_unknown_keys_with_one_fetch_in_a_while),
        cmocka_unit_test_with_pool(fetches_nothing_that_another_process_has_fetched),
        cmocka_unit_test_with_pool(starts_with_what_the_host_has_kept),
        cmocka_unit_test_with_pool(renews_ahead_so_that_nobody_waits),
        cmocka_unit_test_with_pool(renews_nothing_that_nobody_has_asked_for),
        cmocka_unit_test_with_pool(renews_ahead_once_in_a_minute_when_it_fails),
        cmocka_unit_test_with_pool(hears_of_a_new_key_from_another_process),
        cmocka_unit_test_with_pool(floods_of_unknown_keys_at_many_processes_fetch_once),
        cmocka_unit_test_with_pool(without_the_hosts_memory_unknown_keys_fetch_nothing),
        cmocka_unit_test_with_pool(refuses_bad_key_sets_and_keeps_the_last_good_one),
        cmocka_unit_test_with_pool(takes_the_good_key_among_bad_ones),
        cmocka_unit_test_with_pool(survives_the_failure_of_any_fetch),
        cmocka_unit_test_with_pool(fetches_each_document_once_for_all_threads),
    };

    return cmocka_run_group_tests_name("flow/provider", tests, make_keys, drop_keys);
}
