/* Who has been signed out before the time: marks in memory that all processes of this
 * host share, found without a lock. A mark says that sessions of one id, or of one
 * subject, that were created at its time or before have ended. When a part of the table
 * is full, its oldest mark becomes one for all sessions that fall into that part: too
 * many sessions may end then, never too few. */
#ifndef COG_SESSION_END_MARKS_H
#define COG_SESSION_END_MARKS_H

#include <apr_pools.h>
#include <stdint.h>

#include "base/gate.h"
#include "session/session.h"
#include "session/untold.h"

#define COG_END_MARKS_BUCKETS 8192
#define COG_END_MARKS_BUCKET  64 /* bytes: seven marks */

/* What tells one mark from another. */
#define COG_END_MARK_BITS (UINT64_C(0xffffffff00000000) | (COG_END_MARKS_BUCKETS - 1))

/* Bytes of memory: 57 344 marks, and what else all processes of a host must know of them.
 * It must be zero, or left by an earlier table. */
#define COG_END_MARKS_SIZE                                                               \
    (COG_END_MARKS_BUCKETS * COG_END_MARKS_BUCKET + sizeof(cog_untold_t) + 64)

typedef struct cog_end_marks_t cog_end_marks_t;

/* A table over `memory`, which is aligned to 64 bytes and outlives it. Marks are kept for
 * `life_sec`, the longest that a session may last. */
cog_end_marks_t *cog_end_marks_make(apr_pool_t *conf_pool, void *memory,
                                    int64_t life_sec);

/* Keep marks for `life_sec` at least. Before threads share the table. */
void cog_end_marks_keep(cog_end_marks_t *marks, int64_t life_sec);

int64_t cog_end_marks_life(const cog_end_marks_t *marks);

/* What a mark is about, as a number. */
uint64_t cog_end_mark_of_session(const unsigned char *id);
uint64_t cog_end_mark_of_subject(const char *subject);

/* Mark what was created at `time` or before, in seconds since 1970. FALSE when it was
 * marked already. */
int cog_end_marks_set(cog_end_marks_t *marks, uint64_t mark, int64_t time, int64_t now);

/* How many marks have become one for all sessions of their part of the table, since this
 * was last said: once in ten minutes. 0: none, or not now. */
unsigned cog_end_marks_crowded(cog_end_marks_t *marks, apr_time_t now);

/* What was created until when has ended by this mark; 0: nothing. */
int64_t cog_end_marks_time(const cog_end_marks_t *marks, uint64_t mark);

/* Those that the other hosts do not know of. */
cog_untold_t *cog_end_marks_untold(const cog_end_marks_t *marks);

/* Has this session been ended? */
int cog_end_marks_hold(const cog_end_marks_t *marks, const cog_session_t *session);

#endif
