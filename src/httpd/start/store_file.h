/* A store that is kept in a file: memory that is mapped from it. */
#ifndef COG_HTTPD_START_STORE_FILE_H
#define COG_HTTPD_START_STORE_FILE_H

#include <apr_pools.h>

typedef struct {
    const char *path;
    apr_size_t size;  /* of the store */
    int is_ours;      /* this process holds the one that is there */
    unsigned emptied; /* parts that were damaged */
    int is_new;       /* there was none of this version and size */
    void *memory;
} cog_store_file_t;

/* Open the store, or make one, for as long as `pool`, in which this process keeps it for
 * itself and its children: another httpd is refused. Its room is taken at once, so that a
 * disk that is full later does no harm. Only its owner may read it. What is no store is
 * never overwritten. Returns NULL, or the rest of a sentence about it. */
const char *cog_store_file_open(apr_pool_t *pool, cog_store_file_t *file);

#endif
