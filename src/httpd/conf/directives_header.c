/* The directive about headers that the administrator has named. */
#include <apr_strings.h>
#include <string.h>
#include <strings.h>

#include "base/header_name.h"
#include "httpd/conf/directives.h"
#include "httpd/conf/header_taken.h"
#include "httpd/conf/values.h"

#define USER        "REMOTE_USER"
#define MAX_CLAIM   128
#define MAX_HEADERS 32

static const char *check_header(const cmd_parms *cmd, const char *name)
{
    return cog_header_is_free(name) && strcasecmp(name, "Authorization") != 0
               ? NULL
               : cog_refuse(cmd, name,
                            "is not a header that may tell who the user is; write "
                            "X-Forwarded-User REMOTE_USER");
}

static const char *check_claim(const cmd_parms *cmd, const char *name, const char *claim)
{
    if (!claim) {
        return cog_refuse(
            cmd, name,
            apr_psprintf(cmd->pool, "says not of what; write %s REMOTE_USER or %s email",
                         name, name));
    }
    return *claim != '!' && !strpbrk(claim, ",*?%") &&
                   cog_value_is_visible(claim, MAX_CLAIM)
               ? NULL
               : cog_refuse(cmd, claim,
                            "is not the name of a claim; write email or REMOTE_USER");
}

/* Backends confuse names that fold to one. */
static int is_there(const cmd_parms *cmd, const apr_array_header_t *rows,
                    const char *header)
{
    const char *folded = cog_header_name_fold(cmd->temp_pool, header);

    for (int i = 0; i < rows->nelts; ++i) {
        const char *other = APR_ARRAY_IDX(rows, i, cog_named_header_t).header;

        if (strcmp(folded, cog_header_name_fold(cmd->temp_pool, other)) == 0) {
            return 1;
        }
    }
    return 0;
}

/* For the whole host, whose clients may not send it, and whose sessions keep the claim.
 */
static const char *add(const cmd_parms *cmd, apr_array_header_t *rows, const char *header,
                       const char *claim)
{
    cog_server_conf_t *server = cog_conf_of_server(cmd->server);
    int is_user = strcasecmp(claim, USER) == 0;
    cog_named_header_t row = {header, is_user ? NULL : claim, cmd->directive};

    if (is_there(cmd, rows, header)) {
        return cog_refuse(cmd, header, "stands here twice; write one of the two lines");
    }
    if (rows->nelts >= MAX_HEADERS) {
        return cog_refuse(cmd, header, "is one too many; write at most 32");
    }
    APR_ARRAY_PUSH(rows, cog_named_header_t) = row;
    cog_values_add(cmd->pool, &server->named_headers, header);
    if (!is_user) {
        cog_values_add_new(cmd->pool, &server->required_claims, claim);
    }
    return NULL;
}

/* An empty list says none, which an outer one cannot be undone with otherwise. */
static const char *open_list(const cmd_parms *cmd, cog_dir_conf_t *place, int is_none)
{
    if (place->headers && (is_none || place->headers->nelts == 0)) {
        return "CognitoHeader: none stands beside headers; write one of them";
    }
    if (!place->headers) {
        place->headers = apr_array_make(cmd->pool, 2, sizeof(cog_named_header_t));
    }
    COG_WRITTEN_AT(cmd, place, headers);
    return NULL;
}

const char *cog_set_header(cmd_parms *cmd, void *dir, const char *name, const char *claim)
{
    cog_dir_conf_t *place = cog_dir_of(cmd, dir);
    const char *problem;

    if (strcasecmp(name, "none") == 0 && !claim) {
        return open_list(cmd, place, 1);
    }
    problem = check_header(cmd, name);
    if (!problem) {
        problem = check_claim(cmd, name, claim);
    }
    if (!problem) {
        problem = open_list(cmd, place, 0);
    }
    return problem ? problem : add(cmd, place->headers, name, claim);
}
