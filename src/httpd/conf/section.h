/* Sections of the configuration, and what holds in them: httpd works that out for each
 * request, the doctor beforehand. */
#ifndef COG_HTTPD_CONF_SECTION_H
#define COG_HTTPD_CONF_SECTION_H

#include <httpd.h>
#include <http_config.h>

#include "httpd/conf.h"
#include "httpd/conf/tree.h"

/* `Location "/admin"`; "" for NULL. */
const char *cog_section_name(apr_pool_t *pool, const ap_directive_t *section);

/* Its kind, `<Location`, and its first argument, "/admin", which is not a pattern? */
int cog_section_is_path(apr_pool_t *pool, const ap_directive_t *section, const char *kind,
                        const char **path);

/* Does `directive` stand in `section`, at any depth? All stand in NULL. */
int cog_section_holds(const ap_directive_t *section, const ap_directive_t *directive);

/* The <VirtualHost> of a host, NULL for the main server. */
const ap_directive_t *cog_section_of_host(const server_rec *s);

/* For messages: "virtual host app.example.com (FILE:LINE)" or "main server". */
const char *cog_host_name(apr_pool_t *pool, const server_rec *s);

/* The sections that are about our users in this virtual host, its own and those that it
 * inherits, in their order: `const ap_directive_t *`. A setting outside of all sections
 * is in none of them; an AuthType there makes NULL the first. */
apr_array_header_t *cog_sections_of_host(apr_pool_t *pool, const cog_tree_t *tree,
                                         const server_rec *s,
                                         const cog_server_conf_t *written);

/* What holds in `section`: what stands outside of all, in the sections around it, and,
 * for a path, in those of its kind that are about it too. Which <Directory> a <Location>
 * will meet is not known. */
const cog_dir_conf_t *cog_section_conf(apr_pool_t *pool, const server_rec *s,
                                       const cog_server_conf_t *written,
                                       const ap_directive_t *section);

#endif
