/* Directives about what backends are told in signed form. */
#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>
#include <strings.h>

#include "base/duration.h"
#include "base/header_name.h"
#include "base/text.h"
#include "crypto/signing_keys.h"
#include "httpd/conf/directives.h"
#include "httpd/conf/header_taken.h"
#include "httpd/conf/values.h"

#define MIN_TTL_SEC  10
#define MAX_TTL_SEC  3600
#define MAX_AUDIENCE 256

/* Some proxies on the way would say these. */
static const char *const forwarded[] = {"x_forwarded_*", NULL};

static const char *set_header(cmd_parms *cmd, const char *value, cog_dir_conf_t *place)
{
    (void)cmd;
    if (!cog_header_is_free(value) ||
        cog_header_name_is_any(value, strlen(value), forwarded)) {
        return "is not a header that may tell who the user is; write "
               "header=X-Cognito-Assertion or header=Authorization";
    }
    place->assertion_header = value;
    return NULL;
}

/* Whoever chooses the audience can have the host vouch for its users to any backend. */
static const char *set_audience(cmd_parms *cmd, const char *value, cog_dir_conf_t *place)
{
    if (cog_is_htaccess(cmd)) {
        return "may not stand in a .htaccess file; write it in the configuration itself";
    }
    if (!cog_value_is_visible(value, MAX_AUDIENCE)) {
        return "is not an audience; write audience=https://backend.example.com or a word";
    }
    place->assertion_audience = value;
    return NULL;
}

static const char *set_ttl(cmd_parms *cmd, const char *value, cog_dir_conf_t *place)
{
    int64_t seconds;
    const char *problem = cog_duration_parse(value, &seconds);

    (void)cmd;
    if (!problem && (seconds < MIN_TTL_SEC || seconds > MAX_TTL_SEC)) {
        problem = "is not between 10s and 1h; write ttl=5m";
    }
    place->assertion_ttl_sec = problem ? COG_UNSET : (int)seconds;
    return problem;
}

static const char *set_option(cmd_parms *cmd, const char *option, cog_dir_conf_t *place)
{
    static const struct {
        const char *begin;
        const char *(*set)(cmd_parms *cmd, const char *value, cog_dir_conf_t *place);
    } options[] = {
        {"header=",   set_header  },
        {"audience=", set_audience},
        {"ttl=",      set_ttl     },
    };

    for (size_t i = 0; i < sizeof(options) / sizeof(*options); ++i) {
        size_t len = strlen(options[i].begin);

        if (strncasecmp(option, options[i].begin, len) == 0) {
            const char *problem = options[i].set(cmd, option + len, place);

            return problem ? cog_refuse(cmd, option, problem) : NULL;
        }
    }
    return cog_refuse(cmd, option,
                      "may not stand here; write header=, audience= or ttl=");
}

/* For the whole host, whose clients may not send it. Authorization is theirs elsewhere.
 */
static void remember(cmd_parms *cmd, const char *header)
{
    cog_server_conf_t *server = cog_conf_of_server(cmd->server);

    if (!cog_is_htaccess(cmd) && strcasecmp(header, "Authorization") != 0) {
        cog_values_add(cmd->pool, &server->named_headers, header);
    }
}

/* Each line is whole: what it leaves out is as by default, whatever is inherited. */
const char *cog_set_assertion(cmd_parms *cmd, void *dir, int count, char *const values[])
{
    cog_dir_conf_t *place = cog_dir_of(cmd, dir);
    const char *problem;

    if (count == 0) {
        return "CognitoAssertion: write on or off";
    }
    problem = cog_value_switch(values[0], &place->has_assertion);
    if (problem) {
        return cog_refuse(cmd, values[0], problem);
    }
    COG_WRITTEN_AT(cmd, place, has_assertion);
    place->assertion_header = COG_ASSERTION_HEADER;
    place->assertion_audience = "";
    place->assertion_ttl_sec = COG_ASSERTION_TTL_SEC;
    COG_WRITTEN_AT(cmd, place, assertion_header);
    COG_WRITTEN_AT(cmd, place, assertion_audience);
    COG_WRITTEN_AT(cmd, place, assertion_ttl_sec);
    for (int i = 1; !problem && i < count; ++i) {
        problem = set_option(cmd, values[i], place);
    }
    remember(cmd, place->assertion_header);
    return problem;
}

/* An empty list says own, which an outer one cannot be undone with otherwise. */
const char *cog_set_assertion_key(cmd_parms *cmd, void *dir, const char *value)
{
    cog_server_conf_t *server = cog_server_of(cmd);
    int is_own = strcasecmp(value, "own") == 0;
    int is_first = server->assertion_keys == NULL;

    (void)dir;
    COG_WRITTEN_AT(cmd, server, assertion_keys);
    if (!is_first && (is_own || server->assertion_keys->nelts == 0)) {
        return "CognitoAssertionKey: own stands beside other values; write one of them";
    }
    if (is_first) {
        server->assertion_keys =
            apr_array_make(cmd->pool, 2, sizeof(cog_secret_source_t));
    }
    if (server->assertion_keys->nelts >= COG_SIGNING_GIVEN_MAX) {
        return cog_refuse(cmd, value, "is one too many; write at most 8");
    }
    return is_own ? NULL
                  : cog_parse_source(cmd, value, apr_array_push(server->assertion_keys));
}
