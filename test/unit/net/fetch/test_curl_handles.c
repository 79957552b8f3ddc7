#include "test/unit/unit.h"

#include <apr_strings.h>
#include <apr_time.h>

#include "net/fetch/curl_handles.h"
#include "net/fetch/fetch_curl.h"
#include "test/unit/net/peer.h"

typedef struct {
    cog_curl_handles_t *handles;
    peer_t *peer;
    const char *url;
} world_t;

static void answer_all(talk_t *talk)
{
    while (talk_read(talk) && talk_answer(talk, "{}")) {
    }
}

static world_t make_world(apr_pool_t *pool)
{
    world_t world;

    assert_int_equal(cog_curl_handles_make(pool, &world.handles), COG_OK);
    world.peer = peer_start(pool, NULL, answer_all);
    world.url = peer_url(pool, world.peer, "127.0.0.1", "/");
    return world;
}

static size_t take_no_notice(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count;
}

static void perform(const world_t *world, CURL *handle)
{
    curl_easy_setopt(handle, CURLOPT_URL, world->url);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_no_notice);
    assert_int_equal(curl_easy_perform(handle), CURLE_OK);
}

/* How many connections there have been when it is done. */
static int call(world_t *world, const char *taken_with, const char *given_with,
                int went_well)
{
    CURL *handle = cog_curl_handles_take(world->handles, cog_secret_of(taken_with));

    perform(world, handle);
    cog_curl_handles_give(world->handles, handle, cog_secret_of(given_with), went_well);
    return peer_connections(world->peer);
}

static void keeps_connections(void **state)
{
    world_t world = make_world(*state);

    assert_int_equal(call(&world, NULL, NULL, 1), 1);
    assert_int_equal(call(&world, NULL, NULL, 1), 1);
    assert_int_equal(call(&world, NULL, NULL, 0), 1);
    assert_int_equal(call(&world, NULL, NULL, 1), 2);
}

/* All at the same time. */
static void call_often(const world_t *world, size_t count)
{
    CURL *handles[6];

    for (size_t i = 0; i < count; ++i) {
        handles[i] = cog_curl_handles_take(world->handles, cog_secret_of(NULL));
        perform(world, handles[i]);
    }
    for (size_t i = 0; i < count; ++i) {
        cog_curl_handles_give(world->handles, handles[i], cog_secret_of(NULL), 1);
    }
}

static void keeps_four(void **state)
{
    world_t world = make_world(*state);
    apr_time_t end = apr_time_now() + apr_time_from_sec(10);

    call_often(&world, 6);
    while (peer_open(world.peer) > 4) {
        assert_true(apr_time_now() < end);
        apr_sleep(1000);
    }
    call_often(&world, 4);
    assert_int_equal(peer_connections(world.peer), 6);
}

static void closes_them_with_its_pool(void **state)
{
    world_t world = make_world(*state);
    apr_pool_t *pool;

    apr_pool_create(&pool, *state);
    assert_int_equal(cog_curl_handles_make(pool, &world.handles), COG_OK);
    assert_int_equal(call(&world, NULL, NULL, 1), 1);
    assert_int_equal(peer_open(world.peer), 1);
    apr_pool_destroy(pool);
    peer_wait_until_closed(world.peer);
}

static void keeps_none_for_another_password(void **state)
{
    world_t world = make_world(*state);

    assert_int_equal(call(&world, "one", "one", 1), 1);
    assert_int_equal(call(&world, "one", "one", 1), 1);
    assert_int_equal(call(&world, "two", "two", 1), 2);
    assert_int_equal(call(&world, NULL, NULL, 1), 3);
    assert_int_equal(call(&world, NULL, NULL, 1), 3);
    assert_int_equal(call(&world, "two", "two", 1), 4);
    assert_int_equal(call(&world, "two", "two", 1), 4);
}

static void keeps_none_that_comes_back_late(void **state)
{
    world_t world = make_world(*state);

    assert_int_equal(call(&world, "new", "old", 1), 1);
    assert_int_equal(call(&world, "new", "new", 1), 2);
}

static void remembers_a_password_of_its_own(void **state)
{
    world_t world = make_world(*state);
    char *password = apr_pstrdup(*state, "one");

    assert_int_equal(call(&world, password, password, 1), 1);
    memcpy(password, "two", 3);
    assert_int_equal(call(&world, password, password, 1), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(keeps_connections),
        cmocka_unit_test_with_pool(keeps_four),
        cmocka_unit_test_with_pool(closes_them_with_its_pool),
        cmocka_unit_test_with_pool(keeps_none_for_another_password),
        cmocka_unit_test_with_pool(keeps_none_that_comes_back_late),
        cmocka_unit_test_with_pool(remembers_a_password_of_its_own),
    };
    apr_pool_t *pool;
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    cog_fetch_global_init(pool);
    failed = cmocka_run_group_tests_name("net/curl_handles", tests, NULL, NULL);
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
