/* The body of a request. */
#ifndef COG_HTTPD_BODY_H
#define COG_HTTPD_BODY_H

#include <httpd.h>

#include "base/error.h"
#include "base/span.h"

/* Read it all, at most `limit` bytes. Errors are those of cog_request_t's read_body. */
cog_err_t cog_body_read(request_rec *r, apr_pool_t *pool, size_t limit, cog_span_t *body);

#endif
