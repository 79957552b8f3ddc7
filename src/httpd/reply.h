/* Writes what a flow has decided. */
#ifndef COG_HTTPD_REPLY_H
#define COG_HTTPD_REPLY_H

#include <httpd.h>

#include "flow/reply.h"

/* Answer the request with `reply`, which is no grant, and return what the hook shall
 * return: DONE after a complete response. Where only a status can be given, that status:
 * in a subrequest, with the headers set (mod_dir hands a redirect on); in an error
 * document, for httpd then falls back to its own; where the administrator has an
 * ErrorDocument in place of our page. */
int cog_reply_send(request_rec *r, const cog_reply_t *reply);

/* Is there an ErrorDocument for `status` where this request is? */
int cog_reply_has_error_document(request_rec *r, int status);

/* Let it say what `reply`, a failure, would have said; return what the hook shall return.
 * Of our headers only those are set that belong to the failure, none about the page. */
int cog_reply_by_error_document(request_rec *r, const cog_reply_t *reply);

/* The headers of a granted response: only its user's browser may keep it, and the session
 * may be rewritten. For a subrequest they go to the main one. */
void cog_reply_decorate(request_rec *r, const cog_reply_t *reply);

/* No cache but that of the browser may keep the response to `r`. */
void cog_reply_make_private(request_rec *r);

/* insert_filter: what mod_include includes may be granted to a user when the headers of
 * the page around it are gone. With a session's cookie, such a page is private. */
void cog_reply_foresee_includes(request_rec *r);

#endif
