#include "httpd/export.h"

#include <apr_strings.h>
#include <http_core.h>
#include <string.h>

#include "httpd/authn.h"
#include "httpd/memo.h"
#include "httpd/site.h"
#include "oidc/claim_names.h"
#include "oidc/claims.h"

#define REDIRECT "REDIRECT_"
#define DENIED   COG_CLAIM_VARIABLE "DENIED"

/* As sed does it: what the pattern matches is replaced, what it does not touch stays. */
static const char *substitute(apr_pool_t *pool, const cog_user_claim_t *rule,
                              const char *value)
{
    ap_regmatch_t match[AP_MAX_REG_MATCH];
    const char *replaced;

    if (!rule->pattern ||
        ap_regexec(rule->pattern, value, AP_MAX_REG_MATCH, match, 0) != 0) {
        return value;
    }
    replaced = ap_pregsub(pool, rule->substitute, value, AP_MAX_REG_MATCH, match);
    return replaced ? apr_pstrcat(pool, apr_pstrndup(pool, value, (size_t)match[0].rm_so),
                                  replaced, value + match[0].rm_eo, NULL)
                    : NULL;
}

const char *cog_export_user_name(request_rec *r, const cog_session_t *session)
{
    const apr_array_header_t *rules = cog_dir_user_claims(r->per_dir_config);

    for (int i = 0; i < rules->nelts; ++i) {
        const cog_user_claim_t *rule = &APR_ARRAY_IDX(rules, i, cog_user_claim_t);
        const char *value = cog_session_claim(session, rule->claim);
        const char *name = value ? substitute(r->pool, rule, value) : NULL;

        if (name && *name) {
            return name;
        }
    }
    return NULL;
}

/* Is it COGNITO_*, or REDIRECT_COGNITO_* after any number of redirects? */
static int is_ours(const char *name, int is_redirected)
{
    int redirects = 0;

    while (strncasecmp(name, REDIRECT, strlen(REDIRECT)) == 0) {
        name += strlen(REDIRECT);
        ++redirects;
    }
    if (redirects > 0 && strcmp(name, DENIED) == 0) {
        return 0;
    }
    return strncasecmp(name, COG_CLAIM_VARIABLE, strlen(COG_CLAIM_VARIABLE)) == 0 &&
           (redirects > 0) == is_redirected;
}

static void forget(request_rec *r, int is_redirected)
{
    const apr_array_header_t *variables = apr_table_elts(r->subprocess_env);
    int i = 0;

    while (i < variables->nelts) {
        const char *name = APR_ARRAY_IDX(variables, i, apr_table_entry_t).key;

        if (name && is_ours(name, is_redirected)) {
            apr_table_unset(r->subprocess_env, name);
        }
        else {
            ++i;
        }
    }
}

void cog_export_variables(request_rec *r, const cog_session_t *session)
{
    const apr_array_header_t *patterns = cog_dir_claims(r->per_dir_config);
    const apr_array_header_t *claims = session->claims;

    forget(r, 0);
    if (!cog_dir_exports_env(r->per_dir_config)) {
        return;
    }
    for (int i = 0; i < claims->nelts; ++i) {
        const cog_claim_t *claim = &APR_ARRAY_IDX(claims, i, cog_claim_t);

        if (cog_claims_are_wanted(patterns, claim->name)) {
            apr_table_setn(r->subprocess_env, cog_claim_variable(r->pool, claim->name),
                           claim->value);
        }
    }
}

void cog_export_denial(request_rec *r, const char *unmet)
{
    apr_table_setn(r->subprocess_env, DENIED, unmet);
}

void cog_export_forget_redirected(request_rec *r)
{
    forget(r, 1);
}

int cog_export_after_redirect(request_rec *r)
{
    const cog_session_t *session;

    if (!r->prev || !r->user || !cog_authn_is_ours(r)) {
        return DECLINED;
    }
    session =
        cog_memo_session(cog_memo_of(r), cog_place_make(r, r->per_dir_config, 0)->client);
    if (session) {
        cog_export_variables(r, session);
    }
    return DECLINED;
}
