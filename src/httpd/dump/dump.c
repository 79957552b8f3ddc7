#include "httpd/dump/dump.h"

#include <apr_strings.h>

#include "httpd/conf/secret_words.h"
#include "httpd/conf/section.h"
#include "httpd/start/own_key.h"

static void add_urls(cog_dump_rows_t *rows, const cog_host_t *host)
{
    const cog_conf_t *conf = host->site->conf;
    const cog_server_conf_t *written = host->written;

    if (written->origins) {
        cog_dump_add(rows, "CognitoBaseURL", cog_dump_list(rows->pool, conf->origins, ""),
                     written->at.origins);
    }
    else {
        cog_dump_add_from(rows, "CognitoBaseURL",
                          cog_dump_list(rows->pool, conf->origins, ""),
                          "default, from ServerName");
    }
    cog_dump_add(rows, "CognitoPath", conf->path, written->at.path);
    cog_dump_add(rows, "CognitoCallback",
                 cog_dump_list(rows->pool, written->client.callbacks,
                               APR_ARRAY_IDX(conf->callbacks, 0, const char *)),
                 written->client.at.callbacks);
    cog_dump_add(rows, "CognitoLogoutReturn",
                 cog_dump_list(rows->pool, conf->logout_returns, "none"),
                 written->at.logout_returns);
}

static const char *or_else(const char *text, const char *otherwise)
{
    return text && *text ? text : otherwise;
}

static void add_cookies(cog_dump_rows_t *rows, const cog_host_t *host)
{
    const cog_server_conf_t *written = host->written;

    cog_dump_add(rows, "CognitoCookie name=", or_else(written->cookie_name, "cognito"),
                 written->at.cookie_name);
    cog_dump_add(rows, "CognitoCookie domain=", or_else(written->cookie_domain, "none"),
                 written->at.cookie_domain);
    cog_dump_add(rows,
                 "CognitoCookie samesite=", or_else(written->cookie_samesite, "Lax"),
                 written->at.cookie_samesite);
    cog_dump_add(rows, "CognitoCookie path=", host->site->conf->cookies.path,
                 written->at.cookie_path);
}

static const char *keys_of(apr_pool_t *pool, const cog_server_conf_t *written)
{
    return written->secrets
               ? cog_secret_words(pool, written->secrets)
               : apr_pstrcat(pool, "own key, ", cog_own_key_path(pool), NULL);
}

static const char *assertion_keys_of(apr_pool_t *pool, const cog_server_conf_t *written)
{
    return written->assertion_keys && written->assertion_keys->nelts
               ? cog_secret_words(pool, written->assertion_keys)
               : "own";
}

static const char *revoke_key_of(apr_pool_t *pool, const cog_server_conf_t *written)
{
    return written->revoke_key && written->revoke_key->nelts
               ? cog_secret_words(pool, written->revoke_key)
               : "none";
}

static void add_sessions(cog_dump_rows_t *rows, const cog_host_t *host)
{
    const cog_server_conf_t *written = host->written;
    const cog_conf_t *conf = host->site->conf;

    cog_dump_add(rows, "CognitoSecret", keys_of(rows->pool, written),
                 written->at.secrets);
    cog_dump_add(rows, "CognitoSession", conf->has_stored_sessions ? "store" : "cookie",
                 written->at.has_stored_sessions);
    cog_dump_add(rows, "CognitoStore",
                 cog_store_value_shown(rows->pool, &host->site->store_value),
                 written->at.store);
    cog_dump_add(rows, "CognitoRefresh", cog_dump_switch(conf->has_renewal),
                 written->at.has_renewal);
    cog_dump_add(rows, "CognitoGrace", cog_dump_duration(rows->pool, conf->grace_sec),
                 written->at.grace);
    cog_dump_add(rows, "CognitoAssertionKey", assertion_keys_of(rows->pool, written),
                 written->at.assertion_keys);
    cog_dump_add(rows, "CognitoRevokeKey", revoke_key_of(rows->pool, written),
                 written->at.revoke_key);
    cog_dump_add(rows, "CognitoErrorTemplate",
                 written->error_template && *written->error_template
                     ? written->error_template
                     : "none",
                 written->at.error_template);
}

static const char *audit_log_of(apr_pool_t *pool, const cog_server_conf_t *written)
{
    const char *log = or_else(written->audit_log, "none");

    return *log == '|' ? cog_secret_words_command(pool, log) : log;
}

static void add_calls(cog_dump_rows_t *rows, const cog_host_t *host)
{
    const cog_fetch_conf_t *calls = &host->site->calls;

    cog_dump_add(rows, "CognitoAuditLog", audit_log_of(rows->pool, host->written),
                 host->written->at.audit_log);
    cog_dump_add(rows, "CognitoProxy", calls->proxy ? calls->proxy->name : "none",
                 host->written->at.proxy);
    cog_dump_add(rows, "CognitoCAFile", or_else(calls->ca_file, "system"),
                 host->written->at.ca_file);
    cog_dump_add(rows, "CognitoTimeout",
                 apr_psprintf(rows->pool, "%ds %ds",
                              (int)apr_time_sec(calls->connect_limit),
                              (int)apr_time_sec(calls->total_limit)),
                 host->written->at.total_limit);
}

static void dump_host(apr_pool_t *pool, apr_file_t *out, const cog_tree_t *tree,
                      const cog_host_t *host)
{
    cog_dump_rows_t rows = cog_dump_rows_make(pool, cog_section_of_host(host->s));

    apr_file_printf(out, "%s\n", cog_host_name(pool, host->s));
    if (!host->site) {
        apr_file_printf(out, "    nobody can sign in: %s\n\n",
                        or_else(host->problem, "no app client is configured"));
        return;
    }
    add_urls(&rows, host);
    add_cookies(&rows, host);
    add_sessions(&rows, host);
    add_calls(&rows, host);
    cog_dump_print(&rows, out);
    cog_dump_clients(pool, out, host);
    cog_dump_places(pool, out, tree, host);
    apr_file_printf(out, "\n");
}

void cog_dump_all(apr_pool_t *pool, const cog_tree_t *tree,
                  const apr_array_header_t *hosts)
{
    apr_file_t *out;

    if (apr_file_open_stdout(&out, pool) != APR_SUCCESS) {
        return;
    }
    for (int i = 0; i < hosts->nelts; ++i) {
        dump_host(pool, out, tree, &APR_ARRAY_IDX(hosts, i, cog_host_t));
    }
}
