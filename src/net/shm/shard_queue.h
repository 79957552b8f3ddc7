/* The queues of a shard, one for each kind of entries: which of them ends first? They are
 * binary heaps. */
#ifndef COG_NET_SHARD_QUEUE_H
#define COG_NET_SHARD_QUEUE_H

#include "net/shm/shard_layout.h"

/* The entry that ends first; 0: there is none. */
cog_shard_index_t cog_shard_queue_first(cog_shard_t *shard, int kind);

/* Add an entry whose kind and end are set; that gives it its place. */
void cog_shard_queue_add(cog_shard_t *shard, cog_shard_index_t entry);

/* Take an entry out, wherever in its queue it is. */
void cog_shard_queue_remove(cog_shard_t *shard, cog_shard_index_t entry);

/* Is the queue in order? All its places must hold entries. */
int cog_shard_queue_is_sound(cog_shard_t *shard, int kind);

#endif
