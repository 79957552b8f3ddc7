/* `Require cognito-…` as it stands in the configuration, parsed and compiled once. */
#ifndef COG_HTTPD_REQUIRE_LINE_H
#define COG_HTTPD_REQUIRE_LINE_H

#include <httpd.h>
#include <http_config.h>
#include <ap_expr.h>

#include "session/rule.h"

typedef struct {
    const char *text; /* for logs and pages, with its `not`: not cognito-group guests */
    cog_rule_t rule;
    apr_array_header_t *values;      /* `const char *`; of an expression its source */
    apr_array_header_t *expressions; /* `const ap_expr_info_t *` of the value in the same
                                      * place; NULL or none: it is taken as it stands */
    const char *subject;             /* what the rule is about: cognito:groups */
    const char *const *claims;       /* what it needs of a session, NULL at the end */
    int is_negated;                  /* who meets it is denied */
    int may_be_negated;              /* the same, or it cannot be told */
    int is_htaccess;                 /* read at request time, when sessions have begun */
} cog_require_t;

/* Parse what stands behind the type and note its claims, so that sessions keep them. A
 * value with `%{` is an expression. Returns NULL, or a message for the admin. */
const char *cog_require_parse(cmd_parms *cmd, cog_rule_kind_t kind, const char *args,
                              const void **parsed);

#endif
