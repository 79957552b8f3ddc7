/* What flow/ports.h promises of every store. */
#ifndef COG_TEST_STORE_CONTRACT_H
#define COG_TEST_STORE_CONTRACT_H

#include "flow/ports.h"

/* The store holds nothing yet. */
void store_contract_check(apr_pool_t *pool, const cog_store_t *store,
                          const cog_log_t *log);

/* Many threads add the same key at once: one has COG_OK. */
void store_contract_check_race(apr_pool_t *pool, const cog_store_t *store,
                               const cog_log_t *log);

#endif
