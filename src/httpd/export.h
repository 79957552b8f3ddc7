/* What the application sees of a signed-in user, once it is clear that it may see them.
 */
#ifndef COG_HTTPD_EXPORT_H
#define COG_HTTPD_EXPORT_H

#include <httpd.h>

/* fixups: set the headers of a request that `Require` has let in, and take those of the
 * request around it out of a subrequest. httpd may let an internal redirect to a place
 * with the same configuration pass without asking again; its variables are set here. */
int cog_export_finish(request_rec *r);

#endif
