#include "httpd/require_line.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <ap_regex.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"
#include "httpd/conf/directives.h"
#include "httpd/conf/values.h"
#include "httpd/require_kind.h"

/* httpd before 2.4.30 has no default that could be in the way */
#ifndef AP_REG_NO_DEFAULT
#define AP_REG_NO_DEFAULT 0
#endif

/* What `$` and `.` mean does not hang on RegexDefaultOptions. */
#define REGEX_OPTIONS (AP_REG_NO_DEFAULT | AP_REG_DOTALL | AP_REG_DOLLAR_ENDONLY)

#define MAX_VALUES    100
#define PATTERN_CHARS "*?[]\\!"

/* One line that is being parsed. */
typedef struct {
    cmd_parms *cmd;
    const cog_require_kind_t *kind;
    cog_require_t *require;
} line_t;

static const char *refuse(const line_t *line, const char *value, const char *problem)
{
    return apr_pstrcat(line->cmd->pool, "Require ", line->kind->type, ": '", value, "' ",
                       problem, "; write Require ", line->kind->type, " ",
                       line->kind->form, NULL);
}

static const char *refuse_missing(const line_t *line, const char *what)
{
    return apr_pstrcat(line->cmd->pool, "Require ", line->kind->type, ": ", what,
                       " is missing; write Require ", line->kind->type, " ",
                       line->kind->form, NULL);
}

/* At the place that the value will have in its list. */
static const char *add_expression(line_t *line, const char *value)
{
    cog_require_t *require = line->require;
    const ap_expr_info_t *expression;
    const char *problem = cog_parse_expression(line->cmd, value, &expression);

    if (problem) {
        return problem;
    }
    if (!require->expressions) {
        require->expressions =
            apr_array_make(line->cmd->pool, 2, sizeof(const ap_expr_info_t *));
    }
    while (require->expressions->nelts < require->values->nelts) {
        APR_ARRAY_PUSH(require->expressions, const ap_expr_info_t *) = NULL;
    }
    APR_ARRAY_PUSH(require->expressions, const ap_expr_info_t *) = expression;
    return NULL;
}

static const char *add_value(line_t *line, const char *value)
{
    int is_expression = strstr(value, "%{") != NULL;
    const char *problem = *value ? NULL : "is empty";

    if (line->require->values->nelts >= MAX_VALUES) {
        problem = "is one too many, at most 100 may stand here";
    }
    if (!problem && !is_expression) {
        problem = line->kind->check(line->cmd->pool, value);
    }
    if (problem) {
        return refuse(line, value, problem);
    }
    problem = is_expression ? add_expression(line, value) : NULL;
    APR_ARRAY_PUSH(line->require->values, const char *) = value;
    return problem;
}

static const char *parse_values(line_t *line, const char *args)
{
    if (!*args) {
        return refuse_missing(line, "a value");
    }
    while (*args) {
        const char *problem = add_value(line, ap_getword_conf(line->cmd->pool, &args));

        if (problem) {
            return problem;
        }
    }
    return NULL;
}

static cog_verdict_t match(const void *context, const char *value)
{
    switch (ap_regexec(context, value, 0, NULL, 0)) {
    case 0:
        return COG_VERDICT_HOLDS;
    case AP_REG_NOMATCH:
        return COG_VERDICT_FAILS;
    default:
        return COG_VERDICT_UNKNOWN;
    }
}

static const char *parse_pattern(line_t *line, const char *args)
{
    apr_pool_t *pool = line->cmd->pool;
    const char *text = ap_getword_conf(pool, &args);
    cog_pattern_t *pattern = apr_palloc(pool, sizeof(*pattern));

    if (!*text) {
        return refuse_missing(line, "a regular expression");
    }
    if (*args) {
        return refuse(line, args,
                      "stands behind the regular expression, which needs "
                      "quotes when it holds spaces");
    }
    pattern->match = match;
    pattern->context = cog_value_regex(pool, text, REGEX_OPTIONS);
    line->require->rule.pattern = pattern;
    return pattern->context ? NULL : refuse(line, text, "is not a regular expression");
}

static int takes_pattern(apr_pool_t *pool, const char *args)
{
    return strcmp(ap_getword_conf(pool, &args), "~") == 0;
}

static int is_claim_name(const char *name)
{
    return cog_value_is_visible(name, COG_REQUIRE_MAX_NAME) &&
           !strpbrk(name, PATTERN_CHARS);
}

static const char *parse_claim(line_t *line, const char *args)
{
    apr_pool_t *pool = line->cmd->pool;
    const char *name = ap_getword_conf(pool, &args);
    const char **claims = apr_pcalloc(pool, 2 * sizeof(*claims));

    if (!*name) {
        return refuse_missing(line, "the name of a claim");
    }
    if (!is_claim_name(name)) {
        return refuse(line, name, "is not the name of a claim");
    }
    claims[0] = name;
    line->require->claims = claims;
    line->require->subject = name;
    line->require->rule.claim = name;
    if (!takes_pattern(pool, args)) {
        return parse_values(line, args);
    }
    ap_getword_conf(pool, &args);
    return parse_pattern(line, args);
}

static const char *parse_profile(line_t *line, const char *args)
{
    apr_pool_t *pool = line->cmd->pool;
    apr_array_header_t *names = line->require->values;
    const char **claims;

    while (*args) {
        const char *name = ap_getword_conf(pool, &args);

        if (!is_claim_name(name) || strchr(name, '%')) {
            return refuse(line, name, "is not the name of a claim");
        }
        APR_ARRAY_PUSH(names, const char *) = name;
    }
    if (apr_is_empty_array(names)) {
        return refuse_missing(line, "the name of a claim");
    }
    claims = apr_pcalloc(pool, ((size_t)names->nelts + 1) * sizeof(*claims));
    memcpy(claims, names->elts, (size_t)names->nelts * sizeof(*claims));
    line->require->claims = claims;
    return NULL;
}

static const char *parse_age(line_t *line, const char *args)
{
    const char *age = ap_getword_conf(line->cmd->pool, &args);
    const char *problem;

    if (!*age) {
        return refuse_missing(line, "a duration");
    }
    if (*args) {
        return refuse(line, args, "is one too many");
    }
    problem = cog_duration_parse(age, &line->require->rule.age_sec);
    return problem ? refuse(line, age, "is not a duration") : NULL;
}

static int begins_with_not(const char *args, apr_pool_t *pool)
{
    return strcasecmp(ap_getword_conf(pool, &args), "not") == 0;
}

/* Does the line deny those who meet it? In an <AuthzProviderAlias>, whose name may stand
 * anywhere, nobody can tell. */
static void note_negation(const cmd_parms *cmd, cog_require_t *require)
{
    const ap_directive_t *directive = cmd->directive;
    int negations = begins_with_not(directive->args, cmd->temp_pool);

    for (const ap_directive_t *d = directive->parent; d; d = d->parent) {
        negations += strcasecmp(d->directive, "<RequireNone") == 0;
    }
    require->is_negated = negations % 2;
    require->may_be_negated =
        negations > 0 || strcasecmp(directive->directive, "Require") != 0;
}

static void keep_claims(cmd_parms *cmd, const cog_require_t *require)
{
    cog_server_conf_t *server = cog_conf_at_server(cmd->pool, cmd->server);

    for (int i = 0; !require->is_htaccess && require->claims[i]; ++i) {
        cog_values_add_new(cmd->pool, &server->required_claims, require->claims[i]);
    }
}

static const char *parse_by_kind(line_t *line, const char *args)
{
    switch (line->require->rule.kind) {
    case COG_RULE_CLAIM:
        return parse_claim(line, args);
    case COG_RULE_AUTH_AGE:
        return parse_age(line, args);
    case COG_RULE_PROFILE:
        return parse_profile(line, args);
    default:
        return parse_values(line, args);
    }
}

const char *cog_require_parse(cmd_parms *cmd, cog_rule_kind_t kind, const char *args,
                              const void **parsed)
{
    cog_require_t *require = apr_pcalloc(cmd->pool, sizeof(*require));
    line_t line = {cmd, cog_require_kind(kind), require};
    const char *problem;

    while (apr_isspace(*args)) {
        ++args;
    }
    require->rule.kind = kind;
    require->values = apr_array_make(cmd->pool, 2, sizeof(const char *));
    require->subject = line.kind->subject;
    require->claims = line.kind->claims;
    problem = parse_by_kind(&line, args);
    if (problem) {
        return problem;
    }
    note_negation(cmd, require);
    require->is_htaccess = cog_is_htaccess(cmd);
    require->text = apr_pstrcat(cmd->pool, require->is_negated ? "not " : "",
                                line.kind->type, " ", args, NULL);
    keep_claims(cmd, require);
    *parsed = require;
    return NULL;
}
