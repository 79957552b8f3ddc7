/* The stores that processes share: made before httpd forks, one for each setting. */
#ifndef COG_HTTPD_START_STORES_H
#define COG_HTTPD_START_STORES_H

#include <httpd.h>

#include "flow/ports.h"
#include "httpd/conf/store_value.h"
#include "httpd/start/start.h"

typedef struct cog_made_store_t {
    cog_store_kind_t kind;
    const char *name;
    cog_store_t store;
    cog_store_t metered; /* the same, with its use counted */
} cog_made_store_t;

/* The store of this setting, in whose value `ca_file` is NULL for the system's: one for
 * all virtual hosts that have it. Nothing is made in a rehearsal. Returns a problem, or
 * NULL. */
const char *cog_start_store(cog_start_t *start, const cog_store_value_t *value,
                            const cog_made_store_t **store);

/* How full it is, in percent; -1: nobody here can say. */
int cog_made_store_percent(const cog_made_store_t *made);

/* Where this host keeps what user pools publish: in a file of the state directory, else,
 * with a warning, in memory. Returns a problem, or NULL. */
const char *cog_start_documents(cog_start_t *start, cog_store_t *store);

/* After a start: have the stores swept now and then. */
void cog_stores_tend(const cog_start_t *start, server_rec *s);

#endif
