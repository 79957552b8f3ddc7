#include "httpd/conf/peer_login.h"

#include <apr_strings.h>
#include <string.h>
#include <httpd.h>
#include <http_config.h>

#include "httpd/conf/values.h"

#define MAX_USER 128

static int is_user(const char *user, int needs_user)
{
    return user ? cog_value_is_visible(user, MAX_USER) : !needs_user;
}

const char *cog_peer_login_parse(apr_pool_t *pool, const char *scheme, const char *text,
                                 int needs_user, cog_peer_login_t *login)
{
    const char *source = strchr(text, ':');
    size_t len = source ? (size_t)(source - text) : strlen(text);

    if (!source || cog_secret_source_parse(pool, source + 1, &login->password)) {
        return apr_pstrcat(pool, "does not say where the password is; write ", scheme,
                           "USER:file:/path@HOST, or env:NAME or exec:/path/to/command "
                           "in place of file:/path",
                           needs_user ? "" : "; without a user it begins with :", NULL);
    }
    if (login->password.kind == COG_SOURCE_FILE) {
        login->password.where = ap_server_root_relative(pool, login->password.where);
    }
    login->has_password = 1;
    login->user = len > 0 ? apr_pstrmemdup(pool, text, len) : NULL;
    if (!login->password.where || !is_user(login->user, needs_user)) {
        return apr_pstrcat(pool, "has no user and password that can be right; write ",
                           scheme, "USER:file:/path@HOST", NULL);
    }
    return NULL;
}
