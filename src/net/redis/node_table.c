#include "net/redis/node_table.h"

#include <apr_strings.h>

static cog_err_t make_server(const cog_node_table_t *table, cog_node_t *node)
{
    const cog_node_t *first = table->nodes[0];
    cog_server_options_t options = table->options;

    if (!first) {
        return cog_server_make(node->pool, &options, &node->server);
    }
    options.kind = "Redis cluster node";
    options.host = node->address.host;
    options.port = node->address.port;
    return cog_server_make_like(node->pool, first->server, &options, &node->server);
}

static cog_err_t make_node(const cog_node_table_t *table,
                           const cog_node_address_t *address, cog_node_t **node)
{
    cog_node_t *made;
    apr_pool_t *pool;
    cog_err_t err;

    /* with an allocator of its own: whichever thread frees it, nothing else is locked */
    COG_REQUIRE(apr_pool_create_unmanaged_ex(&pool, NULL, NULL) == APR_SUCCESS,
                COG_E_INTERNAL);
    made = apr_pcalloc(pool, sizeof(*made));
    *made = (cog_node_t){.pool = pool, .address = *address, .is_known = 1};
    err = make_server(table, made);
    if (err != COG_OK) {
        apr_pool_destroy(pool);
        return err;
    }
    *node = made;
    return COG_OK;
}

/* The first is the model of the others, and goes last. */
static apr_status_t destroy_all(void *data)
{
    cog_node_table_t *table = data;

    for (int i = COG_MAX_NODES - 1; i >= 0; --i) {
        if (table->nodes[i]) {
            apr_pool_destroy(table->nodes[i]->pool);
        }
    }
    return APR_SUCCESS;
}

cog_err_t cog_node_table_make(apr_pool_t *conf_pool, const cog_server_options_t *seed,
                              cog_node_table_t **table)
{
    cog_node_table_t *made = apr_pcalloc(conf_pool, sizeof(*made));
    cog_node_address_t address = {.port = seed->port};

    made->options = *seed;
    apr_cpystrn(address.host, seed->host, sizeof(address.host));
    COG_TRY(make_node(made, &address, &made->nodes[0]));
    apr_pool_cleanup_register(conf_pool, made, destroy_all, apr_pool_cleanup_null);
    *table = made;
    return COG_OK;
}

cog_node_t *cog_node_table_find(const cog_node_table_t *table, int slot)
{
    cog_node_t *owner = table->nodes[table->owners[slot]];

    if (cog_server_is_fit(owner->server)) {
        return owner;
    }
    for (int i = 0; i < COG_MAX_NODES; ++i) {
        cog_node_t *node = table->nodes[i];

        if (node && node->is_known && cog_server_is_fit(node->server)) {
            return node;
        }
    }
    return owner;
}

/* ---- places ---- */

static void drop_unknown(cog_node_table_t *table)
{
    for (int i = 1; i < COG_MAX_NODES; ++i) {
        cog_node_t *node = table->nodes[i];

        if (node && !node->is_known && node->holders == 0 &&
            !cog_server_is_busy(node->server)) {
            table->nodes[i] = NULL;
            apr_pool_destroy(node->pool);
        }
    }
}

static int place_of(const cog_node_table_t *table, const cog_node_address_t *address)
{
    int i = 0;

    while (i < COG_MAX_NODES &&
           !(table->nodes[i] &&
             cog_node_address_equal(&table->nodes[i]->address, address))) {
        ++i;
    }
    return i;
}

static int free_place(const cog_node_table_t *table)
{
    int i = 0;

    while (i < COG_MAX_NODES && table->nodes[i]) {
        ++i;
    }
    return i;
}

/* Its place; COG_MAX_NODES when there is none. */
static int take_place(cog_node_table_t *table, const cog_node_address_t *address)
{
    int place = place_of(table, address);

    if (place < COG_MAX_NODES) {
        table->nodes[place]->is_known = 1;
        return place;
    }
    place = free_place(table);
    if (place < COG_MAX_NODES &&
        make_node(table, address, &table->nodes[place]) != COG_OK) {
        return COG_MAX_NODES;
    }
    return place;
}

cog_node_t *cog_node_table_name(cog_node_table_t *table,
                                const cog_node_address_t *address)
{
    int place = take_place(table, address);

    return place < COG_MAX_NODES ? table->nodes[place] : NULL;
}

/* ---- slots ---- */

void cog_node_table_move(cog_node_table_t *table, int slot, const cog_node_t *node)
{
    table->owners[slot] = (uint8_t)place_of(table, &node->address);
}

/* For whom there is no place, the configured server is asked. */
static void take_places(cog_node_table_t *table, const cog_slot_map_t *map,
                        uint8_t places[COG_MAX_NODES])
{
    for (int i = 0; i < map->count; ++i) {
        int place = take_place(table, &map->nodes[i]);

        places[i] = (uint8_t)(place < COG_MAX_NODES ? place : 0);
    }
}

int cog_node_table_learn(cog_node_table_t *table, const cog_slot_map_t *map)
{
    uint8_t places[COG_MAX_NODES];
    int has_changed = 0;

    for (int i = 1; i < COG_MAX_NODES; ++i) {
        if (table->nodes[i]) {
            table->nodes[i]->is_known = 0;
        }
    }
    take_places(table, map, places);
    for (int slot = 0; slot < COG_SLOTS; ++slot) {
        uint8_t place = map->owners[slot] ? places[map->owners[slot] - 1] : 0;

        has_changed |= table->owners[slot] != place;
        table->owners[slot] = place;
    }
    drop_unknown(table);
    return has_changed;
}

int cog_node_table_count(const cog_node_table_t *table)
{
    char has_slots[COG_MAX_NODES] = {0};
    int count = 0;

    for (int slot = 0; slot < COG_SLOTS; ++slot) {
        has_slots[table->owners[slot]] = 1;
    }
    for (int i = 0; i < COG_MAX_NODES; ++i) {
        count += has_slots[i];
    }
    return count;
}
