/* Trailers of a request's body. With MergeTrailers, httpd adds them to the headers while
 * the body is read, long after the headers have been cleaned. */
#ifndef COG_HTTPD_TRAILERS_H
#define COG_HTTPD_TRAILERS_H

#include <httpd.h>

/* For the hook table. */
void cog_trailers_register_filter(void);

/* post_read_request: where MergeTrailers is on, see to it that no trailer passes for what
 * this server says about its user, nor for a credential. */
int cog_trailers_watch(request_rec *r);

#endif
