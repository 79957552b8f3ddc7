/* Reaches: cog_flow_run_own_url for the callback, with the query and the Cookie header
 * that a stranger sends (divided by a line end). Nobody is signed in by it, and nothing
 * is redeemed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_strings.h>

#include "test/flow/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition)
{
    if (!condition) {
        abort();
    }
}

static int is_ours_or_the_pools(const char *location)
{
    return strncmp(location, WORLD_ORIGIN "/", strlen(WORLD_ORIGIN) + 1) == 0 ||
           strncmp(location, WORLD_DOMAIN "/", strlen(WORLD_DOMAIN) + 1) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *input;
    const char *cookies;
    cog_reply_t *reply;
    apr_pool_t *pool;
    world_t *world;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    world = world_make(pool);
    input = apr_pstrmemdup(pool, (const char *)data, size);
    cookies = strchr(input, '\n');
    if (cookies) {
        apr_table_setn(world->cookies, "x", cookies + 1);
    }
    reply = world_get(world,
                      apr_pstrcat(pool, "/.cognito/callback?",
                                  apr_pstrndup(pool, input, strcspn(input, "\n")), NULL));
    must(reply->kind != COG_REPLY_GRANT);
    must(world_fetch_count(world, "/oauth2/token") == 0);
    must(apr_table_get(world->cookies, "__Host-cognito_session") == NULL);
    must(reply->kind != COG_REPLY_REDIRECT || is_ours_or_the_pools(reply->location));
    apr_pool_destroy(pool);
    return 0;
}
