#include "httpd/start/advice.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "base/url.h"
#include "httpd/conf/section.h"
#include "httpd/log_httpd.h"
#include "httpd/start/own_key.h"

static const char *client_name(const cog_client_conf_t *client)
{
    return *client->name ? client->name : "default";
}

static const char *origin_of(const cog_conf_t *conf, int i)
{
    return APR_ARRAY_IDX(conf->origins, i, const char *);
}

static const char *how_it_proves_itself(const cog_client_conf_t *client)
{
    if (client->secret_count == 0) {
        return "public";
    }
    return client->auth_method == COG_CLIENT_AUTH_POST ? "secret by post"
                                                       : "secret by basic";
}

/* Hosts that inherit all would say the same again. */
static int is_news(apr_hash_t *told, const char *text)
{
    int is_new = apr_hash_get(told, text, APR_HASH_KEY_STRING) == NULL;

    apr_hash_set(told, text, APR_HASH_KEY_STRING, text);
    return is_new;
}

static void tell_urls(apr_hash_t *told, const cog_log_t *log, const cog_conf_t *conf,
                      const cog_client_conf_t *client)
{
    for (int i = 0; i < conf->origins->nelts; ++i) {
        const char *origin = origin_of(conf, i);
        const char *text =
            apr_psprintf(log->pool,
                         "client %s: register the callback URL %s%s and the sign-out URL "
                         "%s%s/signed-out at the app client %s",
                         client_name(client), origin, client->callback, origin,
                         conf->path, client->client_id);

        if (is_news(told, text)) {
            COG_LOG(log, INFO, 4010, "%s", text);
        }
    }
}

static void tell_client(const cog_log_t *log, const cog_client_conf_t *client)
{
    COG_LOG(log, DEBUG, 4011,
            "client %s: id %s, %s, scope %s, userInfo %s, issuer %s, cookie %s",
            client_name(client), client->client_id, how_it_proves_itself(client),
            client->scope, client->has_userinfo ? "on" : "off", client->issuer,
            client->session_cookie);
}

static const char *all_of(apr_pool_t *scratch, const apr_array_header_t *texts)
{
    return texts && texts->nelts ? apr_array_pstrcat(scratch, texts, ' ') : "none";
}

static const char *or_else(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

static void tell_settings(apr_pool_t *scratch, const cog_log_t *log,
                          const cog_host_t *host)
{
    const cog_conf_t *conf = host->site->conf;
    const cog_fetch_conf_t *calls = &host->site->calls;

    COG_LOG(log, DEBUG, 4012,
            "%s: base URLs %s, path %s, callbacks %s, sign-out returns %s",
            cog_host_name(scratch, host->s), all_of(scratch, conf->origins), conf->path,
            all_of(scratch, conf->callbacks), all_of(scratch, conf->logout_returns));
    COG_LOG(log, DEBUG, 4013, "cookies %s*%s, at most %d bytes of sessions, claims %s",
            conf->cookies.prefix, conf->cookies.attributes, conf->cookie_room,
            conf->kept_claims ? all_of(scratch, conf->kept_claims) : "default");
    COG_LOG(log, DEBUG, 4016,
            "sessions live in the %s, tokens are %s, grace %" APR_INT64_T_FMT
            " s, at most %" APR_INT64_T_FMT " s in the store",
            conf->has_stored_sessions ? "store" : "cookie",
            conf->has_renewal ? "renewed" : "not renewed", conf->grace_sec,
            conf->longest.max_sec);
    COG_LOG(log, DEBUG, 4014,
            "sealed with %s; store %s; calls by proxy %s, CA file %s, connected in %d s, "
            "done in %d s",
            host->written->secrets ? "CognitoSecret" : cog_own_key_path(scratch),
            cog_store_value_shown(scratch, &host->site->store_value),
            calls->proxy ? calls->proxy->name : "none", or_else(calls->ca_file, "system"),
            (int)apr_time_sec(calls->connect_limit),
            (int)apr_time_sec(calls->total_limit));
}

static const cog_client_conf_t *client_at(const cog_site_t *site, int i)
{
    return APR_ARRAY_IDX(site->clients, i, cog_site_client_t).client;
}

void cog_advise_urls(apr_pool_t *scratch, const apr_array_header_t *hosts)
{
    apr_hash_t *told = apr_hash_make(scratch);

    for (int i = 0; i < hosts->nelts; ++i) {
        const cog_host_t *host = &APR_ARRAY_IDX(hosts, i, cog_host_t);
        const cog_log_t *log = cog_log_of_server(scratch, host->s);

        for (int n = 0; host->site && n < host->site->clients->nelts; ++n) {
            tell_urls(told, log, host->site->conf, client_at(host->site, n));
            tell_client(log, client_at(host->site, n));
        }
        if (host->site) {
            tell_settings(scratch, log, host);
        }
        if (!host->site && host->problem) {
            COG_LOG(log, DEBUG, 4015, "%s is left out: %s",
                    cog_host_name(scratch, host->s), host->problem);
        }
    }
}

static void warn_of_http(apr_hash_t *told, const cog_log_t *log, const cog_site_t *site)
{
    const char *origin = origin_of(site->conf, 0);

    if (cog_text_begins(origin, "http:") && is_news(told, origin)) {
        COG_LOG(log, WARNING, 4020,
                "CognitoBaseURL %s is not https: cookies go unprotected; only for "
                "development on this machine",
                origin);
    }
    for (int i = 0; i < site->clients->nelts; ++i) {
        const cog_site_client_t *client =
            &APR_ARRAY_IDX(site->clients, i, cog_site_client_t);
        const char *urls = all_of(log->pool, client->http_urls);

        if (client->http_urls && is_news(told, urls)) {
            COG_LOG(log, WARNING, 4021,
                    "client %s: its user pool at %s is not https: tokens go unprotected; "
                    "only for development on this machine",
                    client_name(client->client), urls);
        }
    }
}

/* Do a browser's cookies of one host go to the other? They do not tell ports apart. */
static const char *host_of(apr_pool_t *scratch, const cog_host_t *host)
{
    const char *domain = host->written->cookie_domain;
    const char *origin = origin_of(host->site->conf, 0);
    cog_url_t url;

    if (domain && *domain) {
        return domain;
    }
    return cog_url_parse(scratch, origin, &url) == COG_OK ? url.host : origin;
}

static int are_same_sources(const apr_array_header_t *a, const apr_array_header_t *b)
{
    if (!a || !b || a->nelts != b->nelts) {
        return a == b;
    }
    for (int i = 0; i < a->nelts; ++i) {
        const cog_secret_source_t *x = &APR_ARRAY_IDX(a, i, cog_secret_source_t);
        const cog_secret_source_t *y = &APR_ARRAY_IDX(b, i, cog_secret_source_t);

        if (x->kind != y->kind || strcmp(x->where, y->where) != 0) {
            return 0;
        }
    }
    return 1;
}

/* Two clients that write one cookie, but cannot read what the other wrote. */
static const cog_client_conf_t *find_rival(const cog_host_t *host,
                                           const cog_host_t *other)
{
    int is_same_key = are_same_sources(host->written->secrets, other->written->secrets);

    for (int i = 0; i < host->site->clients->nelts; ++i) {
        const cog_client_conf_t *client = client_at(host->site, i);

        for (int n = 0; n < other->site->clients->nelts; ++n) {
            const cog_client_conf_t *rival = client_at(other->site, n);

            if (strcmp(client->session_cookie, rival->session_cookie) == 0 &&
                (!is_same_key || strcmp(client->bound_to, rival->bound_to) != 0)) {
                return rival;
            }
        }
    }
    return NULL;
}

static void warn_of_rivals(apr_pool_t *scratch, const cog_host_t *host,
                           const cog_host_t *other)
{
    const cog_client_conf_t *rival;

    if (!host->site || !other->site ||
        strcmp(host_of(scratch, host), host_of(scratch, other)) != 0) {
        return;
    }
    rival = find_rival(host, other);
    if (rival) {
        COG_LOG(
            cog_log_of_server(scratch, other->s), WARNING, 4022,
            "%s and %s write the same cookie %s for %s, with different contents: "
            "users are signed out of one by the other; give one of them CognitoCookie "
            "name=",
            cog_host_name(scratch, host->s), cog_host_name(scratch, other->s),
            rival->session_cookie, host_of(scratch, host));
    }
}

static void warn_of_plain_store(apr_hash_t *told, const cog_log_t *log,
                                const cog_store_value_t *store)
{
    for (int i = 0; store->hosts && !store->has_tls && i < store->hosts->nelts; ++i) {
        const cog_store_host_t *host = &APR_ARRAY_IDX(store->hosts, i, cog_store_host_t);
        const char *name = cog_store_host_name(log->pool, host);

        if (!host->is_loopback && is_news(told, name)) {
            COG_LOG(log, WARNING, 4105,
                    "the store at %s is asked without TLS: who is on the way can read "
                    "its password and undo sign-outs; write rediss://, or keep that "
                    "network to yourself",
                    name);
        }
    }
}

static void warn_of_short_headers(apr_hash_t *told, const cog_log_t *log,
                                  const cog_host_t *host)
{
    const char *limit = apr_itoa(log->pool, host->s->limit_req_fieldsize);

    if (host->site->conf->cookie_room + COG_OTHER_COOKIES >
            host->s->limit_req_fieldsize &&
        is_news(told, limit)) {
        COG_LOG(log, WARNING, 4024,
                "LimitRequestFieldSize %s may be too little for the cookies of sessions "
                "and logins: users whose browsers send more get nothing but 400; write "
                "8190 or more",
                limit);
    }
}

void cog_advise_warnings(apr_pool_t *scratch, const apr_array_header_t *hosts)
{
    apr_hash_t *told = apr_hash_make(scratch);

    for (int i = 0; i < hosts->nelts; ++i) {
        const cog_host_t *host = &APR_ARRAY_IDX(hosts, i, cog_host_t);

        if (host->site) {
            warn_of_http(told, cog_log_of_server(scratch, host->s), host->site);
            warn_of_plain_store(told, cog_log_of_server(scratch, host->s),
                                &host->site->store_value);
            warn_of_short_headers(told, cog_log_of_server(scratch, host->s), host);
        }
        for (int n = 0; n < i; ++n) {
            warn_of_rivals(scratch, &APR_ARRAY_IDX(hosts, n, cog_host_t), host);
        }
    }
}
