#include "httpd/site.h"

const cog_site_t *cog_site_of(const server_rec *s)
{
    const cog_server_conf_t *server = cog_conf_of_server(s);

    return server ? server->site : NULL;
}
