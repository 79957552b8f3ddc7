#include "flow/endings.h"

#include <apr_strings.h>

#include "base/log.h"
#include "base/text.h"
#include "flow/ending_list.h"
#include "flow/flow_private.h"

#define READ_AT_ONCE 500 /* entries of each list; the next second reads on */
#define TELL_AT_ONCE 200

static void say_when_crowded(const cog_flow_t *flow)
{
    cog_end_marks_t *marks = flow->conf->end_marks;
    const cog_clock_t *clock = &flow->ports->clock;
    unsigned count = cog_end_marks_crowded(marks, clock->now(clock->context));

    if (count > 0) {
        COG_LOG(flow->ports->log, WARNING, 3314,
                "the list of sessions that have ended is crowded: with %u of them one in "
                "%d of all older sessions has ended, too; make the second time of "
                "CognitoSessionTimeout shorter, which is %" APR_INT64_T_FMT
                " s at the longest",
                count, COG_END_MARKS_BUCKETS, cog_end_marks_life(marks));
    }
}

static int set_mark(const cog_flow_t *flow, const cog_ending_t *ending)
{
    int is_new = cog_end_marks_set(flow->conf->end_marks, ending->mark, ending->time,
                                   cog_flow_now(flow));

    say_when_crowded(flow);
    return is_new;
}

/* Which hosts are to be told: all those that read a secret's list in this store. */
static unsigned readers_of(const cog_flow_t *flow, int secret)
{
    return cog_untold_list(apr_pstrcat(flow->pool, flow->conf->store_name, " ",
                                       cog_ending_list_name(flow, secret), NULL));
}

static int keep_untold(const cog_flow_t *flow, uint64_t mark)
{
    return cog_untold_keep(cog_end_marks_untold(flow->conf->end_marks),
                           readers_of(flow, 0), mark);
}

typedef struct {
    cog_err_t err; /* why the other hosts do not know; COG_OK: they do */
    int is_kept;   /* they will be told */
} told_t;

static told_t tell(const cog_flow_t *flow, const cog_ending_t *ending)
{
    told_t told = {COG_OK, 0};

    if (flow->conf->is_store_shared) {
        told.err = cog_ending_list_append(flow, ending);
    }
    if (told.err != COG_OK) {
        told.is_kept = keep_untold(flow, ending->mark);
    }
    return told;
}

int cog_endings_hold(const cog_flow_t *flow, const cog_session_t *session)
{
    return cog_end_marks_hold(flow->conf->end_marks, session);
}

void cog_end_session_for_all(const cog_flow_t *flow, const cog_session_t *session)
{
    /* not the time of now: the session may be from a host whose clock is ahead */
    const cog_ending_t ending = {cog_end_mark_of_session(session->id), session->created};
    told_t told = {COG_OK, 0};

    /* who sends an ended session again and again makes no list longer */
    if (set_mark(flow, &ending)) {
        told = tell(flow, &ending);
    }
    if (told.err != COG_OK) {
        COG_LOG(flow->ports->log, WARNING, 3300,
                "the other hosts could not be told that session %s has ended (%s): %s",
                cog_session_id_text(flow->pool, session), cog_err_name(told.err),
                told.is_kept ? "they will be when the store answers again"
                             : "nor will they be, for too many wait for that already");
    }
}

cog_err_t cog_end_subject_for_all(const cog_flow_t *flow, const char *subject,
                                  int64_t time)
{
    const cog_ending_t ending = {cog_end_mark_of_subject(subject), time};

    /* also what is marked already: it may be sent again to tell the others */
    (void)set_mark(flow, &ending);
    COG_TRY(tell(flow, &ending).err);
    COG_LOG(flow->ports->log, INFO, 3301, "all sessions of sub %s have ended",
            cog_text_for_log(flow->pool, subject, 255));
    return COG_OK;
}

/* ---- hearing and telling, while nobody asks ---- */

static void take_over(const cog_flow_t *flow, const apr_array_header_t *found)
{
    for (int i = 0; i < found->nelts; ++i) {
        (void)set_mark(flow, &APR_ARRAY_IDX(found, i, cog_ending_t));
    }
}

static cog_err_t read_list(const cog_flow_t *flow, int secret, cog_ending_place_t *place)
{
    cog_ending_reading_t reading = {place, READ_AT_ONCE,
                                    apr_array_make(flow->pool, 8, sizeof(cog_ending_t))};
    cog_err_t err = cog_ending_list_read(flow, secret, &reading);

    take_over(flow, reading.found);
    return err;
}

static cog_err_t read_lists(const cog_flow_t *flow, cog_endings_reader_t *reader)
{
    for (int i = 0; i < cog_keyring_count(flow->conf->keyring); ++i) {
        COG_TRY(read_list(flow, i, &reader->lists[i]));
    }
    return COG_OK;
}

cog_err_t cog_endings_read(const cog_flow_t *flow, cog_endings_reader_t *reader)
{
    cog_err_t err = read_lists(flow, reader);

    cog_hearing_note(flow, &reader->hearing, err == COG_OK);
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

static cog_ending_t ending_of(const cog_flow_t *flow, const cog_untold_entry_t *entry)
{
    return (cog_ending_t){entry->mark,
                          cog_end_marks_time(flow->conf->end_marks, entry->mark)};
}

/* Nobody holds a session that is older than any may become. */
static int is_outlived(const cog_flow_t *flow, const cog_ending_t *ending)
{
    return ending->time <= cog_flow_now(flow) - cog_end_marks_life(flow->conf->end_marks);
}

/* One that was kept: told, and forgotten; or forgotten; or left to others. */
static cog_err_t tell_late(const cog_flow_t *flow, const cog_untold_entry_t *entry,
                           int *count)
{
    cog_untold_t *untold = cog_end_marks_untold(flow->conf->end_marks);
    const cog_ending_t ending = ending_of(flow, entry);

    if (is_outlived(flow, &ending)) {
        cog_untold_drop(untold, entry);
        return COG_OK;
    }
    if (!is_for_us(flow, entry->list)) {
        return COG_OK;
    }
    COG_TRY(cog_ending_list_append(flow, &ending));
    ++*count;
    cog_untold_drop(untold, entry);
    /* more of the user's sessions have ended meanwhile, and found it kept already */
    if (ending_of(flow, entry).time > ending.time) {
        (void)keep_untold(flow, entry->mark);
    }
    return COG_OK;
}

cog_err_t cog_endings_tell(const cog_flow_t *flow)
{
    const cog_untold_t *untold = cog_end_marks_untold(flow->conf->end_marks);
    cog_untold_entry_t entry = {0};
    cog_err_t err = COG_OK;
    int count = 0;

    while (err == COG_OK && count < TELL_AT_ONCE && cog_untold_find(untold, &entry)) {
        err = tell_late(flow, &entry, &count);
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
