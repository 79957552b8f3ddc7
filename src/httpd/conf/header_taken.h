/* Headers that cannot tell a backend who its user is: httpd, or the way to the backend,
 * lives on them. */
#ifndef COG_HTTPD_CONF_HEADER_TAKEN_H
#define COG_HTTPD_CONF_HEADER_TAKEN_H

/* Is `name` that of a header, and of none that is needed otherwise? */
int cog_header_is_free(const char *name);

#endif
