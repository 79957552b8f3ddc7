/* From the code to the session, and what a login asks of the user pool. */
#include "test/flow/world.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/digest.h"

/* The n-th form that the user pool got. */
static const char *form_at(const world_t *world, int n)
{
    return APR_ARRAY_IDX(world->fetched, n, cog_fetch_request_t).form.bytes;
}

static void redeems_with_the_verifier_of_the_challenge(void **state)
{
    world_t *world = world_make(*state);
    const char *form;

    world_sign_in(world, "/");
    assert_int_equal(world_fetch_count(world, "/oauth2/token"), 1);
    form = apr_pstrcat(world->pool, "?", form_at(world, 0), NULL);
    assert_string_equal(world_param(world, form, "grant_type"), "authorization_code");
    assert_string_equal(world_param(world, form, "code"), "code-1");
    assert_string_equal(world_param(world, form, "redirect_uri"),
                        WORLD_ORIGIN "/.cognito/callback");
    assert_string_equal(cog_digest_s256(world->pool, cog_secret_of(world_param(
                                                         world, form, "code_verifier"))),
                        world->challenge);
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

static void uses_the_second_secret_when_the_first_is_not_accepted(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    world->client.secret_count = 2;
    world->client.auth_method = COG_CLIENT_AUTH_POST;
    world->client.secret_sources[0].kind = COG_SOURCE_ENV;
    world->client.secret_sources[1].kind = COG_SOURCE_ENV;
    world->client.secrets[0] = cog_secret_of("old");
    world->client.secrets[1] = cog_secret_of("new");
    world->token_status = 400;
    world->token_body = "{\"error\":\"invalid_client\"}";
    reply = world_sign_in(world, "/");
    assert_int_equal(reply->error, COG_E_IDP_CLIENT);
    assert_int_equal(world_fetch_count(world, "/oauth2/token"), 2);
    assert_non_null(strstr(form_at(world, 0), "client_secret=old"));
    assert_non_null(strstr(form_at(world, 1), "client_secret=new"));
}

static void write_private(const char *path, const char *text)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

/* What `path` was read as at start is worth nothing as soon as it says something else.
 * The X are a template, for mkstemp(). */
static void takes_the_secret_that_its_file_holds_now(void **state)
{
    world_t *world = world_make(*state);
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
    assert_non_null(strstr(form_at(world, 0), "client_secret=rotated-since"));

    remove(path);
    apr_table_clear(world->cookies);
    apr_array_clear(world->fetched);
    world_sign_in(world, "/");
    assert_non_null(strstr(form_at(world, 0), "client_secret=read-at-start"));
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

static void tells_what_is_wrong_with_userinfo(void **state)
{
    static const struct {
        const char *body;
        cog_err_t err;
    } cases[] = {
        {"[]",                  COG_E_IDP_ANSWER   },
        {"",                    COG_E_IDP_ANSWER   },
        {"{'sub':'nobody-ex'}", COG_E_TOKEN_SUBJECT},
    };

    for (size_t i = 0; i < COUNT(cases); ++i) {
        world_t *world = world_make(*state);
        const char *told = apr_pstrcat(
            *state, "COG3051: userInfo answered 200: ", cog_err_text(cases[i].err), NULL);

        world->client.has_userinfo = 1;
        world->userinfo_body = cases[i].body;
        assert_int_equal(world_sign_in(world, "/")->error, cases[i].err);
        assert_true(world_has_logged(world, told));
        assert_false(world_has_logged(world, "nobody-ex"));
    }
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

static const struct {
    const char *name;
    const char *claims;
    cog_err_t error;
} forged[] = {
    {"O06 nonce twice", ",'nonce':'other'", COG_E_TOKEN_MALFORMED},
    {"J11 sub twice",   ",'sub':'root'",    COG_E_TOKEN_MALFORMED},
};

static void believes_no_forged_token(void **state)
{
    for (size_t i = 0; i < COUNT(forged); ++i) {
        world_t *world = world_make(*state);

        world->claims = forged[i].claims;
        assert_result(forged[i].name, world_sign_in(world, "/")->error, forged[i].error);
        assert_false(world_is_granted(world));
    }
}

/* B03: a code of another login brings a token with another nonce. */
static void refuses_a_token_of_another_login(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *login = world_get(world, "/");

    world->nonce = "nonce-of-the-attacker";
    assert_int_equal(world_get(world, world_callback(world, login))->error,
                     COG_E_TOKEN_NONCE);
    assert_false(world_is_granted(world));
}

static void survives_the_token_that_aborts_cjose(void **state)
{
    world_t *world = world_make(*state);

    world->token_body = "{\"id_token\":\"eyJhbGciOiJSUzI1NiJ9.e30.A=\",\"access_token\":"
                        "\"a\",\"token_type\":\"Bearer\"}";
    assert_int_equal(world_sign_in(world, "/")->error, COG_E_TOKEN_MALFORMED);
}

static int hanging;

/* Somebody else signs in, with a browser of their own, while this one waits. */
static void let_another_sign_in(world_t *world)
{
    apr_table_t *cookies = world->cookies;
    const char *nonce = world->nonce;
    const char *url =
        APR_ARRAY_IDX(world->fetched, world->fetched->nelts - 1, cog_fetch_request_t).url;

    if (!strstr(url, "/oauth2/token")) {
        return;
    }
    ++hanging;
    ++world->now;
    world->cookies = apr_table_make(world->pool, 4);
    world_sign_in(world, "/");
    world->cookies = cookies;
    world->nonce = nonce;
}

/* F40: a token endpoint that hangs does not get all threads. */
static void sends_away_at_once_when_too_many_wait_for_no_answer(void **state)
{
    world_t *world = world_make(*state);

    hanging = 0;
    world->while_fetching = let_another_sign_in;
    assert_int_equal(world_sign_in(world, "/")->status, 303);
    assert_int_equal(hanging, world->conf.waiting_limit);
    assert_int_equal(world_log_count(world, "COG3074"), 1);
    assert_int_equal(world_log_count(world, "idp_unreachable"), 1);
    world->while_fetching = NULL;
    world->cookies = apr_table_make(world->pool, 4);
    assert_int_equal(world_sign_in(world, "/")->status, 303);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(redeems_with_the_verifier_of_the_challenge),
        cmocka_unit_test_with_pool(starts_a_new_session_each_time),
        cmocka_unit_test_with_pool(uses_the_second_secret_when_the_first_is_not_accepted),
        cmocka_unit_test_with_pool(takes_the_secret_that_its_file_holds_now),
        cmocka_unit_test_with_pool(adds_what_userinfo_says),
        cmocka_unit_test_with_pool(believes_no_userinfo_of_another_user),
        cmocka_unit_test_with_pool(tells_what_is_wrong_with_userinfo),
        cmocka_unit_test_with_pool(keeps_clients_apart),
        cmocka_unit_test_with_pool(believes_no_forged_token),
        cmocka_unit_test_with_pool(refuses_a_token_of_another_login),
        cmocka_unit_test_with_pool(survives_the_token_that_aborts_cjose),
        cmocka_unit_test_with_pool(sends_away_at_once_when_too_many_wait_for_no_answer),
        cmocka_unit_test_with_pool(survives_the_failure_of_any_port_call),
        cmocka_unit_test_with_pool(needs_nothing_that_the_host_has_kept),
    };

    return cmocka_run_group_tests_name("flow/login/redeem", tests, NULL, NULL);
}
