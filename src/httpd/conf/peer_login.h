/* As whom a server is asked: what stands before the last @ of its URL, USER:SOURCE.
 *
 * SOURCE says where the password is, as everywhere: file:PATH, env:NAME or exec:COMMAND.
 * What it holds is arbitrary, so the first : begins it. */
#ifndef COG_HTTPD_CONF_PEER_LOGIN_H
#define COG_HTTPD_CONF_PEER_LOGIN_H

#include <apr_pools.h>

#include "base/secret_source.h"

typedef struct {
    const char *user; /* NULL: none */
    int has_password;
    cog_secret_source_t password;
} cog_peer_login_t;

/* Parse `text`; the user may be missing unless it is needed. Returns NULL, or the rest of
 * a sentence about the value, with what is right behind `scheme`. The value may be shown
 * only where `has_password` is set: else it may hold the password itself. */
const char *cog_peer_login_parse(apr_pool_t *pool, const char *scheme, const char *text,
                                 int needs_user, cog_peer_login_t *login);

#endif
