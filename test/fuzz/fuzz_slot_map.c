/* Reaches: cog_redis_reader_feed, cog_slot_map_take_number, cog_slot_map_take_text,
 * cog_redirect_read. The input is what a node says when it is asked for all slots, or
 * when it sends elsewhere. Whoever is named may be connected to. */
#include "test/fuzz/fuzz.h"

#include <ctype.h>

#include "net/redis/redirect.h"
#include "net/redis/redis_reply.h"

static void check_node(const cog_node_address_t *node)
{
    size_t len = strlen(node->host);

    must(len > 0 && len <= COG_NODE_MAX_HOST);
    must(node->port > 0 && node->port < 65536);
    for (size_t i = 0; i < len; ++i) {
        must(isalnum((unsigned char)node->host[i]) || strchr("._-:", node->host[i]));
    }
}

static void check_map(const cog_slot_map_t *map)
{
    must(map->count >= 0 && map->count <= COG_MAX_NODES);
    for (int slot = 0; slot < COG_SLOTS; ++slot) {
        must(map->owners[slot] <= map->count);
    }
    for (int i = 0; i < map->count; ++i) {
        check_node(&map->nodes[i]);
    }
}

static void check_redirect(const char *line)
{
    cog_redirect_t redirect;

    if (cog_redirect_read(line, "speaker.test", &redirect) == COG_OK &&
        redirect.kind != COG_REDIRECT_NONE) {
        must(redirect.slot >= 0 && redirect.slot < COG_SLOTS);
        check_node(&redirect.node);
    }
}

/* What has come before the answer broke off is never taken over, but must be sound, too.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();
    cog_redis_reply_t reply = {.map = cog_slot_map_make(pool, "speaker.test")};
    cog_redis_reader_t reader;
    int is_complete = 0;

    must(cog_redis_reader_begin(&reader, &reply) == COG_OK);
    if (size > 0 &&
        cog_redis_reader_feed(&reader, (const char *)data, size, &is_complete) ==
            COG_OK &&
        is_complete && reply.kind == COG_REPLY_ERROR) {
        check_redirect(reply.line);
    }
    check_map(reply.map);
    cog_redis_reader_end(&reader);
    apr_pool_destroy(pool);
    return 0;
}
