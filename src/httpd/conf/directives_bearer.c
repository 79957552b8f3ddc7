/* Directives about API clients: what a place accepts, and from whom. */
#include <apr_strings.h>
#include <string.h>

#include <httpd.h>
#include <http_config.h>

#include "flow/conf.h"
#include "httpd/conf/directives.h"
#include "httpd/conf/values.h"

#define MAX_CLIENTS 100

/* A word of a directive, and the bit that it stands for. */
typedef struct {
    const char *name;
    unsigned bit;
} word_t;

static unsigned bit_of(const word_t words[2], const char *value)
{
    for (int i = 0; i < 2; ++i) {
        if (strcasecmp(value, words[i].name) == 0) {
            return words[i].bit;
        }
    }
    return 0;
}

/* One of two words, or both; `what` is the rest of a complaint. */
static const char *set_bits(cmd_parms *cmd, int count, char *const values[],
                            const word_t words[2], int *bits)
{
    const char *what = apr_pstrcat(cmd->temp_pool, "is neither ", words[0].name, " nor ",
                                   words[1].name, NULL);
    unsigned found = 0;

    for (int i = 0; i < count; ++i) {
        unsigned bit = bit_of(words, values[i]);

        if (!bit) {
            return cog_refuse(cmd, values[i], what);
        }
        found |= bit;
    }
    if (!found) {
        return apr_pstrcat(cmd->pool, cmd->cmd->name, ": write ", words[0].name, ", ",
                           words[1].name, " or both", NULL);
    }
    *bits = (int)found;
    return NULL;
}

const char *cog_set_accept(cmd_parms *cmd, void *dir, int count, char *const values[])
{
    static const word_t words[] = {
        {"session", COG_ACCEPT_SESSION},
        {"bearer",  COG_ACCEPT_BEARER },
    };
    cog_dir_conf_t *place = cog_dir_of(cmd, dir);

    COG_WRITTEN_AT(cmd, place, accepts);
    return set_bits(cmd, count, values, words, &place->accepts);
}

const char *cog_set_bearer_token_use(cmd_parms *cmd, void *dir, int count,
                                     char *const values[])
{
    static const word_t words[] = {
        {"access", COG_TOKEN_ACCESS},
        {"id",     COG_TOKEN_ID    },
    };
    cog_dir_conf_t *place = cog_dir_of(cmd, dir);

    COG_WRITTEN_AT(cmd, place, bearer_uses);
    return set_bits(cmd, count, values, words, &place->bearer_uses);
}

/* An empty list says default, which an outer list cannot be undone with otherwise. */
const char *cog_set_bearer_client(cmd_parms *cmd, void *dir, int count,
                                  char *const values[])
{
    cog_dir_conf_t *place = cog_dir_of(cmd, dir);
    apr_array_header_t *clients = apr_array_make(cmd->pool, 2, sizeof(const char *));
    int is_default = count == 1 && strcasecmp(values[0], "default") == 0;

    if (count == 0) {
        return "CognitoBearerClient: write the ids of app clients, or default";
    }
    if (count > MAX_CLIENTS) {
        return cog_refuse(cmd, values[MAX_CLIENTS], "is one too many; write at most 100");
    }
    for (int i = 0; !is_default && i < count; ++i) {
        const char *problem = cog_value_client_id(values[i]);

        if (problem) {
            return cog_refuse(cmd, values[i], problem);
        }
        APR_ARRAY_PUSH(clients, const char *) = values[i];
    }
    place->bearer_clients = clients;
    COG_WRITTEN_AT(cmd, place, bearer_clients);
    return NULL;
}

/* Whoever asks for the metadata is told what holds at this URL: it has to be of the place
 * where it is written. Of other sections than <Location> nobody knows where they are. */
static int is_elsewhere(const cmd_parms *cmd, const char *url)
{
    const ap_directive_t *section = cmd->directive->parent;
    const char *path = strstr(url, "://") + strlen("://");
    size_t len;

    if (!section || strcasecmp(section->directive, "<Location") != 0 ||
        *cmd->path != '/' || *section->args == '~') {
        return 0;
    }
    path += strcspn(path, "/");
    len = strlen(cmd->path);
    len -= cmd->path[len - 1] == '/';
    return strncmp(path, cmd->path, len) != 0 || (path[len] && path[len] != '/');
}

/* A .htaccess file comes too late: the metadata would not be there. */
const char *cog_set_resource(cmd_parms *cmd, void *dir, const char *value)
{
    cog_dir_conf_t *place = cog_dir_of(cmd, dir);
    int is_none = strcasecmp(value, "none") == 0;
    const char *problem = is_none ? NULL : cog_value_url(cmd->pool, value);

    if (!problem && !is_none && is_elsewhere(cmd, value)) {
        problem = apr_pstrcat(cmd->temp_pool, "is no URL of <Location ", cmd->path,
                              ">; write https://HOST", cmd->path, NULL);
    }
    if (problem) {
        return cog_refuse(cmd, value, problem);
    }
    place->resource = is_none ? "" : value;
    COG_WRITTEN_AT(cmd, place, resource);
    return NULL;
}
