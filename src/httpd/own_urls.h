/* The module's own URLs, answered before httpd maps the request to anything. */
#ifndef COG_HTTPD_OWN_URLS_H
#define COG_HTTPD_OWN_URLS_H

#include <httpd.h>

#include "flow/conf.h"
#include "httpd/memo.h"

/* quick_handler: answer callback, login, logout, session… What the flow has left for
 * afterwards is done here, too, once the client has all of the answer or is gone. The
 * request's end would be no place for a call to the user pool: log_transaction runs when
 * the last octets go out, on any thread, with HTTP/2 on that of the whole connection. The
 * access log has the request when the call is over. */
int cog_own_urls_answer(request_rec *r, int is_lookup);

/* Code and state are for the flow alone: take the query of a callback out of all that
 * logs, status pages and backends are made of. The memo keeps it. */
void cog_own_urls_hide_query(const cog_conf_t *conf, const cog_memo_t *memo);

#endif
