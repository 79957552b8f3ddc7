/* Directives about what the application is told of its user. */
#include <apr_strings.h>
#include <strings.h>

#include <httpd.h>
#include <http_config.h>

#include "base/header_value.h"
#include "base/text.h"
#include "httpd/backend_presets.h"
#include "httpd/conf/directives.h"
#include "httpd/conf/values.h"

#define SIGNER       "signer="
#define MAX_SIGNER   256
#define MAX_NAME     128
#define MAX_PATTERNS 100

/* For the whole host, which must know at start. */
static void remember(cmd_parms *cmd, apr_array_header_t **all, int what)
{
    if (cog_is_htaccess(cmd)) {
        return;
    }
    if (!*all) {
        *all = apr_array_make(cmd->pool, 2, sizeof(int));
    }
    APR_ARRAY_PUSH(*all, int) = what;
}

static const char *set_signer(cmd_parms *cmd, const char *option, cog_dir_conf_t *place)
{
    place->backend_signer = "";
    COG_WRITTEN_AT(cmd, place, backend_signer);
    if (!option) {
        return NULL;
    }
    if (cog_backend_at(place->backend)->assertion != COG_ASSERTION_ALB ||
        strncasecmp(option, SIGNER, strlen(SIGNER)) != 0 ||
        !cog_value_is_visible(option + strlen(SIGNER), MAX_SIGNER)) {
        return cog_refuse(cmd, option,
                          "may not stand here; write only the backend's name, or alb "
                          "signer=arn:aws:elasticloadbalancing:REGION:ACCOUNT:"
                          "loadbalancer/app/NAME/ID");
    }
    place->backend_signer = option + strlen(SIGNER);
    return NULL;
}

/* Whoever names a backend wants to tell it something, whatever is inherited. */
const char *cog_set_backend(cmd_parms *cmd, void *dir, const char *value,
                            const char *option)
{
    cog_server_conf_t *server = cog_conf_of_server(cmd->server);
    cog_dir_conf_t *place = cog_dir_of(cmd, dir);
    int row = cog_backend_find(value);

    if (row < 0) {
        return cog_refuse(cmd, value,
                          apr_pstrcat(cmd->pool, "is not a backend that is known; write ",
                                      cog_backend_names(cmd->pool),
                                      ", or CognitoHeader for other names", NULL));
    }
    if (cog_is_htaccess(cmd) && cog_backend_at(row)->assertion != COG_ASSERTION_OWN) {
        return cog_refuse(cmd, value,
                          "has this host sign who the user is, and may not stand in a "
                          ".htaccess file; write it in the configuration itself");
    }
    place->backend = row;
    COG_WRITTEN_AT(cmd, place, backend);
    if (place->exports == COG_UNSET) {
        place->exports = cog_backend_at(row)->exports;
        COG_WRITTEN_AT(cmd, place, exports);
    }
    remember(cmd, &server->backends, row);
    return set_signer(cmd, option, place);
}

const char *cog_set_export(cmd_parms *cmd, void *dir, const char *value,
                           const char *option)
{
    static const cog_choice_t ways[] = {
        {"none",    0                                  },
        {"env",     COG_EXPORT_ENV                     },
        {"headers", COG_EXPORT_HEADERS                 },
        {"both",    COG_EXPORT_ENV | COG_EXPORT_HEADERS},
        {NULL,      0                                  }
    };
    static const cog_choice_t encodings[] = {
        {"encoding=utf-8",   COG_HEADER_UTF8   },
        {"encoding=latin1",  COG_HEADER_LATIN1 },
        {"encoding=base64",  COG_HEADER_BASE64 },
        {"encoding=percent", COG_HEADER_PERCENT},
        {NULL,               0                 }
    };
    cog_dir_conf_t *place = cog_dir_of(cmd, dir);

    if (!cog_value_choose(ways, value, &place->exports)) {
        return cog_refuse(cmd, value,
                          "is not a way to export; write env, headers, both or none");
    }
    place->header_encoding = COG_HEADER_UTF8;
    COG_WRITTEN_AT(cmd, place, exports);
    COG_WRITTEN_AT(cmd, place, header_encoding);
    if (option && !cog_value_choose(encodings, option, &place->header_encoding)) {
        return cog_refuse(cmd, option,
                          "is not an encoding; write encoding=utf-8, encoding=latin1, "
                          "encoding=base64 or encoding=percent");
    }
    return NULL;
}

static const char *add_token(cmd_parms *cmd, const char *word, int *tokens)
{
    static const cog_choice_t words[] = {
        {"id",        COG_TOKENS_ID       },
        {"access",    COG_TOKENS_ACCESS   },
        {"as=bearer", COG_TOKENS_AS_BEARER},
        {NULL,        0                   }
    };
    int meaning;

    if (!cog_value_choose(words, word, &meaning)) {
        return cog_refuse(cmd, word,
                          "is not a token; write id, access, as=bearer or none");
    }
    *tokens |= meaning;
    return NULL;
}

/* One token goes into Authorization, and there must be one. */
static const char *check_bearer(int tokens)
{
    int is_one = tokens == (COG_TOKENS_ID | COG_TOKENS_AS_BEARER) ||
                 tokens == (COG_TOKENS_ACCESS | COG_TOKENS_AS_BEARER);

    return is_one || !(tokens & COG_TOKENS_AS_BEARER)
               ? NULL
               : "CognitoTokens: as=bearer goes with one token; write access as=bearer";
}

static const char *check_count(int count, char *const values[])
{
    if (count == 0) {
        return "CognitoTokens: write id, access or none";
    }
    for (int i = 0; count > 1 && i < count; ++i) {
        if (strcasecmp(values[i], "none") == 0) {
            return "CognitoTokens: none stands beside other values; write one of them";
        }
    }
    return NULL;
}

const char *cog_set_tokens(cmd_parms *cmd, void *dir, int count, char *const values[])
{
    cog_dir_conf_t *place = cog_dir_of(cmd, dir);
    const char *problem = check_count(count, values);
    int is_none = !problem && strcasecmp(values[0], "none") == 0;

    place->tokens = 0;
    COG_WRITTEN_AT(cmd, place, tokens);
    for (int i = 0; !is_none && !problem && i < count; ++i) {
        problem = add_token(cmd, values[i], &place->tokens);
    }
    remember(cmd, &cog_conf_of_server(cmd->server)->tokens, place->tokens);
    return problem ? problem : check_bearer(place->tokens);
}

static void start_claims(cmd_parms *cmd, cog_dir_conf_t *place)
{
    cog_server_conf_t *server = cog_conf_of_server(cmd->server);

    place->claims = apr_array_make(cmd->pool, 4, sizeof(const char *));
    if (cog_is_htaccess(cmd)) {
        return;
    }
    if (!server->claim_lists) {
        server->claim_lists = apr_array_make(cmd->pool, 4, sizeof(apr_array_header_t *));
    }
    APR_ARRAY_PUSH(server->claim_lists, apr_array_header_t *) = place->claims;
}

/* An empty list says default, which an outer list cannot be undone with otherwise. */
const char *cog_set_claims(cmd_parms *cmd, void *dir, const char *value)
{
    cog_dir_conf_t *place = cog_dir_of(cmd, dir);
    int is_default = strcasecmp(value, "default") == 0;
    int is_first = place->claims == NULL;

    if (!cog_value_is_visible(*value == '!' ? value + 1 : value, MAX_NAME)) {
        return cog_refuse(cmd, value,
                          "is not a pattern; write email, custom:* or !phone_number");
    }
    if (strchr(value, ',')) {
        return cog_refuse(cmd, value,
                          "has a comma; write email custom:*, with a space between");
    }
    if (!is_first && (is_default || place->claims->nelts == 0)) {
        return "CognitoClaims: default stands beside patterns; write one of them";
    }
    if (is_first) {
        start_claims(cmd, place);
    }
    if (place->claims->nelts >= MAX_PATTERNS) {
        return cog_refuse(cmd, value, "is one too many; write at most 100");
    }
    if (!is_default) {
        cog_values_add(cmd->pool, &place->claims, value);
    }
    COG_WRITTEN_AT(cmd, place, claims);
    return NULL;
}

/* Groups may hold any character but control characters; an empty list says all. */
const char *cog_set_groups(cmd_parms *cmd, void *dir, const char *value)
{
    cog_dir_conf_t *place = cog_dir_of(cmd, dir);
    int is_all = strcasecmp(value, "all") == 0;

    if (!*(value + (*value == '!')) || cog_text_has_control(value)) {
        return cog_refuse(cmd, value,
                          "is not a pattern; write admins, app-* or !app-old");
    }
    if (place->groups && (is_all || place->groups->nelts == 0)) {
        return "CognitoGroups: all stands beside patterns; write one of them";
    }
    if (!place->groups) {
        place->groups = apr_array_make(cmd->pool, 4, sizeof(const char *));
    }
    if (place->groups->nelts >= MAX_PATTERNS) {
        return cog_refuse(cmd, value, "is one too many; write at most 100");
    }
    if (!is_all) {
        cog_values_add(cmd->pool, &place->groups, value);
    }
    COG_WRITTEN_AT(cmd, place, groups);
    return NULL;
}
