/* <CognitoClient "name">: a further app client, which inherits what it does not set. */
#include <apr_strings.h>
#include <string.h>

#include "httpd/conf/directives.h"
#include "httpd/conf/values.h"

static int may_stand_inside(const char *directive)
{
    for (const command_rec *command = cog_directives; command->name; ++command) {
        if (strcasecmp(command->name, directive) == 0) {
            return command->cmd_data == COG_IN_CLIENT;
        }
    }
    return 0;
}

static const char *check_children(cmd_parms *cmd)
{
    const ap_directive_t *child = cmd->directive->first_child;

    for (; child; child = child->next) {
        if (!may_stand_inside(child->directive)) {
            cmd->err_directive = child;
            return apr_psprintf(cmd->pool,
                                "%s%s is not allowed in <CognitoClient>; write it "
                                "outside of that section",
                                child->directive, *child->directive == '<' ? ">" : "");
        }
    }
    return NULL;
}

/* The one argument of `"name">`. */
static const char *read_name(cmd_parms *cmd, const char *args, const char **name)
{
    const char *end = strrchr(args, '>');
    const char *rest;

    if (!end || end[1]) {
        return "<CognitoClient> is not closed; write <CognitoClient \"name\">";
    }
    rest = apr_pstrmemdup(cmd->pool, args, (apr_size_t)(end - args));
    *name = ap_getword_conf(cmd->pool, &rest);
    if (!**name || *rest) {
        return "<CognitoClient> takes one name; write <CognitoClient \"name\">";
    }
    return NULL;
}

static const char *check_name(cmd_parms *cmd, const char *name)
{
    const char *problem = cog_value_client_name(name);

    if (!problem && strcasecmp(name, "default") == 0) {
        problem = "is the name of the client outside of all <CognitoClient>; write "
                  "another one";
    }
    return problem
               ? apr_pstrcat(cmd->pool, "<CognitoClient>: '", name, "' ", problem, NULL)
               : NULL;
}

const char *cog_open_client(cmd_parms *cmd, void *dir, const char *args)
{
    cog_server_conf_t *server = cog_server_of(cmd);
    const char *name = NULL;
    const char *problem = read_name(cmd, args, &name);

    (void)dir;
    if (!problem) {
        problem = check_name(cmd, name);
    }
    if (!problem) {
        problem = check_children(cmd);
    }
    if (problem) {
        return problem;
    }
    server->open = cog_conf_find_client(server, name);
    if (!server->open) {
        server->open = cog_conf_add_client(cmd->pool, server, name);
    }
    server->open->section = cmd->directive;
    problem = ap_walk_config(cmd->directive->first_child, cmd, cmd->context);
    server->open = NULL;
    return problem;
}
