#include "test/unit/flow/provider/provider_world.h"

#include <apr_strings.h>

#define DISCOVERY ISSUER "/.well-known/openid-configuration"
#define START     apr_time_from_sec(1795000000)

jwt_maker_t *key_a, *key_b;

int make_keys(void **state)
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

int drop_keys(void **state)
{
    apr_pool_destroy(*state);
    apr_terminate();
    return 0;
}

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

const char *document_of(apr_pool_t *pool, const char *issuer, const char *domain)
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

world_t *world_of(apr_pool_t *pool)
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

cog_provider_t *world_provider(world_t *world)
{
    if (!world->provider) {
        assert_int_equal(cog_provider_make(world->pool, &world->conf, &world->provider),
                         COG_OK);
    }
    return world->provider;
}

void world_pass(world_t *world, int sec)
{
    atomic_fetch_add(&world->clock, apr_time_from_sec(sec));
    world->second += sec;
}

cog_err_t world_endpoints(world_t *world, cog_endpoints_t *endpoints)
{
    cog_flow_t flow = {.pool = world->pool, .ports = &world->ports};

    return cog_provider_endpoints(&flow, world_provider(world), endpoints);
}

const char *world_token(world_t *world, const jwt_maker_t *key, const char *issuer)
{
    return jwt_maker_sign(world->pool, key,
                          apr_psprintf(world->pool, "{\"iss\":\"%s\"}", issuer));
}

cog_err_t world_verify_in(apr_pool_t *pool, world_t *world, const char *token)
{
    cog_flow_t flow = {.pool = pool, .ports = &world->ports};
    const char *issuer = NULL;
    json_t *claims = NULL;
    cog_err_t err = cog_provider_verify(&flow, world->provider, cog_secret_of(token),
                                        &issuer, &claims);

    return err == COG_OK && (!issuer || !json_is_object(claims)) ? COG_E_INTERNAL : err;
}

cog_err_t world_verify(world_t *world, const jwt_maker_t *key, const char *issuer)
{
    world_provider(world);
    return world_verify_in(world->pool, world, world_token(world, key, issuer));
}

int world_count(const world_t *world, int page)
{
    return world->pages[page].count;
}

const char *jwks_of_both(apr_pool_t *pool)
{
    return apr_pstrcat(pool, "{\"keys\":[", jwt_maker_jwk(pool, key_a), ",",
                       jwt_maker_jwk(pool, key_b), "]}", NULL);
}
