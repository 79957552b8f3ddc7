/* The module record, nothing else. */
#include <httpd.h>
#include <http_config.h>

static void register_hooks(apr_pool_t *pool)
{
    (void)pool;
}

/* the one symbol that httpd looks for; all others are hidden */
extern module __attribute__((visibility("default"))) auth_cognito_module;

AP_DECLARE_MODULE(auth_cognito) = {
    STANDARD20_MODULE_STUFF,
    NULL, /* directory configuration: create */
    NULL, /* directory configuration: merge */
    NULL, /* server configuration: create */
    NULL, /* server configuration: merge */
    NULL, /* directives */
    register_hooks,
    AP_MODULE_FLAG_NONE,
};
