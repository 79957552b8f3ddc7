/* Renewal: the tokens that come, and what is believed of them. */
#include "test/flow/world_to_renew.h"

#include <apr_strings.h>

#include "base/json.h"

/* A09: an absent refresh token keeps the old one, another one takes its place. */
static void follows_the_rotation_of_refresh_tokens(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = world_to_renew(*state, is_stored);

        for (int i = 1; i <= 6; ++i) {
            world->rotates = i % 2;
            world->now += 3600;
            assert_true(world_is_granted(world));
            assert_int_equal(world->renewals, i);
        }
    }
}

/* A renewed ID token that is good but for these members, which are in single quotes. */
static void renew_with(world_t *world, const char *changed)
{
    json_t *claims = json_from_quoted(
        apr_psprintf(world->pool,
                     "{'iss':'" WORLD_ISSUER "','aud':'" WORLD_CLIENT
                     "','token_use':'id','sub':'sub-1','exp':%d,'iat':%d,"
                     "'cognito:groups':['admins']}",
                     WORLD_NOW + 9000, WORLD_NOW));
    json_t *change = json_from_quoted(apr_psprintf(world->pool, "{%s}", changed));

    assert_int_equal(json_object_update(claims, change), 0);
    world->renewed_body = apr_psprintf(
        world->pool,
        "{'id_token':'%s','access_token':'a','expires_in':3600,"
        "'token_type':'Bearer'}",
        jwt_maker_sign(world->pool, world->signer, cog_json_write(world->pool, claims)));
    json_decref(claims);
    json_decref(change);
    world->now += 3600;
}

/* O13: nothing of a renewed token is believed that does not pass every check. */
static void believes_no_renewed_token_that_is_wrong(void **state)
{
    static const char *const wrong[] = {
        "'iss':'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other'",
        "'aud':'other'",
        "'token_use':'access'",
        "'exp':1600000000",
        "'nonce':'another'",
        "'auth_time':1699999999",
        "'at_hash':'AAAAAAAAAAAAAAAAAAAAAA'",
    };
    world_t *world = world_to_renew(*state, 0);

    renew_with(world, "");
    assert_string_equal(world_claim(world, "cognito:groups"), "admins");
    assert_int_equal(world_get(world, "/")->session->expires, WORLD_NOW + 9000);
    world = world_to_renew(*state, 0);
    renew_with(world, "'auth_time':1700000000");
    assert_string_equal(world_claim(world, "cognito:groups"), "admins");
    for (size_t i = 0; i < COUNT(wrong); ++i) {
        world = world_to_renew(*state, 0);
        renew_with(world, wrong[i]);
        assert_null(world_claim(world, "cognito:groups"));
        world->now += 900;
        assert_int_equal(world_get(world, "/")->status, 503);
    }
}

/* A spent refresh token leads nowhere: the next try is with the one that came. */
static void keeps_a_rotated_refresh_token_that_came_with_nonsense(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = world_to_renew(*state, is_stored);

        world->refresh_token = "rotated-by-nonsense";
        world->renewed_body = "{'id_token':'no.jwt.atall','access_token':'a',"
                              "'refresh_token':'rotated-by-nonsense',"
                              "'expires_in':3600,'token_type':'Bearer'}";
        world->claims = ",'cognito:groups':['admins']";
        world->now += 3600;
        assert_null(world_claim(world, "cognito:groups"));
        world->renewed_body = NULL;
        world->now += 11;
        assert_string_equal(world_claim(world, "cognito:groups"), "admins");
        assert_int_equal(world->renewals, 2);
    }
}

static void ends_when_the_renewed_token_is_of_another_user(void **state)
{
    world_t *world = world_to_renew(*state, 0);

    renew_with(world, "'sub':'sub-2'");
    assert_int_equal(world_get(world, "/")->kind, COG_REPLY_REDIRECT);
    assert_null(apr_table_get(world->cookies, WORLD_SESSION));
}

/* O14 */
static void keeps_the_claims_when_no_id_token_comes(void **state)
{
    world_t *world;

    world = world_make(*state);
    world->claims = ",'cognito:groups':['admins']";
    world_sign_in(world, "/");
    world->renewed_body = "{'access_token':'a','expires_in':600,'token_type':'Bearer'}";
    world->now += 3500;
    assert_string_equal(world_claim(world, "cognito:groups"), "admins");
    assert_int_equal(world->renewals, 1);
    world->now += 449;
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 1);
    world->now += 61;
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 2);
}

/* A06: an odd expires_in makes no storm of renewals. */
static void is_not_driven_mad_by_an_odd_life(void **state)
{
    static const char *const lives[] = {"0", "-1", "'3600'", "1e300", "null"};

    for (size_t i = 0; i < COUNT(lives); ++i) {
        world_t *world = world_to_renew(*state, 0);

        world->renewed_body = apr_psprintf(
            world->pool, "{'access_token':'a','expires_in':%s,'token_type':'Bearer'}",
            lives[i]);
        world->now += 3500;
        for (int n = 0; n < 40; ++n) {
            assert_true(world_is_granted(world));
            ++world->now;
        }
        assert_int_equal(world->renewals, 1);
    }
}

/* A07 */
static void lasts_as_long_as_the_claims_without_a_refresh_token(void **state)
{
    world_t *world = world_make(*state);

    world->refresh_token = "";
    world->place.limits.idle_sec = 12 * 3600;
    world->conf.longest = world->place.limits;
    world_sign_in(world, "/");
    world->now += 3599;
    assert_true(world_is_granted(world));
    ++world->now;
    assert_false(world_is_granted(world));
    assert_int_equal(world->renewals, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(follows_the_rotation_of_refresh_tokens),
        cmocka_unit_test_with_pool(believes_no_renewed_token_that_is_wrong),
        cmocka_unit_test_with_pool(keeps_a_rotated_refresh_token_that_came_with_nonsense),
        cmocka_unit_test_with_pool(ends_when_the_renewed_token_is_of_another_user),
        cmocka_unit_test_with_pool(keeps_the_claims_when_no_id_token_comes),
        cmocka_unit_test_with_pool(is_not_driven_mad_by_an_odd_life),
        cmocka_unit_test_with_pool(lasts_as_long_as_the_claims_without_a_refresh_token),
    };

    return cmocka_run_group_tests_name("flow/session/renewal, tokens", tests, NULL, NULL);
}
