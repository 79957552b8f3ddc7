/* Names of HTTP header fields as a backend may confuse them. CGI, WSGI and many
 * frameworks take X_Cognito_Sub, x-cognito-sub and X.Cognito.Sub for one name, so names
 * are folded before they are compared: lower case, every octet that is neither letter nor
 * digit becomes `_`. */
#ifndef COG_BASE_HEADER_NAME_H
#define COG_BASE_HEADER_NAME_H

#include <apr_pools.h>
#include <stddef.h>

/* `name`, folded. */
const char *cog_header_name_fold(apr_pool_t *pool, const char *name);

/* Does `name`, of `len` octets, fold to one of `patterns`? A pattern is a folded name, or
 * the beginning of one, at least an octet, followed by `*`; the list ends with NULL. */
int cog_header_name_is_any(const char *name, size_t len, const char *const *patterns);

/* The first octets of the patterns, each once. */
const char *cog_header_name_initials(apr_pool_t *pool, const char *const *patterns);

/* May `name` fold to one of the patterns with these initials? */
int cog_header_name_may_be(const char *name, const char *initials);

/* A comma-separated list of names, as in Connection (RFC 9110, 7.6.1), without those that
 * cog_header_name_is_any() of `patterns`. `list` itself when there are none of them; NULL
 * when nothing is left. */
const char *cog_header_names_without(apr_pool_t *pool, const char *list,
                                     const char *const *patterns);

#endif
