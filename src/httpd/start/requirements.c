#include "httpd/start/requirements.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include <util_cfgtree.h>

#include "base/log.h"
#include "base/text.h"
#include "httpd/log_httpd.h"

static int is_any(const char *word, const char *const *words)
{
    while (*words && strcasecmp(word, *words) != 0) {
        ++words;
    }
    return *words != NULL;
}

/* Does `everybody` leave the need nothing to ask for? A machine is no valid user, but may
 * meet those that are not about users. */
static int is_pointless_beside(const char *type, const char *everybody)
{
    static const char *const of_users[] = {"cognito-group",        "cognito-provider",
                                           "cognito-email-domain", "cognito-profile",
                                           "cognito-auth-age",     NULL};

    return strcasecmp(everybody, "all granted") == 0 ||
           (strcasecmp(everybody, "valid-user") == 0 && is_any(type, of_users));
}

static int needs_all(const ap_directive_t *section)
{
    return strncasecmp(section->directive, "<RequireAll", 11) == 0 ||
           strncasecmp(section->directive, "<RequireNone", 12) == 0;
}

static const ap_directive_t *find_everybody(const cog_written_t *need)
{
    const ap_directive_t *section = need->line->parent;
    const ap_directive_t *line =
        section && !needs_all(section) ? section->first_child : NULL;

    while (line && (strcasecmp(line->directive, "Require") != 0 ||
                    !is_pointless_beside(need->value, line->args))) {
        line = line->next;
    }
    return line;
}

static void warn_of_everybody(const cog_log_t *log, const cog_written_t *need)
{
    const ap_directive_t *line = find_everybody(need);

    if (line) {
        COG_LOG(log, WARNING, 4029,
                "Require %s (%s) keeps nobody out: Require %s (%s:%d) stands beside it, "
                "and one of them is enough; put both into <RequireAll>, or leave out the "
                "latter",
                need->line->args, need->place, line->args, line->filename,
                line->line_num);
    }
}

/* The first value with a comma that is not in quotes; NULL when there is none. */
static const char *find_list(apr_pool_t *scratch, const char *args)
{
    const char *value = NULL;

    ap_getword_conf(scratch, &args);
    while (*args && !value) {
        int is_quoted = *args == '"' || *args == '\'';
        const char *word = ap_getword_conf(scratch, &args);

        value = !is_quoted && strchr(word, ',') ? word : NULL;
    }
    return value;
}

static void warn_of_list(apr_pool_t *scratch, const cog_log_t *log,
                         const cog_written_t *need)
{
    static const char *const of_names[] = {"cognito-group", "cognito-scope",
                                           "cognito-provider", NULL};
    const char *value =
        is_any(need->value, of_names) ? find_list(scratch, need->line->args) : NULL;

    if (value) {
        COG_LOG(log, WARNING, 4031,
                "Require %s (%s): '%s' is one name with a comma in it; write a space in "
                "place of the comma for several, or quotes around the one",
                need->line->args, need->place, value);
    }
}

static void warn_of_no_sign_in(const cog_log_t *log, const cog_tree_t *tree,
                               const cog_written_t *need)
{
    if (!cog_tree_auth_type(tree, need->s) &&
        !cog_tree_auth_type(tree, tree->main_server)) {
        COG_LOG(log, WARNING, 4032,
                "Require %s (%s) lets nobody in: there is no AuthType Cognito, so nobody "
                "can sign in; write it beside",
                need->line->args, need->place);
    }
}

static const ap_directive_t *find_beside(const ap_directive_t *line, const char *name)
{
    const ap_directive_t *other = line->parent ? line->parent->first_child : NULL;

    while (other && strcasecmp(other->directive, name) != 0) {
        other = other->next;
    }
    return other;
}

/* Of mod_access_compat: by its default every address is good enough. */
static int denies(const ap_directive_t *satisfy)
{
    const ap_directive_t *order = find_beside(satisfy, "Order");

    return find_beside(satisfy, "Deny") ||
           (order && strncasecmp(order->args, "deny", 4) != 0);
}

static int opens(const cog_tree_t *tree, const cog_written_t *satisfy)
{
    const ap_directive_t *type = find_beside(satisfy->line, "AuthType");

    return strcasecmp(satisfy->value, "Any") == 0 && !denies(satisfy->line) &&
           (type ? strcasecmp(type->args, "Cognito") == 0
                 : cog_tree_auth_type(tree, satisfy->s) != NULL);
}

static void warn_of_satisfaction(apr_pool_t *scratch, const cog_tree_t *tree)
{
    for (int i = 0; i < tree->satisfies->nelts; ++i) {
        const cog_written_t *satisfy = &APR_ARRAY_IDX(tree->satisfies, i, cog_written_t);

        if (opens(tree, satisfy)) {
            COG_LOG(cog_log_of_server(scratch, satisfy->s), WARNING, 4033,
                    "Satisfy Any (%s) lets everybody in without a sign-in, for nothing "
                    "beside it denies an address; take it out",
                    satisfy->place);
        }
    }
}

void cog_requirements_warn(apr_pool_t *scratch, const cog_tree_t *tree)
{
    for (int i = 0; i < tree->needs->nelts; ++i) {
        const cog_written_t *need = &APR_ARRAY_IDX(tree->needs, i, cog_written_t);
        const cog_log_t *log = cog_log_of_server(scratch, need->s);

        if (cog_text_begins(need->value, "cognito-")) {
            warn_of_everybody(log, need);
            warn_of_list(scratch, log, need);
            warn_of_no_sign_in(log, tree, need);
        }
    }
    warn_of_satisfaction(scratch, tree);
}
