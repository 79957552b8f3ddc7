#include "test/flow/two_hosts.h"

hosts_t *make_hosts(apr_pool_t *pool)
{
    hosts_t *hosts = apr_pcalloc(pool, sizeof(*hosts));

    hosts->here = world_make(pool);
    hosts->there = world_make(pool);
    hosts->there->store = hosts->here->store;
    hosts->here->conf.is_store_shared = 1;
    hosts->there->conf.is_store_shared = 1;
    return hosts;
}

cog_err_t listen_there(hosts_t *hosts)
{
    return world_read_revocations(hosts->there, &hosts->reader);
}

void carry_cookies(const hosts_t *hosts)
{
    hosts->there->cookies = apr_table_copy(hosts->there->pool, hosts->here->cookies);
}

const cog_keyring_t *keyring_of(apr_pool_t *pool, const char *first, const char *second)
{
    const cog_secret_t secrets[] = {cog_secret_of(first), cog_secret_of(second)};
    cog_keyring_t *keyring;

    assert_int_equal(cog_keyring_make(pool, secrets, second ? 2 : 1, &keyring), COG_OK);
    return keyring;
}

void assert_signed_out_there(hosts_t *hosts)
{
    assert_int_equal(listen_there(hosts), COG_OK);
    assert_false(world_is_granted(hosts->there));
}
