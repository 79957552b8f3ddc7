#include "flow/endings.h"

#include <apr_strings.h>

#include "base/log.h"
#include "base/pack.h"
#include "base/text.h"
#include "crypto/seal.h"
#include "flow/flow_private.h"

#define LIST_KEY "cognito:end:" /* and the name of the secret */
#define MAX_READ 100000         /* entries of the past that a reader takes over */

/* One entry of a list: sealed with its own number, for all sites of a keyring. */
typedef struct {
    uint64_t mark;
    int64_t time;
} ending_t;

static cog_binding_t binding_of(const char *key)
{
    return (cog_binding_t){COG_PURPOSE_END, "", "", key};
}

/* The list of a secret, of which the first seals. */
static const char *list_of(const cog_flow_t *flow, int secret)
{
    return apr_pstrcat(flow->pool, LIST_KEY,
                       cog_keyring_id_text(flow->pool, flow->conf->keyring, secret), ":",
                       NULL);
}

static const char *key_of(const cog_flow_t *flow, const char *list, uint64_t number)
{
    return apr_psprintf(flow->pool, "%s%" APR_UINT64_T_FMT, list, number);
}

/* About the first number that is free. */
static const char *head_key_of(const cog_flow_t *flow, const char *list)
{
    return apr_pstrcat(flow->pool, list, "head", NULL);
}

static cog_err_t seal_numbers(const cog_flow_t *flow, const char *key, uint64_t first,
                              uint64_t second, cog_span_t *sealed)
{
    cog_sealer_t sealer = cog_flow_sealer(flow);
    cog_binding_t binding = binding_of(key);
    cog_packer_t packer;

    cog_pack_begin(flow->pool, &packer, 0);
    cog_pack_number(&packer, first);
    cog_pack_number(&packer, second);
    return cog_seal_bytes(flow->pool, &sealer, &binding, cog_pack_end(&packer), sealed);
}

/* COG_E_NOT_FOUND, COG_E_STORE, or COG_E_SEAL_BROKEN for what is not ours. */
static cog_err_t read_numbers(const cog_flow_t *flow, const char *key, uint64_t *first,
                              uint64_t *second)
{
    const cog_store_t *store = &flow->ports->store;
    cog_binding_t binding = binding_of(key);
    cog_unpacker_t unpacker;
    cog_span_t sealed, plain;

    COG_TRY(store->get(store->context, flow->pool, flow->ports->log, key, &sealed));
    COG_TRY(cog_unseal_bytes(flow->pool, flow->conf->keyring, &binding, sealed, &plain));
    cog_unpack_begin(&unpacker, plain);
    *first = cog_unpack_number(&unpacker);
    *second = cog_unpack_number(&unpacker);
    COG_REQUIRE(cog_unpack_is_complete(&unpacker), COG_E_SEAL_BROKEN);
    return COG_OK;
}

/* Zeros when there is no list. */
typedef cog_endings_place_t head_t;

static cog_err_t read_head(const cog_flow_t *flow, const char *list, head_t *head)
{
    cog_err_t err =
        read_numbers(flow, head_key_of(flow, list), &head->next, &head->epoch);

    COG_REQUIRE(err != COG_E_STORE, err);
    if (err != COG_OK) {
        *head = (head_t){0};
    }
    return COG_OK;
}

static int64_t life_of(const cog_flow_t *flow)
{
    return cog_end_marks_life(flow->conf->end_marks);
}

static cog_err_t write_head(const cog_flow_t *flow, const char *list, const head_t *head)
{
    const cog_store_t *store = &flow->ports->store;
    const char *key = head_key_of(flow, list);
    cog_span_t sealed;

    COG_TRY(seal_numbers(flow, key, head->next, head->epoch, &sealed));
    return store->set(store->context, flow->ports->log, key, sealed, life_of(flow));
}

static cog_err_t add_entry(const cog_flow_t *flow, const char *key,
                           const ending_t *ending)
{
    const cog_store_t *store = &flow->ports->store;
    cog_span_t sealed;

    COG_TRY(seal_numbers(flow, key, ending->mark, (uint64_t)ending->time, &sealed));
    return store->add(store->context, flow->ports->log, key, sealed, life_of(flow));
}

/* Many hosts may append at once: each takes the first number that is still free. */
static cog_err_t append(const cog_flow_t *flow, const ending_t *ending)
{
    const cog_clock_t *clock = &flow->ports->clock;
    const char *list = list_of(flow, 0);
    cog_err_t err = COG_E_EXISTS;
    head_t head;

    COG_TRY(read_head(flow, list, &head));
    if (head.epoch == 0) {
        head.epoch = (uint64_t)clock->now(clock->context);
    }
    while (err == COG_E_EXISTS) {
        err = add_entry(flow, key_of(flow, list, head.next++), ending);
    }
    COG_TRY(err);
    return write_head(flow, list, &head);
}

static int set_mark(const cog_flow_t *flow, const ending_t *ending)
{
    return cog_end_marks_set(flow->conf->end_marks, ending->mark, ending->time,
                             cog_flow_now(flow));
}

static cog_err_t tell(const cog_flow_t *flow, const ending_t *ending)
{
    return flow->conf->is_store_shared ? append(flow, ending) : COG_OK;
}

int cog_endings_hold(const cog_flow_t *flow, const cog_session_t *session)
{
    return cog_end_marks_hold(flow->conf->end_marks, session);
}

void cog_end_session_for_all(const cog_flow_t *flow, const cog_session_t *session)
{
    /* not the time of now: the session may be from a host whose clock is ahead */
    const ending_t ending = {cog_end_mark_of_session(session->id), session->created};
    cog_err_t err = COG_OK;

    /* who sends an ended session again and again makes no list longer */
    if (set_mark(flow, &ending)) {
        err = tell(flow, &ending);
    }
    if (err != COG_OK) {
        COG_LOG(flow->ports->log, WARNING, 3300,
                "the other hosts could not be told that session %s has ended: %s",
                cog_session_id_text(flow->pool, session), cog_err_name(err));
    }
}

cog_err_t cog_end_subject_for_all(const cog_flow_t *flow, const char *subject,
                                  int64_t time)
{
    const ending_t ending = {cog_end_mark_of_subject(subject), time};

    /* also what is marked already: it may be sent again to tell the others */
    (void)set_mark(flow, &ending);
    COG_TRY(tell(flow, &ending));
    COG_LOG(flow->ports->log, INFO, 3301, "all sessions of sub %s have ended",
            cog_text_for_log(flow->pool, subject, 255));
    return COG_OK;
}

/* COG_E_NOT_FOUND where there is no entry. What does not open comes from somebody with
 * other keys, and is none of our business. */
static cog_err_t take_over(const cog_flow_t *flow, const char *list, uint64_t number)
{
    ending_t ending;
    uint64_t time;
    cog_err_t err = read_numbers(flow, key_of(flow, list, number), &ending.mark, &time);

    if (err == COG_E_SEAL_BROKEN) {
        return COG_OK;
    }
    COG_TRY(err);
    ending.time = (int64_t)(time & UINT32_MAX);
    (void)set_mark(flow, &ending);
    return COG_OK;
}

/* Entries end in the order in which they were written, so the past is read backwards. */
static cog_err_t take_over_past(const cog_flow_t *flow, const char *list, uint64_t next)
{
    uint64_t first = next > MAX_READ ? next - MAX_READ : 0;
    cog_err_t err = COG_OK;

    while (next > first && err == COG_OK) {
        err = take_over(flow, list, --next);
    }
    return err == COG_E_NOT_FOUND ? COG_OK : err;
}

/* The head may lag behind the last entry, and a full store may have lost one. */
static int may_go_on(cog_err_t err, uint64_t next, const head_t *head)
{
    return err == COG_OK || (err == COG_E_NOT_FOUND && next < head->next);
}

static cog_err_t read_list(const cog_flow_t *flow, const char *list, head_t *reader)
{
    cog_err_t err;
    head_t head;

    COG_TRY(read_head(flow, list, &head));
    if (head.epoch != reader->epoch) {
        COG_TRY(take_over_past(flow, list, head.next));
        *reader = head;
    }
    do {
        err = take_over(flow, list, reader->next);
    } while (may_go_on(err, reader->next, &head) && ++reader->next);
    return err == COG_E_NOT_FOUND ? COG_OK : err;
}

cog_err_t cog_endings_read(const cog_flow_t *flow, cog_endings_reader_t *reader)
{
    for (int i = 0; i < cog_keyring_count(flow->conf->keyring); ++i) {
        COG_TRY(read_list(flow, list_of(flow, i), &reader->lists[i]));
    }
    return COG_OK;
}
