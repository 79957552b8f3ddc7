#include "httpd/require.h"

#include <apr_strings.h>
#include <http_config.h>
#include <http_core.h>
#include <http_request.h>
#include <mod_auth.h>

#include "base/log.h"
#include "base/text.h"
#include "httpd/log_httpd.h"
#include "httpd/memo.h"
#include "httpd/place.h"
#include "httpd/require_kind.h"
#include "httpd/require_line.h"
#include "httpd/site.h"
#include "oidc/claim_patterns.h"

#define LOG_MAX    256
#define NOTE_NEEDS "cognito-require-needs-user"

static const char *const verdict_names[] = {
    [COG_VERDICT_FAILS] = "fails",
    [COG_VERDICT_HOLDS] = "holds",
    [COG_VERDICT_UNKNOWN] = "cannot be judged",
};

static const cog_principal_t *make_principal(request_rec *r)
{
    const cog_place_t *place = cog_place_make(r, r->per_dir_config);
    const cog_identity_t *identity = cog_memo_identity(cog_memo_of(r), place);
    cog_principal_t *principal = apr_palloc(r->pool, sizeof(*principal));

    if (!identity) {
        return NULL;
    }
    principal->claims = identity->session->claims;
    principal->client_id =
        identity->bearer ? identity->bearer->facts.client_id : place->client->client_id;
    principal->knows_provider =
        !identity->bearer || identity->bearer->facts.use == COG_TOKEN_ID;
    principal->auth_time = identity->session->auth_time;
    principal->now = apr_time_sec(apr_time_now());
    return principal;
}

/* An expression that fails counts as one that comes out empty. */
static const char *evaluate(request_rec *r, const cog_require_t *require, int i)
{
    const ap_expr_info_t *expression =
        i < require->expressions->nelts
            ? APR_ARRAY_IDX(require->expressions, i, const ap_expr_info_t *)
            : NULL;
    const char *error = NULL;
    const char *value;

    if (!expression) {
        return APR_ARRAY_IDX(require->values, i, const char *);
    }
    value = ap_expr_str_exec(r, expression, &error);
    if (error) {
        COG_LOG(cog_log_of_request(r), WARNING, 4253, "Require %s: expression failed: %s",
                require->text, error);
    }
    return error || !value ? "" : value;
}

static const apr_array_header_t *wanted(request_rec *r, const cog_require_t *require)
{
    apr_array_header_t *values;

    if (!require->expressions) {
        return require->values;
    }
    cog_memo_of(r)->has_expressions = 1;
    values = apr_array_make(r->pool, require->values->nelts, sizeof(const char *));
    for (int i = 0; i < require->values->nelts; ++i) {
        APR_ARRAY_PUSH(values, const char *) = evaluate(r, require, i);
    }
    return values;
}

/* The scope is looked for only where it is named. */
static int is_kept(const cog_site_t *site, cog_rule_kind_t kind, const char *name)
{
    const apr_array_header_t *kept = site->conf->kept_claims;

    return kind == COG_RULE_SCOPE ? cog_claims_are_named(kept, name)
                                  : cog_claims_are_wanted(kept, name);
}

/* A .htaccess file cannot tell the login which claims it will want. What is missing then
 * says nothing about the user. */
static int are_claims_kept(request_rec *r, const cog_require_t *require)
{
    const cog_site_t *site = cog_site_of(r->server);

    for (const char *const *name = require->claims; *name; ++name) {
        if (!is_kept(site, require->rule.kind, *name)) {
            COG_LOG(cog_log_of_request(r), WARNING, 4252,
                    "Require %s: sessions do not keep %s, so nobody gets in: name it in "
                    "CognitoClaims, or write this line outside of .htaccess",
                    require->text, *name);
            return 0;
        }
    }
    return 1;
}

static void explain(request_rec *r, const cog_require_t *require,
                    const cog_judgement_t *judgement)
{
    const cog_log_t *log = cog_log_of_request(r);

    COG_LOG(log, DEBUG, 4250, "Require %s: %s, %s %s%s%s", require->text,
            verdict_names[judgement->verdict], require->subject,
            judgement->why ? judgement->why : "is", judgement->why ? ": " : " ",
            cog_text_for_log(r->pool, judgement->seen, LOG_MAX));
    if (judgement->gave_up) {
        COG_LOG(log, WARNING, 4251, "Require %s: %s %s: %s", require->text,
                require->subject, judgement->why,
                cog_text_for_log(r->pool, judgement->seen, LOG_MAX));
    }
}

/* What a bearer is told (RFC 6750, 3.1). */
static void note_scope(cog_evaluation_t *evaluation, const cog_require_t *require)
{
    apr_pool_t *pool = evaluation->r->pool;
    const char *scope = apr_array_pstrcat(pool, wanted(evaluation->r, require), ' ');

    evaluation->scope = evaluation->scope
                            ? apr_pstrcat(pool, evaluation->scope, " ", scope, NULL)
                            : scope;
}

/* For those who are refused in the end. */
static void note_unmet(cog_evaluation_t *evaluation, const cog_require_t *require)
{
    if (!evaluation->unmet) {
        evaluation->unmet = apr_array_make(evaluation->r->pool, 2, sizeof(const char *));
    }
    APR_ARRAY_PUSH(evaluation->unmet, const char *) = require->text;
    if (require->rule.kind == COG_RULE_SCOPE && !require->is_negated) {
        note_scope(evaluation, require);
    }
}

/* What would be if the user signed in anew? Under `not`, that would not help. */
static int can_assume(const cog_evaluation_t *evaluation, const cog_require_t *require)
{
    return evaluation->assumes_fresh && require->rule.kind == COG_RULE_AUTH_AGE &&
           !require->may_be_negated && evaluation->principal;
}

static authz_status assume(cog_evaluation_t *evaluation, int64_t age_sec)
{
    if (evaluation->assumed_sec == 0 || age_sec < evaluation->assumed_sec) {
        evaluation->assumed_sec = age_sec;
    }
    return AUTHZ_GRANTED;
}

/* A plain no would become a yes under `not`: only an error stays one. */
static authz_status answer(cog_evaluation_t *evaluation, const cog_require_t *require,
                           cog_verdict_t verdict)
{
    if (verdict != COG_VERDICT_HOLDS && can_assume(evaluation, require)) {
        return assume(evaluation, require->rule.age_sec);
    }
    if (verdict == COG_VERDICT_UNKNOWN ||
        (verdict == COG_VERDICT_HOLDS) == require->is_negated) {
        note_unmet(evaluation, require);
    }
    if (verdict == COG_VERDICT_UNKNOWN && require->may_be_negated) {
        evaluation->is_stuck = 1;
        return AUTHZ_GENERAL_ERROR;
    }
    return verdict == COG_VERDICT_HOLDS ? AUTHZ_GRANTED : AUTHZ_DENIED;
}

static cog_verdict_t judge(cog_evaluation_t *evaluation, const cog_require_t *require)
{
    request_rec *r = evaluation->r;
    cog_judgement_t judgement;

    if (!evaluation->principal) {
        evaluation->principal = make_principal(r);
    }
    if (!evaluation->principal ||
        (require->is_htaccess && !are_claims_kept(r, require))) {
        return COG_VERDICT_UNKNOWN;
    }
    cog_rule_judge(r->pool, &require->rule, wanted(r, require), evaluation->principal,
                   &judgement);
    explain(r, require, &judgement);
    if (require->rule.kind == COG_RULE_PROFILE && !require->is_negated) {
        evaluation->lacking = judgement.seen;
    }
    return judgement.verdict;
}

/* httpd asks before it knows the user too: is one needed at all? */
static authz_status ask_for_user(request_rec *r, const cog_require_t *require)
{
    if (require->may_be_negated) {
        apr_table_setn(r->notes, NOTE_NEEDS, "");
    }
    return AUTHZ_DENIED_NO_USER;
}

static authz_status check(request_rec *r, const char *args, const void *parsed)
{
    const cog_require_t *require = parsed;
    cog_evaluation_t *evaluation = cog_memo_of(r)->evaluation;

    (void)args;
    if (evaluation && evaluation->r == r) {
        return answer(evaluation, require, judge(evaluation, require));
    }
    if (!r->user || cog_place_is_ours(r)) {
        return ask_for_user(r, require);
    }
    COG_LOG(cog_log_of_request(r), ERROR, 4254,
            "Require %s at %s, where AuthType is not Cognito: nobody can meet it",
            require->text, cog_text_for_log(r->pool, r->uri, LOG_MAX));
    return AUTHZ_GENERAL_ERROR;
}

int cog_require_needs_user(request_rec *r)
{
    return apr_table_get(r->notes, NOTE_NEEDS) != NULL;
}

/* httpd hands a parser no hint of the type that it is called for. */
#define TYPES(X)                                                                         \
    X(group, COG_RULE_GROUP)                                                             \
    X(scope, COG_RULE_SCOPE)                                                             \
    X(claim, COG_RULE_CLAIM)                                                             \
    X(client, COG_RULE_CLIENT)                                                           \
    X(provider, COG_RULE_PROVIDER)                                                       \
    X(email_domain, COG_RULE_EMAIL_DOMAIN)                                               \
    X(auth_age, COG_RULE_AUTH_AGE)                                                       \
    X(profile, COG_RULE_PROFILE)

#define PARSER(name, kind)                                                               \
    static const char *parse_##name(cmd_parms *cmd, const char *args,                    \
                                    const void **parsed)                                 \
    {                                                                                    \
        return cog_require_parse(cmd, kind, args, parsed);                               \
    }

TYPES(PARSER)

#define PROVIDER(name, kind) [kind] = {check, parse_##name},

static const authz_provider providers[] = {TYPES(PROVIDER)};

#define NUMBER_OF_TYPES (sizeof(providers) / sizeof(*providers))

/* Where an expression looks at the URI, httpd is asked again by cog_authz_check_again():
 * to say so here would make it ask every module again, for every request of its own. */
void cog_require_register(apr_pool_t *pool)
{
    for (size_t kind = 0; kind < NUMBER_OF_TYPES; ++kind) {
        ap_register_auth_provider(
            pool, AUTHZ_PROVIDER_GROUP, cog_require_kind((cog_rule_kind_t)kind)->type,
            AUTHZ_PROVIDER_VERSION, &providers[kind], AP_AUTH_INTERNAL_PER_CONF);
    }
}
