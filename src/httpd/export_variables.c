#include "httpd/export_variables.h"

#include <string.h>

#include "base/claim.h"
#include "base/claim_names.h"
#include "httpd/memo.h"
#include "httpd/place_settings.h"
#include "oidc/claim_patterns.h"
#include "oidc/groups.h"

#define REDIRECT "REDIRECT_"
#define DENIED   COG_CLAIM_VARIABLE "DENIED"
#define FAILURE  COG_CLAIM_VARIABLE "ERROR"
#define INCIDENT COG_CLAIM_VARIABLE "INCIDENT"

static int begins(const char *name, const char *prefix)
{
    return prefix && strncasecmp(name, prefix, strlen(prefix)) == 0;
}

/* What an error document is told: nothing of it is about the user. */
static int is_for_error_document(const char *name)
{
    return strcmp(name, DENIED) == 0 || strcmp(name, FAILURE) == 0 ||
           strcmp(name, INCIDENT) == 0;
}

/* Is it COGNITO_*, or REDIRECT_COGNITO_* after any number of redirects? `others`: what
 * else variables of ours may begin with, or NULL. */
static int is_ours(const char *name, const char *others, int is_redirected)
{
    int redirects = 0;

    while (begins(name, REDIRECT)) {
        name += strlen(REDIRECT);
        ++redirects;
    }
    if (redirects > 0 && is_for_error_document(name)) {
        return 0;
    }
    return (redirects > 0) == is_redirected &&
           (begins(name, COG_CLAIM_VARIABLE) || begins(name, others));
}

static void forget(request_rec *r, int is_redirected)
{
    const apr_array_header_t *variables = apr_table_elts(r->subprocess_env);
    const char *others = cog_memo_of(r)->exported_prefix;
    int i = 0;

    while (i < variables->nelts) {
        const char *name = APR_ARRAY_IDX(variables, i, apr_table_entry_t).key;

        if (name && is_ours(name, others, is_redirected)) {
            apr_table_unset(r->subprocess_env, name);
        }
        else {
            ++i;
        }
    }
}

static void export_own(request_rec *r, const cog_export_t *export,
                       const apr_array_header_t *claims)
{
    for (int i = 0; i < claims->nelts; ++i) {
        const cog_claim_t *claim = &APR_ARRAY_IDX(claims, i, cog_claim_t);
        const cog_claim_name_t *usual = cog_claim_usual(claim->name);
        cog_claim_class_t class = usual ? usual->class : COG_CLAIM_UNKNOWN;

        if (cog_claims_of_class_are_wanted(export->claims, claim->name, class)) {
            apr_table_addn(r->subprocess_env,
                           usual ? usual->variable
                                 : cog_claim_unusual_variable(r->pool, claim->name),
                           claim->value);
        }
    }
}

static void export_dialect(request_rec *r, const cog_export_t *export,
                           const apr_array_header_t *claims)
{
    const cog_backend_t *backend = export->backend;
    const char *prefix = backend->headers->header;

    for (int i = 0; i < claims->nelts; ++i) {
        const cog_claim_t *claim = &APR_ARRAY_IDX(claims, i, cog_claim_t);

        if (cog_claims_are_wanted(export->claims, claim->name)) {
            apr_table_addn(
                r->subprocess_env, backend->name_of(r->pool, prefix, claim->name),
                cog_backend_value(r->pool, backend, claim->kind, claim->value));
        }
    }
}

/* Names of claims differ, and none of ours is left from before: apr_table_setn() would
 * compare each of them with all the others. */
void cog_export_variables(request_rec *r, const cog_session_t *session)
{
    const cog_export_t export = cog_dir_export(cog_conf_of_dir(r->per_dir_config));
    const apr_array_header_t *claims =
        cog_groups_select(r->pool, session->claims, export.groups);
    int has_dialect = export.backend->variables != NULL;

    if (has_dialect) {
        cog_memo_of(r)->exported_prefix = export.backend->variables;
    }
    forget(r, 0);
    if (export.to_variables) {
        (has_dialect ? export_dialect : export_own)(r, &export, claims);
    }
}

void cog_export_denial(request_rec *r, const char *unmet)
{
    apr_table_setn(r->subprocess_env, DENIED, unmet);
}

void cog_export_failure(request_rec *r, const cog_reply_t *reply)
{
    apr_table_setn(r->subprocess_env, FAILURE, cog_err_name(reply->error));
    if (reply->page.incident) {
        apr_table_setn(r->subprocess_env, INCIDENT, reply->page.incident);
    }
}

void cog_export_forget_redirected(request_rec *r)
{
    forget(r, 1);
}
