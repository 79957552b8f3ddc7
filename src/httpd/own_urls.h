/* The module's own URLs, answered before httpd maps the request to anything. */
#ifndef COG_HTTPD_OWN_URLS_H
#define COG_HTTPD_OWN_URLS_H

#include <httpd.h>

#include "flow/conf.h"
#include "httpd/memo.h"

/* quick_handler: answer callback, login, logout, session… */
int cog_own_urls_answer(request_rec *r, int is_lookup);

/* Code and state are for the flow alone: take the query of a callback out of all that
 * logs, status pages and backends are made of. The memo keeps it. */
void cog_own_urls_hide_query(const cog_conf_t *conf, const cog_memo_t *memo);

#endif
