#include "flow/provider/document.h"

#include <apr_strings.h>

#include "base/pack.h"
#include "crypto/digest.h"
#include "flow/fetch.h"
#include "flow/provider/single_flight.h"

#define KEPT   "kept:"   /* the last good one */
#define RECENT "recent:" /* how the last fetch goes, by what was asked for */
#define NEWER  "newer:"
#define AHEAD  "ahead:"

#define NUMBER_LEN 10
#define WAIT_SLICE apr_time_from_msec(50)
#define WAITS      (COG_FETCH_WAIT_SEC * 20) /* of them */

#define AHEAD_LIMIT apr_time_from_sec(1)

static const char *key_of(const cog_flow_t *flow, const char *prefix, const char *url)
{
    return apr_pstrcat(flow->pool, prefix,
                       cog_digest_s256(flow->pool, cog_secret_of(url)), NULL);
}

/* ---- what is kept ---- */

static cog_err_t read_kept(const cog_flow_t *flow, const char *url,
                           cog_document_t *document)
{
    const cog_store_t *store = &flow->ports->documents;
    cog_unpacker_t unpacker;
    cog_span_t value;

    COG_TRY(store->get(store->context, flow->pool, flow->ports->log,
                       key_of(flow, KEPT, url), &value));
    cog_unpack_begin(&unpacker, value);
    document->status = 200;
    document->is_kept = 1;
    document->fetched_at = (apr_time_t)cog_unpack_number(&unpacker);
    document->body = cog_span_of(cog_unpack_text(&unpacker));
    return cog_unpack_is_complete(&unpacker) ? COG_OK : COG_E_NOT_FOUND;
}

static void keep(const cog_flow_t *flow, const char *url, const cog_document_t *document)
{
    const cog_store_t *store = &flow->ports->documents;
    cog_packer_t packer;

    if (document->body.len > COG_STORE_MAX_VALUE - NUMBER_LEN - 1) {
        return;
    }
    cog_pack_begin(flow->pool, &packer, document->body.len + NUMBER_LEN + 1);
    cog_pack_number(&packer, (uint64_t)document->fetched_at);
    cog_pack_text(&packer, (const char *)document->body.bytes);
    (void)store->set(store->context, flow->ports->log, key_of(flow, KEPT, url),
                     cog_pack_end(&packer), COG_DOCUMENT_KEPT_SEC);
}

/* ---- whose turn it is to fetch: a key that is there for as long as nobody else shall,
 * and tells what came of it ---- */

#define AT_IT 255 /* or an error */

static const struct {
    const char *key;
    int pause_sec;
    apr_interval_time_t limit; /* of the call; 0: the usual */
} turns[] = {
    [COG_DOCUMENT_RECENT] = {RECENT, COG_FETCH_PAUSE_SEC, 0          },
    [COG_DOCUMENT_NEWER] = {NEWER,  COG_KID_PAUSE_SEC,   0          },
    [COG_DOCUMENT_AHEAD] = {AHEAD,  COG_AHEAD_PAUSE_SEC, AHEAD_LIMIT},
};

static const char *turn_of(const cog_flow_t *flow, cog_document_kind_t kind,
                           const char *url)
{
    return key_of(flow, turns[kind].key, url);
}

static cog_err_t take_turn(const cog_flow_t *flow, const char *url,
                           cog_document_kind_t kind)
{
    const cog_store_t *store = &flow->ports->documents;
    const unsigned char at_it = AT_IT;
    cog_err_t err = store->add(store->context, flow->ports->log, turn_of(flow, kind, url),
                               (cog_span_t){&at_it, 1}, turns[kind].pause_sec);

    /* who cannot see whether it is his turn fetches all the same, but not by request */
    return err == COG_E_STORE && kind == COG_DOCUMENT_RECENT ? COG_OK : err;
}

static void end_turn(const cog_flow_t *flow, const char *url, cog_document_kind_t kind,
                     cog_err_t err)
{
    const cog_store_t *store = &flow->ports->documents;
    const unsigned char outcome = (unsigned char)err;

    (void)store->set(store->context, flow->ports->log, turn_of(flow, kind, url),
                     (cog_span_t){&outcome, 1}, turns[kind].pause_sec);
}

/* What came of it; COG_E_EXISTS while somebody is at it. */
static cog_err_t look_at_turn(const cog_flow_t *flow, const char *url,
                              cog_document_kind_t kind)
{
    const cog_store_t *store = &flow->ports->documents;
    cog_span_t value;

    if (store->get(store->context, flow->pool, flow->ports->log, turn_of(flow, kind, url),
                   &value) != COG_OK ||
        value.len != 1) {
        return COG_E_IDP_UNREACHABLE; /* killed while he was at it */
    }
    return *value.bytes == AT_IT ? COG_E_EXISTS : (cog_err_t)*value.bytes;
}

/* ---- what became of a document ---- */

int cog_document_is_overload(const cog_document_t *document)
{
    return document->status == 429 || document->status >= 500;
}

/* One that was kept, and is good, stays kept. */
static void take(const cog_flow_t *flow, const char *url, const cog_document_t *document)
{
    if (!document->is_kept) {
        keep(flow, url, document);
        end_turn(flow, url, document->kind, COG_OK);
    }
}

static void refuse(const cog_flow_t *flow, const char *url,
                   const cog_document_t *document, cog_err_t why)
{
    const cog_store_t *store = &flow->ports->documents;

    if (document->is_kept) {
        (void)store->remove(store->context, flow->ports->log, key_of(flow, KEPT, url));
    }
    else {
        end_turn(flow, url, document->kind, why);
    }
}

cog_err_t cog_document_finish(const cog_flow_t *flow, const char *url,
                              const cog_document_t *document, cog_err_t err)
{
    if (err == COG_OK) {
        take(flow, url, document);
    }
    else {
        refuse(flow, url, document, err);
    }
    return err;
}

/* ---- getting one ---- */

static cog_err_t fetch(const cog_flow_t *flow, const char *url, cog_document_t *document)
{
    const cog_fetch_request_t request = {.kind = document->call,
                                         .url = url,
                                         .accept = "application/json",
                                         .limit = turns[document->kind].limit};
    cog_fetch_response_t response;
    cog_err_t err = cog_flow_fetch(flow, &request, &response);

    if (err != COG_OK) {
        end_turn(flow, url, document->kind, err);
        return err;
    }
    document->is_kept = 0;
    document->status = response.status;
    document->body = response.body;
    document->fetched_at = cog_flow_time(flow);
    return COG_OK;
}

/* One of the future was fetched before the clock was put back: nobody knows its age. */
static int will_do(const cog_flow_t *flow, const cog_document_t *document,
                   const cog_document_freshness_t *freshness)
{
    return freshness->kind == COG_DOCUMENT_KEPT ||
           (document->fetched_at > freshness->than &&
            document->fetched_at <= cog_flow_time(flow));
}

/* The pauses are counted: a clock that jumps does not make more of them. */
static cog_err_t wait_for_other(const cog_flow_t *flow, const char *url,
                                const cog_document_freshness_t *freshness,
                                cog_document_t *document)
{
    const cog_clock_t *clock = &flow->ports->clock;

    cog_err_t turn = look_at_turn(flow, url, freshness->kind);

    for (int i = 0; turn == COG_E_EXISTS && i < WAITS; ++i) {
        clock->pause(clock->context, WAIT_SLICE);
        turn = look_at_turn(flow, url, freshness->kind);
    }
    COG_REQUIRE(turn != COG_E_EXISTS, COG_E_IDP_UNREACHABLE);
    COG_TRY(turn);
    COG_TRY(read_kept(flow, url, document));
    return will_do(flow, document, freshness) ? COG_OK : COG_E_NOT_FOUND;
}

cog_err_t cog_document_get(const cog_flow_t *flow, const char *url,
                           const cog_document_freshness_t *freshness,
                           cog_document_t *document)
{
    cog_err_t kept, turn;

    *document = (cog_document_t){.kind = freshness->kind, .call = document->call};
    kept = read_kept(flow, url, document);
    if (freshness->kind == COG_DOCUMENT_KEPT ||
        (kept == COG_OK && will_do(flow, document, freshness))) {
        return kept;
    }
    turn = take_turn(flow, url, freshness->kind);
    if (turn == COG_OK) {
        return fetch(flow, url, document);
    }
    COG_REQUIRE(turn == COG_E_EXISTS, turn);
    COG_REQUIRE(freshness->kind != COG_DOCUMENT_AHEAD, COG_E_NOT_FOUND);
    return kept == COG_OK && freshness->kind == COG_DOCUMENT_RECENT
               ? COG_OK
               : wait_for_other(flow, url, freshness, document);
}
