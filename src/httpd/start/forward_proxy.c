#include "httpd/start/forward_proxy.h"

#include <string.h>

#include <util_cfgtree.h>

#include "base/log.h"
#include "httpd/conf/section.h"
#include "httpd/log_httpd.h"

/* The last ProxyRequests of this host; NULL: none. */
static const char *written_for(const cog_tree_t *tree, const server_rec *s)
{
    const char *value = NULL;

    for (int i = 0; i < tree->proxy_requests->nelts; ++i) {
        const cog_written_t *one = &APR_ARRAY_IDX(tree->proxy_requests, i, cog_written_t);

        value = one->s == s ? one->value : value;
    }
    return value;
}

static int is_forward_proxy(const cog_tree_t *tree, const server_rec *s)
{
    const char *value = written_for(tree, s);

    value = value ? value : written_for(tree, tree->main_server);
    return value && strcasecmp(value, "on") == 0;
}

/* NULL: there is none around it. */
static const ap_directive_t *proxy_section_of(const cog_written_t *auth_type)
{
    const ap_directive_t *section = auth_type->section;

    while (section && strncasecmp(section->directive, "<Proxy", 6) != 0) {
        section = section->parent;
    }
    return section;
}

void cog_forward_proxy_warn(apr_pool_t *scratch, const cog_tree_t *tree)
{
    for (int i = 0; i < tree->auth_types->nelts; ++i) {
        const cog_written_t *auth_type =
            &APR_ARRAY_IDX(tree->auth_types, i, cog_written_t);
        const ap_directive_t *section = proxy_section_of(auth_type);

        if (section && is_forward_proxy(tree, auth_type->s)) {
            COG_LOG(cog_log_of_server(scratch, auth_type->s), WARNING, 4028,
                    "AuthType Cognito (%s) in %s: nobody can sign in at a forward proxy, "
                    "so its requests will be refused; write ProxyRequests off, or "
                    "another AuthType",
                    auth_type->place, cog_section_name(scratch, section));
        }
    }
}
