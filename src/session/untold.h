/* Endings of which the other hosts have not been told, for their store could not be
 * written: kept in memory that all processes of this host share, until they can be. Each
 * is one word, so that it is never seen half-written, whoever dies. */
#ifndef COG_SESSION_UNTOLD_H
#define COG_SESSION_UNTOLD_H

#include <stddef.h>
#include <stdint.h>

#define COG_UNTOLD_MAX 8192

/* All zeros: nothing. */
typedef struct {
    _Atomic uint64_t words[COG_UNTOLD_MAX];
} cog_untold_t;

/* Which hosts are to be told, as a number: those that read the list of this name. */
unsigned cog_untold_list(const char *name);

/* Keep a mark (session/end_marks.h), once. FALSE when there is no room. */
int cog_untold_keep(cog_untold_t *untold, unsigned list, uint64_t mark);

/* One of them. */
typedef struct {
    size_t place;
    unsigned list;
    uint64_t mark; /* those bits of it that count: COG_END_MARK_BITS */
} cog_untold_entry_t;

/* The next one at `entry->place` or behind it. FALSE when there is none. */
int cog_untold_find(const cog_untold_t *untold, cog_untold_entry_t *entry);

/* They have been told. */
void cog_untold_drop(cog_untold_t *untold, const cog_untold_entry_t *entry);

#endif
