#include "flow/revocation/session_revocation.h"

#include <apr_strings.h>

#include "base/log.h"
#include "base/text.h"
#include "flow/revocation/revocation_list.h"

#define READ_AT_ONCE 500 /* entries of each list; the next second reads on */
#define SEND_AT_ONCE 200

static void say_when_crowded(const cog_flow_t *flow)
{
    cog_revocation_table_t *table = flow->conf->revocations;
    unsigned count = cog_revocation_table_crowded(table, cog_flow_time(flow));

    if (count > 0) {
        COG_LOG(flow->ports->log, WARNING, 3314,
                "the list of sessions that have ended is crowded: with %u of them one in "
                "%d of all older sessions has ended, too; make the second time of "
                "CognitoSessionTimeout shorter, which is %" APR_INT64_T_FMT
                " s at the longest",
                count, COG_REVOCATION_TABLE_BUCKETS, cog_revocation_table_life(table));
    }
}

static int set_mark(const cog_flow_t *flow, const cog_revocation_t *revocation)
{
    int is_new = cog_revocation_table_set(flow->conf->revocations, revocation->mark,
                                          revocation->time, cog_flow_now(flow));

    say_when_crowded(flow);
    return is_new;
}

/* Which hosts are to be told: all those that read a secret's list in this store. */
static unsigned readers_of(const cog_flow_t *flow, int secret)
{
    return cog_outbox_list(apr_pstrcat(flow->pool, flow->conf->store_name, " ",
                                       cog_revocation_list_name(flow, secret), NULL));
}

static int queue(const cog_flow_t *flow, uint64_t mark)
{
    return cog_outbox_add(cog_revocation_table_outbox(flow->conf->revocations),
                          readers_of(flow, 0), mark);
}

typedef struct {
    cog_err_t err; /* why the other hosts do not know; COG_OK: they do */
    int is_queued; /* they will be told later */
} sent_t;

static sent_t send_now(const cog_flow_t *flow, const cog_revocation_t *revocation)
{
    sent_t sent = {COG_OK, 0};

    if (flow->conf->is_store_shared) {
        sent.err = cog_revocation_list_append(flow, revocation);
    }
    if (sent.err != COG_OK) {
        sent.is_queued = queue(flow, revocation->mark);
    }
    return sent;
}

int cog_session_is_revoked(const cog_flow_t *flow, const cog_session_t *session)
{
    return cog_revocation_table_has(flow->conf->revocations, session);
}

void cog_session_revoke(const cog_flow_t *flow, const cog_session_t *session)
{
    /* not the time of now: the session may be from a host whose clock is ahead */
    const cog_revocation_t revocation = {cog_revocation_mark_of_session(session->id),
                                         session->created};
    sent_t sent = {COG_OK, 0};

    /* who sends an ended session again and again makes no list longer */
    if (set_mark(flow, &revocation)) {
        sent = send_now(flow, &revocation);
    }
    if (sent.err != COG_OK) {
        COG_LOG(flow->ports->log, WARNING, 3300,
                "the other hosts could not be told that session %s has ended (%s): %s",
                cog_session_id_text(flow->pool, session), cog_err_name(sent.err),
                sent.is_queued ? "they will be when the store answers again"
                               : "nor will they be, for too many wait for that already");
    }
}

cog_err_t cog_subject_revoke(const cog_flow_t *flow, const char *subject, int64_t time)
{
    const cog_revocation_t revocation = {cog_revocation_mark_of_subject(subject), time};

    /* also what is marked already: it may be sent again to tell the others */
    (void)set_mark(flow, &revocation);
    COG_TRY(send_now(flow, &revocation).err);
    COG_LOG(flow->ports->log, INFO, 3301, "all sessions of sub %s have ended",
            cog_text_for_log(flow->pool, subject, 255));
    return COG_OK;
}

/* ---- reading and sending, in the background ---- */

static void take_over(const cog_flow_t *flow, const apr_array_header_t *found)
{
    for (int i = 0; i < found->nelts; ++i) {
        (void)set_mark(flow, &APR_ARRAY_IDX(found, i, cog_revocation_t));
    }
}

static cog_err_t read_list(const cog_flow_t *flow, int secret,
                           cog_revocation_cursor_t *cursor)
{
    cog_revocation_reading_t reading = {
        cursor, READ_AT_ONCE, apr_array_make(flow->pool, 8, sizeof(cog_revocation_t))};
    cog_err_t err = cog_revocation_list_read(flow, secret, &reading);

    take_over(flow, reading.found);
    return err;
}

static cog_err_t read_lists(const cog_flow_t *flow, cog_revocation_reader_t *reader)
{
    for (int i = 0; i < cog_keyring_count(flow->conf->keyring); ++i) {
        COG_TRY(read_list(flow, i, &reader->lists[i]));
    }
    return COG_OK;
}

cog_err_t cog_revocations_read(const cog_flow_t *flow, cog_revocation_reader_t *reader)
{
    cog_err_t err = read_lists(flow, reader);

    cog_revocation_lag_note(flow, &reader->lag, err == COG_OK);
    return err;
}

static int is_for_us(const cog_flow_t *flow, unsigned readers)
{
    for (int i = 0; i < cog_keyring_count(flow->conf->keyring); ++i) {
        if (readers_of(flow, i) == readers) {
            return 1;
        }
    }
    return 0;
}

static cog_revocation_t revocation_of(const cog_flow_t *flow,
                                      const cog_outbox_entry_t *entry)
{
    return (cog_revocation_t){
        entry->mark, cog_revocation_table_time(flow->conf->revocations, entry->mark)};
}

/* Nobody holds a session that is older than any may become. */
static int is_outlived(const cog_flow_t *flow, const cog_revocation_t *revocation)
{
    return revocation->time <=
           cog_flow_now(flow) - cog_revocation_table_life(flow->conf->revocations);
}

/* One of the outbox: sent and removed; or outlived and removed; or left to others. */
static cog_err_t send_late(const cog_flow_t *flow, const cog_outbox_entry_t *entry,
                           int *count)
{
    cog_outbox_t *outbox = cog_revocation_table_outbox(flow->conf->revocations);
    const cog_revocation_t revocation = revocation_of(flow, entry);

    if (is_outlived(flow, &revocation)) {
        cog_outbox_remove(outbox, entry);
        return COG_OK;
    }
    if (!is_for_us(flow, entry->list)) {
        return COG_OK;
    }
    COG_TRY(cog_revocation_list_append(flow, &revocation));
    ++*count;
    cog_outbox_remove(outbox, entry);
    /* more of the user's sessions have ended meanwhile, and found it in the outbox
     * already */
    if (revocation_of(flow, entry).time > revocation.time) {
        (void)queue(flow, entry->mark);
    }
    return COG_OK;
}

cog_err_t cog_revocations_send(const cog_flow_t *flow)
{
    const cog_outbox_t *outbox = cog_revocation_table_outbox(flow->conf->revocations);
    cog_outbox_entry_t entry = {0};
    cog_err_t err = COG_OK;
    int count = 0;

    while (err == COG_OK && count < SEND_AT_ONCE && cog_outbox_find(outbox, &entry)) {
        err = send_late(flow, &entry, &count);
        ++entry.place;
    }
    if (count > 0) {
        COG_LOG(flow->ports->log, WARNING, 3311,
                "the other hosts have now been told of %d endings that they could not be "
                "told of when it happened",
                count);
    }
    return err;
}
