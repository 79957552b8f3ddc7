/* The nodes of a cluster and their slots, as far as a process knows them. Not
 * thread-safe, but for what is said of holders. */
#ifndef COG_NET_REDIS_NODE_TABLE_H
#define COG_NET_REDIS_NODE_TABLE_H

#include "net/redis/slot_map.h"
#include "net/server/server.h"

typedef struct {
    apr_pool_t *pool; /* a root pool */
    cog_node_address_t address;
    cog_server_t *server; /* thread-safe */
    int holders;          /* calls under way: as long as there is one it stays */
    int is_known;         /* as a node of the cluster as it is */
} cog_node_t;

typedef struct {
    cog_server_options_t options;     /* of the first node: the configured server */
    cog_node_t *nodes[COG_MAX_NODES]; /* NULL: a free place; the first stays */
    uint8_t owners[COG_SLOTS]; /* places in `nodes`; 0 also where it is not known */
} cog_node_table_t;

/* Knows the configured server, which has all slots. Ends with `conf_pool`. */
cog_err_t cog_node_table_make(apr_pool_t *conf_pool, const cog_server_options_t *seed,
                              cog_node_table_t **table);

/* Who is to be asked about a slot: its owner, or while that is out of order another one
 * that is not. */
cog_node_t *cog_node_table_find(const cog_node_table_t *table, int slot);

/* The node at this address, made when there was none. NULL when there is no room. */
cog_node_t *cog_node_table_name(cog_node_table_t *table,
                                const cog_node_address_t *address);

/* From now on the slot is the node's. */
void cog_node_table_move(cog_node_table_t *table, int slot, const cog_node_t *node);

/* Take over the map, and drop the nodes that are not in it once nobody holds them. TRUE
 * when that has changed something. */
int cog_node_table_learn(cog_node_table_t *table, const cog_slot_map_t *map);

/* How many nodes have slots; at least one. */
int cog_node_table_count(const cog_node_table_t *table);

#endif
