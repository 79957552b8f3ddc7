/* Whether a shard may be used that was left by somebody else. */
#ifndef COG_NET_SHARD_CHECK_H
#define COG_NET_SHARD_CHECK_H

#include "net/shm/shard_layout.h"

/* Does all of it fit together? Of memory that was kept where somebody may have damaged
 * it, for shard.h looks at nothing that it finds. Any bytes may be in it. */
int cog_shard_is_sound(cog_shard_t *shard);

#endif
