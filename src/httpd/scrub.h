/* Header hygiene: what a client sends can neither pass for what this server says about
 * its user, nor reach a backend when it is ours. */
#ifndef COG_HTTPD_SCRUB_H
#define COG_HTTPD_SCRUB_H

#include <httpd.h>

#include "httpd/backend_presets.h"

/* post_read_request: in a virtual host with a client, take spoofed headers, our own
 * cookies and the query of a callback out of the request, before anything else looks at
 * them. log_transaction once more, for httpd logs a broken request without that hook. */
int cog_scrub_request(request_rec *r);

/* Take out the headers of a dialect that no place speaks but this one, for it is in a
 * .htaccess file. What is there was set by the client, not by us. */
void cog_scrub_dialect(request_rec *r, const cog_backend_t *backend);

/* Take the same out of the trailers, and credentials and Connection too. The host must
 * have a client. */
void cog_scrub_trailers(request_rec *r);

/* Take this header, in all its spellings, from a client who may have sent it. */
void cog_scrub_header(request_rec *r, const char *name);

#endif
