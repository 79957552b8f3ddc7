#include "flow/session/lease.h"

#include <apr_strings.h>
#include <string.h>

#include "base/base64.h"
#include "base/span.h"

#define FAILED "failed"

#define HOLDER_LEN 16
#define MARGIN_SEC 1 /* longer than two calls of the store */

static const char *text_of(const cog_flow_t *flow, cog_span_t value)
{
    return apr_pstrmemdup(flow->pool, (const char *)value.bytes, value.len);
}

/* What it is that exists. It may be gone by now: then it is there for the next try. */
static cog_err_t look(const cog_flow_t *flow, const char *key)
{
    const cog_store_t *store = &flow->ports->store;
    cog_span_t value;
    cog_err_t err = store->get(store->context, flow->pool, flow->ports->log, key, &value);

    COG_REQUIRE(err != COG_E_NOT_FOUND, COG_E_EXISTS);
    COG_TRY(err);
    return strcmp(text_of(flow, value), FAILED) == 0 ? COG_E_IDP_BUSY : COG_E_EXISTS;
}

static cog_err_t name_holder(const cog_flow_t *flow, const char **holder)
{
    const cog_random_t *random = flow->ports->random;
    unsigned char bytes[HOLDER_LEN];

    COG_TRY(random->fill(random->context, bytes, sizeof(bytes)));
    *holder = cog_base64url_encode(flow->pool, (cog_span_t){bytes, sizeof(bytes)});
    return COG_OK;
}

cog_err_t cog_lease_take(const cog_flow_t *flow, const char *key, cog_lease_t *lease)
{
    const cog_store_t *store = &flow->ports->store;
    int64_t ttl_sec = flow->conf->lease_sec;
    cog_err_t err;

    lease->key = key;
    lease->end = cog_flow_now(flow) + ttl_sec - MARGIN_SEC;
    COG_TRY(name_holder(flow, &lease->holder));
    err = store->add(store->context, flow->ports->log, key, cog_span_of(lease->holder),
                     ttl_sec);
    return err == COG_E_EXISTS ? look(flow, key) : err;
}

int cog_lease_has_ended(const cog_flow_t *flow, const cog_lease_t *lease)
{
    return cog_flow_now(flow) >= lease->end;
}

/* Also for as long as the next call takes. */
static int is_ours(const cog_flow_t *flow, const cog_lease_t *lease)
{
    const cog_store_t *store = &flow->ports->store;
    cog_span_t value;

    return store->get(store->context, flow->pool, flow->ports->log, lease->key, &value) ==
               COG_OK &&
           strcmp(text_of(flow, value), lease->holder) == 0 &&
           !cog_lease_has_ended(flow, lease);
}

void cog_lease_release(const cog_flow_t *flow, const cog_lease_t *lease)
{
    const cog_store_t *store = &flow->ports->store;

    if (is_ours(flow, lease)) {
        (void)store->remove(store->context, flow->ports->log, lease->key);
    }
}

/* Some random spread, if there is any, for sessions that have failed together. */
static int64_t pause_sec(const cog_flow_t *flow)
{
    const cog_random_t *random = flow->ports->random;
    unsigned char spread = 0;

    (void)random->fill(random->context, &spread, sizeof(spread));
    return COG_LEASE_PAUSE_SEC + spread % COG_LEASE_PAUSE_SEC;
}

void cog_lease_fail(const cog_flow_t *flow, const cog_lease_t *lease)
{
    const cog_store_t *store = &flow->ports->store;
    const cog_log_t *log = flow->ports->log;
    int64_t ttl_sec = pause_sec(flow);

    if (is_ours(flow, lease)) {
        (void)store->set(store->context, log, lease->key, cog_span_of(FAILED), ttl_sec);
    }
    else {
        (void)store->add(store->context, log, lease->key, cog_span_of(FAILED), ttl_sec);
    }
}
