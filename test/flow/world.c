/* The browser of the world, and its requests. */
#include "test/flow/world_private.h"

#include <apr_strings.h>

#include "base/query.h"
#include "base/text.h"
#include "flow/bearer/bearer.h"
#include "flow/resource.h"
#include "flow/session/session_lifecycle.h"
#include "flow/session/stored_session.h"
#include "session/rule.h"

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
    const cog_session_t *session = reply->session;
    int is_bearer = reply->bearer != NULL;

    if (cog_auth_time_is_within(session->auth_time, world->max_age_sec, world->now)) {
        return;
    }
    *reply = (cog_reply_t){0};
    if (is_bearer) {
        cog_bearer_want_sign_in(flow, world->max_age_sec, reply);
    }
    else {
        cog_flow_sign_in_anew(flow, world->max_age_sec, reply);
    }
}

static void require(cog_flow_t *flow, const world_t *world, cog_reply_t *reply)
{
    if (reply->kind == COG_REPLY_GRANT && world->max_age_sec > 0) {
        require_fresh(flow, world, reply);
    }
    if (reply->kind == COG_REPLY_GRANT && reply->bearer && world->forbids_bearers) {
        *reply = (cog_reply_t){0};
        cog_bearer_forbid(flow, world->missing_scope, reply);
    }
}

static void run(cog_flow_t *flow, const world_t *world, cog_reply_t *reply)
{
    if (cog_flow_is_own_url(flow->conf, flow->request->path)) {
        cog_flow_run_own_url(flow, reply);
    }
    else {
        cog_flow_run_resource(flow, reply);
        require(flow, world, reply);
    }
}

static void remember_login(world_t *world, const cog_reply_t *reply)
{
    if (reply->kind == COG_REPLY_REDIRECT && strstr(reply->location, "&nonce=")) {
        world->nonce = world_param(world, reply->location, "nonce");
        world->challenge = world_param(world, reply->location, "code_challenge");
    }
}

cog_err_t world_read_revocations(world_t *world, cog_revocation_reader_t *reader)
{
    const cog_flow_t flow = {
        .pool = world->pool, .conf = &world->conf, .ports = world_ports(world)};

    return cog_revocations_read(&flow, reader);
}

cog_err_t world_send_revocations(world_t *world)
{
    const cog_flow_t flow = {
        .pool = world->pool, .conf = &world->conf, .ports = world_ports(world)};

    return cog_revocations_send(&flow);
}

cog_err_t world_touch(world_t *world, const cog_session_t *session)
{
    cog_flow_t flow = {.pool = world->pool,
                       .conf = &world->conf,
                       .place = &world->place,
                       .ports = world_ports(world)};
    cog_reply_t reply = {.kind = COG_REPLY_GRANT};

    return cog_session_touch(&flow, session, &reply);
}

cog_err_t world_put_tokens(world_t *world, const cog_session_t *session,
                           const cog_session_tokens_t *tokens)
{
    const cog_flow_t flow = {.pool = world->pool,
                             .conf = &world->conf,
                             .place = &world->place,
                             .ports = world_ports(world)};

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
                         .ports = world_ports(world)};
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

int world_is_granted(world_t *world)
{
    return world_get(world, "/")->kind == COG_REPLY_GRANT;
}

const char *world_claim(world_t *world, const char *name)
{
    const cog_reply_t *reply = world_get(world, "/");

    assert_int_equal(reply->kind, COG_REPLY_GRANT);
    return cog_session_claim(reply->session, name);
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
