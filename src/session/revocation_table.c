#include "session/revocation_table.h"

#include <stdatomic.h>
#include <string.h>

#define SAY_EVERY apr_time_from_sec(600)

#define SLOTS 7 /* of a bucket, which with its floor fills a cache line */

/* A slot is one word, so that it is never seen half-written: the upper half of the mark,
 * and the time. 0 is a free one. */
typedef struct {
    _Atomic uint64_t floor; /* all that was created at this time or before has ended */
    _Atomic uint64_t slots[SLOTS];
} bucket_t;

_Static_assert(sizeof(bucket_t) == COG_REVOCATION_TABLE_BUCKET,
               "a bucket is a cache line");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "processes share words without locks");

#define BUCKETS COG_REVOCATION_TABLE_BUCKETS

/* What was added later stands behind. */
typedef struct {
    bucket_t buckets[BUCKETS];
    cog_outbox_t outbox;
    atomic_uint crowded; /* marks that gave up their slot, since it was said */
    cog_rate_limit_t say;
} memory_t;

_Static_assert(sizeof(memory_t) <= COG_REVOCATION_TABLE_SIZE,
               "the table fits its memory");

struct cog_revocation_table_t {
    memory_t *memory;
    int64_t life_sec;
};

cog_revocation_table_t *cog_revocation_table_make(apr_pool_t *conf_pool, void *memory,
                                                  int64_t life_sec)
{
    cog_revocation_table_t *table = apr_palloc(conf_pool, sizeof(*table));

    table->memory = memory;
    table->life_sec = life_sec;
    return table;
}

void cog_revocation_table_keep_for(cog_revocation_table_t *table, int64_t life_sec)
{
    table->life_sec = life_sec > table->life_sec ? life_sec : table->life_sec;
}

int64_t cog_revocation_table_life(const cog_revocation_table_t *table)
{
    return table->life_sec;
}

/* Ids are random already. */
uint64_t cog_revocation_mark_of_session(const unsigned char *id)
{
    uint64_t mark;

    memcpy(&mark, id, sizeof(mark));
    return mark;
}

/* FNV-1a. Subjects are made by the user pool, not by users: nobody can choose one that
 * shares a mark. */
uint64_t cog_revocation_mark_of_subject(const char *subject)
{
    uint64_t hash = 14695981039346656037U;

    for (const char *c = subject; *c; ++c) {
        hash = (hash ^ (unsigned char)*c) * 1099511628211U;
    }
    return hash;
}

static bucket_t *bucket_of(const cog_revocation_table_t *table, uint64_t mark)
{
    return &table->memory->buckets[mark % BUCKETS];
}

static uint64_t slot_of(uint64_t mark, int64_t time)
{
    return (mark & 0xffffffff00000000U) | (uint32_t)time;
}

static int64_t time_of(uint64_t slot)
{
    return (int64_t)(slot & 0xffffffffU);
}

static int is_about(uint64_t slot, uint64_t mark)
{
    return slot != 0 && slot >> 32 == mark >> 32;
}

static void raise_to(_Atomic uint64_t *place, uint64_t value)
{
    uint64_t seen = atomic_load(place);

    while (seen < value && !atomic_compare_exchange_weak(place, &seen, value)) {
    }
}

/* The slot that this mark has already, a free or outlived one, else the oldest. */
static _Atomic uint64_t *choose(bucket_t *bucket, uint64_t mark, int64_t outlived)
{
    _Atomic uint64_t *best = &bucket->slots[0];

    for (int i = 0; i < SLOTS; ++i) {
        if (is_about(atomic_load(&bucket->slots[i]), mark)) {
            return &bucket->slots[i];
        }
    }
    for (int i = 1; i < SLOTS && time_of(atomic_load(best)) > outlived; ++i) {
        if (time_of(atomic_load(&bucket->slots[i])) < time_of(atomic_load(best))) {
            best = &bucket->slots[i];
        }
    }
    return best;
}

/* What becomes of a mark, and of the one whose slot it takes. */
typedef struct {
    int is_new;
    int is_crowded;
} outcome_t;

/* One try; FALSE when another thread was faster. */
static int set_once(bucket_t *bucket, uint64_t mark, uint64_t slot, int64_t outlived,
                    outcome_t *outcome)
{
    _Atomic uint64_t *place = choose(bucket, mark, outlived);
    uint64_t seen = atomic_load(place);

    outcome->is_new = !is_about(seen, mark) || time_of(seen) < time_of(slot);
    if (!outcome->is_new) {
        return 1;
    }
    outcome->is_crowded = !is_about(seen, mark) && time_of(seen) > outlived;
    if (outcome->is_crowded) {
        raise_to(&bucket->floor, (uint64_t)time_of(seen));
    }
    return atomic_compare_exchange_strong(place, &seen, slot);
}

int cog_revocation_table_set(cog_revocation_table_t *table, uint64_t mark, int64_t time,
                             int64_t now)
{
    bucket_t *bucket = bucket_of(table, mark);
    uint64_t slot = slot_of(mark, time);
    outcome_t outcome = {0, 0};

    while (!set_once(bucket, mark, slot, now - table->life_sec, &outcome)) {
    }
    if (outcome.is_crowded) {
        atomic_fetch_add(&table->memory->crowded, 1);
    }
    return outcome.is_new;
}

unsigned cog_revocation_table_crowded(cog_revocation_table_t *table, apr_time_t now)
{
    memory_t *memory = table->memory;

    if (atomic_load_explicit(&memory->crowded, memory_order_relaxed) == 0 ||
        !cog_rate_limit_allows(&memory->say, now, SAY_EVERY)) {
        return 0;
    }
    return atomic_exchange(&memory->crowded, 0);
}

int64_t cog_revocation_table_time(const cog_revocation_table_t *table, uint64_t mark)
{
    bucket_t *bucket = bucket_of(table, mark);
    uint64_t time = atomic_load_explicit(&bucket->floor, memory_order_relaxed);

    for (int i = 0; i < SLOTS; ++i) {
        uint64_t slot = atomic_load_explicit(&bucket->slots[i], memory_order_relaxed);

        if (is_about(slot, mark) && (uint64_t)time_of(slot) > time) {
            time = (uint64_t)time_of(slot);
        }
    }
    return (int64_t)time;
}

int cog_revocation_table_has(const cog_revocation_table_t *table,
                             const cog_session_t *session)
{
    uint64_t by_id = cog_revocation_mark_of_session(session->id);
    uint64_t by_subject = cog_revocation_mark_of_subject(session->subject);

    return cog_revocation_table_time(table, by_id) >= session->created ||
           cog_revocation_table_time(table, by_subject) >= session->created;
}

cog_outbox_t *cog_revocation_table_outbox(const cog_revocation_table_t *table)
{
    return &table->memory->outbox;
}
