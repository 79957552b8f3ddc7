/* A login from the first request to the session, and what it asks of the user pool. */
#include "test/flow/world.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/text.h"
#include "crypto/digest.h"

static void sends_a_navigation_to_the_hosted_ui(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply = world_get(world, "/orders?page=2");
    const char *url = reply->location;

    assert_int_equal(reply->kind, COG_REPLY_REDIRECT);
    assert_int_equal(reply->status, 302);
    assert_true(cog_text_begins(url, WORLD_DOMAIN "/oauth2/authorize?"));
    assert_string_equal(world_param(world, url, "response_type"), "code");
    assert_string_equal(world_param(world, url, "client_id"), WORLD_CLIENT);
    assert_string_equal(world_param(world, url, "redirect_uri"),
                        WORLD_ORIGIN "/.cognito/callback");
    assert_string_equal(world_param(world, url, "scope"), "openid email profile");
    assert_string_equal(world_param(world, url, "code_challenge_method"), "S256");
    assert_int_equal(strlen(world_param(world, url, "code_challenge")), 43);
    assert_int_equal(strlen(world_param(world, url, "nonce")), 22);
    assert_null(strstr(url, "orders"));
    assert_int_equal(apr_table_elts(world->cookies)->nelts, 1);
}

static void comes_back_to_where_it_began(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply = world_sign_in(world, "/orders?page=2&x=%2F");

    assert_int_equal(reply->kind, COG_REPLY_REDIRECT);
    assert_int_equal(reply->status, 303);
    assert_string_equal(reply->location, WORLD_ORIGIN "/orders?page=2&x=%2F");
    reply = world_get(world, "/orders?page=2&x=%2F");
    assert_int_equal(reply->kind, COG_REPLY_GRANT);
    assert_string_equal(reply->session->subject, "sub-1");
    assert_int_equal(reply->cookies->nelts, 0);
}

static void stays_under_the_name_by_which_it_was_reached(void **state)
{
    static const struct {
        const char *host;
        const char *origin;
    } cases[] = {
        {"app.example.com",           "https://app.example.com"},
        {"www.example.com",           "https://www.example.com"},
        {"WWW.Example.com",           "https://www.example.com"},
        {"www.example.com:443",       "https://www.example.com"},
        {"www.example.com:80",        "https://app.example.com"},
        {"www.example.com.evil.test", "https://app.example.com"},
        {"www.example.co",            "https://app.example.com"},
        {"www .example.com",          "https://app.example.com"},
        {"",                          "https://app.example.com"},
        {NULL,                        "https://app.example.com"},
    };
    apr_array_header_t *origins = apr_array_make(*state, 2, sizeof(const char *));

    APR_ARRAY_PUSH(origins, const char *) = WORLD_ORIGIN;
    APR_ARRAY_PUSH(origins, const char *) = "https://www.example.com";
    for (size_t i = 0; i < COUNT(cases); ++i) {
        world_t *world = world_make(*state);
        const char *url;

        world->conf.origins = origins;
        world->host = cases[i].host;
        url = world_get(world, "/")->location;
        assert_string_equal(
            world_param(world, url, "redirect_uri"),
            apr_pstrcat(*state, cases[i].origin, "/.cognito/callback", NULL));
    }
}

static void redeems_with_the_verifier_of_the_challenge(void **state)
{
    world_t *world = world_make(*state);
    cog_fetch_request_t request;
    const char *form;

    world_sign_in(world, "/");
    assert_int_equal(world_fetch_count(world, "/oauth2/token"), 1);
    request = APR_ARRAY_IDX(world->fetched, 0, cog_fetch_request_t);
    form = apr_pstrcat(world->pool, "?", request.form.bytes, NULL);
    assert_string_equal(world_param(world, form, "grant_type"), "authorization_code");
    assert_string_equal(world_param(world, form, "code"), "code-1");
    assert_string_equal(world_param(world, form, "redirect_uri"),
                        WORLD_ORIGIN "/.cognito/callback");
    assert_string_equal(cog_digest_s256(world->pool, cog_secret_of(world_param(
                                                         world, form, "code_verifier"))),
                        world->challenge);
}

static void is_never_the_same_twice(void **state)
{
    world_t *world = world_make(*state);
    const char *first = world_get(world, "/")->location;
    const char *second = world_get(world, "/")->location;
    static const char *const names[] = {"state", "nonce", "code_challenge"};

    for (size_t i = 0; i < COUNT(names); ++i) {
        assert_string_not_equal(world_param(world, first, names[i]),
                                world_param(world, second, names[i]));
    }
}

static void starts_a_new_session_each_time(void **state)
{
    world_t *world = world_make(*state);
    unsigned char first[COG_SESSION_ID_LEN];
    const cog_session_t *session;

    world_sign_in(world, "/");
    session = world_get(world, "/")->session;
    memcpy(first, session->id, sizeof(first));
    world->now += 2 * 3600;
    world_sign_in(world, "/");
    session = world_get(world, "/")->session;
    assert_memory_not_equal(session->id, first, sizeof(first));
}

static void keeps_at_most_eight_logins_and_drops_the_oldest(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *first = world_get(world, "/first");
    cog_reply_t *last;

    for (int i = 0; i < 20; ++i) {
        world->now += 1;
        last = world_get(world, "/later");
        assert_in_range(apr_table_elts(world->cookies)->nelts, 1, COG_LOGIN_MAX);
    }
    assert_string_equal(world_get(world, world_callback(world, last))->location,
                        WORLD_ORIGIN "/later");
    /* the first one's cookie is gone, but not its way back */
    assert_string_equal(world_get(world, world_callback(world, first))->location,
                        WORLD_ORIGIN "/first");
}

static void does_parallel_logins_in_any_order(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *one = world_get(world, "/one");
    cog_reply_t *two = world_get(world, "/two");
    const char *nonce_of_two = world->nonce;

    world->nonce = world_param(world, one->location, "nonce");
    assert_string_equal(world_get(world, world_callback(world, one))->location,
                        WORLD_ORIGIN "/one");
    world->nonce = nonce_of_two;
    assert_string_equal(world_get(world, world_callback(world, two))->location,
                        WORLD_ORIGIN "/two");
}

static void answers_scripts_with_the_address_of_the_login(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;
    json_t *body;

    world_header(world, "Sec-Fetch-Mode", "cors");
    world_header(world, "Sec-Fetch-Dest", "empty");
    world_header(world, "Referer", WORLD_ORIGIN "/orders?page=2");
    reply = world_get(world, "/api/orders");
    assert_int_equal(reply->kind, COG_REPLY_JSON);
    assert_int_equal(reply->status, 401);
    assert_int_equal(reply->cookies->nelts, 0);
    body = json_loads(reply->json, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(body, "error")),
                        "unauthenticated");
    assert_string_equal(json_string_value(json_object_get(body, "login_url")),
                        WORLD_ORIGIN "/.cognito/login?return_to=%2Forders%3Fpage%3D2");
    json_decref(body);
}

static void takes_a_login_by_hand(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply = world_sign_in(world, "/.cognito/login?return_to=%2Fpublic%2Fa");

    assert_string_equal(reply->location, WORLD_ORIGIN "/public/a");
    reply = world_get(world, "/.cognito/login?return_to=%2Fpublic%2Fb");
    assert_string_equal(reply->location, WORLD_ORIGIN "/public/b");
}

static void leads_to_no_other_site(void **state)
{
    static const char *const evil[] = {"https://evil.example/",
                                       "//evil.example",
                                       "/\\evil.example",
                                       "/%2fevil.example",
                                       "/%5cevil.example",
                                       "/%09/evil",
                                       "javascript:x",
                                       "/.cognito/logout",
                                       "/a%0d%0ab",
                                       "evil",
                                       ""};
    world_t *world = world_make(*state);

    for (size_t i = 0; i < COUNT(evil); ++i) {
        apr_array_header_t *params = cog_query_make(world->pool);
        cog_reply_t *reply;

        cog_query_add(params, "return_to", evil[i]);
        apr_table_clear(world->cookies);
        reply = world_sign_in(world,
                              cog_query_append(world->pool, "/.cognito/login", params));
        assert_string_equal(reply->location, WORLD_ORIGIN "/");
    }
}

static void uses_the_second_secret_when_the_first_is_not_accepted(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    world->client.secret_count = 2;
    world->client.secret_sources[0].kind = COG_SOURCE_ENV;
    world->client.secret_sources[1].kind = COG_SOURCE_ENV;
    world->client.secrets[0] = cog_secret_of("old");
    world->client.secrets[1] = cog_secret_of("new");
    world->token_status = 400;
    world->token_body = "{\"error\":\"invalid_client\"}";
    reply = world_sign_in(world, "/");
    assert_int_equal(reply->error, COG_E_IDP_CLIENT);
    assert_int_equal(world_fetch_count(world, "/oauth2/token"), 2);
}

static void write_private(const char *path, const char *text)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

/* What `path` was read as at start is worth nothing as soon as it says something else. */
static void takes_the_secret_that_its_file_holds_now(void **state)
{
    world_t *world = world_make(*state);
    const cog_fetch_request_t *request;
    const char *folder;
    char *path;

    assert_int_equal(apr_temp_dir_get(&folder, *state), APR_SUCCESS);
    path = apr_pstrcat(*state, folder, "/cognito-test-XXXXXX", NULL);
    close(mkstemp(path));
    world->client.secret_count = 1;
    world->client.auth_method = COG_CLIENT_AUTH_POST;
    world->client.secret_sources[0] = (cog_secret_source_t){COG_SOURCE_FILE, path};
    world->client.secrets[0] = cog_secret_of("read-at-start");
    write_private(path, "rotated-since\n");
    world_sign_in(world, "/");
    request = &APR_ARRAY_IDX(world->fetched, 0, cog_fetch_request_t);
    assert_non_null(strstr(request->form.bytes, "client_secret=rotated-since"));

    remove(path);
    apr_table_clear(world->cookies);
    apr_array_clear(world->fetched);
    world_sign_in(world, "/");
    request = &APR_ARRAY_IDX(world->fetched, 0, cog_fetch_request_t);
    assert_non_null(strstr(request->form.bytes, "client_secret=read-at-start"));
}

static void adds_what_userinfo_says(void **state)
{
    world_t *world = world_make(*state);
    const cog_session_t *session;

    world->client.has_userinfo = 1;
    world->userinfo_body =
        "{'sub':'sub-1','email':'a@example.com','email_verified':'true'}";
    world_sign_in(world, "/");
    session = world_get(world, "/")->session;
    assert_string_equal(cog_session_claim(session, "email"), "a@example.com");
    assert_string_equal(cog_session_claim(session, "email_verified"), "true");
}

static void believes_no_userinfo_of_another_user(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    world->client.has_userinfo = 1;
    world->userinfo_body = "{'sub':'sub-2','email':'b@example.com'}";
    reply = world_sign_in(world, "/");
    assert_int_equal(reply->error, COG_E_TOKEN_SUBJECT);
    assert_int_equal(world_get(world, "/")->kind, COG_REPLY_REDIRECT);
}

static void keeps_clients_apart(void **state)
{
    world_t *world = world_make(*state);

    world_sign_in(world, "/other/page");
    assert_int_equal(world_get(world, "/other/page")->kind, COG_REPLY_GRANT);
    assert_int_equal(world_get(world, "/page")->kind, COG_REPLY_REDIRECT);
    /* a renamed cookie is of no use */
    apr_table_setn(world->cookies, WORLD_SESSION,
                   apr_table_get(world->cookies, "__Host-cognito_session_other"));
    assert_int_equal(world_get(world, "/page")->kind, COG_REPLY_REDIRECT);
}

static void tells_when_the_place_has_no_client(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply = world_get(world, "/public/page");

    assert_int_equal(reply->status, 500);
    assert_int_equal(reply->error, COG_E_MISCONFIGURED);
    assert_true(world_has_logged(world, "CognitoClientID"));
}

static void shortens_a_very_long_way_back(void **state)
{
    world_t *world = world_make(*state);
    char *target = apr_pcalloc(world->pool, 1600);

    memset(target, 'a', 1500);
    memcpy(target, "/page?q=", 8);
    assert_string_equal(world_sign_in(world, target)->location, WORLD_ORIGIN "/page");
}

static void forgets_a_way_back_whose_path_is_too_long(void **state)
{
    world_t *world = world_make(*state);
    char *target = apr_pcalloc(world->pool, COG_LOGIN_MAX_RETURN + 2);

    memset(target, 'a', COG_LOGIN_MAX_RETURN);
    target[0] = '/';
    assert_string_equal(world_sign_in(world, target)->location,
                        apr_pstrcat(world->pool, WORLD_ORIGIN, target, NULL));
    world = world_make(*state);
    target[COG_LOGIN_MAX_RETURN] = 'a';
    assert_string_equal(world_sign_in(world, target)->location, WORLD_ORIGIN "/");
}

static void repeats_a_login_without_prompt_none_only(void **state)
{
    static const char *const prompts[] = {"none", "login"};

    for (size_t i = 0; i < COUNT(prompts); ++i) {
        world_t *world = world_make(*state);
        apr_array_header_t *params = world_place_params(world);
        const char *again;

        cog_query_add(params, "prompt", prompts[i]);
        cog_query_add(params, "lang", "de");
        again = world_get(world, "/.cognito/callback?code=x")->location;
        assert_string_equal(world_param(world, again, "lang"), "de");
        assert_int_equal(world_param(world, again, "prompt") != NULL, i == 1);
    }
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

    world->refresh_token = apr_pcalloc(world->pool, 2001);
    memset((char *)(uintptr_t)world->refresh_token, '~', 2000);
    sign_in_with_name_of(world, "/", 100);
    assert_non_null(apr_table_get(world->cookies, WORLD_TOKENS));
    sign_in_with_name_of(world, "/other/", 1000);
    assert_null(apr_table_get(world->cookies, WORLD_TOKENS));
    assert_int_equal(fake_store_count(world->store, "cognito:tokens:"), 2);
    assert_true(world_is_granted(world));
}

static void survives_the_failure_of_any_port_call(void **state)
{
    world_t *world = world_make(*state);
    int calls;

    world_sign_in(world, "/page");
    calls = world->calls;
    assert_in_range(calls, 8, 40);
    for (int n = 1; n <= calls; ++n) {
        cog_reply_t *reply;

        world = world_make(*state);
        world->fail_at = n;
        reply = world_sign_in(world, "/page");
        assert_in_range(reply->status, 500, 503);
        assert_true(reply->error != COG_OK);
        assert_null(apr_table_get(world->cookies, WORLD_SESSION));
        /* and the next try succeeds */
        world->fail_at = 0;
        world->now += COG_FETCH_PAUSE_SEC + COG_KID_PAUSE_SEC;
        assert_string_equal(world_sign_in(world, "/page")->location,
                            WORLD_ORIGIN "/page");
    }
}

static void needs_nothing_that_the_host_has_kept(void **state)
{
    world_t *world = world_make(*state);

    world->documents->is_down = 1;
    assert_string_equal(world_sign_in(world, "/page")->location, WORLD_ORIGIN "/page");
    assert_in_range(world->documents->calls, 1, 20);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(sends_a_navigation_to_the_hosted_ui),
        cmocka_unit_test_with_pool(comes_back_to_where_it_began),
        cmocka_unit_test_with_pool(stays_under_the_name_by_which_it_was_reached),
        cmocka_unit_test_with_pool(redeems_with_the_verifier_of_the_challenge),
        cmocka_unit_test_with_pool(is_never_the_same_twice),
        cmocka_unit_test_with_pool(starts_a_new_session_each_time),
        cmocka_unit_test_with_pool(keeps_at_most_eight_logins_and_drops_the_oldest),
        cmocka_unit_test_with_pool(does_parallel_logins_in_any_order),
        cmocka_unit_test_with_pool(answers_scripts_with_the_address_of_the_login),
        cmocka_unit_test_with_pool(takes_a_login_by_hand),
        cmocka_unit_test_with_pool(leads_to_no_other_site),
        cmocka_unit_test_with_pool(uses_the_second_secret_when_the_first_is_not_accepted),
        cmocka_unit_test_with_pool(takes_the_secret_that_its_file_holds_now),
        cmocka_unit_test_with_pool(adds_what_userinfo_says),
        cmocka_unit_test_with_pool(believes_no_userinfo_of_another_user),
        cmocka_unit_test_with_pool(keeps_clients_apart),
        cmocka_unit_test_with_pool(tells_when_the_place_has_no_client),
        cmocka_unit_test_with_pool(shortens_a_very_long_way_back),
        cmocka_unit_test_with_pool(forgets_a_way_back_whose_path_is_too_long),
        cmocka_unit_test_with_pool(repeats_a_login_without_prompt_none_only),
        cmocka_unit_test_with_pool(moves_a_session_that_does_not_fit_to_the_store),
        cmocka_unit_test_with_pool(says_when_a_session_fits_nowhere),
        cmocka_unit_test_with_pool(tells_of_a_profile_that_fits_no_store),
        cmocka_unit_test_with_pool(keeps_the_sessions_of_all_clients_within_one_header),
        cmocka_unit_test_with_pool(gives_up_tokens_before_sessions),
        cmocka_unit_test_with_pool(says_when_a_session_cannot_be_stored),
        cmocka_unit_test_with_pool(survives_the_failure_of_any_port_call),
        cmocka_unit_test_with_pool(needs_nothing_that_the_host_has_kept),
    };

    return cmocka_run_group_tests_name("flow/login", tests, NULL, NULL);
}
