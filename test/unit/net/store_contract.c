#include "test/unit/net/store_contract.h"

#include "test/unit/unit.h"

#include <apr_strings.h>
#include "test/unit/threads.h"

#define RACERS 8
#define RACES  50

typedef struct {
    apr_pool_t *pool;
    const cog_store_t *store;
    const cog_log_t *log;
} contract_t;

static cog_span_t bytes_of(apr_pool_t *pool, size_t len, unsigned seed)
{
    unsigned char *bytes = apr_palloc(pool, len + 1);

    for (size_t i = 0; i < len; ++i) {
        bytes[i] = (unsigned char)((i + seed) * 2654435761u >> 13);
    }
    return (cog_span_t){bytes, len};
}

static cog_err_t set(const contract_t *c, const char *key, cog_span_t value)
{
    return c->store->set(c->store->context, c->log, key, value, 100);
}

static cog_err_t add(const contract_t *c, const char *key, cog_span_t value)
{
    return c->store->add(c->store->context, c->log, key, value, 100);
}

static void assert_absent(const contract_t *c, const char *key)
{
    cog_span_t found;

    assert_result(key, c->store->get(c->store->context, c->pool, c->log, key, &found),
                  COG_E_NOT_FOUND);
}

static void assert_holds(const contract_t *c, const char *key, cog_span_t value)
{
    cog_span_t found = {NULL, 0};

    assert_result(key, c->store->get(c->store->context, c->pool, c->log, key, &found),
                  COG_OK);
    assert_int_equal(found.len, value.len);
    assert_memory_equal(found.bytes, value.bytes, value.len);
}

static void check_words(const contract_t *c)
{
    const cog_span_t one = cog_span_of("one");
    const cog_span_t two = cog_span_of("another one");

    assert_absent(c, "k");
    assert_result("set", set(c, "k", one), COG_OK);
    assert_holds(c, "k", one);
    assert_absent(c, "k2");
    assert_result("replace", set(c, "k", two), COG_OK);
    assert_holds(c, "k", two);
    assert_result("add to it", add(c, "k", one), COG_E_EXISTS);
    assert_holds(c, "k", two);
    assert_result("remove", c->store->remove(c->store->context, c->log, "k"), COG_OK);
    assert_absent(c, "k");
    assert_result("no more", c->store->remove(c->store->context, c->log, "k"), COG_OK);
    assert_result("add", add(c, "k", one), COG_OK);
    assert_holds(c, "k", one);
}

/* around the sizes of blocks, chunks and buffers */
static void check_sizes(const contract_t *c)
{
    static const size_t sizes[] = {0,    1,    2,    90,   91,    92,    93,   94,   95,
                                   96,   97,   98,   99,   100,   125,   126,  127,  198,
                                   199,  200,  201,  215,  216,   217,   252,  253,  399,
                                   400,  401,  467,  468,  469,   1008,  1023, 1024, 1025,
                                   2048, 4095, 4096, 8192, 16384, 65535, 65536};

    for (size_t i = 0; i < COUNT(sizes); ++i) {
        const char *key = apr_psprintf(c->pool, "size.%d", (int)sizes[i]);
        cog_span_t value = bytes_of(c->pool, sizes[i], (unsigned)i);

        assert_result(key, set(c, key, value), COG_OK);
        assert_holds(c, key, value);
    }
}

static void check_bytes(const contract_t *c)
{
    cog_span_t all = bytes_of(c->pool, 256, 0);
    unsigned char *bytes = apr_palloc(c->pool, 256);

    for (int i = 0; i < 256; ++i) {
        bytes[i] = (unsigned char)i;
    }
    all.bytes = bytes;
    assert_result("every byte", set(c, "bytes", all), COG_OK);
    assert_holds(c, "bytes", all);
    all = cog_span_of("\r\nEND\r\nVALUE bytes 0 1\r\n$-1\r\n");
    assert_result("what ends an answer", set(c, "bytes", all), COG_OK);
    assert_holds(c, "bytes", all);
}

static void check_keys(const contract_t *c)
{
    char longest[COG_STORE_MAX_KEY + 1];
    char neighbour[COG_STORE_MAX_KEY + 1];

    memset(longest, 'k', COG_STORE_MAX_KEY);
    longest[COG_STORE_MAX_KEY] = '\0';
    memcpy(neighbour, longest, sizeof(longest));
    neighbour[COG_STORE_MAX_KEY - 1] = 'l';
    assert_result("longest key", set(c, longest, cog_span_of("a")), COG_OK);
    assert_absent(c, neighbour);
    assert_absent(c, longest + 1);
    assert_holds(c, longest, cog_span_of("a"));
    for (const char *key = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"; *key; ++key) {
        assert_result(key, set(c, key, cog_span_of(key)), COG_OK);
        assert_holds(c, key, cog_span_of(key));
    }
}

void store_contract_check(apr_pool_t *pool, const cog_store_t *store,
                          const cog_log_t *log)
{
    const contract_t contract = {pool, store, log};

    check_words(&contract);
    check_bytes(&contract);
    check_keys(&contract);
    check_sizes(&contract);
}

/* ---- races ---- */

typedef struct {
    const contract_t *contract;
    const char *key;
    cog_err_t result;
} racer_t;

static int race(apr_pool_t *pool, void *data)
{
    racer_t *racer = data;

    (void)pool;
    racer->result = add(racer->contract, racer->key, cog_span_of("mine"));
    return 0;
}

static int winners_of(const contract_t *contract, const char *key)
{
    racer_t racers[RACERS];
    int winners = 0;

    for (int i = 0; i < RACERS; ++i) {
        racers[i] = (racer_t){contract, key, COG_E_INTERNAL};
    }
    assert_threads(RACERS, race, racers, sizeof(racers[0]), 0);
    for (int i = 0; i < RACERS; ++i) {
        winners += racers[i].result == COG_OK;
        assert_true(racers[i].result == COG_OK || racers[i].result == COG_E_EXISTS);
    }
    return winners;
}

void store_contract_check_race(apr_pool_t *pool, const cog_store_t *store,
                               const cog_log_t *log)
{
    const contract_t contract = {pool, store, log};

    for (int i = 0; i < RACES; ++i) {
        const char *key = apr_psprintf(pool, "race.%d", i);

        assert_int_equal(winners_of(&contract, key), 1);
        assert_holds(&contract, key, cog_span_of("mine"));
    }
}
