#include "net/redis/node_address.h"

#include <apr_strings.h>
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#define NAME "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-"

static int is_host(const char *host)
{
    struct in6_addr bytes;

    return strspn(host, NAME) == strlen(host) || inet_pton(AF_INET6, host, &bytes) == 1;
}

cog_err_t cog_node_address_set(cog_node_address_t *address, const char *host, size_t len,
                               long long port, const char *speaker)
{
    COG_REQUIRE(len <= COG_NODE_MAX_HOST && port > 0 && port < 65536, COG_E_STORE);
    COG_REQUIRE(!memchr(host, '\0', len), COG_E_STORE);
    apr_cpystrn(address->host, host, len + 1);
    if (len == 0) {
        apr_cpystrn(address->host, speaker, sizeof(address->host));
    }
    address->port = (int)port;
    return is_host(address->host) ? COG_OK : COG_E_STORE;
}

int cog_node_address_equal(const cog_node_address_t *a, const cog_node_address_t *b)
{
    return a->port == b->port && strcasecmp(a->host, b->host) == 0;
}
