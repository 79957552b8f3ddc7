#include "httpd/conf/section.h"

#include <apr_fnmatch.h>
#include <apr_strings.h>
#include <string.h>

#include <ap_regex.h>
#include <util_cfgtree.h>

#include "base/text.h"

static const char *args_of(apr_pool_t *pool, const ap_directive_t *section)
{
    const char *args = section->args ? section->args : "";
    size_t len = strlen(args);

    return apr_pstrmemdup(pool, args, len - (len && args[len - 1] == '>'));
}

const char *cog_section_name(apr_pool_t *pool, const ap_directive_t *section)
{
    return section ? apr_pstrcat(pool, section->directive + 1, " ",
                                 args_of(pool, section), NULL)
                   : "";
}

int cog_section_is_path(apr_pool_t *pool, const ap_directive_t *section, const char *kind,
                        const char **path)
{
    const char *args;

    if (!section || strcasecmp(section->directive, kind) != 0) {
        return 0;
    }
    args = args_of(pool, section);
    *path = ap_getword_conf(pool, &args);
    return **path != '~' && !apr_fnmatch_test(*path);
}

int cog_section_holds(const ap_directive_t *section, const ap_directive_t *directive)
{
    while (directive && directive != section) {
        directive = directive->parent;
    }
    return directive == section;
}

const char *cog_host_name(apr_pool_t *pool, const server_rec *s)
{
    const char *name = s->server_hostname ? s->server_hostname : "*";

    if (!s->is_virtual) {
        return "main server";
    }
    return apr_psprintf(pool, "virtual host %s (%s:%u)", name,
                        s->defn_name ? s->defn_name : "-", s->defn_line_number);
}

const ap_directive_t *cog_section_of_host(const server_rec *s)
{
    const ap_directive_t *section = ap_conftree;

    while (section && !cog_tree_is_section_of(section, s)) {
        section = section->next;
    }
    return section;
}

static void add_new(apr_array_header_t *sections, const ap_directive_t *section)
{
    for (int i = 0; i < sections->nelts; ++i) {
        if (APR_ARRAY_IDX(sections, i, const ap_directive_t *) == section) {
            return;
        }
    }
    APR_ARRAY_PUSH(sections, const ap_directive_t *) = section;
}

/* A <VirtualHost> is no section in this sense. */
static const ap_directive_t *or_none(const ap_directive_t *section)
{
    return section && strcasecmp(section->directive, "<VirtualHost") == 0 ? NULL
                                                                          : section;
}

apr_array_header_t *cog_sections_of_host(apr_pool_t *pool, const cog_tree_t *tree,
                                         const server_rec *s,
                                         const cog_server_conf_t *written)
{
    apr_array_header_t *sections =
        apr_array_make(pool, 8, sizeof(const ap_directive_t *));
    const apr_array_header_t *places = written->places;

    for (int i = 0; i < tree->auth_types->nelts; ++i) {
        const cog_written_t *one = &APR_ARRAY_IDX(tree->auth_types, i, cog_written_t);

        if (one->s == s || one->s == tree->main_server) {
            add_new(sections, or_none(one->section));
        }
    }
    for (int i = 0; places && i < places->nelts; ++i) {
        const cog_dir_conf_t *place = APR_ARRAY_IDX(places, i, const cog_dir_conf_t *);

        if (place->section) {
            add_new(sections, place->section);
        }
    }
    return sections;
}

static int is_below(const char *path, const char *outer)
{
    size_t len = strlen(outer);

    len -= len && outer[len - 1] == '/';
    return strncmp(path, outer, len) == 0 && (path[len] == '/' || !path[len]);
}

static int matches_pattern(apr_pool_t *pool, const char *path, const char *pattern)
{
    const ap_regex_t *regex = ap_pregcomp(pool, pattern, AP_REG_EXTENDED);

    return regex && ap_regexec(regex, path, 0, NULL, 0) == 0;
}

/* Is the section about this path of its kind, too? */
static int is_about(apr_pool_t *pool, const ap_directive_t *section, const char *kind,
                    const char *path)
{
    const char *args = args_of(pool, section);
    const char *word = ap_getword_conf(pool, &args);

    if (strcasecmp(section->directive, apr_pstrcat(pool, kind, "Match", NULL)) == 0) {
        return matches_pattern(pool, path, word);
    }
    if (strcasecmp(section->directive, kind) != 0) {
        return 0;
    }
    if (*word == '~') {
        return matches_pattern(pool, path, ap_getword_conf(pool, &args));
    }
    return apr_fnmatch_test(word)
               ? apr_fnmatch(word, path, APR_FNM_PATHNAME) == APR_SUCCESS
               : is_below(path, word);
}

static int holds_in(apr_pool_t *pool, const ap_directive_t *other,
                    const ap_directive_t *section)
{
    static const char *const kinds[] = {"<Location", "<Directory"};
    const char *path;

    if (cog_section_holds(other, section)) {
        return 1;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); ++i) {
        if (cog_section_is_path(pool, section, kinds[i], &path)) {
            return is_about(pool, other, kinds[i], path);
        }
    }
    return 0;
}

const cog_dir_conf_t *cog_section_conf(apr_pool_t *pool, const server_rec *s,
                                       const cog_server_conf_t *written,
                                       const ap_directive_t *section)
{
    cog_dir_conf_t *conf = cog_conf_of_dir(s->lookup_defaults);
    const apr_array_header_t *places = written->places;

    for (int i = 0; section && places && i < places->nelts; ++i) {
        cog_dir_conf_t *place = APR_ARRAY_IDX(places, i, cog_dir_conf_t *);

        if (place->section && holds_in(pool, place->section, section)) {
            conf = cog_conf_merge_dir(pool, conf, place);
        }
    }
    return conf;
}
