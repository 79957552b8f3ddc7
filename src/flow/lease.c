#include "flow/lease.h"

#include <apr_strings.h>
#include <string.h>

#include "base/span.h"
#include "flow/flow_private.h"

#define TAKEN  "taken"
#define FAILED "failed"

/* What it is that exists. It may be gone by now: then it is there for the next try. */
static cog_err_t look(const cog_flow_t *flow, const char *key)
{
    const cog_store_t *store = &flow->ports->store;
    const char *text;
    cog_span_t value;
    cog_err_t err = store->get(store->context, flow->pool, flow->ports->log, key, &value);

    COG_REQUIRE(err != COG_E_NOT_FOUND, COG_E_EXISTS);
    COG_TRY(err);
    text = apr_pstrmemdup(flow->pool, (const char *)value.bytes, value.len);
    return strcmp(text, FAILED) == 0 ? COG_E_IDP_BUSY : COG_E_EXISTS;
}

cog_err_t cog_lease_take(const cog_flow_t *flow, const char *key)
{
    const cog_store_t *store = &flow->ports->store;
    cog_err_t err = store->add(store->context, flow->ports->log, key, cog_span_of(TAKEN),
                               flow->conf->lease_sec);

    return err == COG_E_EXISTS ? look(flow, key) : err;
}

void cog_lease_release(const cog_flow_t *flow, const char *key)
{
    const cog_store_t *store = &flow->ports->store;

    (void)store->remove(store->context, flow->ports->log, key);
}

/* Some random spread, if there is any, for sessions that have failed together. */
static int64_t pause_sec(const cog_flow_t *flow)
{
    const cog_random_t *random = flow->ports->random;
    unsigned char spread = 0;

    (void)random->fill(random->context, &spread, sizeof(spread));
    return COG_LEASE_PAUSE_SEC + spread % COG_LEASE_PAUSE_SEC;
}

void cog_lease_fail(const cog_flow_t *flow, const char *key)
{
    const cog_store_t *store = &flow->ports->store;

    (void)store->set(store->context, flow->ports->log, key, cog_span_of(FAILED),
                     pause_sec(flow));
}
