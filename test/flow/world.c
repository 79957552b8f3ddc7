#include "test/flow/world.h"

#include <apr_strings.h>

#include "base/query.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/signing_keys.h"
#include "flow/session_store.h"
#include "flow/stored_session.h"
#include "flow/token_cache.h"
#include "session/rule.h"

static const char *json_text(apr_pool_t *pool, const char *quoted)
{
    char *text = apr_pstrdup(pool, quoted);

    for (char *c = text; *c; ++c) {
        *c = *c == '\'' ? '"' : *c;
    }
    return text;
}

/* ---- ports
 * ----------------------------------------------------------------------------- */

static int shall_fail(void *context)
{
    world_t *world = context;

    return ++world->calls == world->fail_at;
}

static cog_err_t fill(void *context, unsigned char *bytes, size_t len)
{
    world_t *world = context;

    if (shall_fail(world)) {
        return COG_E_NO_RANDOM;
    }
    for (size_t i = 0; i < len; ++i) {
        bytes[i] = (unsigned char)(++world->random_count * 2654435761U >> 16);
    }
    return COG_OK;
}

static apr_time_t now(void *context)
{
    return apr_time_from_sec(((world_t *)context)->now);
}

/* A wait of any length takes a second: tests have no time, and clocks show seconds. */
static void wait_a_second(void *context, apr_interval_time_t duration)
{
    world_t *world = context;

    assert_true(duration > 0 && duration <= apr_time_from_msec(100));
    ++world->now;
    if (world->while_waiting) {
        world->while_waiting(world);
    }
}

static int is_on(void *context, cog_log_level_t level)
{
    (void)context;
    (void)level;
    return 1;
}

static void write_log(void *context, cog_log_level_t level, const char *message)
{
    world_t *world = context;

    APR_ARRAY_PUSH(world->messages, const char *) =
        apr_psprintf(world->pool, "%d %s", (int)level, message);
}

const char *world_access_token(world_t *world)
{
    const char *claims =
        apr_psprintf(world->pool,
                     "{'iss':'" WORLD_ISSUER
                     "','version':2,'token_use':'access','exp':%" APR_INT64_T_FMT
                     ",'iat':%" APR_INT64_T_FMT "%s}",
                     world->now + 3600, world->now, world->access_claims);

    return jwt_maker_sign(world->pool, world->signer, json_text(world->pool, claims));
}

/* The claim, with its comma. */
static const char *auth_time(const world_t *world)
{
    if (world->auth_time < 0) {
        return "";
    }
    return apr_psprintf(world->pool, ",'auth_time':%" APR_INT64_T_FMT,
                        world->auth_time ? world->auth_time : world->now);
}

static const char *good_tokens(world_t *world)
{
    const char *access = world_access_token(world);
    const char *claims = json_text(
        world->pool,
        apr_psprintf(world->pool,
                     "{'iss':'" WORLD_ISSUER "','aud':'" WORLD_CLIENT
                     "','token_use':'id','sub':'%s','exp':%" APR_INT64_T_FMT
                     ",'iat':%" APR_INT64_T_FMT "%s,'nonce':'%s','at_hash':'%s'%s}",
                     world->subject, world->now + 3600, world->now, auth_time(world),
                     world->nonce, cog_digest_half(world->pool, cog_secret_of(access)),
                     world->claims));

    return json_text(
        world->pool,
        apr_psprintf(world->pool,
                     "{'id_token':'%s','access_token':'%s','refresh_token':'%s',"
                     "'expires_in':3600,'token_type':'Bearer'}",
                     jwt_maker_sign(world->pool, world->signer, claims), access,
                     world->refresh_token));
}

/* Is the nonce of a login in a renewed token? Cognito does not say: there is none here.
 */
static const char *renewed_tokens(world_t *world)
{
    const char *access = "renewed-access-token";
    const char *claims =
        json_text(world->pool,
                  apr_psprintf(world->pool,
                               "{'iss':'" WORLD_ISSUER "','aud':'" WORLD_CLIENT
                               "','token_use':'id','sub':'sub-1','exp':%" APR_INT64_T_FMT
                               ",'iat':%" APR_INT64_T_FMT "%s}",
                               world->now + 3600, world->now, world->claims));
    const char *rotated =
        world->rotates
            ? apr_psprintf(world->pool, ",'refresh_token':'%s'", world->refresh_token)
            : "";

    return json_text(
        world->pool,
        apr_psprintf(world->pool,
                     "{'id_token':'%s','access_token':'%s','expires_in':3600,"
                     "'token_type':'Bearer'%s}",
                     jwt_maker_sign(world->pool, world->signer, claims), access,
                     rotated));
}

static void respond(world_t *world, cog_fetch_response_t *response, int status,
                    const char *body)
{
    response->status = status;
    response->body = cog_span_of(apr_pstrdup(world->pool, body));
    response->date = 0;
}

static void answer_renewal(world_t *world, const cog_fetch_request_t *request,
                           cog_fetch_response_t *response)
{
    const char *presented =
        apr_pstrcat(world->pool, "refresh_token=", world->refresh_token, "&", NULL);

    ++world->renewals;
    if (world->renewed_body) {
        respond(world, response, world->renewed_status,
                json_text(world->pool, world->renewed_body));
        return;
    }
    if (!strstr(request->form.bytes, presented)) {
        respond(world, response, 400, "{\"error\":\"invalid_grant\"}");
        return;
    }
    if (world->rotates) {
        world->refresh_token = apr_psprintf(world->pool, "rotated-%d", world->renewals);
    }
    respond(world, response, 200, renewed_tokens(world));
    if (world->on_renewal) {
        world->on_renewal(world);
    }
}

static void note_fetch(world_t *world, const cog_fetch_request_t *request)
{
    APR_ARRAY_PUSH(world->fetched, cog_fetch_request_t) = *request;
    if (world->while_fetching) {
        world->while_fetching(world);
    }
}

static cog_err_t fetch(void *context, apr_pool_t *pool, const cog_log_t *log,
                       const cog_fetch_request_t *request, cog_fetch_response_t *response)
{
    world_t *world = context;

    (void)pool;
    (void)log;
    note_fetch(world, request);
    if (shall_fail(world) || world->is_unreachable) {
        return COG_E_IDP_UNREACHABLE;
    }
    if (cog_secret_is_set(request->form) &&
        strstr(request->form.bytes, "grant_type=refresh_token")) {
        answer_renewal(world, request, response);
    }
    else if (strstr(request->url, "/oauth2/token")) {
        respond(world, response, world->token_status,
                world->token_body ? world->token_body : good_tokens(world));
    }
    else if (strstr(request->url, "/jwks.json")) {
        respond(world, response, 200, jwt_maker_jwks(world->pool, world->signer));
    }
    else if (strstr(request->url, "/oauth2/userInfo")) {
        respond(world, response, 200, json_text(world->pool, world->userinfo_body));
    }
    else if (strstr(request->url, "/oauth2/revoke")) {
        respond(world, response, world->revoke_status, "");
    }
    else {
        fail_msg("nobody should ask for %s", request->url);
    }
    return COG_OK;
}

/* ---- configuration
 * --------------------------------------------------------------------- */

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
    world->store->shall_fail = shall_fail;
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

/* ---- the browser
 * ----------------------------------------------------------------------- */

static const char *get_header(const cog_request_t *request, const char *name)
{
    const world_t *world = request->context;

    return strcmp(name, "Host") == 0 ? world->host : apr_table_get(world->headers, name);
}

static cog_err_t read_body(const cog_request_t *request, apr_pool_t *pool, size_t limit,
                           cog_span_t *body)
{
    world_t *world = request->context;

    *body = cog_span_of(world->body ? apr_pstrdup(pool, world->body) : "");
    return body->len <= limit ? COG_OK : COG_E_TOO_LARGE;
}

static const cog_place_t *place_of(const cog_request_t *request, const char *path)
{
    world_t *world = request->context;

    if (cog_text_begins(path, "/other")) {
        return &world->other_place;
    }
    return cog_text_begins(path, "/public") ? &world->open_place : &world->place;
}

static const char *cookie_header(const world_t *world)
{
    const apr_array_header_t *entries = apr_table_elts(world->cookies);
    const apr_table_entry_t *entry = (const apr_table_entry_t *)entries->elts;
    const char *header = NULL;

    for (int i = 0; i < entries->nelts; ++i) {
        header = apr_pstrcat(world->pool, header ? header : "", header ? "; " : "",
                             entry[i].key, "=", entry[i].val, NULL);
    }
    return header;
}

static const apr_array_header_t *own_cookies(const world_t *world)
{
    apr_array_header_t *own;

    (void)cog_cookie_strip(world->pool, cog_span_of(cookie_header(world)),
                           world->conf.cookies.prefix, &own);
    return own;
}

/* A cookie of a `__Host-` name without its conditions would be refused by a browser. */
static void take_cookie(world_t *world, const char *setting)
{
    const char *name = apr_pstrndup(world->pool, setting, strcspn(setting, "="));
    const char *value = setting + strlen(name) + 1;

    assert_non_null(strstr(setting, "; Path=/; HttpOnly; Secure; SameSite=Lax"));
    assert_true(strlen(setting) < 4096);
    apr_table_unset(world->cookies, name);
    if (!strstr(setting, "Max-Age=0") && !world->drops_cookies) {
        apr_table_setn(world->cookies, name,
                       apr_pstrndup(world->pool, value, strcspn(value, ";")));
    }
}

void world_header(world_t *world, const char *name, const char *value)
{
    apr_table_setn(world->headers, name, value ? value : "");
}

static void add_navigation_headers(world_t *world)
{
    static const char *const defaults[][2] = {
        {"Accept",         "text/html,*/*"},
        {"Sec-Fetch-Mode", "navigate"     },
        {"Sec-Fetch-Dest", "document"     },
        {"Sec-Fetch-Site", "same-origin"  }
    };

    for (size_t i = 0; i < COUNT(defaults); ++i) {
        const char *value = apr_table_get(world->headers, defaults[i][0]);

        if (!value) {
            apr_table_setn(world->headers, defaults[i][0], defaults[i][1]);
        }
        else if (!*value) {
            apr_table_unset(world->headers, defaults[i][0]);
        }
    }
}

/* As Require would have it. */
static void require_fresh(cog_flow_t *flow, const world_t *world, cog_reply_t *reply)
{
    if (reply->kind == COG_REPLY_GRANT && world->max_age_sec > 0 &&
        !cog_auth_time_is_within(reply->session->auth_time, world->max_age_sec,
                                 world->now)) {
        *reply = (cog_reply_t){0};
        cog_flow_sign_in_anew(flow, world->max_age_sec, reply);
    }
}

static void run(cog_flow_t *flow, const world_t *world, cog_reply_t *reply)
{
    if (cog_flow_is_own_url(flow->conf, flow->request->path)) {
        cog_flow_run_own_url(flow, reply);
    }
    else {
        cog_flow_run_resource(flow, reply);
        require_fresh(flow, world, reply);
    }
}

static void remember_login(world_t *world, const cog_reply_t *reply)
{
    if (reply->kind == COG_REPLY_REDIRECT && strstr(reply->location, "&nonce=")) {
        world->nonce = world_param(world, reply->location, "nonce");
        world->challenge = world_param(world, reply->location, "code_challenge");
    }
}

static void count(void *context, cog_event_t event, apr_time_t at)
{
    world_t *world = context;

    assert_true(event >= 0 && event < COG_EVENT_COUNT);
    assert_int_equal(at != 0, event < COG_EVENT_RARE);
    ++world->events[event];
}

static void note_call(void *context, const cog_call_t *call)
{
    world_t *world = context;

    ++world->call_results[call->kind][call->result];
}

static void note_keys(void *context, const char *issuer, cog_err_t err, apr_time_t at)
{
    (void)context;
    (void)err;
    assert_string_equal(issuer, WORLD_ISSUER);
    assert_true(at > 0);
}

static void note_outage(void *context, const char *issuer, int is_out, apr_time_t at)
{
    world_t *world = context;

    assert_string_equal(issuer, WORLD_ISSUER);
    assert_true(at > 0);
    world->is_told_out = is_out;
}

static void note_problem(void *context, const cog_problem_t *problem)
{
    world_t *world = context;

    world->problem = *problem;
}

static void write_audit(void *context, const cog_audit_t *entry)
{
    world_t *world = context;

    APR_ARRAY_PUSH(world->audits, cog_audit_t) = *entry;
}

static cog_ports_t *make_ports(world_t *world)
{
    cog_auditor_t *auditor = apr_pcalloc(world->pool, sizeof(*auditor));
    cog_ports_t *ports = apr_pcalloc(world->pool, sizeof(*ports));
    cog_meter_t *meter = apr_pcalloc(world->pool, sizeof(*meter));
    cog_random_t *random = apr_pcalloc(world->pool, sizeof(*random));
    cog_log_t *log = apr_pcalloc(world->pool, sizeof(*log));

    *random = (cog_random_t){world, fill};
    *log = (cog_log_t){world, world->pool, is_on, write_log};
    *auditor = (cog_auditor_t){world, write_audit};
    *meter = (cog_meter_t){world, count, note_call, note_keys, note_outage, note_problem};
    *ports = (cog_ports_t){
        {world, now, wait_a_second},
        random,
        {world,     fetch   },
        fake_store_port(world->store),
        fake_store_port(world->documents),
        log,
        meter,
        auditor
    };
    return ports;
}

cog_err_t world_listen(world_t *world, cog_revocation_reader_t *reader)
{
    const cog_flow_t flow = {
        .pool = world->pool, .conf = &world->conf, .ports = make_ports(world)};

    return cog_revocations_read(&flow, reader);
}

cog_err_t world_send_revocations(world_t *world)
{
    const cog_flow_t flow = {
        .pool = world->pool, .conf = &world->conf, .ports = make_ports(world)};

    return cog_revocations_send(&flow);
}

cog_err_t world_touch(world_t *world, const cog_session_t *session)
{
    cog_flow_t flow = {.pool = world->pool,
                       .conf = &world->conf,
                       .place = &world->place,
                       .ports = make_ports(world)};
    cog_reply_t reply = {.kind = COG_REPLY_GRANT};

    return cog_session_touch(&flow, session, &reply);
}

cog_err_t world_put_tokens(world_t *world, const cog_session_t *session,
                           const cog_session_tokens_t *tokens)
{
    const cog_flow_t flow = {.pool = world->pool,
                             .conf = &world->conf,
                             .place = &world->place,
                             .ports = make_ports(world)};

    return cog_stored_tokens_put(&flow, world->place.client, session, tokens);
}

cog_reply_t *world_request(world_t *world, const char *method, const char *target)
{
    apr_pool_t *pool = world->pool;
    cog_request_t *request = apr_pcalloc(pool, sizeof(*request));
    cog_flow_t *flow = apr_pcalloc(pool, sizeof(*flow));
    cog_reply_t *reply = apr_pcalloc(pool, sizeof(*reply));
    const char *query = strchr(target, '?');

    add_navigation_headers(world);
    *request =
        (cog_request_t){.method = method,
                        .path = apr_pstrndup(pool, target, strcspn(target, "?")),
                        .query = query ? query + 1 : NULL,
                        .cookies = own_cookies(world),
                        .authorization = apr_table_get(world->headers, "Authorization"),
                        .client_ip = "192.0.2.1",
                        .context = world,
                        .header = get_header,
                        .read_body = read_body,
                        .place_of = place_of};
    *flow = (cog_flow_t){.pool = pool,
                         .conf = &world->conf,
                         .place = place_of(request, request->path),
                         .request = request,
                         .ports = make_ports(world)};
    run(flow, world, reply);
    if (!reply->cookies) {
        reply->cookies = apr_array_make(pool, 1, sizeof(const char *));
    }
    for (int i = 0; i < reply->cookies->nelts; ++i) {
        take_cookie(world, APR_ARRAY_IDX(reply->cookies, i, const char *));
    }
    remember_login(world, reply);
    apr_table_clear(world->headers);
    return reply;
}

cog_reply_t *world_get(world_t *world, const char *target)
{
    return world_request(world, "GET", target);
}

const char *world_param(const world_t *world, const char *url, const char *name)
{
    const char *query = strchr(url, '?');
    apr_array_header_t *params;

    assert_int_equal(cog_query_parse(world->pool, query ? query + 1 : NULL, &params),
                     COG_OK);
    return cog_query_get(params, name);
}

const char *world_callback(world_t *world, const cog_reply_t *reply)
{
    return apr_psprintf(world->pool, "/.cognito/callback?code=code-1&state=%s",
                        world_param(world, reply->location, "state"));
}

cog_reply_t *world_sign_in(world_t *world, const char *target)
{
    cog_reply_t *reply = world_get(world, target);

    if (reply->kind != COG_REPLY_REDIRECT) {
        return reply;
    }
    return world_get(world, world_callback(world, reply));
}

void world_finish(cog_reply_t *reply)
{
    if (reply->afterwards) {
        reply->afterwards(reply->afterwards_context);
    }
}

int world_log_count(const world_t *world, const char *text)
{
    int count = 0;

    for (int i = 0; i < world->messages->nelts; ++i) {
        count += strstr(APR_ARRAY_IDX(world->messages, i, const char *), text) != NULL;
    }
    return count;
}

int world_has_logged(const world_t *world, const char *text)
{
    return world_log_count(world, text) > 0;
}

int world_fetch_count(const world_t *world, const char *text)
{
    int count = 0;

    for (int i = 0; i < world->fetched->nelts; ++i) {
        count += strstr(APR_ARRAY_IDX(world->fetched, i, cog_fetch_request_t).url,
                        text) != NULL;
    }
    return count;
}
