#include "httpd/start/mix_up.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <string.h>

#include "base/log.h"
#include "httpd/conf/resolve.h"
#include "httpd/log_httpd.h"

static const cog_client_conf_t *client_at(const apr_array_header_t *clients, int i)
{
    return APR_ARRAY_IDX(clients, i, const cog_client_conf_t *);
}

static const char *name_of(apr_pool_t *scratch, const cog_client_conf_t *client)
{
    return *client->name ? apr_pstrcat(scratch, "client ", client->name, NULL)
                         : "the default client";
}

/* The first of those before the n-th; NULL: there is none. */
static const cog_client_conf_t *find_other(const apr_array_header_t *clients, int n)
{
    const cog_client_conf_t *client = client_at(clients, n);

    for (int i = 0; i < n; ++i) {
        const cog_client_conf_t *other = client_at(clients, i);

        if (strcmp(other->callback, client->callback) == 0 &&
            strcmp(other->issuer, client->issuer) != 0) {
            return other;
        }
    }
    return NULL;
}

static void warn_of(apr_hash_t *told, const cog_log_t *log,
                    const cog_client_conf_t *client, const cog_client_conf_t *other)
{
    const char *text = apr_psprintf(
        log->pool,
        "client %s is of another user pool than %s, but has the same callback %s: "
        "whoever runs one of the pools can get at codes of the other; write "
        "CognitoCallback in <CognitoClient \"%s\">, and register it at the app client %s "
        "alone",
        client->name, name_of(log->pool, other), client->callback, client->name,
        client->client_id);

    if (!apr_hash_get(told, text, APR_HASH_KEY_STRING)) {
        apr_hash_set(told, text, APR_HASH_KEY_STRING, text);
        COG_LOG(log, WARNING, 4027, "%s", text);
    }
}

void cog_mix_up_warn(apr_pool_t *scratch, const apr_array_header_t *hosts)
{
    apr_hash_t *told = apr_hash_make(scratch);

    for (int i = 0; i < hosts->nelts; ++i) {
        const cog_host_t *host = &APR_ARRAY_IDX(hosts, i, cog_host_t);
        const apr_array_header_t *clients =
            host->site ? cog_conf_all_clients(scratch, host->site->conf) : NULL;

        for (int n = 0; clients && n < clients->nelts; ++n) {
            const cog_client_conf_t *other = find_other(clients, n);

            if (other) {
                warn_of(told, cog_log_of_server(scratch, host->s), client_at(clients, n),
                        other);
            }
        }
    }
}
