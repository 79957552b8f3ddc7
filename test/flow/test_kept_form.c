/* A form that comes with an ended session: kept, sent on once, to nobody else. */
#include "test/flow/world.h"

#include <apr_strings.h>

#include "base/text.h"
#include "flow/login/kept_form.h"

#define FORM "note=a+b%0D%0A%C3%BC&tag=x&tag=y&empty=&submit=1"
#define KEY  "cognito:form:"
#define PART(name, value)                                                                \
    "--x\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define MULTIPART "multipart/form-data; boundary=x"

static world_t *make(apr_pool_t *pool)
{
    world_t *world = world_make(pool);

    world->place.form_limit = 4096;
    world->other_place.form_limit = 4096;
    return world;
}

/* As a page of the site sends it. */
static cog_reply_t *post(world_t *world, const char *target, const char *body)
{
    cog_reply_t *reply;

    if (!apr_table_get(world->headers, "Content-Type")) {
        world_header(world, "Content-Type", "application/x-www-form-urlencoded");
    }
    world->body = body;
    reply = world_request(world, "POST", target);
    world->body = NULL;
    return reply;
}

/* Nobody should think that a form has arrived which has not. */
static void assert_says_lost(const cog_reply_t *reply, const char *target)
{
    assert_int_equal(reply->kind, COG_REPLY_PAGE);
    assert_int_equal(reply->status, 200);
    assert_string_equal(reply->page.title, "Your form was not sent");
    assert_non_null(reply->page.action);
    assert_true(cog_text_begins(reply->page.link, WORLD_ORIGIN));
    assert_string_equal(reply->page.link + strlen(WORLD_ORIGIN), target);
    assert_false(reply->page.is_form);
    assert_null(reply->page.fields);
}

/* Signed in at WORLD_NOW, ended by now. */
static world_t *make_ended(apr_pool_t *pool)
{
    world_t *world = make(pool);

    world_sign_in(world, "/");
    world->now += 2 * 3600;
    return world;
}

static const char *field(const cog_reply_t *reply, int i, const char *name)
{
    const cog_param_t *param = &APR_ARRAY_IDX(reply->page.fields, i, cog_param_t);

    assert_string_equal(param->name, name);
    return param->value;
}

static void sends_the_form_of_the_same_user_on(void **state)
{
    world_t *world = make_ended(*state);
    cog_reply_t *reply = post(world, "/notes?id=7", FORM);

    assert_int_equal(reply->status, 303);
    assert_true(cog_text_begins(reply->location, WORLD_DOMAIN "/oauth2/authorize?"));
    assert_int_equal(fake_store_count(world->store, KEY), 1);
    reply = world_get(world, world_callback(world, reply));
    assert_int_equal(reply->kind, COG_REPLY_PAGE);
    assert_int_equal(reply->status, 200);
    assert_true(reply->page.is_form && reply->page.is_sent_at_once);
    assert_false(reply->page.is_multipart);
    assert_string_equal(reply->page.link, WORLD_ORIGIN "/notes?id=7");
    assert_int_equal(reply->page.fields->nelts, 5);
    assert_string_equal(field(reply, 0, "note"), "a b\r\n\xc3\xbc");
    assert_string_equal(field(reply, 1, "tag"), "x");
    assert_string_equal(field(reply, 2, "tag"), "y");
    assert_string_equal(field(reply, 3, "empty"), "");
    assert_string_equal(field(reply, 4, "submit"), "1");
    assert_int_equal(fake_store_count(world->store, KEY), 0);
    assert_int_equal(world_get(world, "/notes")->kind, COG_REPLY_GRANT);
}

/* Its page sends what it has got in the same way, and files that were not chosen. */
static void sends_a_multipart_form_on_as_one(void **state)
{
    world_t *world = make_ended(*state);
    cog_reply_t *reply;

    world_header(world, "Content-Type", MULTIPART);
    reply =
        post(world, "/notes",
             PART("note", "a\r\n&=+%20") "--x\r\nContent-Disposition: form-data; "
                                         "name=\"photo\"; filename=\"\"\r\nContent-Type: "
                                         "application/octet-stream\r\n\r\n\r\n" PART(
                                             "empty", "") "--x--\r\n");
    reply = world_get(world, world_callback(world, reply));
    assert_true(reply->page.is_sent_at_once && reply->page.is_multipart);
    assert_int_equal(reply->page.fields->nelts, 3);
    assert_string_equal(field(reply, 0, "note"), "a\r\n&=+%20");
    assert_null(field(reply, 1, "photo"));
    assert_string_equal(field(reply, 2, "empty"), "");
}

static void sends_it_once(void **state)
{
    world_t *world = make_ended(*state);
    const char *callback = world_callback(world, post(world, "/notes", FORM));

    assert_int_equal(world_get(world, callback)->kind, COG_REPLY_PAGE);
    for (int i = 0; i < 3; ++i) {
        cog_reply_t *reply = world_get(world, callback);

        assert_int_equal(reply->kind, COG_REPLY_REDIRECT);
        assert_string_equal(reply->location, WORLD_ORIGIN "/notes");
    }
}

/* Session of another user in this browser: the form is not theirs. */
static void gives_nobody_the_form_of_somebody_else(void **state)
{
    world_t *world = make_ended(*state);
    cog_reply_t *reply = post(world, "/notes", FORM);
    const char *callback = world_callback(world, reply);

    world->subject = "sub-2";
    reply = world_get(world, callback);
    assert_int_equal(reply->kind, COG_REPLY_PAGE);
    assert_false(reply->page.is_form);
    assert_null(reply->page.fields);
    assert_string_equal(reply->page.title, "Your form was not sent");
    assert_string_equal(reply->page.link, WORLD_ORIGIN "/notes");
    assert_int_equal(fake_store_count(world->store, KEY), 0);
}

/* What the browser holds says whose it was when the store has forgotten the session. */
static void knows_whose_form_it_is_without_the_session(void **state)
{
    static const char *const subjects[] = {"sub-1", "sub-2"};

    for (size_t i = 0; i < COUNT(subjects); ++i) {
        world_t *world = make(*state);
        const char *callback;
        cog_reply_t *reply;

        world->conf.has_stored_sessions = 1;
        world->subject = subjects[0];
        world_sign_in(world, "/");
        world->now += 2 * 3600;
        fake_store_clear(world->store);
        callback = world_callback(world, post(world, "/notes", FORM));
        world->subject = subjects[i];
        reply = world_get(world, callback);
        assert_int_equal(reply->kind, COG_REPLY_PAGE);
        assert_int_equal(reply->page.is_sent_at_once, i == 0);
        assert_int_equal(reply->page.fields != NULL, i == 0);
    }
}

static void survives_in_several_tabs(void **state)
{
    world_t *world = make_ended(*state);
    const char *first = world_callback(world, post(world, "/a", "x=1"));
    const char *first_nonce = world->nonce;
    const char *second = world_callback(world, post(world, "/b", "x=2"));
    cog_reply_t *reply = world_get(world, second);

    assert_string_equal(field(reply, 0, "x"), "2");
    world->nonce = first_nonce;
    reply = world_get(world, first);
    assert_string_equal(reply->page.link, WORLD_ORIGIN "/a");
    assert_string_equal(field(reply, 0, "x"), "1");
}

static void survives_a_login_that_is_repeated(void **state)
{
    world_t *world = make_ended(*state);
    cog_reply_t *reply = post(world, "/notes", FORM);

    world->token_status = 400;
    world->token_body = "{\"error\":\"invalid_grant\"}";
    reply = world_get(world, world_callback(world, reply));
    assert_int_equal(reply->kind, COG_REPLY_REDIRECT);
    world->token_status = 200;
    world->token_body = NULL;
    reply = world_get(world, world_callback(world, reply));
    assert_true(reply->page.is_sent_at_once);
}

static void ends_with_the_login(void **state)
{
    world_t *world = make_ended(*state);
    cog_reply_t *reply = post(world, "/notes", FORM);

    world->now += COG_LOGIN_SEC + 1;
    assert_int_equal(fake_store_count(world->store, KEY), 0);
    reply = world_get(world, world_callback(world, reply));
    assert_int_equal(reply->kind, COG_REPLY_REDIRECT);
}

static void goes_on_when_it_is_gone(void **state)
{
    world_t *world = make_ended(*state);
    cog_reply_t *reply = post(world, "/notes", FORM);

    fake_store_clear(world->store);
    assert_says_lost(world_get(world, world_callback(world, reply)), "/notes");
    assert_true(world_has_logged(world, "COG3082"));
}

static void keeps_a_form_that_wants_a_fresh_sign_in(void **state)
{
    world_t *world = make(*state);
    cog_reply_t *reply;

    world_sign_in(world, "/");
    world->now += 1800;
    world->max_age_sec = 900;
    reply = post(world, "/notes", FORM);
    assert_non_null(strstr(reply->location, "prompt=login"));
    reply = world_get(world, world_callback(world, reply));
    assert_true(reply->page.is_sent_at_once);
}

/* Who has never been here, or has signed out, fills no store. */
static void keeps_nothing_without_an_earlier_session(void **state)
{
    world_t *world = make(*state);
    cog_reply_t *reply = post(world, "/notes", FORM);

    assert_int_equal(reply->status, 303);
    assert_says_lost(world_get(world, world_callback(world, reply)), "/notes");
    apr_table_clear(world->cookies);
    apr_table_setn(world->cookies, WORLD_SESSION, "cAVUforged");
    assert_int_equal(post(world, "/notes", FORM)->status, 303);
    world_sign_in(world, "/");
    world_request(world, "POST", "/.cognito/logout");
    assert_int_equal(post(world, "/notes", FORM)->status, 303);
    assert_int_equal(fake_store_count(world->store, KEY), 0);
}

/* However many sessions they ever had. */
static void keeps_two_for_each_user(void **state)
{
    world_t *world = make(*state);

    for (int i = 0; i < 5; ++i) {
        apr_table_clear(world->cookies);
        world->conf.has_stored_sessions = i % 2;
        world_sign_in(world, "/");
        world->now += 2 * 3600;
        for (int j = 0; j < 3; ++j) {
            assert_int_equal(post(world, "/notes", FORM)->status, 303);
        }
        assert_int_equal(fake_store_count(world->store, KEY), 2);
    }
}

/* A login may take some time; but a cookie from long ago fills no store. */
static void keeps_nothing_of_a_session_from_long_ago(void **state)
{
    static const struct {
        int is_stored;
        int64_t age_sec;
        int is_kept;
    } cases[] = {
        {0, 12 * 3600 + COG_LOGIN_SEC - 1, 1},
        {1, 12 * 3600 + COG_LOGIN_SEC - 1, 1},
        {0, 12 * 3600 + COG_LOGIN_SEC,     0},
        {1, 12 * 3600 + COG_LOGIN_SEC,     0},
        {0, 365 * 86400,                   0},
    };

    for (size_t i = 0; i < COUNT(cases); ++i) {
        world_t *world = make(*state);

        world->conf.has_stored_sessions = cases[i].is_stored;
        world_sign_in(world, "/");
        world->now += cases[i].age_sec;
        assert_int_equal(post(world, "/notes", FORM)->status, 303);
        assert_int_equal(fake_store_count(world->store, KEY), cases[i].is_kept);
        assert_int_equal(world_has_logged(world, "COG3081"), !cases[i].is_kept);
    }
}

/* CSRF: what another site sends is never sent again by us. */
static void keeps_nothing_of_another_site(void **state)
{
    static const struct {
        const char *site;
        const char *origin;
        const char *referer;
        int is_kept;
    } cases[] = {
        {"same-origin", NULL,                   NULL,              1},
        {"same-origin", "null",                 NULL,              1},
        {"cross-site",  WORLD_ORIGIN,           WORLD_ORIGIN "/x", 0},
        {"same-site",   WORLD_ORIGIN,           NULL,              0},
        {"none",        NULL,                   NULL,              0},
        {"none",        WORLD_ORIGIN,           NULL,              1},
        {"none",        "https://evil.example", NULL,              0},
        {"",            NULL,                   NULL,              0},
        {"",            "null",                 WORLD_ORIGIN "/x", 0},
        {"",            "https://evil.example", WORLD_ORIGIN "/x", 0},
        {"",            WORLD_ORIGIN,           NULL,              1},
        {"",            NULL,                   WORLD_ORIGIN "/x", 1},
    };

    for (size_t i = 0; i < COUNT(cases); ++i) {
        world_t *world = make_ended(*state);
        cog_reply_t *reply;

        world_header(world, "Sec-Fetch-Site", cases[i].site);
        if (cases[i].origin) {
            world_header(world, "Origin", cases[i].origin);
        }
        if (cases[i].referer) {
            world_header(world, "Referer", cases[i].referer);
        }
        reply = post(world, "/notes", FORM);
        assert_int_equal(reply->status, 303);
        assert_int_equal(fake_store_count(world->store, KEY), cases[i].is_kept);
        reply = world_get(world, world_callback(world, reply));
        assert_int_equal(reply->kind,
                         cases[i].is_kept ? COG_REPLY_PAGE : COG_REPLY_REDIRECT);
    }
}

static void keeps_forms_alone_that_it_can_send_on_as_they_were(void **state)
{
    static const struct {
        const char *type;
        const char *body;
        const char *target;
        int is_kept;
    } cases[] = {
        {"application/x-www-form-urlencoded; charset=utf-8", FORM,                        "/",                                                         1},
        {"Application/X-WWW-Form-Urlencoded",                FORM,                        "/?a=b",                                                     1},
        {"application/x-www-form-urlencodedx",               FORM,                        "/",                                                         0},
        {"application/x-www-form-urlencoded",                "",                          "/",                                                         0},
        {"application/x-www-form-urlencoded",                "&",                         "/",                                                         0},
        {"application/x-www-form-urlencoded",                "a=%FC",                     "/",                                                         0},
        {"application/x-www-form-urlencoded",                "a=%00",                     "/",                                                         0},
        {"application/x-www-form-urlencoded",                "a=%4",                      "/",                                                         0},
        {"application/x-www-form-urlencoded",                FORM,                        "/%00",                                                      0},
        {MULTIPART,                                          PART("a",                    "1") PART("a",                                               "\xc3\xbc") "--x--\r\n","/", 1},
        {MULTIPART,                                                 PART("a",                                                                            "\xfc") "--x--\r\n",                                                                                                                               "/",0},
        {MULTIPART,                                               PART("a",                                                                         "1"),      "/",0},
        {MULTIPART,                                              "--x--\r\n","/",                                                   0},
        {MULTIPART,FORM,                     "/",                             0},
        {"multipart/form-data",                                                     PART("a",                                                         "1") "--x--\r\n",                                                                                       "/",0},
        {"multipart/mixed; boundary=x",PART("a","1") "--x--\r\n","/",0},
        {"text/plain",                      FORM,                                                    "/",                                                                                                                                                       0},
        {"application/json",                                                  "{}",                                                                  "/",                                                                                                    0},
    };

    for (size_t i = 0; i < COUNT(cases); ++i) {
        world_t *world = make_ended(*state);
        cog_reply_t *reply;

        world_header(world, "Content-Type", cases[i].type);
        reply = post(world, cases[i].target, cases[i].body);
        assert_int_equal(reply->status, 303);
        assert_int_equal(fake_store_count(world->store, KEY), cases[i].is_kept);
        assert_int_equal(world_has_logged(world, "COG3081"), !cases[i].is_kept);
        reply = world_get(world, world_callback(world, reply));
        assert_int_equal(reply->page.is_sent_at_once, cases[i].is_kept);
        if (!cases[i].is_kept) {
            assert_says_lost(reply, "/");
        }
    }
}

static void keeps_nothing_too_long_or_coded(void **state)
{
    world_t *world = make_ended(*state);
    char *body = apr_pcalloc(world->pool, 4098);

    memset(body, 'a', 4097);
    body[1] = '=';
    post(world, "/", body);
    assert_int_equal(fake_store_count(world->store, KEY), 0);
    world_header(world, "Content-Encoding", "gzip");
    post(world, "/", "a=b");
    assert_int_equal(fake_store_count(world->store, KEY), 0);
    body[4096] = '\0';
    post(world, "/", body);
    assert_int_equal(fake_store_count(world->store, KEY), 1);
}

static void keeps_no_more_than_the_store_takes(void **state)
{
    world_t *world = make_ended(*state);
    char *body = apr_pcalloc(world->pool, 70001);

    memset(body, 'a', 70000);
    body[1] = '=';
    world->place.form_limit = 100000;
    assert_int_equal(post(world, "/", body)->status, 303);
    assert_int_equal(fake_store_count(world->store, KEY), 0);
}

static void keeps_nothing_where_it_is_switched_off(void **state)
{
    world_t *world = make_ended(*state);
    cog_reply_t *reply;

    world->place.form_limit = 0;
    reply = post(world, "/notes", FORM);
    assert_int_equal(reply->status, 303);
    assert_int_equal(fake_store_count(world->store, KEY), 0);
    assert_says_lost(world_get(world, world_callback(world, reply)), "/notes");
}

static void logs_in_though_the_store_fails(void **state)
{
    world_t *world = make_ended(*state);
    cog_reply_t *reply;

    world->store->is_down = 1;
    reply = post(world, "/notes", FORM);
    assert_int_equal(reply->status, 303);
    assert_says_lost(world_get(world, world_callback(world, reply)), "/notes");
}

static void answers_scripts_as_before(void **state)
{
    world_t *world = make_ended(*state);

    world_header(world, "Sec-Fetch-Mode", "cors");
    world_header(world, "Sec-Fetch-Dest", "empty");
    assert_int_equal(post(world, "/notes", FORM)->status, 401);
    world->place.unauthenticated = COG_UNAUTHENTICATED_LOGIN;
    world_header(world, "Sec-Fetch-Mode", "cors");
    world_header(world, "Sec-Fetch-Dest", "empty");
    assert_int_equal(post(world, "/notes", FORM)->status, 303);
    assert_int_equal(fake_store_count(world->store, KEY), 0);
}

/* Whatever fails: the login goes on or says why, and no form is sent twice. */
static void survives_the_failure_of_any_port_call(void **state)
{
    for (int n = 1; n < 40; ++n) {
        world_t *world = make_ended(*state);
        cog_reply_t *reply;

        world->fail_at = world->calls + n;
        reply = post(world, "/notes", FORM);
        if (reply->kind == COG_REPLY_REDIRECT) {
            const char *callback = world_callback(world, reply);

            world_get(world, callback);
            assert_null(world_get(world, callback)->page.fields);
        }
        else {
            assert_int_equal(reply->kind, COG_REPLY_PAGE);
            assert_in_range(reply->status, 500, 503);
        }
    }
}

/* A form that stays in the store could be sent a second time: it is not sent at all. */
static void sends_nothing_that_it_cannot_take_out(void **state)
{
    int sent = 0, kept = 0;

    for (int n = 1; n < 40; ++n) {
        world_t *world = make_ended(*state);
        const char *callback = world_callback(world, post(world, "/notes", FORM));
        cog_reply_t *reply;

        world->fail_at = world->calls + n;
        reply = world_get(world, callback);
        if (reply->kind == COG_REPLY_PAGE && reply->page.is_form) {
            assert_int_equal(fake_store_count(world->store, KEY), 0);
            ++sent;
        }
        else {
            kept += fake_store_count(world->store, KEY);
        }
    }
    assert_true(sent > 0 && kept > 0);
}

/* What another request does while the first one is on its way. */
static struct {
    const char *callback;
    int calls_left;
    int sent;
} rival;

static void let_the_rival_in(void *context)
{
    world_t *world = context;

    if (--rival.calls_left == 0) {
        world->store->between = NULL;
        rival.sent += world_get(world, rival.callback)->page.is_sent_at_once;
    }
}

/* Both come back with a code that is good: the login page was open twice. */
static void sends_it_once_to_two_at_the_same_time(void **state)
{
    for (int n = 1; n < 12; ++n) {
        world_t *world = make_ended(*state);

        rival.callback = world_callback(world, post(world, "/notes", FORM));
        rival.calls_left = n;
        rival.sent = 0;
        world->store->between = let_the_rival_in;
        rival.sent += world_get(world, rival.callback)->page.is_sent_at_once;
        assert_int_equal(rival.sent, 1);
        assert_int_equal(fake_store_count(world->store, KEY), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(sends_the_form_of_the_same_user_on),
        cmocka_unit_test_with_pool(sends_a_multipart_form_on_as_one),
        cmocka_unit_test_with_pool(sends_it_once),
        cmocka_unit_test_with_pool(sends_it_once_to_two_at_the_same_time),
        cmocka_unit_test_with_pool(gives_nobody_the_form_of_somebody_else),
        cmocka_unit_test_with_pool(knows_whose_form_it_is_without_the_session),
        cmocka_unit_test_with_pool(survives_in_several_tabs),
        cmocka_unit_test_with_pool(survives_a_login_that_is_repeated),
        cmocka_unit_test_with_pool(ends_with_the_login),
        cmocka_unit_test_with_pool(goes_on_when_it_is_gone),
        cmocka_unit_test_with_pool(keeps_a_form_that_wants_a_fresh_sign_in),
        cmocka_unit_test_with_pool(keeps_nothing_without_an_earlier_session),
        cmocka_unit_test_with_pool(keeps_two_for_each_user),
        cmocka_unit_test_with_pool(keeps_nothing_of_a_session_from_long_ago),
        cmocka_unit_test_with_pool(keeps_nothing_of_another_site),
        cmocka_unit_test_with_pool(keeps_forms_alone_that_it_can_send_on_as_they_were),
        cmocka_unit_test_with_pool(keeps_nothing_too_long_or_coded),
        cmocka_unit_test_with_pool(keeps_no_more_than_the_store_takes),
        cmocka_unit_test_with_pool(keeps_nothing_where_it_is_switched_off),
        cmocka_unit_test_with_pool(logs_in_though_the_store_fails),
        cmocka_unit_test_with_pool(answers_scripts_as_before),
        cmocka_unit_test_with_pool(sends_nothing_that_it_cannot_take_out),
        cmocka_unit_test_with_pool(survives_the_failure_of_any_port_call),
    };

    return cmocka_run_group_tests_name("flow/kept_form", tests, NULL, NULL);
}
