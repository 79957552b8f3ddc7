#include "httpd/export.h"

#include <apr_strings.h>
#include <http_core.h>
#include <string.h>

#include "base/claim.h"
#include "base/claim_names.h"
#include "flow/failure.h"
#include "httpd/authn.h"
#include "httpd/export_headers.h"
#include "httpd/log_httpd.h"
#include "httpd/reply.h"
#include "httpd/request.h"
#include "httpd/scrub.h"
#include "oidc/claim_patterns.h"
#include "oidc/groups.h"

#define REDIRECT "REDIRECT_"
#define DENIED   COG_CLAIM_VARIABLE "DENIED"
#define FAILURE  COG_CLAIM_VARIABLE "ERROR"
#define INCIDENT COG_CLAIM_VARIABLE "INCIDENT"

static const char *replace(apr_pool_t *pool, const cog_user_claim_t *rule,
                           const char *value, ap_regmatch_t *match)
{
    const char *replaced =
        ap_pregsub(pool, rule->substitute, value, AP_MAX_REG_MATCH, match);

    return replaced ? apr_pstrcat(pool, apr_pstrndup(pool, value, (size_t)match[0].rm_so),
                                  replaced, value + match[0].rm_eo, NULL)
                    : NULL;
}

/* As sed does it: what the pattern matches is replaced, what it does not touch stays.
 * What it could not be compared with is no name at all. */
static const char *substitute(request_rec *r, const cog_user_claim_t *rule,
                              const char *value)
{
    ap_regmatch_t match[AP_MAX_REG_MATCH];

    if (!rule->pattern) {
        return value;
    }
    switch (ap_regexec(rule->pattern, value, AP_MAX_REG_MATCH, match, 0)) {
    case 0:
        return replace(r->pool, rule, value, match);
    case AP_REG_NOMATCH:
        return value;
    default:
        COG_LOG(
            cog_log_of_request(r), WARNING, 4223,
            "CognitoRemoteUser: %s is too much work for its pattern, and gives no name",
            rule->claim);
        return NULL;
    }
}

/* By the rules about the claim `only`; NULL: by all. */
static const char *name_by_rules(request_rec *r, const cog_session_t *session,
                                 const char *only)
{
    const apr_array_header_t *rules =
        cog_dir_user_claims(cog_conf_of_dir(r->per_dir_config));

    for (int i = 0; i < rules->nelts; ++i) {
        const cog_user_claim_t *rule = &APR_ARRAY_IDX(rules, i, cog_user_claim_t);
        int counts = !only || strcmp(rule->claim, only) == 0;
        const char *value = counts ? cog_session_claim(session, rule->claim) : NULL;
        const char *name = value ? substitute(r, rule, value) : NULL;

        if (name && *name) {
            return name;
        }
    }
    return NULL;
}

const char *cog_export_user_name(request_rec *r, const cog_session_t *session)
{
    return name_by_rules(r, session, NULL);
}

const char *cog_export_machine_name(request_rec *r, const cog_session_t *session)
{
    return name_by_rules(r, session, "client_id");
}

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
    cog_export_forget_headers(r);
}

static int refuse(request_rec *r, cog_err_t err)
{
    cog_memo_t *memo = cog_memo_of(r);
    cog_reply_t *reply = apr_pcalloc(memo->root->pool, sizeof(*reply));

    cog_reply_fail(cog_request_flow(memo, cog_site_of(r->server),
                                    cog_place_make(r, r->per_dir_config)),
                   err, reply);
    return cog_reply_send(r, reply);
}

static int is_as_bearer(const cog_export_t *export)
{
    return export->tokens & COG_TOKENS_AS_BEARER;
}

static int is_for_headers(const cog_export_t *export)
{
    return export->tokens & (COG_TOKENS_AS_BEARER | COG_TOKENS_BY_NAME);
}

static cog_err_t tell(request_rec *r, const cog_export_t *export,
                      const cog_session_t *session)
{
    cog_raw_tokens_t tokens = {cog_secret_of(NULL), cog_secret_of(NULL)};
    int tells = export->to_variables || export->to_headers || is_as_bearer(export);

    if (tells && export->tokens) {
        COG_TRY(cog_export_find_tokens(r, export, &tokens));
    }
    if (export->to_variables && !is_for_headers(export)) {
        cog_export_token_variables(r, export->backend, &tokens);
    }
    return export->to_headers || is_as_bearer(export) || export->assertion.header
               ? cog_export_headers(r, export, session, &tokens)
               : COG_OK;
}

/* What this request must not have from others: from the request around it, or from the
 * client where it is us who say it. */
static void clear(request_rec *r, const cog_export_t *export)
{
    if (r->main) {
        cog_export_forget_headers(r);
        cog_export_forget_tokens(r);
    }
    cog_scrub_dialect(r, export->backend);
    cog_authn_hide_credentials(r);
    if (is_as_bearer(export)) {
        apr_table_unset(r->headers_in, "Authorization");
    }
    if (export->assertion.header) {
        cog_scrub_header(r, export->assertion.header);
    }
}

static int tells_backend(const cog_export_t *export)
{
    return export->to_headers || export->tokens || export->assertion.header;
}

int cog_export_finish(request_rec *r)
{
    const cog_export_t export = cog_dir_export(cog_conf_of_dir(r->per_dir_config));
    const cog_session_t *session;
    cog_err_t err;

    if (!cog_site_of(r->server)) {
        return DECLINED;
    }
    clear(r, &export);
    session = r->prev || tells_backend(&export) ? cog_authn_session(r) : NULL;
    if (!session) {
        return DECLINED;
    }
    if (r->prev) {
        cog_export_variables(r, session);
    }
    err = tell(r, &export, session);
    return err == COG_OK ? DECLINED : refuse(r, err);
}
