/* The value of CognitoStore: which store, and what it needs. */
#ifndef COG_HTTPD_STORE_VALUE_H
#define COG_HTTPD_STORE_VALUE_H

#include <apr_pools.h>

typedef struct {
    const char *name; /* the value in its normal form: the same for the same store */
    apr_size_t size;  /* shmcb: in bytes */
} cog_store_value_t;

/* CognitoStore, when nothing is written. */
#define COG_DEFAULT_STORE "shmcb"

/* Returns NULL, or what is wrong and what would be right, as the rest of a sentence. */
const char *cog_store_value_parse(apr_pool_t *pool, const char *text,
                                  cog_store_value_t *value);

#endif
