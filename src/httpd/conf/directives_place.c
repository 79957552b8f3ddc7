/* Directives about a place: server, virtual host, Location, Directory, .htaccess. */
#include <apr_strings.h>
#include <string.h>

#include <httpd.h>
#include <http_config.h>

#include "flow/conf.h"
#include "httpd/conf/directives.h"
#include "httpd/conf/substitution.h"
#include "httpd/conf/values.h"
#include "httpd/place_settings.h"
#include "oidc/authorize.h"

#define PARAM_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

#define MAX_NAME        128
#define MIN_FORM        1024
#define MAX_FORM        (192 * 1024)  /* it takes three bytes to write some of them */
#define MAX_SESSION_SEC (400 * 86400) /* no browser keeps a cookie longer */

static int is_known(const apr_array_header_t *places, const cog_dir_conf_t *place)
{
    for (int i = 0; places && i < places->nelts; ++i) {
        if (APR_ARRAY_IDX(places, i, cog_dir_conf_t *) == place) {
            return 1;
        }
    }
    return 0;
}

/* A .htaccess file is read when the server has long been started. */
cog_dir_conf_t *cog_dir_of(cmd_parms *cmd, void *dir)
{
    cog_server_conf_t *server = cog_conf_of_server(cmd->server);
    cog_dir_conf_t *place = dir;

    if (cog_is_htaccess(cmd) || is_known(server->places, place)) {
        return place;
    }
    place->section = cmd->path ? cmd->directive->parent : NULL;
    if (!server->places) {
        server->places = apr_array_make(cmd->pool, 4, sizeof(void *));
    }
    APR_ARRAY_PUSH(server->places, cog_dir_conf_t *) = place;
    return place;
}

const char *cog_set_use(cmd_parms *cmd, void *dir, const char *value)
{
    cog_dir_conf_t *place = cog_dir_of(cmd, dir);
    int is_default = strcasecmp(value, "default") == 0;
    const char *problem = is_default ? NULL : cog_value_client_name(value);

    if (problem) {
        return cog_refuse(cmd, value, problem);
    }
    place->client_name = is_default ? "" : value;
    COG_WRITTEN_AT(cmd, place, client_name);
    return NULL;
}

const char *cog_set_unauthenticated(cmd_parms *cmd, void *dir, const char *value)
{
    static const cog_choice_t modes[] = {
        {"auto",  COG_UNAUTHENTICATED_AUTO },
        {"login", COG_UNAUTHENTICATED_LOGIN},
        {"401",   COG_UNAUTHENTICATED_401  },
        {"pass",  COG_UNAUTHENTICATED_PASS },
        {NULL,    0                        }
    };
    cog_dir_conf_t *place = cog_dir_of(cmd, dir);

    COG_WRITTEN_AT(cmd, place, unauthenticated);
    if (cog_value_choose(modes, value, &place->unauthenticated)) {
        return NULL;
    }
    return cog_refuse(cmd, value, "is not a mode; write auto, login, 401 or pass");
}

static const char *parse_age(const char *value, apr_interval_time_t *age)
{
    return cog_value_duration(
        value, MAX_SESSION_SEC,
        "is longer than 400d, for which no browser keeps a cookie; write 1h 12h", age);
}

const char *cog_set_session_timeout(cmd_parms *cmd, void *dir, const char *idle,
                                    const char *max)
{
    cog_dir_conf_t *place = cog_dir_of(cmd, dir);
    const char *problem = parse_age(idle, &place->session_idle);

    if (problem) {
        return cog_refuse(cmd, idle, problem);
    }
    problem = parse_age(max, &place->session_max);
    if (!problem && place->session_max < place->session_idle) {
        problem = "is shorter than the idle time; write 1h 12h";
    }
    if (problem) {
        return cog_refuse(cmd, max, problem);
    }
    COG_WRITTEN_AT(cmd, place, session_idle);
    COG_WRITTEN_AT(cmd, place, session_max);
    return NULL;
}

/* `size` is NULL when nothing is said. */
static const char *parse_form_limit(const char *size, int is_on, int *limit)
{
    apr_int64_t bytes = size ? cog_value_bytes(size) : COG_DEFAULT_FORM_LIMIT;

    if (!is_on) {
        *limit = 0;
        return size ? "has nothing to do with off; write off, or on 64K" : NULL;
    }
    if (bytes < MIN_FORM || bytes > MAX_FORM) {
        return "is no size from 1K to 192K; write on 64K";
    }
    *limit = (int)bytes;
    return NULL;
}

const char *cog_set_preserve_post(cmd_parms *cmd, void *dir, const char *value,
                                  const char *size)
{
    cog_dir_conf_t *place = cog_dir_of(cmd, dir);
    int is_on;
    const char *problem = cog_value_switch(value, &is_on);

    if (problem) {
        return cog_refuse(cmd, value, problem);
    }
    COG_WRITTEN_AT(cmd, place, form_limit);
    problem = parse_form_limit(size, is_on, &place->form_limit);
    return problem ? cog_refuse(cmd, size, problem) : NULL;
}

static const char *add_user_claim(cmd_parms *cmd, apr_array_header_t *claims,
                                  const char *name)
{
    cog_user_claim_t *claim;

    if (*name == '^' || *name == '$') {
        return cog_refuse(cmd, name,
                          "is a part of a regular expression; write it as a "
                          "substitution: email s/@.*//");
    }
    if (strchr(name, ',')) {
        return cog_refuse(cmd, name,
                          "has a comma; write email sub, with a space between");
    }
    if (strpbrk(name, "%{}")) {
        return cog_refuse(cmd, name,
                          "is an expression; write only the name of a claim: email");
    }
    if (*name == '!' || !cog_value_is_visible(name, MAX_NAME)) {
        return cog_refuse(cmd, name, "is not the name of a claim; write email or sub");
    }
    claim = apr_array_push(claims);
    claim->claim = name;
    claim->pattern = NULL;
    claim->substitute = NULL;
    if (!cog_is_htaccess(cmd)) {
        cog_values_add(cmd->pool, &cog_conf_of_server(cmd->server)->user_claims, name);
    }
    return NULL;
}

/* The substitution belongs to the claim before it, which has none yet. */
static const char *add_substitution(cmd_parms *cmd, apr_array_header_t *claims,
                                    const char *text)
{
    cog_user_claim_t *last =
        claims->nelts ? &APR_ARRAY_IDX(claims, claims->nelts - 1, cog_user_claim_t)
                      : NULL;
    const char *problem = "stands behind no claim; write CLAIM s/PATTERN/SUBSTITUTE/";

    if (last && !last->pattern) {
        problem = cog_substitution_parse(cmd->pool, text, last);
    }
    return problem ? cog_refuse(cmd, text, problem) : NULL;
}

const char *cog_set_remote_user(cmd_parms *cmd, void *dir, int count,
                                char *const values[])
{
    cog_dir_conf_t *place = cog_dir_of(cmd, dir);
    apr_array_header_t *claims =
        apr_array_make(cmd->pool, count + 1, sizeof(cog_user_claim_t));

    for (int i = 0; i < count; ++i) {
        const char *problem = cog_substitution_is_meant(values[i])
                                  ? add_substitution(cmd, claims, values[i])
                                  : add_user_claim(cmd, claims, values[i]);

        if (problem) {
            return problem;
        }
    }
    if (claims->nelts == 0) {
        return "CognitoRemoteUser: a claim is missing; write cognito:username email sub";
    }
    place->user_claims = claims;
    COG_WRITTEN_AT(cmd, place, user_claims);
    return NULL;
}

static const char *parse_param(cmd_parms *cmd, const char *name, const char *value,
                               cog_login_param_t *param)
{
    if (strchr(name, '=')) {
        return cog_refuse(cmd, name,
                          "has a = in it; write a space in its place: lang de");
    }
    if (!cog_value_consists_of(name, PARAM_CHARS, MAX_NAME)) {
        return cog_refuse(cmd, name, "is not a parameter; write identity_provider");
    }
    if (cog_authorize_is_reserved(name)) {
        return cog_refuse(cmd, name,
                          "is a parameter that the module sets by itself; leave it out");
    }
    param->name = name;
    param->at = cmd->directive;
    return cog_parse_expression(cmd, value, &param->value);
}

const char *cog_set_login_param(cmd_parms *cmd, void *dir, const char *name,
                                const char *value)
{
    cog_dir_conf_t *place = cog_dir_of(cmd, dir);
    cog_login_param_t param;
    const char *problem = parse_param(cmd, name, value, &param);
    apr_array_header_t **params =
        cmd->path ? &place->login_params : &cog_client_of(cmd)->login_params;
    apr_array_header_t *one;

    if (problem) {
        return problem;
    }
    one = apr_array_make(cmd->pool, 1, sizeof(param));
    APR_ARRAY_PUSH(one, cog_login_param_t) = param;
    *params = cog_conf_merge_params(cmd->pool, *params, one);
    return NULL;
}
