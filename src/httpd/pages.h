/* The page that people see when something is to be said: one template, in their language,
 * readable on a phone, light and dark, without script and without anything from
 * elsewhere.
 */
#ifndef COG_HTTPD_PAGES_H
#define COG_HTTPD_PAGES_H

#include <httpd.h>

#include "base/language.h"
#include "flow/reply.h"
#include "httpd/page_template.h"

/* The language of who has sent this request. */
const cog_language_t *cog_page_language(request_rec *r);

/* Write the page of `reply` into the template; all its texts are escaped. */
void cog_page_write(request_rec *r, const cog_page_template_t *template,
                    const cog_reply_t *reply);

/* The Content-Security-Policy under which the page works and nothing else does. */
const char *cog_page_policy(apr_pool_t *pool, const cog_page_template_t *template,
                            const cog_page_t *page);

#endif
