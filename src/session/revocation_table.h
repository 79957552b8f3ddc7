/* Revoked sessions: marks in memory that all processes of this host share, found without
 * a lock. A mark says that sessions of one id, or of one subject, that were created at
 * its time or before are revoked. When a part of the table
 * is full, its oldest mark becomes one for all sessions that fall into that part: too
 * many sessions may end then, never too few. */
#ifndef COG_SESSION_REVOCATION_TABLE_H
#define COG_SESSION_REVOCATION_TABLE_H

#include <apr_pools.h>
#include <stdint.h>

#include "base/rate_limit.h"
#include "session/revocation_outbox.h"
#include "session/session.h"

#define COG_REVOCATION_TABLE_BUCKETS 8192
#define COG_REVOCATION_TABLE_BUCKET  64 /* bytes: seven marks */

/* What tells one mark from another. */
#define COG_REVOCATION_MARK_BITS                                                         \
    (UINT64_C(0xffffffff00000000) | (COG_REVOCATION_TABLE_BUCKETS - 1))

/* Bytes of memory: 57 344 marks, and what else all processes of a host must know of them.
 * It must be zero, or left by an earlier table. */
#define COG_REVOCATION_TABLE_SIZE                                                        \
    (COG_REVOCATION_TABLE_BUCKETS * COG_REVOCATION_TABLE_BUCKET + sizeof(cog_outbox_t) + \
     64)

typedef struct cog_revocation_table_t cog_revocation_table_t;

/* A table over `memory`, which is aligned to 64 bytes and outlives it. Marks are kept for
 * `life_sec`, the longest that a session may last. */
cog_revocation_table_t *cog_revocation_table_make(apr_pool_t *conf_pool, void *memory,
                                                  int64_t life_sec);

/* Keep marks for `life_sec` at least. Before threads share the table. */
void cog_revocation_table_keep_for(cog_revocation_table_t *table, int64_t life_sec);

int64_t cog_revocation_table_life(const cog_revocation_table_t *table);

/* What a mark is about, as a number. */
uint64_t cog_revocation_mark_of_session(const unsigned char *id);
uint64_t cog_revocation_mark_of_subject(const char *subject);

/* Mark what was created at `time` or before, in seconds since 1970. FALSE when it was
 * marked already. */
int cog_revocation_table_set(cog_revocation_table_t *table, uint64_t mark, int64_t time,
                             int64_t now);

/* How many marks have become one for all sessions of their part of the table, since this
 * was last said: once in ten minutes. 0: none, or not now. */
unsigned cog_revocation_table_crowded(cog_revocation_table_t *table, apr_time_t now);

/* Until when created sessions this mark revokes, in seconds since 1970; 0: none. */
int64_t cog_revocation_table_time(const cog_revocation_table_t *table, uint64_t mark);

/* Revocations that the other hosts do not know of yet. */
cog_outbox_t *cog_revocation_table_outbox(const cog_revocation_table_t *table);

/* Has this session been revoked, by its id or its subject? */
int cog_revocation_table_has(const cog_revocation_table_t *table,
                             const cog_session_t *session);

#endif
