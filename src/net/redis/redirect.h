/* By which answer a node of a cluster sends to another one. */
#ifndef COG_NET_REDIS_REDIRECT_H
#define COG_NET_REDIS_REDIRECT_H

#include "net/redis/node_address.h"

typedef enum {
    COG_REDIRECT_NONE,
    COG_REDIRECT_MOVED, /* the slot is there */
    COG_REDIRECT_ASK    /* this key may be there, for its slot is being moved */
} cog_redirect_kind_t;

typedef struct {
    cog_redirect_kind_t kind;
    int slot;
    cog_node_address_t node;
} cog_redirect_t;

/* Read the line of an error that the node at the host `speaker` gave:
 * `MOVED slot host:port` or `ASK slot host:port`; COG_REDIRECT_NONE is any other error.
 * COG_E_STORE when it begins like one of these, but names no node that may be. */
cog_err_t cog_redirect_read(const char *line, const char *speaker,
                            cog_redirect_t *redirect);

#endif
