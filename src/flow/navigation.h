/* Who is asking: a person whose browser goes to a page, or a script, a preload, a tool?
 */
#ifndef COG_FLOW_NAVIGATION_H
#define COG_FLOW_NAVIGATION_H

#include "flow/request.h"

/* Is it a browser's window going to a page, which can follow a login? Fetch Metadata
 * decides where it is sent, else Accept; never for an upgrade, a prefetch,
 * X-Requested-With, or a method other than GET and POST. */
int cog_request_is_navigation(const cog_request_t *request);

/* Does the request come from a page of `origin`, or from the user alone (typed,
 * bookmark)? Without Fetch Metadata, Origin or Referer must say so. */
int cog_request_is_from(const cog_request_t *request, const char *origin);

/* Has a page of `origin` sent this form? As above, but the word of the user alone does
 * not count: a form that is sent again by hand was once sent by some page. */
int cog_request_is_sent_by(const cog_request_t *request, const char *origin);

/* The path and query of the page that asks, when it is one of `origin`; else NULL. */
const char *cog_request_referring_path(const cog_request_t *request, const char *origin);

#endif
