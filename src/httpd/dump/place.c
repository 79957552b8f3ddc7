/* Sections, as they are printed. */
#include <apr_strings.h>
#include <string.h>

#include <util_cfgtree.h>

#include "httpd/backend_presets.h"
#include "httpd/conf/section.h"
#include "httpd/dump/dump.h"
#include "httpd/place_settings.h"
#include "oidc/bearer_claims.h"

static const char *in_words(apr_pool_t *pool, unsigned bits, const char *first,
                            const char *second)
{
    apr_array_header_t *words = apr_array_make(pool, 2, sizeof(const char *));

    if (bits & 1u) {
        APR_ARRAY_PUSH(words, const char *) = first;
    }
    if (bits & 2u) {
        APR_ARRAY_PUSH(words, const char *) = second;
    }
    return cog_dump_list(pool, words, "none");
}

/* httpd's own directives that decide who may come in, at any depth. */
static void add_directives(cog_dump_rows_t *rows, const ap_directive_t *first)
{
    for (; first; first = first->next) {
        if (strcasecmp(first->directive, "AuthType") == 0 ||
            strcasecmp(first->directive, "AuthName") == 0 ||
            strcasecmp(first->directive, "Require") == 0) {
            cog_dump_add(rows, first->directive, first->args, first);
        }
        if (strncasecmp(first->directive, "<Require", strlen("<Require")) == 0) {
            add_directives(rows, first->first_child);
        }
    }
}

static const char *form_limit(apr_pool_t *pool, const cog_dir_conf_t *conf)
{
    size_t limit = cog_dir_form_limit(conf);

    if (limit == 0) {
        return "off";
    }
    return limit % 1024 ? apr_psprintf(pool, "on %" APR_SIZE_T_FMT, limit)
                        : apr_psprintf(pool, "on %" APR_SIZE_T_FMT "K", limit / 1024);
}

static void add_login(cog_dump_rows_t *rows, const cog_dir_conf_t *conf)
{
    static const char *const modes[] = {[COG_UNAUTHENTICATED_AUTO] = "auto",
                                        [COG_UNAUTHENTICATED_LOGIN] = "login",
                                        [COG_UNAUTHENTICATED_401] = "401",
                                        [COG_UNAUTHENTICATED_PASS] = "pass"};
    cog_session_limits_t limits = cog_dir_limits(conf);
    const char *name = conf->client_name;

    cog_dump_add(rows, "CognitoUse", name && *name ? name : "default",
                 conf->at.client_name);
    cog_dump_add(rows, "CognitoUnauthenticated", modes[cog_dir_unauthenticated(conf)],
                 conf->at.unauthenticated);
    cog_dump_add(rows, "CognitoSessionTimeout",
                 apr_pstrcat(rows->pool, cog_dump_duration(rows->pool, limits.idle_sec),
                             " ", cog_dump_duration(rows->pool, limits.max_sec), NULL),
                 conf->at.session_max);
    cog_dump_add(rows, "CognitoPreservePost", form_limit(rows->pool, conf),
                 conf->at.form_limit);
    cog_dump_params(rows, conf->login_params);
}

static void add_bearer(cog_dump_rows_t *rows, const cog_dir_conf_t *conf)
{
    unsigned accepts = cog_dir_accepts(conf);

    cog_dump_add(rows, "CognitoAccept",
                 in_words(rows->pool, accepts, "session", "bearer"), conf->at.accepts);
    if (!(accepts & COG_ACCEPT_BEARER)) {
        return;
    }
    cog_dump_add(rows, "CognitoBearerClient",
                 cog_dump_list(rows->pool, conf->bearer_clients, "the place's own"),
                 conf->at.bearer_clients);
    cog_dump_add(rows, "CognitoBearerTokenUse",
                 in_words(rows->pool, cog_dir_bearer_uses(conf), "access", "id"),
                 conf->at.bearer_uses);
    cog_dump_add(rows, "CognitoResource",
                 conf->resource && *conf->resource ? conf->resource : "none",
                 conf->at.resource);
}

static const char *user_claims(apr_pool_t *pool, const cog_dir_conf_t *conf)
{
    const apr_array_header_t *claims = cog_dir_user_claims(conf);
    apr_array_header_t *names = apr_array_make(pool, 4, sizeof(const char *));

    for (int i = 0; i < claims->nelts; ++i) {
        const cog_user_claim_t *claim = &APR_ARRAY_IDX(claims, i, cog_user_claim_t);

        APR_ARRAY_PUSH(names, const char *) =
            claim->pattern ? apr_pstrcat(pool, claim->claim, " s/…/…/", NULL)
                           : claim->claim;
    }
    return cog_dump_list(pool, names, "");
}

static const char *ways_of(const cog_export_t *export)
{
    if (export->to_variables) {
        return export->to_headers ? "both" : "env";
    }
    return export->to_headers ? "headers" : "none";
}

static const char *assertion_of(apr_pool_t *pool, const cog_export_t *export)
{
    const char *audience = export->assertion.audience;

    if (!export->assertion.header) {
        return "off";
    }
    return apr_pstrcat(pool, "on header=", export->assertion.header,
                       audience ? " audience=" : "", audience ? audience : "",
                       " ttl=", cog_dump_duration(pool, export->assertion.ttl_sec), NULL);
}

static void add_tokens(cog_dump_rows_t *rows, const cog_dir_conf_t *conf,
                       const cog_export_t *export)
{
    const char *names = in_words(rows->pool, (unsigned)export->tokens, "id", "access");
    int is_by_name = export->tokens & COG_TOKENS_BY_NAME;

    if (is_by_name) {
        names = apr_pstrcat(rows->pool, names, ", by CognitoBackend ",
                            export->backend->name, NULL);
    }
    if (export->tokens & COG_TOKENS_AS_BEARER) {
        names = apr_pstrcat(rows->pool, names, " as=bearer", NULL);
    }
    cog_dump_add(rows, "CognitoTokens", names,
                 is_by_name ? conf->at.backend : conf->at.tokens);
}

static void add_headers(cog_dump_rows_t *rows, const cog_dir_conf_t *conf)
{
    for (int i = 0; conf->headers && i < conf->headers->nelts; ++i) {
        const cog_named_header_t *row =
            &APR_ARRAY_IDX(conf->headers, i, cog_named_header_t);

        cog_dump_add(rows, "CognitoHeader", row->at->args, row->at);
    }
}

static void add_export(cog_dump_rows_t *rows, const cog_dir_conf_t *conf)
{
    static const char *const encodings[] = {[COG_HEADER_UTF8] = "utf-8",
                                            [COG_HEADER_LATIN1] = "latin1",
                                            [COG_HEADER_BASE64] = "base64",
                                            [COG_HEADER_PERCENT] = "percent"};
    cog_export_t export = cog_dir_export(conf);

    cog_dump_add(rows, "CognitoRemoteUser", user_claims(rows->pool, conf),
                 conf->at.user_claims);
    cog_dump_add(rows, "CognitoBackend",
                 apr_pstrcat(rows->pool, export.backend->name,
                             export.assertion.signer ? " signer=" : "",
                             export.assertion.signer ? export.assertion.signer : "",
                             NULL),
                 conf->at.backend);
    add_headers(rows, conf);
    cog_dump_add(rows, "CognitoExport",
                 apr_pstrcat(rows->pool, ways_of(&export),
                             export.to_headers ? " encoding=" : "",
                             export.to_headers ? encodings[export.encoding] : "", NULL),
                 conf->at.exports);
    cog_dump_add(rows, "CognitoClaims",
                 cog_dump_list(rows->pool, conf->claims, "default"), conf->at.claims);
    cog_dump_add(rows, "CognitoGroups", cog_dump_list(rows->pool, conf->groups, "all"),
                 conf->at.groups);
    add_tokens(rows, conf, &export);
    cog_dump_add(rows, "CognitoAssertion", assertion_of(rows->pool, &export),
                 conf->at.has_assertion);
}

static void dump_place(apr_pool_t *pool, apr_file_t *out, const cog_host_t *host,
                       const ap_directive_t *section)
{
    const cog_dir_conf_t *conf = cog_section_conf(pool, host->s, host->written, section);
    cog_dump_rows_t rows = cog_dump_rows_make(pool, section);

    if (section) {
        apr_file_printf(out, "  %s (%s:%d)\n", cog_section_name(pool, section),
                        section->filename, section->line_num);
    }
    else {
        apr_file_printf(out, "  outside of all sections\n");
    }
    add_directives(&rows, section ? section->first_child : ap_conftree);
    add_login(&rows, conf);
    add_bearer(&rows, conf);
    add_export(&rows, conf);
    cog_dump_print(&rows, out);
}

void cog_dump_places(apr_pool_t *pool, apr_file_t *out, const cog_tree_t *tree,
                     const cog_host_t *host)
{
    const apr_array_header_t *sections =
        cog_sections_of_host(pool, tree, host->s, host->written);

    for (int i = 0; i < sections->nelts; ++i) {
        dump_place(pool, out, host, APR_ARRAY_IDX(sections, i, const ap_directive_t *));
    }
}
