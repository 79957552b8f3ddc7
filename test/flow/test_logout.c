/* The sign-out: what ends, here and at the user pool, and where the user comes back to.
 */
#include "test/flow/world.h"

static void ends_the_session_and_goes_to_the_user_pool(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    world_sign_in(world, "/");
    reply = world_get(world, "/.cognito/logout");
    assert_int_equal(reply->status, 303);
    assert_string_equal(reply->location,
                        WORLD_DOMAIN "/logout?client_id=" WORLD_CLIENT
                                     "&logout_uri=https%3A%2F%2Fapp.example.com%2F."
                                     "cognito%2Fsigned-out");
    assert_false(world_is_granted(world));
}

static void revokes_the_refresh_token_after_the_answer(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;
    cog_fetch_request_t *request;

    world_sign_in(world, "/");
    reply = world_get(world, "/.cognito/logout");
    assert_int_equal(world_fetch_count(world, "/oauth2/revoke"), 0);
    world_finish(reply);
    assert_int_equal(world_fetch_count(world, "/oauth2/revoke"), 1);
    request =
        &APR_ARRAY_IDX(world->fetched, world->fetched->nelts - 1, cog_fetch_request_t);
    assert_non_null(strstr(request->form.bytes, "token=refresh-1"));
    assert_non_null(strstr(request->form.bytes, "client_id=" WORLD_CLIENT));
    assert_false(world_has_logged(world, "COG3060"));
}

static void says_when_the_revocation_fails(void **state)
{
    world_t *world = world_make(*state);

    world->revoke_status = 400;
    world_sign_in(world, "/");
    world_finish(world_get(world, "/.cognito/logout"));
    assert_true(world_has_logged(world, "COG3060"));
    assert_true(world_has_logged(world, "was not revoked: status 400"));
    assert_false(world_has_logged(world, "refresh-1"));
}

static void names_no_status_where_there_was_no_answer(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    world_sign_in(world, "/");
    reply = world_get(world, "/.cognito/logout");
    world->is_unreachable = 1;
    world_finish(reply);
    assert_true(world_has_logged(world, "was not revoked: idp_unreachable"));
    assert_false(world_has_logged(world, "was not revoked: idp_unreachable, status"));
}

static int hanging;

/* Somebody else signs out, too, while this one waits. */
static void let_another_sign_out(world_t *world)
{
    const char *url =
        APR_ARRAY_IDX(world->fetched, world->fetched->nelts - 1, cog_fetch_request_t).url;

    if (!strstr(url, "/oauth2/revoke")) {
        return;
    }
    ++hanging;
    ++world->now;
    world_sign_in(world, "/");
    world_finish(world_get(world, "/.cognito/logout"));
}

/* F40: nor does one that hangs here get all threads. */
static void leaves_out_the_revocation_when_too_many_wait_for_no_answer(void **state)
{
    world_t *world = world_make(*state);

    hanging = 0;
    world_sign_in(world, "/");
    world->while_fetching = let_another_sign_out;
    world_finish(world_get(world, "/.cognito/logout"));
    assert_int_equal(hanging, world->conf.waiting_limit);
    assert_int_equal(world_log_count(world, "COG3074"), 1);
    assert_int_equal(world_log_count(world, "COG3060"), 1);
    world->while_fetching = NULL;
    assert_int_equal(world_sign_in(world, "/")->status, 303);
}

static void returns_to_the_sealed_target(void **state)
{
    world_t *world = world_make(*state);

    world_sign_in(world, "/");
    world_get(world, "/.cognito/logout?return_to=%2Fbye%3Fa%3D1");
    assert_string_equal(world_get(world, "/.cognito/signed-out?state=x&url=y")->location,
                        WORLD_ORIGIN "/bye?a=1");
    /* once */
    assert_int_equal(world_get(world, "/.cognito/signed-out")->kind, COG_REPLY_PAGE);
}

static void returns_to_configured_urls_only(void **state)
{
    world_t *world = world_make(*state);
    apr_array_header_t *allowed = apr_array_make(*state, 2, sizeof(const char *));

    APR_ARRAY_PUSH(allowed, const char *) = "https://www.example.com/";
    APR_ARRAY_PUSH(allowed, const char *) = "https://intranet.example.com/bye";
    world->conf.logout_returns = allowed;
    world_get(world,
              "/.cognito/logout?return_to=https%3A%2F%2Fintranet.example.com%2Fbye");
    assert_string_equal(world_get(world, "/.cognito/signed-out")->location,
                        "https://intranet.example.com/bye");
    world_get(world,
              "/.cognito/logout?return_to=https%3A%2F%2Fintranet.example.com%2Fbye2");
    assert_string_equal(world_get(world, "/.cognito/signed-out")->location,
                        "https://www.example.com/");
    world_get(world, "/.cognito/logout?return_to=%2F%5Cevil.example");
    assert_string_equal(world_get(world, "/.cognito/signed-out")->location,
                        "https://www.example.com/");
}

static void ends_the_sessions_of_all_clients(void **state)
{
    world_t *world = world_make(*state);

    world_sign_in(world, "/");
    world_sign_in(world, "/other/");
    world_get(world, "/.cognito/logout");
    assert_false(world_is_granted(world));
    assert_int_equal(world_get(world, "/other/")->kind, COG_REPLY_REDIRECT);
}

/* How long a place lets a session live is no matter here: what opens is still a session.
 */
static void knows_a_session_that_the_target_would_not_take(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    world->other_place.client = &world->client;
    world->other_place.limits = (cog_session_limits_t){60, 120, 60};
    world_sign_in(world, "/");
    world->now += 600;
    world_header(world, "Sec-Fetch-Site", "cross-site");
    reply = world_get(world, "/.cognito/logout?return_to=%2Fother%2F");
    assert_int_equal(reply->kind, COG_REPLY_PAGE);
    assert_true(world_is_granted(world));
    reply = world_request(world, "POST", strstr(reply->page.link, "/.cognito/logout?"));
    assert_false(world_is_granted(world));
    world_finish(reply);
    assert_int_equal(world_fetch_count(world, "/oauth2/revoke"), 1);
}

static void revokes_the_token_of_an_expired_session(void **state)
{
    world_t *world = world_make(*state);

    world_sign_in(world, "/");
    world->now += 2 * 3600;
    world_finish(world_get(world, "/.cognito/logout"));
    assert_int_equal(world_fetch_count(world, "/oauth2/revoke"), 1);
}

static void revokes_the_tokens_of_all_clients(void **state)
{
    world_t *world = world_make(*state);

    world_sign_in(world, "/");
    world_sign_in(world, "/other/");
    world_finish(world_get(world, "/.cognito/logout"));
    assert_int_equal(world_fetch_count(world, "/oauth2/revoke"), 2);
}

static void names_the_methods_that_it_takes(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply = world_request(world, "PUT", "/.cognito/logout");

    assert_int_equal(reply->status, 405);
    assert_string_equal(reply->allow, "GET, POST");
}

/* Its session lives on: nobody is told that it has ended. */
static void says_when_the_session_cannot_be_read(void **state)
{
    world_t *world = world_make_without_store(*state);
    cog_reply_t *reply;

    world_header(world, "Sec-Fetch-Site", "same-origin");
    reply = world_get(world, "/.cognito/logout");
    assert_int_equal(reply->error, COG_E_STORE);
    assert_int_equal(reply->status, 503);
    world->store->is_down = 0;
    assert_true(world_is_granted(world));
}

static void takes_no_malformed_query(void **state)
{
    world_t *world = world_make(*state);

    world_sign_in(world, "/");
    world_header(world, "Sec-Fetch-Site", "same-origin");
    assert_int_equal(world_get(world, "/.cognito/logout?return_to=%zz")->status, 400);
    assert_true(world_is_granted(world));
}

static void works_without_a_session(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply = world_get(world, "/.cognito/logout");

    assert_int_equal(reply->status, 303);
    assert_null(reply->afterwards);
}

/* F07: the session here has ended, whatever the user pool does. */
static void ends_the_session_when_the_user_pool_cannot_be_asked(void **state)
{
    world_t *world = world_make(*state);
    apr_array_header_t *issuers = apr_array_make(*state, 1, sizeof(const char *));
    const cog_provider_conf_t unknown = {.issuers = issuers,
                                         .discovery_url = WORLD_ISSUER "/discovery"};
    cog_reply_t *reply;

    world_sign_in(world, "/");
    APR_ARRAY_PUSH(issuers, const char *) = WORLD_ISSUER;
    assert_int_equal(cog_provider_make(*state, &unknown, &world->client.provider),
                     COG_OK);
    world->is_unreachable = 1;
    reply = world_get(world, "/.cognito/logout");
    assert_int_equal(world_fetch_count(world, "/discovery"), 1);
    assert_int_equal(reply->status, 303);
    assert_string_equal(reply->location, WORLD_ORIGIN "/.cognito/signed-out");
    assert_false(apr_table_get(world->cookies, WORLD_SESSION));
}

static void revokes_nothing_where_there_is_no_refresh_token(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    world->refresh_token = "";
    world_sign_in(world, "/");
    assert_true(world_is_granted(world));
    reply = world_get(world, "/.cognito/logout");
    world_finish(reply);
    assert_int_equal(world_fetch_count(world, "/oauth2/revoke"), 0);
    assert_false(world_is_granted(world));
}

static void forgets_the_target_of_a_sign_out_that_is_not_ended(void **state)
{
    world_t *world = world_make(*state);

    world_get(world, "/.cognito/logout?return_to=%2Fbye");
    world->now += 15 * 60;
    assert_int_equal(world_get(world, "/.cognito/signed-out")->kind, COG_REPLY_REDIRECT);
    world_get(world, "/.cognito/logout?return_to=%2Fbye");
    world->now += 15 * 60 + 1;
    assert_int_equal(world_get(world, "/.cognito/signed-out")->kind, COG_REPLY_PAGE);
}

static void returns_to_no_target_that_it_has_not_sealed(void **state)
{
    world_t *world = world_make(*state);
    const char *session;

    world_sign_in(world, "/");
    session = apr_table_get(world->cookies, WORLD_SESSION);
    apr_table_setn(world->cookies, "__Host-cognito_return", session);
    assert_int_equal(world_get(world, "/.cognito/signed-out")->kind, COG_REPLY_PAGE);
}

/* With a session rather than without; of two, that of the place to return to. */
static void goes_to_the_user_pool_of_the_client_that_matters(void **state)
{
    static const struct {
        const char *signed_in[2];
        const char *logout;
        const char *client;
    } rows[] = {
        {{NULL},           "/.cognito/logout",                       WORLD_CLIENT},
        {{NULL},           "/.cognito/logout?return_to=%2Fother%2F", "other"     },
        {{"/other/"},      "/.cognito/logout",                       "other"     },
        {{"/"},            "/.cognito/logout?return_to=%2Fother%2F", WORLD_CLIENT},
        {{"/", "/other/"}, "/.cognito/logout?return_to=%2Fother%2F", "other"     },
        {{"/", "/other/"}, "/.cognito/logout?return_to=%2Fx",        WORLD_CLIENT},
        {{"/", "/other/"}, "/.cognito/logout?return_to=evil",        WORLD_CLIENT},
    };

    for (size_t i = 0; i < COUNT(rows); ++i) {
        world_t *world = world_make(*state);
        const char *url;

        for (size_t k = 0; k < 2 && rows[i].signed_in[k]; ++k) {
            world_sign_in(world, rows[i].signed_in[k]);
        }
        world->other_client.client_id = "other";
        url = world_get(world, rows[i].logout)->location;
        assert_string_equal(world_param(world, url, "client_id"), rows[i].client);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(ends_the_session_and_goes_to_the_user_pool),
        cmocka_unit_test_with_pool(revokes_the_refresh_token_after_the_answer),
        cmocka_unit_test_with_pool(says_when_the_revocation_fails),
        cmocka_unit_test_with_pool(names_no_status_where_there_was_no_answer),
        cmocka_unit_test_with_pool(
            leaves_out_the_revocation_when_too_many_wait_for_no_answer),
        cmocka_unit_test_with_pool(returns_to_the_sealed_target),
        cmocka_unit_test_with_pool(returns_to_configured_urls_only),
        cmocka_unit_test_with_pool(ends_the_sessions_of_all_clients),
        cmocka_unit_test_with_pool(goes_to_the_user_pool_of_the_client_that_matters),
        cmocka_unit_test_with_pool(knows_a_session_that_the_target_would_not_take),
        cmocka_unit_test_with_pool(revokes_the_token_of_an_expired_session),
        cmocka_unit_test_with_pool(revokes_the_tokens_of_all_clients),
        cmocka_unit_test_with_pool(names_the_methods_that_it_takes),
        cmocka_unit_test_with_pool(says_when_the_session_cannot_be_read),
        cmocka_unit_test_with_pool(takes_no_malformed_query),
        cmocka_unit_test_with_pool(works_without_a_session),
        cmocka_unit_test_with_pool(ends_the_session_when_the_user_pool_cannot_be_asked),
        cmocka_unit_test_with_pool(revokes_nothing_where_there_is_no_refresh_token),
        cmocka_unit_test_with_pool(forgets_the_target_of_a_sign_out_that_is_not_ended),
        cmocka_unit_test_with_pool(returns_to_no_target_that_it_has_not_sealed),
    };

    return cmocka_run_group_tests_name("flow/logout", tests, NULL, NULL);
}
