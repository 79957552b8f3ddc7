#include "httpd/place_settings.h"

#define DEFAULT_IDLE_SEC 3600
#define DEFAULT_MAX_SEC  (12 * 3600)

static const char *or_null(const char *text)
{
    return text && *text ? text : NULL;
}

size_t cog_dir_form_limit(const cog_dir_conf_t *written)
{
    return written->form_limit == COG_UNSET ? COG_DEFAULT_FORM_LIMIT
                                            : (size_t)written->form_limit;
}

cog_session_limits_t cog_dir_limits(const cog_dir_conf_t *written)
{
    cog_session_limits_t limits = {DEFAULT_IDLE_SEC, DEFAULT_MAX_SEC, 0};

    if (written->session_max != COG_UNSET) {
        limits.idle_sec = apr_time_sec(written->session_idle);
        limits.max_sec = apr_time_sec(written->session_max);
    }
    limits.least_idle_sec = limits.idle_sec;
    return limits;
}

const char *cog_dir_resource(const cog_dir_conf_t *written)
{
    return or_null(written->resource);
}

/* Who looks for a place by its metadata comes with a token. */
unsigned cog_dir_accepts(const cog_dir_conf_t *written)
{
    if (written->accepts != COG_UNSET) {
        return (unsigned)written->accepts;
    }
    return cog_dir_resource(written) ? COG_ACCEPT_BEARER : COG_ACCEPT_SESSION;
}

unsigned cog_dir_bearer_uses(const cog_dir_conf_t *written)
{
    return written->bearer_uses == COG_UNSET ? COG_TOKEN_ACCESS
                                             : (unsigned)written->bearer_uses;
}

cog_unauthenticated_t cog_dir_unauthenticated(const cog_dir_conf_t *written)
{
    return written->unauthenticated == COG_UNSET
               ? COG_UNAUTHENTICATED_AUTO
               : (cog_unauthenticated_t)written->unauthenticated;
}

#define USER_CLAIM(name) {name, NULL, NULL},

const apr_array_header_t *cog_dir_user_claims(const cog_dir_conf_t *written)
{
    static cog_user_claim_t claims[] = {COG_DEFAULT_USER_CLAIMS(USER_CLAIM)};
    static const int count = sizeof(claims) / sizeof(*claims);
    static const apr_array_header_t by_default = {.elt_size = sizeof(*claims),
                                                  .nelts = count,
                                                  .nalloc = count,
                                                  .elts = (char *)claims};

    return written->user_claims ? written->user_claims : &by_default;
}

static void fill_in_assertion(const cog_dir_conf_t *written, cog_export_t *export)
{
    export->assertion.header =
        written->has_assertion == 1 ? written->assertion_header : NULL;
    export->assertion.audience = or_null(written->assertion_audience);
    export->assertion.signer = or_null(written->backend_signer);
    export->assertion.ttl_sec = written->assertion_ttl_sec == COG_UNSET
                                    ? COG_ASSERTION_TTL_SEC
                                    : written->assertion_ttl_sec;
}

static const cog_backend_t *backend_of(const cog_dir_conf_t *written)
{
    return cog_backend_at(written->backend == COG_UNSET ? COG_BACKEND_OWN
                                                        : written->backend);
}

int cog_dir_tokens(const cog_dir_conf_t *written)
{
    return written->tokens == COG_UNSET ? backend_of(written)->tokens : written->tokens;
}

/* What goes into headers only is not looked for where there are none. */
static void fill_in_tokens(const cog_dir_conf_t *written, cog_export_t *export)
{
    int tokens = cog_dir_tokens(written);

    export->tokens = tokens & COG_TOKENS_BY_NAME && !export->to_headers ? 0 : tokens;
}

cog_export_t cog_dir_export(const cog_dir_conf_t *written)
{
    const cog_backend_t *backend = backend_of(written);
    int exports = written->exports == COG_UNSET ? backend->exports : written->exports;
    cog_export_t export = {
        .to_variables = exports & COG_EXPORT_ENV,
        .to_headers = exports & COG_EXPORT_HEADERS,
        .claims = written->claims,
        .groups = written->groups,
        .backend = backend,
        .headers = written->headers && written->headers->nelts ? written->headers : NULL,
        .encoding = COG_HEADER_UTF8,
    };

    fill_in_tokens(written, &export);
    fill_in_assertion(written, &export);
    if (written->header_encoding != COG_UNSET) {
        export.encoding = (cog_header_encoding_t)written->header_encoding;
    }
    return export;
}
