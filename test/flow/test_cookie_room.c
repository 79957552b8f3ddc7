/* Where a session lives: in the room that browsers and servers leave to cookies, or in
 * the store. */
#include "test/flow/world.h"

#include <apr_strings.h>

static char *text_of_len(apr_pool_t *pool, size_t len)
{
    char *text = apr_pcalloc(pool, len + 1);

    memset(text, '~', len);
    return text;
}

static void claim_name_of(world_t *world, size_t len)
{
    char *name = apr_pcalloc(world->pool, len + 1);

    memset(name, 'x', len);
    world->claims = apr_pstrcat(world->pool, ",'name':'", name, "'", NULL);
}

static void moves_a_session_that_does_not_fit_to_the_store(void **state)
{
    world_t *world = world_make(*state);

    claim_name_of(world, 5000);
    assert_int_equal(world_sign_in(world, "/")->status, 303);
    assert_true(world_is_granted(world));
    assert_int_equal(fake_store_count(world->store, "cognito:session:"), 1);
    assert_in_range(strlen(apr_table_get(world->cookies, WORLD_SESSION)), 1, 100);
}

static void says_when_a_session_fits_nowhere(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    claim_name_of(world, 5000);
    world->store->is_down = 1;
    reply = world_sign_in(world, "/");
    assert_int_equal(reply->error, COG_E_STORE);
    assert_int_equal(reply->status, 503);
    assert_true(world_has_logged(world, "CognitoStore"));
    world->store->is_down = 0;
    assert_int_equal(world_get(world, "/")->kind, COG_REPLY_REDIRECT);
}

/* The administrator has to hear of it: it is not the user's request that is too large. */
static void tells_of_a_profile_that_fits_no_store(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    claim_name_of(world, 70000);
    reply = world_sign_in(world, "/");
    assert_int_equal(reply->error, COG_E_SESSION_TOO_LARGE);
    assert_int_equal(reply->status, 500);
    assert_true(world_has_logged(world, "CognitoClaims"));
}

static size_t cookie_header_size(const world_t *world)
{
    const apr_array_header_t *entries = apr_table_elts(world->cookies);
    size_t size = 0;

    for (int i = 0; i < entries->nelts; ++i) {
        const apr_table_entry_t *entry = &APR_ARRAY_IDX(entries, i, apr_table_entry_t);

        size += strlen(entry->key) + strlen(entry->val) + 3;
    }
    return size;
}

static void sign_in_with_name_of(world_t *world, const char *target, size_t len)
{
    claim_name_of(world, len);
    assert_int_equal(world_sign_in(world, target)->status, 303);
    assert_int_equal(world_get(world, target)->kind, COG_REPLY_GRANT);
}

/* F31: httpd would answer 400 to each further request, until the browser is closed. */
static void keeps_the_sessions_of_all_clients_within_one_header(void **state)
{
    for (size_t len = 100; len < 2800; len += 300) {
        world_t *world = world_make(*state);
        size_t most = (size_t)world->conf.cookie_room + 400; /* for the names */

        sign_in_with_name_of(world, "/", len);
        sign_in_with_name_of(world, "/other/", len);
        assert_in_range(cookie_header_size(world), 0, most);
        assert_int_equal(world_has_logged(world, "COG3022"), len > 1300);
        assert_int_equal(world_is_granted(world), len <= 1300);
    }
}

static void gives_up_tokens_before_sessions(void **state)
{
    world_t *world = world_make(*state);

    world->refresh_token = text_of_len(*state, 2000);
    sign_in_with_name_of(world, "/", 100);
    assert_non_null(apr_table_get(world->cookies, WORLD_TOKENS));
    sign_in_with_name_of(world, "/other/", 1000);
    assert_null(apr_table_get(world->cookies, WORLD_TOKENS));
    assert_int_equal(fake_store_count(world->store, "cognito:tokens:"), 2);
    assert_true(world_is_granted(world));
}

/* F20: a cookie that refers to nothing would end in one login after the other. */
static void says_when_a_session_cannot_be_stored(void **state)
{
    world_t *world = world_make(*state);
    const char *callback;
    cog_reply_t *reply;

    world->conf.has_stored_sessions = 1;
    callback = world_callback(world, world_get(world, "/orders"));
    world->store->is_down = 1;
    reply = world_get(world, callback);
    assert_int_equal(reply->error, COG_E_STORE);
    assert_int_equal(reply->status, 503);
    assert_null(apr_table_get(world->cookies, WORLD_SESSION));
}

/* It is the refresh token that a session cannot live without. */
static void keeps_what_renews_it_where_all_tokens_are_too_much(void **state)
{
    world_t *world = world_make(*state);

    world->conf.keeps_access_token = 1;
    world->access_claims = apr_pstrcat(*state, world->access_claims, ",'x':'",
                                       text_of_len(*state, 70000), "'", NULL);
    assert_int_equal(world_sign_in(world, "/")->status, 303);
    assert_int_equal(fake_store_count(world->store, "cognito:tokens:"), 1);
    assert_false(world_has_logged(world, "COG3020"));
    world->now += 3300;
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 1);
}

static void lives_on_with_tokens_that_fit_nowhere(void **state)
{
    world_t *world = world_make(*state);

    world->refresh_token = text_of_len(*state, 70000);
    assert_int_equal(world_sign_in(world, "/")->status, 303);
    assert_int_equal(fake_store_count(world->store, "cognito:tokens:"), 0);
    assert_int_equal(world_log_count(world, "COG3020"), 1);
    world->now += 3300;
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(moves_a_session_that_does_not_fit_to_the_store),
        cmocka_unit_test_with_pool(says_when_a_session_fits_nowhere),
        cmocka_unit_test_with_pool(tells_of_a_profile_that_fits_no_store),
        cmocka_unit_test_with_pool(keeps_the_sessions_of_all_clients_within_one_header),
        cmocka_unit_test_with_pool(gives_up_tokens_before_sessions),
        cmocka_unit_test_with_pool(says_when_a_session_cannot_be_stored),
        cmocka_unit_test_with_pool(keeps_what_renews_it_where_all_tokens_are_too_much),
        cmocka_unit_test_with_pool(lives_on_with_tokens_that_fit_nowhere),
    };

    return cmocka_run_group_tests_name("flow/session/cookie_room", tests, NULL, NULL);
}
