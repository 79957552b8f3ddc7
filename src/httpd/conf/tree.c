#include "httpd/conf/tree.h"

#include <apr_strings.h>
#include <string.h>

#include <util_cfgtree.h>

typedef struct {
    apr_pool_t *pool;
    server_rec *main_server;
    server_rec *s; /* of the directives that are read now */
    cog_tree_t *tree;
    const server_rec *wanted; /* of no other one */
} walk_t;

/* The name is compared by its address: a file that is included twice has two. */
int cog_tree_is_section_of(const ap_directive_t *section, const server_rec *s)
{
    return s->defn_line_number == (unsigned)section->line_num &&
           s->defn_name == section->filename &&
           strcasecmp(section->directive, "<VirtualHost") == 0;
}

/* The virtual host of this <VirtualHost>; the server around any other section. */
static server_rec *server_of(const walk_t *walk, const ap_directive_t *section)
{
    server_rec *s = walk->main_server->next;

    while (s && !cog_tree_is_section_of(section, s)) {
        s = s->next;
    }
    return s ? s : walk->s;
}

static int has_sibling(const ap_directive_t *directive, const char *name)
{
    const ap_directive_t *other =
        directive->parent ? directive->parent->first_child : ap_conftree;

    while (other && strcasecmp(other->directive, name) != 0) {
        other = other->next;
    }
    return other != NULL;
}

static void note(const walk_t *walk, const ap_directive_t *directive, const char *value,
                 apr_array_header_t *list)
{
    cog_written_t *written = apr_array_push(list);

    written->s = walk->s;
    written->value = value;
    written->place =
        apr_psprintf(walk->pool, "%s:%d", directive->filename, directive->line_num);
    written->line = directive;
    written->section = directive->parent;
    written->sets_claims = has_sibling(directive, "CognitoClaims");
    written->sets_user = has_sibling(directive, "CognitoRemoteUser");
}

/* What Require can ask for without knowing who it is. */
static int is_about_nobody(const char *type)
{
    static const char *const types[] = {"all",         "ip",  "host",   "local",
                                        "forward-dns", "env", "method", "ssl"};

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); ++i) {
        if (strcasecmp(type, types[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

static int makes_use_of_users(const char *directive, const char *value, const char *rest)
{
    const char *type = strcasecmp(value, "not") == 0 ? rest : value;

    return (strcasecmp(directive, "Require") == 0 && !is_about_nobody(type)) ||
           (strcasecmp(directive, "CognitoUnauthenticated") == 0 &&
            strcasecmp(value, "pass") == 0);
}

static void read_directive(const walk_t *walk, const ap_directive_t *directive)
{
    const char *args = directive->args ? directive->args : "";
    const char *value = ap_getword_conf(walk->pool, &args);

    if (strcasecmp(directive->directive, "AuthType") == 0 &&
        strcasecmp(value, "Cognito") == 0) {
        note(walk, directive, value, walk->tree->auth_types);
    }
    if (strcasecmp(directive->directive, "CognitoUse") == 0) {
        note(walk, directive, value, walk->tree->uses);
    }
    if (strcasecmp(directive->directive, "CognitoResource") == 0) {
        note(walk, directive, value, walk->tree->resources);
    }
    if (strcasecmp(directive->directive, "ProxyRequests") == 0) {
        note(walk, directive, value, walk->tree->proxy_requests);
    }
    if (strcasecmp(directive->directive, "Satisfy") == 0) {
        note(walk, directive, value, walk->tree->satisfies);
    }
    if (makes_use_of_users(directive->directive, value,
                           ap_getword_conf(walk->pool, &args))) {
        note(walk, directive, value, walk->tree->needs);
    }
}

/* As deep as httpd, which has read the same tree. */
static void read_all(const walk_t *walk, const ap_directive_t *directive)
{
    for (; directive; directive = directive->next) {
        walk_t inside = *walk;

        read_directive(walk, directive);
        inside.s = server_of(walk, directive);
        read_all(&inside, directive->first_child);
    }
}

const cog_tree_t *cog_tree_read(apr_pool_t *pool, server_rec *main_server)
{
    cog_tree_t *tree = apr_pcalloc(pool, sizeof(*tree));
    walk_t walk = {
        .pool = pool, .main_server = main_server, .s = main_server, .tree = tree};

    tree->main_server = main_server;
    tree->auth_types = apr_array_make(pool, 8, sizeof(cog_written_t));
    tree->uses = apr_array_make(pool, 8, sizeof(cog_written_t));
    tree->resources = apr_array_make(pool, 2, sizeof(cog_written_t));
    tree->proxy_requests = apr_array_make(pool, 1, sizeof(cog_written_t));
    tree->satisfies = apr_array_make(pool, 1, sizeof(cog_written_t));
    tree->needs = apr_array_make(pool, 8, sizeof(cog_written_t));
    read_all(&walk, ap_conftree);
    return tree;
}

/* How many of `wanted` are called so? The last one is `found`. */
static int count_named(const walk_t *walk, const ap_directive_t *directive,
                       const char *name, const ap_directive_t **found)
{
    int count = 0;

    for (; directive; directive = directive->next) {
        walk_t inside = *walk;

        inside.s = server_of(walk, directive);
        count += count_named(&inside, directive->first_child, name, found);
        if (walk->s == walk->wanted && strcasecmp(directive->directive, name) == 0) {
            *found = directive;
            ++count;
        }
    }
    return count;
}

const char *cog_tree_place(apr_pool_t *pool, const cog_tree_t *tree, const server_rec *s,
                           const char *name)
{
    walk_t walk = {.pool = pool,
                   .main_server = tree->main_server,
                   .s = tree->main_server,
                   .wanted = s};
    const ap_directive_t *found = NULL;
    int count = count_named(&walk, ap_conftree, name, &found);

    if (count == 0) {
        walk.wanted = tree->main_server;
        count = count_named(&walk, ap_conftree, name, &found);
    }
    return count == 1 ? apr_psprintf(pool, "%s:%d", found->filename, found->line_num)
                      : NULL;
}

const cog_written_t *cog_tree_auth_type(const cog_tree_t *tree, const server_rec *s)
{
    for (int i = 0; i < tree->auth_types->nelts; ++i) {
        const cog_written_t *written = &APR_ARRAY_IDX(tree->auth_types, i, cog_written_t);

        if (written->s == s) {
            return written;
        }
    }
    return NULL;
}
