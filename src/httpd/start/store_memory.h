/* The memory of stores, which outlives the configuration: at a graceful restart the next
 * one goes on with it, and so do the children of the one before. */
#ifndef COG_HTTPD_START_STORE_MEMORY_H
#define COG_HTTPD_START_STORE_MEMORY_H

#include "httpd/conf/store_value.h"
#include "httpd/start/start.h"

/* The memory of this store, shmcb: or dbm:, ready to be opened; made when there is none.
 * Returns NULL, or the rest of a sentence about it. */
const char *cog_store_memory_get(cog_start_t *start, const cog_store_value_t *value,
                                 void **memory);

/* At the end of a start: give back what it has not asked for. Children that still serve
 * by the configuration before keep theirs until they end. */
void cog_store_memory_let_go(const cog_start_t *start);

#endif
