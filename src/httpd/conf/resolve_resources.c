/* By which URLs clients know the places that they want tokens for. */
#include <apr_strings.h>
#include <string.h>

#include "base/url.h"
#include "httpd/conf/resolve.h"
#include "httpd/conf/values.h"

/* Clients look for its metadata at its own origin (RFC 9728, 3.1). */
static int is_ours(const cog_resolve_t *host, const char *resource)
{
    cog_url_t url;

    return cog_url_parse(host->start->scratch, resource, &url) == COG_OK &&
           cog_values_contain(host->conf->origins, url.origin);
}

/* What stands outside of all virtual hosts may be meant for any of them. */
static int is_for_this_host(const cog_resolve_t *host, const cog_written_t *written)
{
    return written->s == host->s &&
           (host->s != host->tree->main_server || host->s->next == NULL);
}

static int may_be_inherited(const cog_resolve_t *host, const cog_written_t *written)
{
    return written->s == host->s || written->s == host->tree->main_server;
}

static const char *complain(const cog_resolve_t *host, const cog_written_t *written)
{
    return apr_psprintf(
        host->start->scratch,
        "CognitoResource: '%s' (%s) is at no origin of this host; write a "
        "URL that begins with %s",
        written->value, written->place,
        APR_ARRAY_IDX(host->conf->origins, 0, const char *));
}

const char *cog_resolve_resources(cog_resolve_t *host)
{
    const apr_array_header_t *all = host->tree->resources;
    apr_array_header_t *own = apr_array_make(host->start->pool, 1, sizeof(const char *));

    for (int i = 0; i < all->nelts; ++i) {
        const cog_written_t *written = &APR_ARRAY_IDX(all, i, cog_written_t);

        if (strcasecmp(written->value, "none") == 0 || !may_be_inherited(host, written)) {
            continue;
        }
        if (is_ours(host, written->value)) {
            cog_values_add_new(host->start->pool, &own,
                               apr_pstrdup(host->start->pool, written->value));
        }
        else if (is_for_this_host(host, written)) {
            return complain(host, written);
        }
    }
    host->conf->resources = own;
    return NULL;
}
