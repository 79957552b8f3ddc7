/* A cluster of Redis servers shares 16384 slots among its nodes; every key is in one. */
#ifndef COG_NET_REDIS_SLOT_H
#define COG_NET_REDIS_SLOT_H

#define COG_SLOTS 16384

/* The slot of a key: CRC16 of it, or of what stands in its first {…} unless that is
 * empty. */
int cog_slot_of(const char *key);

#endif
