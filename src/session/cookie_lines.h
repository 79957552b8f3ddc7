/* The Cookie header as httpd hands it out: several lines joined by a comma, which may
 * stand in the value of a cookie as well. */
#ifndef COG_SESSION_COOKIE_LINES_H
#define COG_SESSION_COOKIE_LINES_H

#include "session/cookie.h"

typedef struct {
    const char *kept;        /* without what is ours, or looks like it; the header itself
                              * when nothing does, NULL when nothing is left */
    apr_array_header_t *own; /* as of cog_cookie_strip() */
    int has_doubtful;        /* something was taken out that is none of `own` */
} cog_cookie_lines_t;

/* Ours hold no comma, so one behind them joins two lines. Behind any other cookie it may
 * be of its value, which a neighbour can set who can set none of ours: what follows is
 * taken out, and never believed. Names of ours begin with `prefix`. */
void cog_cookie_lines_read(apr_pool_t *pool, const char *header, const char *prefix,
                           cog_cookie_lines_t *lines);

#endif
