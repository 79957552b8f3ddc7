/* Revocations that are still to be sent to the other hosts, for the store between them
 * could not be written: kept in memory that all processes of this host share. Each
 * is one word, so that it is never seen half-written, whoever dies. */
#ifndef COG_SESSION_REVOCATION_OUTBOX_H
#define COG_SESSION_REVOCATION_OUTBOX_H

#include <stddef.h>
#include <stdint.h>

#define COG_OUTBOX_MAX 8192

/* All zeros: nothing. */
typedef struct {
    _Atomic uint64_t words[COG_OUTBOX_MAX];
} cog_outbox_t;

/* Where it is to be sent, as a number: to those that read the list of this name
 * (flow/revocation/revocation_list.h). */
unsigned cog_outbox_list(const char *name);

/* Add a mark (session/revocation_table.h), once. FALSE when there is no room. */
int cog_outbox_add(cog_outbox_t *outbox, unsigned list, uint64_t mark);

/* One of them. */
typedef struct {
    size_t place;
    unsigned list;
    uint64_t mark; /* those bits of it that count: COG_REVOCATION_MARK_BITS */
} cog_outbox_entry_t;

/* The next one at `entry->place` or behind it. FALSE when there is none. */
int cog_outbox_find(const cog_outbox_t *outbox, cog_outbox_entry_t *entry);

/* It has been sent. */
void cog_outbox_remove(cog_outbox_t *outbox, const cog_outbox_entry_t *entry);

#endif
