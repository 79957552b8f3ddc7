/* Two hosts: the same keys, the same store, but marks of their own. */
#ifndef COG_TEST_TWO_HOSTS_H
#define COG_TEST_TWO_HOSTS_H

#include "test/flow/world.h"

#include "flow/revocation/session_revocation.h"

typedef struct {
    world_t *here;
    world_t *there;
    cog_revocation_reader_t reader; /* there */
} hosts_t;

hosts_t *make_hosts(apr_pool_t *pool);

/* Who is signed in here is signed in there: the cookie is all that it takes. */
void carry_cookies(const hosts_t *hosts);

/* Take over there what was revoked here. */
cog_err_t listen_there(hosts_t *hosts);

/* The cookies that are there lead nowhere as soon as it listens. */
void assert_signed_out_there(hosts_t *hosts);

/* Of one secret, or two: any bytes will do. */
const cog_keyring_t *keyring_of(apr_pool_t *pool, const char *first, const char *second);

#endif
