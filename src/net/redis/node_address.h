/* Where a node of a cluster is, as another one says. */
#ifndef COG_NET_REDIS_NODE_ADDRESS_H
#define COG_NET_REDIS_NODE_ADDRESS_H

#include <stddef.h>

#include "base/error.h"

#define COG_NODE_MAX_HOST 253

typedef struct {
    char host[COG_NODE_MAX_HOST + 1]; /* a name or an address, IPv6 without brackets */
    int port;
} cog_node_address_t;

/* From foreign bytes. COG_E_STORE unless the host is a name or an address that may be,
 * and the port one of TCP. The empty host is that of the node which says so: `speaker`.
 */
cog_err_t cog_node_address_set(cog_node_address_t *address, const char *host, size_t len,
                               long long port, const char *speaker);

int cog_node_address_equal(const cog_node_address_t *a, const cog_node_address_t *b);

#endif
