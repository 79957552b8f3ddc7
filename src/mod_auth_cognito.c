/* The module record and the hook table, nothing else. */
#include <httpd.h>
#include <http_config.h>
#include <http_protocol.h>
#include <http_request.h>

#include "httpd/authn.h"
#include "httpd/authz.h"
#include "httpd/conf.h"
#include "httpd/doctor/refusal.h"
#include "httpd/export.h"
#include "httpd/own_urls.h"
#include "httpd/reply.h"
#include "httpd/require.h"
#include "httpd/scrub.h"
#include "httpd/start/lifecycle.h"
#include "httpd/status/status.h"
#include "httpd/trailers.h"

/* mod_proxy must have said whether a request is for a site behind this forward proxy. */
static const char *const after_proxy[] = {"mod_proxy.c", NULL};

/* The forensic log shall hold neither codes nor our cookies. */
static const char *const before_forensic[] = {"mod_log_forensic.c", NULL};

static void register_hooks(apr_pool_t *pool)
{
    cog_doctor_refusal_await(pool);
    ap_hook_check_config(cog_lifecycle_check_config, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_post_config(cog_lifecycle_post_config, NULL, NULL, APR_HOOK_MIDDLE);

    /* Before all others that read headers: mod_headers' `early` may set what comes from
     * the administrator, mod_setenvif and the rest see no spoofed header and no cookie of
     * ours. */
    ap_hook_post_read_request(cog_scrub_request, after_proxy, before_forensic,
                              APR_HOOK_REALLY_FIRST);

    /* Any order: what httpd does with trailers comes later. */
    cog_trailers_register_filter();
    ap_hook_post_read_request(cog_trailers_watch, NULL, NULL, APR_HOOK_MIDDLE);

    /* Before mod_cache, mod_rewrite, mod_proxy and all that maps, so that our own URLs
     * are answered by us alone. */
    ap_hook_quick_handler(cog_own_urls_answer, NULL, NULL, APR_HOOK_REALLY_FIRST);

    /* Who the user is depends on the configuration of the place alone, not on its URI. */
    ap_hook_check_authn(cog_authn_check, NULL, NULL, APR_HOOK_MIDDLE,
                        AP_AUTH_INTERNAL_PER_CONF);

    /* Before mod_authz_core, which is asked from within. */
    ap_hook_check_authz(cog_authz_check, NULL, NULL, APR_HOOK_FIRST,
                        AP_AUTH_INTERNAL_PER_CONF);

    /* What mod_authz_core asks by name. */
    cog_require_register(pool);

    /* Any order: nobody else speaks of our sessions. */
    ap_hook_force_authn(cog_authn_force, NULL, NULL, APR_HOOK_MIDDLE);

    /* Before all that acts on a request that has been let in. */
    ap_hook_fixups(cog_authz_check_again, NULL, NULL, APR_HOOK_REALLY_FIRST - 1);

    /* Before mod_rewrite's per-directory rules and mod_env look at variables, and before
     * RequestHeader, by which the administrator may change our headers. */
    ap_hook_fixups(cog_export_finish, NULL, NULL, APR_HOOK_REALLY_FIRST);

    /* Any order: nobody else answers to its name. */
    ap_hook_handler(cog_status_handle, NULL, NULL, APR_HOOK_MIDDLE);

    /* After mod_include and mod_filter, whose filters are looked for. */
    ap_hook_insert_filter(cog_reply_foresee_includes, NULL, NULL, APR_HOOK_REALLY_LAST);

    /* Before the access log: a request that httpd has refused while it read it has not
     * come by the first of our hooks. */
    ap_hook_log_transaction(cog_scrub_request, NULL, NULL, APR_HOOK_REALLY_FIRST);
}

/* the one symbol that httpd looks for; all others are hidden */
extern module __attribute__((visibility("default"))) auth_cognito_module;

/* clang-format off */
AP_DECLARE_MODULE(auth_cognito) = {
    STANDARD20_MODULE_STUFF,
    cog_conf_create_dir,
    cog_conf_merge_dir,
    cog_conf_create_server,
    cog_conf_merge_server,
    cog_directives,
    register_hooks,
    AP_MODULE_FLAG_NONE,
};
/* clang-format on */
