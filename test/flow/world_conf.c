/* The world as it is made: its configuration, and what nothing has happened to yet. */
#include "test/flow/world_private.h"

#include <apr_strings.h>

#include "crypto/signing_keys.h"
#include "flow/token_cache.h"

static const apr_array_header_t *texts(apr_pool_t *pool, const char *one)
{
    apr_array_header_t *list = apr_array_make(pool, 1, sizeof(const char *));

    if (one) {
        APR_ARRAY_PUSH(list, const char *) = one;
    }
    return list;
}

static cog_provider_t *make_provider(apr_pool_t *pool)
{
    cog_provider_conf_t conf = {.issuers = texts(pool, WORLD_ISSUER)};
    cog_provider_t *provider;

    conf.discovery_url = cog_discovery_url(pool, WORLD_ISSUER);
    conf.endpoints.jwks = cog_discovery_jwks_url(pool, WORLD_ISSUER);
    cog_endpoints_add_domain(pool, WORLD_DOMAIN, &conf.endpoints);
    assert_int_equal(cog_provider_make(pool, &conf, &provider), COG_OK);
    return provider;
}

static void fill_client(world_t *world, const char *name, cog_client_conf_t *client)
{
    const char *suffix = *name ? apr_pstrcat(world->pool, "_", name, NULL) : "";
    cog_binding_t binding;

    client->name = name;
    client->client_id = WORLD_CLIENT;
    client->auth_method = COG_CLIENT_AUTH_BASIC;
    client->scope = "openid email profile";
    client->issuer = WORLD_ISSUER;
    client->provider = make_provider(world->pool);
    client->bound_to =
        apr_pstrcat(world->pool, WORLD_CLIENT " ", WORLD_ORIGIN, name, NULL);
    client->callback = "/.cognito/callback";
    client->session_cookie =
        apr_pstrcat(world->pool, "__Host-cognito_session", suffix, NULL);
    client->tokens_cookie =
        apr_pstrcat(world->pool, "__Host-cognito_tokens", suffix, NULL);
    binding = cog_client_session_binding(client);
    client->session_bound = cog_binding_fix(world->pool, &binding);
}

static cog_revocation_table_t *make_revocation_table(apr_pool_t *pool)
{
    char *memory = apr_pcalloc(pool, COG_REVOCATION_TABLE_SIZE + 64);

    return cog_revocation_table_make(pool, memory + 64 - (size_t)memory % 64, 12 * 3600);
}

static void fill_conf(world_t *world)
{
    static const char secret[] = "0123456789abcdef0123456789abcdef";
    cog_secret_t secrets[1] = {
        {secret, sizeof(secret) - 1}
    };
    cog_keyring_t *keyring;
    cog_conf_t *conf = &world->conf;
    apr_array_header_t *clients =
        apr_array_make(world->pool, 1, sizeof(const cog_client_conf_t *));

    assert_int_equal(cog_keyring_make(world->pool, secrets, 1, &keyring), COG_OK);
    APR_ARRAY_PUSH(clients, const cog_client_conf_t *) = &world->other_client;
    conf->keyring = keyring;
    conf->origins = texts(world->pool, WORLD_ORIGIN);
    conf->path = "/.cognito";
    conf->callbacks = texts(world->pool, "/.cognito/callback");
    conf->logout_returns = texts(world->pool, NULL);
    conf->cookies.prefix = "__Host-cognito_";
    conf->cookies.path = "/";
    conf->cookies.attributes = "; Path=/; HttpOnly; Secure; SameSite=Lax";
    conf->return_cookie = "__Host-cognito_return";
    conf->cookie_room = 4096;
    conf->longest = (cog_session_limits_t){3600, 12 * 3600, 3600};
    conf->has_renewal = 1;
    conf->grace_sec = 900;
    conf->lease_sec = 10;
    conf->waiting_limit = 2;
    conf->store_name = "redis://127.0.0.1:6379/0";
    conf->revocations = make_revocation_table(world->pool);
    assert_int_equal(
        cog_token_cache_make(world->pool, cog_random_system(), &conf->token_cache),
        COG_OK);
    assert_int_equal(
        cog_token_cache_make(world->pool, cog_random_system(), &conf->assertions),
        COG_OK);
    assert_int_equal(cog_signing_keys_own(world->pool, keyring, &conf->signing_keys),
                     COG_OK);
    conf->resources = texts(world->pool, NULL);
    conf->default_client = &world->client;
    conf->clients = clients;
}

/* One key for all worlds of a program: making one takes longer than a test. Its pool is
 * never destroyed, and APR stays initialised for it. */
static jwt_maker_t *the_signer(void)
{
    static jwt_maker_t *signer;
    apr_pool_t *forever;

    if (signer == NULL) {
        assert_int_equal(apr_initialize(), APR_SUCCESS);
        assert_int_equal(apr_pool_create(&forever, NULL), APR_SUCCESS);
        signer = jwt_maker_make(forever, "kid-1=");
    }
    return signer;
}

world_t *world_make(apr_pool_t *pool)
{
    world_t *world = apr_pcalloc(pool, sizeof(*world));

    world->pool = pool;
    world->now = WORLD_NOW;
    world->store = fake_store_make(pool, &world->now);
    world->store->context = world;
    world->store->shall_fail = world_shall_fail;
    world->documents = fake_store_make(pool, &world->now);
    world->signer = the_signer();
    world->subject = "sub-1";
    world->nonce = "";
    world->claims = "";
    world->access_claims =
        ",'client_id':'" WORLD_CLIENT
        "','sub':'sub-1','username':'alice','scope':'openid orders/read'";
    world->refresh_token = "refresh-1";
    world->token_status = 200;
    world->renewed_status = 200;
    world->revoke_status = 200;
    world->userinfo_body = "{'sub':'sub-1'}";
    world->fetched = apr_array_make(pool, 8, sizeof(cog_fetch_request_t));
    world->audits = apr_array_make(pool, 2, sizeof(cog_audit_t));
    world->log_level = COG_LOG_TRACE;
    world->messages = apr_array_make(pool, 16, sizeof(const char *));
    world->cookies = apr_table_make(pool, 8);
    world->headers = apr_table_make(pool, 8);
    world->host = "app.example.com";
    fill_client(world, "", &world->client);
    fill_client(world, "other", &world->other_client);
    fill_conf(world);
    world->place.client = &world->client;
    world->place.limits = (cog_session_limits_t){3600, 12 * 3600, 3600};
    world->place.accepts = COG_ACCEPT_SESSION;
    world->place.bearer.uses = COG_TOKEN_ACCESS;
    world->place.bearer.client_ids = texts(pool, WORLD_CLIENT);
    world->place.realm = "Cognito";
    world->other_place = world->place;
    world->other_place.client = &world->other_client;
    world->open_place = world->place;
    world->open_place.client = NULL;
    return world;
}

world_t *world_make_without_store(apr_pool_t *pool)
{
    world_t *world = world_make(pool);

    world->conf.has_stored_sessions = 1;
    world_sign_in(world, "/");
    assert_true(world_is_granted(world));
    world->store->is_down = 1;
    return world;
}

static const apr_array_header_t *given_params(void *context)
{
    return context;
}

apr_array_header_t *world_place_params(world_t *world)
{
    apr_array_header_t *params = cog_query_make(world->pool);

    world->place.login_params = given_params;
    world->place.context = params;
    return params;
}
