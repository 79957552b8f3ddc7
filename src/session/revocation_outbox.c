#include "session/revocation_outbox.h"

#include <apr_hash.h>
#include <stdatomic.h>

#include "session/revocation_table.h"

/* The list's number is where a mark has bits that do not count. */
#define LIST_SHIFT 13
#define LIST_MAX   ((1u << 19) - 1)

_Static_assert((COG_REVOCATION_MARK_BITS & ((uint64_t)LIST_MAX << LIST_SHIFT)) == 0 &&
                   (COG_REVOCATION_MARK_BITS | ((uint64_t)LIST_MAX << LIST_SHIFT)) ==
                       UINT64_MAX,
               "a mark and a list share a word");

/* From 1 on: a word of zero is a free one. */
unsigned cog_outbox_list(const char *name)
{
    apr_ssize_t len = APR_HASH_KEY_STRING;

    return 1 + apr_hashfunc_default(name, &len) % LIST_MAX;
}

static uint64_t word_of(unsigned list, uint64_t mark)
{
    return (mark & COG_REVOCATION_MARK_BITS) | (uint64_t)list << LIST_SHIFT;
}

/* TRUE when the word is there. */
static int put_at(_Atomic uint64_t *place, uint64_t word)
{
    uint64_t seen = atomic_load(place);

    while (seen == 0) {
        if (atomic_compare_exchange_weak(place, &seen, word)) {
            return 1;
        }
    }
    return seen == word;
}

int cog_outbox_add(cog_outbox_t *outbox, unsigned list, uint64_t mark)
{
    uint64_t word = word_of(list, mark);

    for (size_t i = 0; i < COG_OUTBOX_MAX; ++i) {
        if (put_at(&outbox->words[(mark + i) % COG_OUTBOX_MAX], word)) {
            return 1;
        }
    }
    return 0;
}

int cog_outbox_find(const cog_outbox_t *outbox, cog_outbox_entry_t *entry)
{
    for (; entry->place < COG_OUTBOX_MAX; ++entry->place) {
        uint64_t word = atomic_load(&outbox->words[entry->place]);

        if (word != 0) {
            entry->list = (unsigned)(word >> LIST_SHIFT) & LIST_MAX;
            entry->mark = word & COG_REVOCATION_MARK_BITS;
            return 1;
        }
    }
    return 0;
}

void cog_outbox_remove(cog_outbox_t *outbox, const cog_outbox_entry_t *entry)
{
    uint64_t word = word_of(entry->list, entry->mark);

    atomic_compare_exchange_strong(&outbox->words[entry->place], &word, 0);
}
