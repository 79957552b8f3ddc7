/* What to do about a store that does not answer as it should. */
#ifndef COG_DOCTOR_STORE_CURE_H
#define COG_DOCTOR_STORE_CURE_H

#include <apr_pools.h>

/* The server, as CognitoStore names it. */
typedef struct {
    int is_memcached; /* else Redis */
    const char *host;
    int port;
    const char *place; /* HOST:PORT, fit for a URL */
    int has_tls;
    const char *ca_file;       /* NULL: the system's */
    const char *user;          /* NULL: none */
    const char *source;        /* of its password, "file:PATH"; NULL: none */
    const char *password_file; /* NULL: it is in none */
} cog_store_peer_t;

/* Lines to paste: for a shell, or a line of configuration; what explains is a comment.
 * `problem` is what the store's port has logged. */
const char *cog_store_cure(apr_pool_t *pool, const cog_store_peer_t *peer,
                           const char *problem);

/* The same for one that answers without TLS. */
const char *cog_store_cure_plain(apr_pool_t *pool, const cog_store_peer_t *peer);

#endif
