/* Directives about where sessions live, and for how long. */
#include <string.h>

#include "httpd/conf/directives.h"
#include "httpd/conf/values.h"

#define MAX_GRACE_SEC (24 * 3600)

const char *cog_set_session(cmd_parms *cmd, void *dir, const char *value)
{
    cog_server_conf_t *server = cog_server_of(cmd);
    int is_stored = strcasecmp(value, "store") == 0;

    (void)dir;
    if (!is_stored && strcasecmp(value, "cookie") != 0) {
        return cog_refuse(cmd, value, "is no place for sessions; write cookie or store");
    }
    server->has_stored_sessions = is_stored;
    COG_WRITTEN_AT(cmd, server, has_stored_sessions);
    return NULL;
}

const char *cog_set_refresh(cmd_parms *cmd, void *dir, const char *value)
{
    cog_server_conf_t *server = cog_server_of(cmd);
    const char *problem = cog_value_switch(value, &server->has_renewal);

    (void)dir;
    COG_WRITTEN_AT(cmd, server, has_renewal);
    return problem ? cog_refuse(cmd, value, problem) : NULL;
}

const char *cog_set_grace(cmd_parms *cmd, void *dir, const char *value)
{
    cog_server_conf_t *server = cog_server_of(cmd);
    apr_interval_time_t grace = 0;
    const char *problem =
        strcmp(value, "0") == 0
            ? NULL
            : cog_value_duration(value, MAX_GRACE_SEC,
                                 "is longer than a day; write 15m, or 0 for none",
                                 &grace);

    (void)dir;
    if (problem) {
        return cog_refuse(cmd, value, problem);
    }
    server->grace = grace;
    COG_WRITTEN_AT(cmd, server, grace);
    return NULL;
}
