/* Which node of a cluster has which slots: what CLUSTER SLOTS is answered with. */
#ifndef COG_NET_REDIS_SLOT_MAP_H
#define COG_NET_REDIS_SLOT_MAP_H

#include <apr_pools.h>
#include <stdint.h>

#include "net/redis/node_address.h"
#include "net/redis/slot.h"

/* Primaries; replicas are not asked. */
#define COG_MAX_NODES 128

typedef struct {
    const char *speaker; /* the host of the node that is asked */
    int count;
    cog_node_address_t nodes[COG_MAX_NODES];
    uint8_t owners[COG_SLOTS]; /* of each slot: its place in `nodes` and 1; 0: nobody */
    /* what has come of the range that is being read */
    long long first, last;
    size_t host_len;
    char host[COG_NODE_MAX_HOST];
} cog_slot_map_t;

/* Where something stands in the answer, whose elements are
 * [first, last, [host, port, …] of the primary, [host, port, …] of a replica, …]. */
typedef struct {
    int depth;  /* 2: a member of such an element; 3: an item of such a member */
    int member; /* from 0 */
    int item;
} cog_slot_place_t;

/* An empty one, for the answer of the node at the host `speaker`. */
cog_slot_map_t *cog_slot_map_make(apr_pool_t *pool, const char *speaker);

/* Take what stands there; the rest is overlooked. COG_E_STORE when it cannot be. The
 * slots of nodes that find no place belong to nobody. */
cog_err_t cog_slot_map_take_number(cog_slot_map_t *map, const cog_slot_place_t *place,
                                   long long number);
cog_err_t cog_slot_map_take_text(cog_slot_map_t *map, const cog_slot_place_t *place,
                                 const char *bytes, size_t len);

#endif
