#include "test/unit/unit.h"

#include "flow/provider/document.h"
#include "flow/provider/single_flight.h"
#include "test/flow/fake_store.h"
#include "test/unit/kept_log.h"

#define URL   "https://pool.example.com/keys"
#define START 1795000000

typedef struct world_t {
    int64_t second;
    int fetches;
    cog_err_t err; /* of the fetch */
    const char *body;
    int pauses;
    void (*on_pause)(struct world_t *world); /* what another process does meanwhile */
    fake_store_t *documents;
    cog_ports_t ports;
    cog_flow_t flow;
} world_t;

static apr_time_t now(void *context)
{
    return apr_time_from_sec(((world_t *)context)->second);
}

static void pause_thread(void *context, apr_interval_time_t duration)
{
    world_t *world = context;

    (void)duration;
    ++world->pauses;
    if (world->on_pause) {
        world->on_pause(world);
    }
}

static cog_err_t fetch(void *context, apr_pool_t *pool, const cog_log_t *log,
                       const cog_fetch_request_t *request, cog_fetch_response_t *response)
{
    world_t *world = context;

    (void)pool;
    (void)log;
    assert_string_equal(request->url, URL);
    ++world->fetches;
    response->status = 200;
    response->body = cog_span_of(world->body);
    return world->err;
}

static world_t *world_of(apr_pool_t *pool)
{
    world_t *world = apr_pcalloc(pool, sizeof(*world));

    world->second = START;
    world->body = "{}";
    world->documents = fake_store_make(pool, &world->second);
    world->ports = (cog_ports_t){
        .clock = {world, now, pause_thread},
        .fetcher = {world,     fetch   },
        .documents = fake_store_port(world->documents),
        .log = &kept_log_make(pool)->log
    };
    world->flow = (cog_flow_t){.pool = pool, .ports = &world->ports};
    return world;
}

static cog_err_t get(world_t *world, cog_document_kind_t kind, int64_t than,
                     cog_document_t *document)
{
    const cog_document_freshness_t freshness = {kind, apr_time_from_sec(than)};

    return cog_document_get(&world->flow, URL, &freshness, document);
}

/* As another process at the moment. */
static void keep(world_t *world, const char *body)
{
    cog_document_t document = {.status = 200, .body = cog_span_of(body)};

    document.fetched_at = apr_time_from_sec(world->second);
    (void)cog_document_finish(&world->flow, URL, &document, COG_OK);
}

static void gives_what_is_kept_when_it_is_new_enough(void **state)
{
    world_t *world = world_of(*state);
    cog_document_t document;

    keep(world, "{\"keys\":[]}");
    world->second = START + 60;
    assert_int_equal(get(world, COG_DOCUMENT_RECENT, START - 1, &document), COG_OK);
    assert_int_equal(document.status, 200);
    assert_int_equal(document.is_kept, 1);
    assert_int_equal(document.fetched_at, apr_time_from_sec(START));
    assert_int_equal(document.body.len, strlen("{\"keys\":[]}"));
    assert_string_equal((const char *)document.body.bytes, "{\"keys\":[]}");
    assert_int_equal(world->fetches, 0);
    assert_int_equal(get(world, COG_DOCUMENT_RECENT, START, &document), COG_OK);
    assert_int_equal(document.is_kept, 0);
    assert_int_equal(document.fetched_at, apr_time_from_sec(START + 60));
    assert_int_equal(world->fetches, 1);
}

/* Nobody knows the age of one from before the clock was put back. */
static void takes_none_from_the_future(void **state)
{
    world_t *world = world_of(*state);
    cog_document_t document;

    keep(world, "{}");
    world->second -= 3600;
    world->documents->now = &(int64_t){START + COG_FETCH_PAUSE_SEC};
    assert_int_equal(get(world, COG_DOCUMENT_RECENT, START - 7200, &document), COG_OK);
    assert_int_equal(world->fetches, 1);
}

static void never_fetches_for_what_is_kept(void **state)
{
    world_t *world = world_of(*state);
    cog_document_t document;

    assert_int_equal(get(world, COG_DOCUMENT_KEPT, 0, &document), COG_E_NOT_FOUND);
    keep(world, "{}");
    world->second = START + COG_DOCUMENT_KEPT_SEC - 1;
    assert_int_equal(get(world, COG_DOCUMENT_KEPT, 0, &document), COG_OK);
    world->second += 1;
    assert_int_equal(get(world, COG_DOCUMENT_KEPT, 0, &document), COG_E_NOT_FOUND);
    assert_int_equal(world->fetches, 0);
}

/* Somebody else is at it. */
static void begin_elsewhere(world_t *world)
{
    cog_document_t document;

    assert_int_equal(
        get(world, COG_DOCUMENT_RECENT, START + COG_FETCH_PAUSE_SEC, &document), COG_OK);
    assert_int_equal(world->fetches, 1);
}

static void succeed_at_the_third_pause(world_t *world)
{
    if (world->pauses == 3) {
        world->second += 1;
        keep(world, "{\"from\":\"elsewhere\"}");
    }
}

static void waits_for_the_process_that_fetches(void **state)
{
    world_t *world = world_of(*state);
    cog_document_t document;

    begin_elsewhere(world);
    world->on_pause = succeed_at_the_third_pause;
    assert_int_equal(get(world, COG_DOCUMENT_RECENT, START, &document), COG_OK);
    assert_int_equal(world->pauses, 3);
    assert_string_equal((const char *)document.body.bytes, "{\"from\":\"elsewhere\"}");
    assert_int_equal(world->fetches, 1);
}

static void takes_the_older_one_meanwhile(void **state)
{
    world_t *world = world_of(*state);
    cog_document_t document;

    keep(world, "{\"is\":\"old\"}");
    world->second += COG_FETCH_PAUSE_SEC;
    begin_elsewhere(world);
    assert_int_equal(
        get(world, COG_DOCUMENT_RECENT, START + COG_FETCH_PAUSE_SEC, &document), COG_OK);
    assert_string_equal((const char *)document.body.bytes, "{\"is\":\"old\"}");
    assert_int_equal(world->pauses, 0);
}

static void an_older_one_is_no_newer_one(void **state)
{
    world_t *world = world_of(*state);
    cog_document_t document;

    keep(world, "{}");
    assert_int_equal(get(world, COG_DOCUMENT_NEWER, START, &document), COG_OK);
    (void)cog_document_finish(&world->flow, URL, &document, COG_OK);
    assert_int_equal(get(world, COG_DOCUMENT_NEWER, START, &document), COG_E_NOT_FOUND);
    assert_int_equal(world->pauses, 0);
    assert_int_equal(world->fetches, 1);
}

static void fail_at_the_second_pause(world_t *world)
{
    const cog_document_t document = {.kind = COG_DOCUMENT_RECENT};

    if (world->pauses == 2) {
        (void)cog_document_finish(&world->flow, URL, &document, COG_E_JWKS);
    }
}

static void hears_at_once_that_the_other_process_has_failed(void **state)
{
    world_t *world = world_of(*state);
    cog_document_t document;

    begin_elsewhere(world);
    world->on_pause = fail_at_the_second_pause;
    assert_int_equal(get(world, COG_DOCUMENT_RECENT, START, &document), COG_E_JWKS);
    assert_int_equal(world->pauses, 2);
    world->second += COG_FETCH_PAUSE_SEC;
    assert_int_equal(get(world, COG_DOCUMENT_RECENT, START, &document), COG_OK);
    assert_int_equal(world->fetches, 2);
}

/* Who was killed while he fetched holds up the others for a moment only. */
static void does_not_wait_for_ever_for_one_that_was_killed(void **state)
{
    world_t *world = world_of(*state);
    cog_document_t document;

    begin_elsewhere(world);
    assert_int_equal(get(world, COG_DOCUMENT_RECENT, START, &document),
                     COG_E_IDP_UNREACHABLE);
    world->second += COG_FETCH_PAUSE_SEC;
    assert_int_equal(get(world, COG_DOCUMENT_RECENT, START, &document), COG_OK);
}

static void vanish_at_the_second_pause(world_t *world)
{
    if (world->pauses == 2) {
        fake_store_clear(world->documents);
    }
}

/* Nor for one of whom nothing is known any more. */
static void does_not_wait_for_a_turn_that_is_lost(void **state)
{
    world_t *world = world_of(*state);
    cog_document_t document;

    begin_elsewhere(world);
    world->on_pause = vanish_at_the_second_pause;
    assert_int_equal(get(world, COG_DOCUMENT_RECENT, START, &document),
                     COG_E_IDP_UNREACHABLE);
    assert_int_equal(world->pauses, 2);
    assert_int_equal(get(world, COG_DOCUMENT_RECENT, START, &document), COG_OK);
    assert_int_equal(world->fetches, 2);
}

static void a_failed_fetch_is_not_tried_again_by_others(void **state)
{
    world_t *world = world_of(*state);
    cog_document_t document;

    world->err = COG_E_IDP_UNREACHABLE;
    for (int i = 0; i < 10; ++i) {
        assert_int_equal(get(world, COG_DOCUMENT_RECENT, START, &document),
                         COG_E_IDP_UNREACHABLE);
    }
    assert_int_equal(world->fetches, 1);
    assert_int_equal(world->pauses, 0);
}

static void forgets_a_kept_one_that_is_no_good(void **state)
{
    world_t *world = world_of(*state);
    cog_document_t document;

    keep(world, "nonsense");
    world->second += COG_FETCH_PAUSE_SEC;
    assert_int_equal(get(world, COG_DOCUMENT_RECENT, 0, &document), COG_OK);
    (void)cog_document_finish(&world->flow, URL, &document, COG_E_JWKS);
    assert_int_equal(get(world, COG_DOCUMENT_RECENT, 0, &document), COG_OK);
    assert_int_equal(document.is_kept, 0);
}

static void fetches_all_the_same_when_nothing_can_be_shared(void **state)
{
    world_t *world = world_of(*state);
    cog_document_t document;

    world->documents->is_down = 1;
    assert_int_equal(get(world, COG_DOCUMENT_RECENT, START, &document), COG_OK);
    (void)cog_document_finish(&world->flow, URL, &document, COG_OK);
    assert_int_equal(get(world, COG_DOCUMENT_NEWER, START, &document), COG_E_STORE);
    assert_int_equal(get(world, COG_DOCUMENT_KEPT, 0, &document), COG_E_STORE);
    assert_int_equal(world->fetches, 1);
}

static void leaves_out_what_is_too_large_to_keep(void **state)
{
    world_t *world = world_of(*state);
    char *large = apr_palloc(*state, COG_STORE_MAX_VALUE + 1);
    cog_document_t document;

    memset(large, ' ', COG_STORE_MAX_VALUE);
    large[COG_STORE_MAX_VALUE] = '\0';
    keep(world, large);
    assert_int_equal(get(world, COG_DOCUMENT_KEPT, 0, &document), COG_E_NOT_FOUND);
    large[COG_STORE_MAX_VALUE - 20] = '\0';
    keep(world, large);
    assert_int_equal(get(world, COG_DOCUMENT_KEPT, 0, &document), COG_OK);
    assert_int_equal(document.body.len, COG_STORE_MAX_VALUE - 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(gives_what_is_kept_when_it_is_new_enough),
        cmocka_unit_test_with_pool(takes_none_from_the_future),
        cmocka_unit_test_with_pool(never_fetches_for_what_is_kept),
        cmocka_unit_test_with_pool(waits_for_the_process_that_fetches),
        cmocka_unit_test_with_pool(takes_the_older_one_meanwhile),
        cmocka_unit_test_with_pool(an_older_one_is_no_newer_one),
        cmocka_unit_test_with_pool(hears_at_once_that_the_other_process_has_failed),
        cmocka_unit_test_with_pool(does_not_wait_for_ever_for_one_that_was_killed),
        cmocka_unit_test_with_pool(does_not_wait_for_a_turn_that_is_lost),
        cmocka_unit_test_with_pool(a_failed_fetch_is_not_tried_again_by_others),
        cmocka_unit_test_with_pool(forgets_a_kept_one_that_is_no_good),
        cmocka_unit_test_with_pool(fetches_all_the_same_when_nothing_can_be_shared),
        cmocka_unit_test_with_pool(leaves_out_what_is_too_large_to_keep),
    };

    return cmocka_run_group_tests_name("flow/document", tests, NULL, NULL);
}
