#include "flow/revocation/revocation_list.h"

#include <apr_strings.h>

#include "base/pack.h"
#include "crypto/seal.h"

#define LIST_KEY     "cognito:end:" /* and the name of the secret */
#define APPEND_TRIES 20             /* numbers that other hosts take meanwhile */
#define FIND_TRIES   40             /* to double a step */

static cog_binding_t binding_of(const char *key)
{
    return (cog_binding_t){COG_PURPOSE_END, "", "", key};
}

const char *cog_revocation_list_name(const cog_flow_t *flow, int secret)
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
typedef struct {
    uint64_t epoch;
    uint64_t next;
} head_t;

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
    return cog_revocation_table_life(flow->conf->revocations);
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
                           const cog_revocation_t *revocation)
{
    const cog_store_t *store = &flow->ports->store;
    cog_span_t sealed;

    COG_TRY(
        seal_numbers(flow, key, revocation->mark, (uint64_t)revocation->time, &sealed));
    return store->add(store->context, flow->ports->log, key, sealed, life_of(flow));
}

static cog_err_t look(const cog_flow_t *flow, const char *list, uint64_t number,
                      int *is_taken)
{
    const cog_store_t *store = &flow->ports->store;
    cog_span_t value;
    cog_err_t err = store->get(store->context, flow->pool, flow->ports->log,
                               key_of(flow, list, number), &value);

    COG_REQUIRE(err == COG_OK || err == COG_E_NOT_FOUND, err);
    *is_taken = err == COG_OK;
    return COG_OK;
}

/* The end of a list is between one number that is taken and one that is free. */
static cog_err_t narrow(const cog_flow_t *flow, const char *list, uint64_t taken,
                        uint64_t *free_number)
{
    while (*free_number - taken > 1) {
        uint64_t middle = taken + (*free_number - taken) / 2;
        int is_taken;

        COG_TRY(look(flow, list, middle, &is_taken));
        if (is_taken) {
            taken = middle;
        }
        else {
            *free_number = middle;
        }
    }
    return COG_OK;
}

/* `*number` is taken. The next free one is near where many append at once, and far where
 * the store has lost the head, but not the list. */
static cog_err_t find_free(const cog_flow_t *flow, const char *list, uint64_t *number)
{
    uint64_t taken = *number;
    uint64_t step = 1;
    int is_taken;

    for (int i = 0; i < FIND_TRIES; ++i) {
        *number = taken + step;
        COG_TRY(look(flow, list, *number, &is_taken));
        if (!is_taken) {
            return narrow(flow, list, taken, number);
        }
        taken = *number;
        step *= 2;
    }
    return COG_E_STORE;
}

static cog_err_t add_at_end(const cog_flow_t *flow, const char *list,
                            const cog_revocation_t *revocation, uint64_t *number)
{
    for (int i = 0; i < APPEND_TRIES; ++i) {
        cog_err_t err = add_entry(flow, key_of(flow, list, *number), revocation);

        COG_REQUIRE(err == COG_E_EXISTS, err);
        COG_TRY(find_free(flow, list, number));
    }
    return COG_E_STORE;
}

cog_err_t cog_revocation_list_append(const cog_flow_t *flow,
                                     const cog_revocation_t *revocation)
{
    const char *list = cog_revocation_list_name(flow, 0);
    head_t head;

    COG_TRY(read_head(flow, list, &head));
    if (head.epoch == 0) {
        head.epoch = (uint64_t)cog_flow_time(flow);
    }
    COG_TRY(add_at_end(flow, list, revocation, &head.next));
    ++head.next;
    return write_head(flow, list, &head);
}

/* ---- reading ---- */

/* COG_E_NOT_FOUND where there is no entry. What does not open comes from somebody with
 * other keys, and is none of our business. */
static cog_err_t read_entry(const cog_flow_t *flow, const char *list, uint64_t number,
                            apr_array_header_t *found)
{
    uint64_t mark, time;
    cog_err_t err = read_numbers(flow, key_of(flow, list, number), &mark, &time);

    if (err == COG_E_SEAL_BROKEN) {
        return COG_OK;
    }
    COG_TRY(err);
    APR_ARRAY_PUSH(found, cog_revocation_t) =
        (cog_revocation_t){mark, (int64_t)(time & UINT32_MAX)};
    return COG_OK;
}

/* The head may lag behind the last entry, and a full store may have lost one. */
static int may_go_on(cog_err_t err, uint64_t next, const head_t *head)
{
    return err == COG_OK || (err == COG_E_NOT_FOUND && next < head->next);
}

static cog_err_t read_new(const cog_flow_t *flow, const char *list, const head_t *head,
                          cog_revocation_reading_t *reading)
{
    cog_revocation_cursor_t *cursor = reading->cursor;

    while (reading->budget-- > 0) {
        cog_err_t err = read_entry(flow, list, cursor->next, reading->found);

        if (!may_go_on(err, cursor->next, head)) {
            return err == COG_E_NOT_FOUND ? COG_OK : err;
        }
        ++cursor->next;
    }
    return COG_OK;
}

/* Entries end in the order in which they were written, so the past is read backwards. */
static cog_err_t read_past(const cog_flow_t *flow, const char *list,
                           cog_revocation_reading_t *reading)
{
    cog_revocation_cursor_t *cursor = reading->cursor;

    while (cursor->past > 0 && reading->budget-- > 0) {
        cog_err_t err = read_entry(flow, list, cursor->past - 1, reading->found);

        COG_REQUIRE(err == COG_OK || err == COG_E_NOT_FOUND, err);
        cursor->past = err == COG_OK ? cursor->past - 1 : 0;
    }
    return COG_OK;
}

cog_err_t cog_revocation_list_read(const cog_flow_t *flow, int secret,
                                   cog_revocation_reading_t *reading)
{
    const char *list = cog_revocation_list_name(flow, secret);
    head_t head;

    COG_TRY(read_head(flow, list, &head));
    if (head.epoch != reading->cursor->epoch) {
        *reading->cursor = (cog_revocation_cursor_t){head.epoch, head.next, head.next};
    }
    COG_TRY(read_new(flow, list, &head, reading));
    return read_past(flow, list, reading);
}
