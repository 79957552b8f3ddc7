#include "httpd/start/order.h"

#include <apr_strings.h>
#include <string.h>

#include <util_cfgtree.h>

#include "base/log.h"
#include "base/text.h"
#include "httpd/conf/section.h"
#include "httpd/log_httpd.h"

static int is_called(const ap_directive_t *directive, const char *name)
{
    return directive && strcasecmp(directive->directive, name) == 0;
}

static int is_container(const ap_directive_t *directive)
{
    return directive && strncasecmp(directive->directive, "<Require", 8) == 0;
}

/* Around `line` and the containers of Require that it stands in. */
static const ap_directive_t *section_of(const ap_directive_t *line)
{
    const ap_directive_t *section = line->parent;

    while (is_container(section)) {
        section = section->parent;
    }
    return section;
}

static const ap_directive_t *find(const ap_directive_t *section, const char *name)
{
    const ap_directive_t *line = section->first_child;

    while (line && !is_called(line, name)) {
        line = line->next;
    }
    return line;
}

/* Is every request of the path `inner` one of `outer`, too? */
static int covers(const char *outer, const char *inner)
{
    size_t len = strlen(outer);

    return cog_text_begins(inner, outer) &&
           (inner[len] == '\0' || inner[len] == '/' || (len && outer[len - 1] == '/'));
}

static int says_the_same(const ap_directive_t *section, const ap_directive_t *require)
{
    for (const ap_directive_t *line = section->first_child; line; line = line->next) {
        if (is_called(line, "Require") && strcmp(line->args, require->args) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Of its own, in place of what was before. */
static int has_requirements(const ap_directive_t *section)
{
    const ap_directive_t *merging = find(section, "AuthMerging");
    const ap_directive_t *line = section->first_child;

    while (line && !is_called(line, "Require") && !is_container(line)) {
        line = line->next;
    }
    return line && (!merging || strcasecmp(merging->args, "Off") == 0);
}

static int is_ours(const cog_written_t *need, const ap_directive_t *section,
                   const ap_directive_t *later)
{
    const ap_directive_t *own = find(section, "AuthType");
    const ap_directive_t *other = find(later, "AuthType");

    return cog_text_begins(need->value, "cognito-") ||
           (own && strcasecmp(own->args, "Cognito") == 0) ||
           (other && strcasecmp(other->args, "Cognito") == 0);
}

/* NULL where it is about something else than one path. */
static const char *path_of(apr_pool_t *scratch, const ap_directive_t *section)
{
    const char *path;

    return cog_section_is_path(scratch, section, "<Location", &path) ? path : NULL;
}

static int is_undone_by(apr_pool_t *scratch, const cog_written_t *need,
                        const ap_directive_t *section, const ap_directive_t *later)
{
    const char *inner = path_of(scratch, section);
    const char *outer = path_of(scratch, later);

    return inner && outer && covers(outer, inner) && has_requirements(later) &&
           !says_the_same(later, need->line) && is_ours(need, section, later);
}

static const char *remedy_for(apr_pool_t *scratch, const ap_directive_t *section,
                              const ap_directive_t *later)
{
    return strcmp(path_of(scratch, section), path_of(scratch, later)) == 0
               ? "write the Require lines of both in one section, or AuthMerging And in "
                 "the later one"
               : "write the section of the longer path last, or AuthMerging And in that "
                 "of the shorter one";
}

static void warn_of_one(apr_pool_t *scratch, const cog_written_t *need)
{
    const ap_directive_t *section = section_of(need->line);

    for (const ap_directive_t *later = section ? section->next : NULL; later;
         later = later->next) {
        if (is_undone_by(scratch, need, section, later)) {
            COG_LOG(
                cog_log_of_server(scratch, need->s), WARNING, 4026,
                "Require %s (%s) does not hold in %s: %s (%s:%d) stands behind it and "
                "has a Require of its own; %s",
                need->line->args, need->place, cog_section_name(scratch, section),
                cog_section_name(scratch, later), later->filename, later->line_num,
                remedy_for(scratch, section, later));
            return;
        }
    }
}

void cog_order_warn(apr_pool_t *scratch, const cog_tree_t *tree)
{
    for (int i = 0; i < tree->needs->nelts; ++i) {
        const cog_written_t *need = &APR_ARRAY_IDX(tree->needs, i, cog_written_t);

        if (is_called(need->line, "Require")) {
            warn_of_one(scratch, need);
        }
    }
}
