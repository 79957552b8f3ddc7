/* Protected places: who is let in, for how long, and who is asked. */
#include "test/flow/world.h"

#include <apr_strings.h>

static void ends_after_silence(void **state)
{
    world_t *world = world_make(*state);

    world_sign_in(world, "/");
    world->now += 3599;
    assert_true(world_is_granted(world));
    world->now += 3600;
    assert_false(world_is_granted(world));
}

/* Who never pauses. */
static void assert_lives_for_twelve_hours(world_t *world)
{
    world_sign_in(world, "/");
    for (int minute = 0; minute < 12 * 60 - 1; ++minute) {
        world->now += 60;
        assert_true(world_is_granted(world));
    }
    world->now += 60;
    assert_false(world_is_granted(world));
}

/* S05: the absolute limit holds for somebody who never pauses. */
static void ends_at_the_absolute_limit(void **state)
{
    world_t *world = world_make(*state);

    assert_lives_for_twelve_hours(world);
}

/* Nobody remembers for longer which sessions have ended. */
static void lives_no_longer_than_the_server_says_whatever_a_htaccess_does(void **state)
{
    world_t *world = world_make(*state);

    world->place.limits = (cog_session_limits_t){24 * 3600, 30 * 24 * 3600, 24 * 3600};
    assert_lives_for_twelve_hours(world);
    world_sign_in(world, "/");
    world->now += 3600;
    assert_false(world_is_granted(world));
}

/* S05: who works at one place is not idle at another, whose limit is shorter. */
static void is_seen_by_all_places_wherever_it_is_used(void **state)
{
    world_t *world = world_make(*state);

    world->open_place.client = &world->client;
    world->open_place.limits = (cog_session_limits_t){300, 12 * 3600, 300};
    world->conf.longest.least_idle_sec = 300;
    world_sign_in(world, "/");
    for (int minute = 0; minute < 30; ++minute) {
        world->now += 60;
        assert_true(world_is_granted(world));
    }
    world->now += 60;
    assert_int_equal(world_get(world, "/public/")->kind, COG_REPLY_GRANT);
    world->now += 300;
    assert_int_equal(world_get(world, "/public/")->kind, COG_REPLY_REDIRECT);
    assert_true(world_is_granted(world));
}

static void is_written_down_only_now_and_then(void **state)
{
    world_t *world = world_make(*state);

    world_sign_in(world, "/");
    world->now += 900;
    assert_int_equal(world_get(world, "/")->cookies->nelts, 0);
    world->now += 1;
    assert_int_equal(world_get(world, "/")->cookies->nelts, 1);
    assert_int_equal(world_get(world, "/")->cookies->nelts, 0);
}

static void survives_no_clock_that_jumps_back_far(void **state)
{
    world_t *world = world_make(*state);

    world_sign_in(world, "/");
    world->now -= 120;
    assert_true(world_is_granted(world));
    world->now -= 3600;
    assert_false(world_is_granted(world));
}

/* S09: no bit of the cookie can be changed, no byte left out. */
static void refuses_every_tampered_cookie(void **state)
{
    world_t *world = world_make(*state);
    const char *good;
    size_t len;

    world_sign_in(world, "/");
    good = apr_table_get(world->cookies, WORLD_SESSION);
    len = strlen(good);
    for (size_t i = 0; i < len; i += 7) {
        char *bad = apr_pstrdup(world->pool, good);

        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        apr_table_setn(world->cookies, WORLD_SESSION, bad);
        assert_false(world_is_granted(world));
        apr_table_setn(world->cookies, WORLD_SESSION, apr_pstrndup(world->pool, good, i));
        assert_false(world_is_granted(world));
    }
    apr_table_setn(world->cookies, WORLD_SESSION,
                   apr_pstrcat(world->pool, good, "A", NULL));
    assert_false(world_is_granted(world));
    apr_table_setn(world->cookies, WORLD_SESSION, good);
    assert_true(world_is_granted(world));
}

/* J09: what is sealed for one purpose is nothing for another. */
static void takes_no_other_sealed_thing_for_a_session(void **state)
{
    world_t *world = world_make(*state);
    const apr_array_header_t *cookies;

    world_sign_in(world, "/");
    world_get(world, "/.cognito/logout?return_to=%2F");
    world_get(world, "/x");
    cookies = apr_table_elts(world->cookies);
    for (int i = 0; i < cookies->nelts; ++i) {
        const char *value = ((const apr_table_entry_t *)cookies->elts)[i].val;

        apr_table_setn(world->cookies, WORLD_SESSION,
                       apr_pstrcat(world->pool, "1", value, NULL));
        assert_false(world_is_granted(world));
        apr_table_setn(world->cookies, WORLD_SESSION, value);
        assert_false(world_is_granted(world));
    }
    world_sign_in(world, "/");
    assert_true(world_is_granted(world));
}

/* S06, B19: who has copied the cookie before the sign-out has nothing from then on. */
static void ends_every_copy_of_a_session_at_the_sign_out(void **state)
{
    world_t *world = world_make(*state);
    const char *copy;

    world_sign_in(world, "/");
    copy = apr_table_get(world->cookies, WORLD_SESSION);
    world_get(world, "/.cognito/logout");
    apr_table_setn(world->cookies, WORLD_SESSION, copy);
    assert_false(world_is_granted(world));
    ++world->now;
    world_sign_in(world, "/");
    assert_true(world_is_granted(world));
}

/* S04: a new login takes the place of the old session, whoever else has a copy of it. */
static void ends_the_old_session_at_a_new_login(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *login;
    const char *copy;

    world_sign_in(world, "/");
    copy = apr_table_get(world->cookies, WORLD_SESSION);
    apr_table_unset(world->cookies, WORLD_SESSION);
    login = world_get(world, "/");
    apr_table_setn(world->cookies, WORLD_SESSION, copy);
    world_get(world, world_callback(world, login));
    assert_true(world_is_granted(world));
    apr_table_setn(world->cookies, WORLD_SESSION, copy);
    assert_false(world_is_granted(world));
}

/* S06: a login in place of a session leaves no refresh token behind that is good for
 * weeks. It waits for nothing, and fails for nothing. */
static void revokes_the_token_of_the_session_that_it_replaces(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = world_make(*state);
        const cog_fetch_request_t *request;
        cog_reply_t *reply;
        const char *old;

        world->conf.has_stored_sessions = is_stored;
        world_finish(world_sign_in(world, "/"));
        assert_int_equal(world_fetch_count(world, "/oauth2/revoke"), 0);
        old = apr_table_get(world->cookies, WORLD_SESSION);
        apr_table_unset(world->cookies, WORLD_SESSION);
        reply = world_get(world, "/");
        apr_table_setn(world->cookies, WORLD_SESSION, old);
        world->refresh_token = "refresh-2";
        world->revoke_status = 500;
        reply = world_get(world, world_callback(world, reply));
        assert_int_equal(reply->status, 303);
        assert_int_equal(world_fetch_count(world, "/oauth2/revoke"), 0);
        world_finish(reply);
        assert_int_equal(world_fetch_count(world, "/oauth2/revoke"), 1);
        request = &APR_ARRAY_IDX(world->fetched, world->fetched->nelts - 1,
                                 cog_fetch_request_t);
        assert_non_null(strstr(request->form.bytes, "token=refresh-1"));
        assert_true(world_is_granted(world));
    }
}

/* ... nor does one in place of a session that is over. */
static void revokes_the_token_of_a_session_that_has_expired(void **state)
{
    world_t *world = world_make(*state);

    world_sign_in(world, "/");
    world->now += 12 * 3600;
    world_finish(world_sign_in(world, "/"));
    assert_int_equal(world_fetch_count(world, "/oauth2/revoke"), 1);
}

static const struct {
    const char *name;
    const char *method;
    const char *headers[2][2];
    int is_login;
} askers[] = {
    {"W01 a person",        "GET",     {{"X", "y"}, {"X", "y"}},                                    1},
    {"B11 a person's form", "POST",    {{"X", "y"}, {"X", "y"}},                                    1},
    {"W01 XMLHttpRequest",
     "GET",                            {{"X-Requested-With", "XMLHttpRequest"}, {"X", "y"}},
     0                                                                                               },
    {"W01 fetch",           "GET",     {{"Sec-Fetch-Mode", "cors"}, {"Sec-Fetch-Dest", "empty"}},   0},
    {"W01 a frame",         "GET",     {{"Sec-Fetch-Dest", "iframe"}, {"X", "y"}},                  0},
    {"W01 HEAD",            "HEAD",    {{"X", "y"}, {"X", "y"}},                                    0},
    {"W01 a preflight",     "OPTIONS", {{"X", "y"}, {"X", "y"}},                                    0},
    {"W01 a web socket",
     "GET",                            {{"Upgrade", "websocket"}, {"Sec-Fetch-Mode", "websocket"}},
     0                                                                                               },
    {"W01 a prefetch",      "GET",     {{"Sec-Purpose", "prefetch;prerender"}, {"X", "y"}},         0},
    {"W01 an old prefetch", "GET",     {{"Purpose", "prefetch"}, {"X", "y"}},                       0},
    {"W01 PUT",             "PUT",     {{"X", "y"}, {"X", "y"}},                                    0},
    {"an old browser",      "GET",     {{"Sec-Fetch-Mode", ""}, {"Sec-Fetch-Dest", ""}},            1},
    {"curl",                "GET",     {{"Sec-Fetch-Mode", ""}, {"Accept", "*/*"}},                 0},
    {"a JSON client",       "GET",     {{"Sec-Fetch-Mode", ""}, {"Accept", "application/json"}},    0},
};

static void tells_people_from_scripts(void **state)
{
    for (size_t i = 0; i < COUNT(askers); ++i) {
        world_t *world = world_make(*state);
        cog_reply_t *reply;

        for (size_t k = 0; k < 2; ++k) {
            world_header(world, askers[i].headers[k][0], askers[i].headers[k][1]);
        }
        reply = world_request(world, askers[i].method, "/page");
        if ((reply->kind == COG_REPLY_REDIRECT) != askers[i].is_login) {
            fail_msg("%s was answered with %d", askers[i].name, reply->status);
        }
        assert_int_equal(reply->cookies->nelts, askers[i].is_login);
        assert_true(reply->status == 401 || reply->status == 302 || reply->status == 303);
        assert_true(strcmp(askers[i].method, "POST") != 0 || reply->status == 303);
    }
}

static void does_as_the_place_says(void **state)
{
    world_t *world = world_make(*state);

    world->place.unauthenticated = COG_UNAUTHENTICATED_401;
    assert_int_equal(world_get(world, "/")->status, 401);
    world->place.unauthenticated = COG_UNAUTHENTICATED_LOGIN;
    world_header(world, "Sec-Fetch-Mode", "cors");
    assert_int_equal(world_get(world, "/")->status, 302);
}

/* Where nobody is sent to the login, a person is told where it is, a script as ever. */
static void shows_who_navigates_where_the_login_is(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    world->place.unauthenticated = COG_UNAUTHENTICATED_401;
    reply = world_get(world, "/page?x=1");
    assert_int_equal(reply->kind, COG_REPLY_PAGE);
    assert_int_equal(reply->error, COG_E_UNAUTHENTICATED);
    assert_string_equal(reply->page.link,
                        WORLD_ORIGIN "/.cognito/login?return_to=%2Fpage%3Fx%3D1");
    world_header(world, "Sec-Fetch-Mode", "cors");
    reply = world_get(world, "/page?x=1");
    assert_int_equal(reply->kind, COG_REPLY_JSON);
    assert_int_equal(reply->status, 401);
}

static void keeps_the_claims_of_the_token(void **state)
{
    world_t *world = world_make(*state);
    const cog_session_t *session;

    world->claims = ",'cognito:username':'alice','cognito:groups':['a','b,c'],'email_"
                    "verified':true,'custom:n':'7'";
    world_sign_in(world, "/");
    session = world_get(world, "/")->session;
    assert_string_equal(cog_session_claim(session, "cognito:username"), "alice");
    assert_string_equal(cog_session_claim(session, "cognito:groups"), "a,b%2Cc");
    assert_string_equal(cog_session_claim(session, "email_verified"), "true");
    assert_string_equal(cog_session_claim(session, "custom:n"), "7");
    assert_null(cog_session_claim(session, "nonce"));
}

static void starts_no_login_where_its_cookie_would_not_come(void **state)
{
    static const struct {
        const char *target;
        int is_reached;
    } cases[] = {
        {"/app",         1},
        {"/app/",        1},
        {"/app/page",    1},
        {"/app?q=/",     1},
        {"/application", 0},
        {"/APP/page",    0},
        {"/",            0},
    };
    world_t *world = world_make(*state);

    world->conf.cookies.path = "/app";
    for (size_t i = 0; i < COUNT(cases); ++i) {
        cog_reply_t *reply = world_get(world, cases[i].target);

        assert_int_equal(reply->kind == COG_REPLY_REDIRECT, cases[i].is_reached);
        assert_int_equal(reply->error == COG_E_MISCONFIGURED, !cases[i].is_reached);
    }
    assert_true(world_has_logged(world, "CognitoCookie path="));
}

/* F20: no login, which would not help, and no pass. */
static void says_when_the_session_cannot_be_read(void **state)
{
    world_t *world = world_make_without_store(*state);

    for (int is_script = 0; is_script < 2; ++is_script) {
        cog_reply_t *reply;

        if (is_script) {
            world_header(world, "Sec-Fetch-Mode", "cors");
            world_header(world, "Sec-Fetch-Dest", "empty");
        }
        reply = world_get(world, "/");
        assert_int_equal(reply->error, COG_E_STORE);
        assert_int_equal(reply->status, 503);
    }
    world->store->is_down = 0;
    assert_true(world_is_granted(world));
}

/* Where all are let in, a session that is none any more is no reason for a login. */
static void lets_all_in_where_no_user_is_needed(void **state)
{
    world_t *world = world_make(*state);

    world->place.lets_all_in = 1;
    assert_int_equal(world_get(world, "/")->kind, COG_REPLY_PASS);
    world->place.lets_all_in = 0;
    assert_int_equal(world_get(world, "/")->kind, COG_REPLY_REDIRECT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(says_when_the_session_cannot_be_read),
        cmocka_unit_test_with_pool(ends_after_silence),
        cmocka_unit_test_with_pool(ends_at_the_absolute_limit),
        cmocka_unit_test_with_pool(
            lives_no_longer_than_the_server_says_whatever_a_htaccess_does),
        cmocka_unit_test_with_pool(is_seen_by_all_places_wherever_it_is_used),
        cmocka_unit_test_with_pool(is_written_down_only_now_and_then),
        cmocka_unit_test_with_pool(survives_no_clock_that_jumps_back_far),
        cmocka_unit_test_with_pool(refuses_every_tampered_cookie),
        cmocka_unit_test_with_pool(takes_no_other_sealed_thing_for_a_session),
        cmocka_unit_test_with_pool(ends_every_copy_of_a_session_at_the_sign_out),
        cmocka_unit_test_with_pool(ends_the_old_session_at_a_new_login),
        cmocka_unit_test_with_pool(revokes_the_token_of_the_session_that_it_replaces),
        cmocka_unit_test_with_pool(revokes_the_token_of_a_session_that_has_expired),
        cmocka_unit_test_with_pool(tells_people_from_scripts),
        cmocka_unit_test_with_pool(does_as_the_place_says),
        cmocka_unit_test_with_pool(shows_who_navigates_where_the_login_is),
        cmocka_unit_test_with_pool(lets_all_in_where_no_user_is_needed),
        cmocka_unit_test_with_pool(keeps_the_claims_of_the_token),
        cmocka_unit_test_with_pool(starts_no_login_where_its_cookie_would_not_come),
    };

    return cmocka_run_group_tests_name("flow/resource", tests, NULL, NULL);
}
