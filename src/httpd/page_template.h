/* A page with places for what it shall say: {{title}} and others. Made at start,
 * read-only; what is put into it is written by pages.c. */
#ifndef COG_HTTPD_PAGE_TEMPLATE_H
#define COG_HTTPD_PAGE_TEMPLATE_H

#include <apr_pools.h>
#include <apr_tables.h>

/* Text of the template, and its places. Those behind COG_PART_TITLE take a whole element,
 * or nothing. */
typedef enum {
    COG_PART_TEXT,
    COG_PART_LANG,
    COG_PART_STATUS,
    COG_PART_TITLE,
    COG_PART_ICON,
    COG_PART_CAUSE,
    COG_PART_DETAIL,
    COG_PART_ACTION,
    COG_PART_BUTTON,
    COG_PART_INCIDENT
} cog_page_part_kind_t;

typedef struct {
    cog_page_part_kind_t kind;
    const char *text; /* of COG_PART_TEXT */
    size_t len;
} cog_page_part_t;

typedef struct cog_page_template_t {
    apr_array_header_t *parts; /* cog_page_part_t */
    const char *policy;        /* Content-Security-Policy: no script, its own styles */
} cog_page_template_t;

/* Our own page, as a template. */
extern const char cog_page_built_in[];

/* Read `path`, our own page when it is NULL. What is wrong with it, as in "'/etc/x.html'
 * line 7: …", or NULL. */
const char *cog_page_template_read(apr_pool_t *pool, const char *path,
                                   const cog_page_template_t **template);

/* How a policy allows a style sheet or a script inside a page: " 'sha256-…'". */
const char *cog_page_hash_source(apr_pool_t *pool, const char *text);

#endif
