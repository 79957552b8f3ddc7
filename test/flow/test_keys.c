/* The keys by which backends verify what this site has signed. */
#include "test/flow/world.h"

#include <apr_strings.h>

#include "base/json.h"
#include "crypto/signing_keys.h"

#define SET      "/.cognito/jwks.json"
#define POMERIUM "/.well-known/pomerium/jwks.json"

static const char *kid_in(world_t *world, const cog_reply_t *reply, size_t number)
{
    json_t *set = cog_json_own(world->pool, json_loads(reply->json, 0, NULL));
    const json_t *keys = json_object_get(set, "keys");

    assert_int_equal(json_array_size(keys), 3);
    return cog_json_string(json_array_get(keys, number), "kid");
}

static void are_a_set_for_all(void **state)
{
    world_t *world = world_make(*state);
    const cog_reply_t *reply = world_get(world, SET);

    assert_int_equal(reply->kind, COG_REPLY_JSON);
    assert_int_equal(reply->status, 200);
    assert_true(reply->is_for_all_origins);
    assert_int_equal(reply->kept_sec, 3600);
    assert_null(strstr(reply->json, "\"d\""));
    assert_non_null(kid_in(world, reply, 0));
}

/* Whoever keeps the set for a month knows the key that signs then. */
static void are_there_before_they_sign_and_after(void **state)
{
    world_t *world = world_make(*state);
    const char *first = kid_in(world, world_get(world, SET), 0);
    const char *next = kid_in(world, world_get(world, SET), 2);

    world->now += COG_SIGNING_MONTH_SEC;
    assert_string_equal(kid_in(world, world_get(world, SET), 0), next);
    assert_string_equal(kid_in(world, world_get(world, SET), 1), first);
}

static void are_where_pomerium_has_its_own(void **state)
{
    world_t *world = world_make(*state);

    assert_false(cog_flow_is_own_url(&world->conf, POMERIUM));
    world->conf.has_pomerium_keys = 1;
    assert_string_equal(world_get(world, POMERIUM)->json, world_get(world, SET)->json);
}

static void are_had_one_by_one(void **state)
{
    world_t *world = world_make(*state);
    const char *kid = kid_in(world, world_get(world, SET), 0);
    const cog_reply_t *reply =
        world_get(world, apr_pstrcat(*state, "/.cognito/", kid, NULL));

    assert_int_equal(reply->kind, COG_REPLY_TEXT);
    assert_int_equal(reply->status, 200);
    assert_int_equal(reply->kept_sec, 3600);
    assert_memory_equal(reply->text, "-----BEGIN PUBLIC KEY-----\n", 27);
    reply = world_get(world, "/.cognito/00000000-0000-8000-8000-000000000000");
    assert_int_equal(reply->status, 404);
    assert_int_equal(reply->kept_sec, 0);
}

static void own_no_other_url(void **state)
{
    static const char *const others[] = {
        "/jwks.json",
        "/.cognito/jwks",
        "/.cognito/jwks.json/",
        "/.cognito/x/jwks.json",
        "/.well-known/jwks.json",
        "/00000000-0000-8000-8000-000000000000",
        "/.cognito/00000000-0000-8000-8000-00000000000",
        "/.cognito/00000000-0000-8000-8000-0000000000000",
        "/.cognito/00000000-0000-8000-8000-00000000000G",
        "/.cognito/../../../../../../../etc/passwd/xxxx",
    };
    world_t *world = world_make(*state);

    for (size_t i = 0; i < COUNT(others); ++i) {
        if (cog_flow_is_own_url(&world->conf, others[i])) {
            fail_msg("taken: %s", others[i]);
        }
    }
}

static void only_tell(void **state)
{
    world_t *world = world_make(*state);

    assert_int_equal(world_request(world, "POST", SET)->status, 405);
    assert_int_equal(world_request(world, "HEAD", SET)->status, 200);
    assert_int_equal(world_request(world, "OPTIONS", SET)->status, 200);
    assert_int_equal(
        world_request(world, "PUT", "/.cognito/00000000-0000-8000-8000-000000000000")
            ->status,
        405);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(are_a_set_for_all),
        cmocka_unit_test_with_pool(are_there_before_they_sign_and_after),
        cmocka_unit_test_with_pool(are_where_pomerium_has_its_own),
        cmocka_unit_test_with_pool(are_had_one_by_one),
        cmocka_unit_test_with_pool(own_no_other_url),
        cmocka_unit_test_with_pool(only_tell),
    };

    return cmocka_run_group_tests_name("flow/keys", tests, NULL, NULL);
}
