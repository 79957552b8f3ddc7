/* Is everything closed that was not meant to be open? */
#include <apr_strings.h>
#include <string.h>

#include <util_cfgtree.h>

#include "httpd/conf/section.h"
#include "httpd/doctor/doctor.h"

/* Is the section about all requests of the host? */
static int is_whole(apr_pool_t *pool, const ap_directive_t *section)
{
    const char *path;

    if (!section || strcasecmp(section->directive, "<VirtualHost") == 0) {
        return 1;
    }
    return (cog_section_is_path(pool, section, "<Location", &path) ||
            cog_section_is_path(pool, section, "<Directory", &path)) &&
           strcmp(path, "/") == 0;
}

static int is_of(const cog_host_probe_t *self, const cog_written_t *written)
{
    return written->s == self->host->s || written->s == self->tree->main_server;
}

static int is_called(const ap_directive_t *directive, const char *name)
{
    return directive && strcasecmp(directive->directive, name) == 0;
}

/* Is one of these lines `Require all`, and `what`? */
static int says_all(apr_pool_t *pool, const ap_directive_t *line, const char *what)
{
    for (; line; line = line->next) {
        const char *args = line->args;

        if (is_called(line, "Require") &&
            strcasecmp(ap_getword_conf(pool, &args), "all") == 0 &&
            strcasecmp(args, what) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Can nobody get by this line of a container, or of a section, which is like
 * <RequireAny>? */
static int is_binding(apr_pool_t *pool, const ap_directive_t *line)
{
    const ap_directive_t *first = line->parent ? line->parent->first_child : ap_conftree;

    return !is_called(line->parent, "<RequireNone") &&
           (is_called(line->parent, "<RequireAll") || !says_all(pool, first, "granted"));
}

/* `Require` of users that all requests of the host have to meet. */
static int is_for_all(apr_pool_t *pool, const cog_written_t *need)
{
    const ap_directive_t *line = need->line;

    if (!is_called(line, "Require") || strcasecmp(need->value, "not") == 0) {
        return 0;
    }
    while (is_binding(pool, line)) {
        if (!line->parent || strncasecmp(line->parent->directive, "<Require", 8) != 0) {
            return is_whole(pool, line->parent);
        }
        line = line->parent;
    }
    return 0;
}

static int asks_everywhere(const cog_host_probe_t *self)
{
    const apr_array_header_t *needs = self->tree->needs;

    for (int i = 0; i < needs->nelts; ++i) {
        const cog_written_t *need = &APR_ARRAY_IDX(needs, i, cog_written_t);

        if (is_of(self, need) && is_for_all(self->pool, need)) {
            return 1;
        }
    }
    return 0;
}

static int denies_all(apr_pool_t *pool, const ap_directive_t *section)
{
    return says_all(pool, section->first_child, "denied") &&
           !says_all(pool, section->first_child, "granted");
}

/* `Require all denied` for all URLs; that of a <Directory /> is undone by each
 * <Directory> that holds pages. */
static int is_closed(const cog_host_probe_t *self, const ap_directive_t *first)
{
    const char *path;

    for (; first; first = first->next) {
        if (cog_section_is_path(self->pool, first, "<Location", &path) &&
            strcmp(path, "/") == 0 && denies_all(self->pool, first)) {
            return 1;
        }
    }
    return 0;
}

static const char *protected_places(const cog_host_probe_t *self)
{
    const apr_array_header_t *auth_types = self->tree->auth_types;
    const char *places = "";

    for (int i = 0; i < auth_types->nelts; ++i) {
        const cog_written_t *one = &APR_ARRAY_IDX(auth_types, i, cog_written_t);

        if (is_of(self, one) && one->section) {
            places = apr_pstrcat(self->pool, places, *places ? ", " : "",
                                 cog_section_name(self->pool, one->section), NULL);
        }
    }
    return places;
}

static int has_any(const cog_host_probe_t *self, const apr_array_header_t *list)
{
    for (int i = 0; i < list->nelts; ++i) {
        if (is_of(self, &APR_ARRAY_IDX(list, i, cog_written_t))) {
            return 1;
        }
    }
    return 0;
}

void cog_check_default_deny(cog_report_t *report, void *context)
{
    const cog_host_probe_t *self = context;
    const ap_directive_t *own = cog_section_of_host(self->host->s);

    if (!has_any(self, self->tree->auth_types)) {
        cog_report_say(report, COG_FOUND_FAILED,
                       "nothing is protected: no AuthType Cognito");
    }
    else if (!has_any(self, self->tree->needs)) {
        cog_report_say(report, COG_FOUND_FAILED,
                       "nothing is protected: no Require asks who it is");
    }
    else if (asks_everywhere(self) || is_closed(self, ap_conftree) ||
             (own && is_closed(self, own->first_child))) {
        cog_report_say(report, COG_FOUND_OK, "the whole host is closed");
    }
    else {
        cog_report_say(report, COG_FOUND_WARNING,
                       "only %s is protected: all else is open to everybody",
                       protected_places(self));
    }
}
