#include "net/redis/slot_map.h"

#include <string.h>

cog_slot_map_t *cog_slot_map_make(apr_pool_t *pool, const char *speaker)
{
    cog_slot_map_t *map = apr_pcalloc(pool, sizeof(*map));

    map->speaker = speaker;
    map->last = -1;
    return map;
}

enum { FIRST, LAST, PRIMARY };
enum { HOST, PORT };

static int is_at(const cog_slot_place_t *place, int depth, int member, int item)
{
    return place->depth == depth && place->member == member &&
           (depth == 2 || place->item == item);
}

/* Its place and 1, or 0 when there is no room. */
static int number_of(cog_slot_map_t *map, const cog_node_address_t *node)
{
    int i = 0;

    while (i < map->count && !cog_node_address_equal(&map->nodes[i], node)) {
        ++i;
    }
    if (i == COG_MAX_NODES) {
        return 0;
    }
    if (i == map->count) {
        map->nodes[map->count++] = *node;
    }
    return i + 1;
}

static cog_err_t end_range(cog_slot_map_t *map, long long port)
{
    cog_node_address_t node;

    COG_REQUIRE(map->first >= 0 && map->first <= map->last && map->last < COG_SLOTS,
                COG_E_STORE);
    COG_TRY(cog_node_address_set(&node, map->host, map->host_len, port, map->speaker));
    memset(map->owners + map->first, number_of(map, &node),
           (size_t)(map->last - map->first + 1));
    map->last = -1;
    return COG_OK;
}

cog_err_t cog_slot_map_take_number(cog_slot_map_t *map, const cog_slot_place_t *place,
                                   long long number)
{
    if (is_at(place, 2, FIRST, 0)) {
        map->first = number;
        map->last = -1;
        map->host_len = 0;
    }
    else if (is_at(place, 2, LAST, 0)) {
        map->last = number;
    }
    else if (is_at(place, 3, PRIMARY, PORT)) {
        return end_range(map, number);
    }
    return COG_OK;
}

cog_err_t cog_slot_map_take_text(cog_slot_map_t *map, const cog_slot_place_t *place,
                                 const char *bytes, size_t len)
{
    if (is_at(place, 3, PRIMARY, HOST)) {
        COG_REQUIRE(len <= sizeof(map->host), COG_E_STORE);
        memcpy(map->host, bytes, len);
        map->host_len = len;
    }
    return COG_OK;
}
