/* What the values of directives may look like. The functions return NULL, or what is
 * wrong with a value and what would be right, as the rest of a sentence. */
#ifndef COG_HTTPD_CONF_VALUES_H
#define COG_HTTPD_CONF_VALUES_H

#include <apr_pools.h>
#include <apr_tables.h>
#include <apr_time.h>

#include <httpd.h>
#include <ap_regex.h>

#include "base/url.h"

/* scheme://host[:port]: https, or http on loopback. `origin` is in its normal form. */
const char *cog_value_origin(apr_pool_t *pool, const char *text, const char **origin);

/* A URL that the module calls: https, or http on loopback, without query. */
const char *cog_value_url(apr_pool_t *pool, const char *text);

/* A path that a browser asks for exactly as it stands there: one `/` in front, none at
 * the end, letters, digits and `. _ ~ -`. */
const char *cog_value_path(const char *text);

/* The name of a <CognitoClient>. */
const char *cog_value_client_name(const char *text);

/* The id of an app client. */
const char *cog_value_client_id(const char *text);

/* A host name as the domain of a cookie: two labels or more, no address. */
const char *cog_value_cookie_domain(const char *text);

/* A scope (RFC 6749, 3.3) that Cognito knows. */
const char *cog_value_scope(const char *text);

/* Is `text` 1 to `limit` octets long, all of them among `allowed`? */
int cog_value_consists_of(const char *text, const char *allowed, size_t limit);

/* 1 to `limit` printable ASCII characters without space. */
int cog_value_is_visible(const char *text, size_t limit);

/* A regular expression that gives up with an error before it runs wild, in time and in
 * depth; NULL when it is none. `options` are those of ap_pregcomp(). */
ap_regex_t *cog_value_regex(apr_pool_t *pool, const char *text, int options);

/* A word, and what it stands for. */
typedef struct {
    const char *word; /* NULL ends the list */
    int meaning;
} cog_choice_t;

/* Is `text` one of the words, in any case? Then `meaning` is set. */
int cog_value_choose(const cog_choice_t *choices, const char *text, int *meaning);

/* Append to a list of `const char *`, which is made when it is NULL. */
void cog_values_add(apr_pool_t *pool, apr_array_header_t **list, const char *value);

/* The same, unless it is there already. */
void cog_values_add_new(apr_pool_t *pool, apr_array_header_t **list, const char *value);

/* A number of bytes, with K, M or G behind it or not; 0 when it is none, or too long to
 * be one. */
apr_int64_t cog_value_bytes(const char *text);

/* A duration of at most `max_sec`; `too_long` is what is wrong with a longer one. */
const char *cog_value_duration(const char *text, int64_t max_sec, const char *too_long,
                               apr_interval_time_t *duration);

/* on or off, as 1 or 0. */
const char *cog_value_switch(const char *text, int *is_on);

int cog_values_contain(const apr_array_header_t *list, const char *value);

#endif
