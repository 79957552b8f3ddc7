/* Which forms are kept, whose, and how many. */
#include "test/flow/form_sender.h"

static void keeps_a_form_that_wants_a_fresh_sign_in(void **state)
{
    world_t *world = world_with_forms(*state);
    cog_reply_t *reply;

    world_sign_in(world, "/");
    world->now += 1800;
    world->max_age_sec = 900;
    reply = post_form(world, "/notes", FORM);
    assert_non_null(strstr(reply->location, "prompt=login"));
    reply = world_get(world, world_callback(world, reply));
    assert_true(reply->page.is_sent_at_once);
}

static void answers_scripts_as_before(void **state)
{
    world_t *world = world_ended(*state);

    world_header(world, "Sec-Fetch-Mode", "cors");
    world_header(world, "Sec-Fetch-Dest", "empty");
    assert_int_equal(post_form(world, "/notes", FORM)->status, 401);
    world->place.unauthenticated = COG_UNAUTHENTICATED_LOGIN;
    world_header(world, "Sec-Fetch-Mode", "cors");
    world_header(world, "Sec-Fetch-Dest", "empty");
    assert_int_equal(post_form(world, "/notes", FORM)->status, 303);
    assert_int_equal(fake_store_count(world->store, FORM_KEY), 0);
}

/* Who has never been here, or has signed out, fills no store. */
static void keeps_nothing_without_an_earlier_session(void **state)
{
    world_t *world = world_with_forms(*state);
    cog_reply_t *reply = post_form(world, "/notes", FORM);

    assert_int_equal(reply->status, 303);
    assert_says_lost(world_get(world, world_callback(world, reply)), "/notes");
    apr_table_clear(world->cookies);
    apr_table_setn(world->cookies, WORLD_SESSION, "cAVUforged");
    assert_int_equal(post_form(world, "/notes", FORM)->status, 303);
    world_sign_in(world, "/");
    world_request(world, "POST", "/.cognito/logout");
    assert_int_equal(post_form(world, "/notes", FORM)->status, 303);
    assert_int_equal(fake_store_count(world->store, FORM_KEY), 0);
}

/* However many sessions they ever had. */
static void keeps_two_for_each_user(void **state)
{
    world_t *world = world_with_forms(*state);

    for (int i = 0; i < 5; ++i) {
        apr_table_clear(world->cookies);
        world->conf.has_stored_sessions = i % 2;
        world_sign_in(world, "/");
        world->now += 2 * 3600;
        for (int j = 0; j < 3; ++j) {
            assert_int_equal(post_form(world, "/notes", FORM)->status, 303);
        }
        assert_int_equal(fake_store_count(world->store, FORM_KEY), 2);
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
        world_t *world = world_with_forms(*state);

        world->conf.has_stored_sessions = cases[i].is_stored;
        world_sign_in(world, "/");
        world->now += cases[i].age_sec;
        assert_int_equal(post_form(world, "/notes", FORM)->status, 303);
        assert_int_equal(fake_store_count(world->store, FORM_KEY), cases[i].is_kept);
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
        world_t *world = world_ended(*state);
        cog_reply_t *reply;

        world_header(world, "Sec-Fetch-Site", cases[i].site);
        if (cases[i].origin) {
            world_header(world, "Origin", cases[i].origin);
        }
        if (cases[i].referer) {
            world_header(world, "Referer", cases[i].referer);
        }
        reply = post_form(world, "/notes", FORM);
        assert_int_equal(reply->status, 303);
        assert_int_equal(fake_store_count(world->store, FORM_KEY), cases[i].is_kept);
        reply = world_get(world, world_callback(world, reply));
        assert_int_equal(reply->kind,
                         cases[i].is_kept ? COG_REPLY_PAGE : COG_REPLY_REDIRECT);
    }
}

/* clang-format off */
/* What came, and whether it can be sent on as it was. */
static const struct {
    const char *type;
    const char *body;
    const char *target;
    int is_kept;
} bodies[] = {
    {URLENCODED "; charset=utf-8",             FORM,                              "/",     1},
    {"Application/X-WWW-Form-Urlencoded",      FORM,                              "/?a=b", 1},
    {URLENCODED "x",                           FORM,                              "/",     0},
    {URLENCODED,                               "",                                "/",     0},
    {URLENCODED,                               "&",                               "/",     0},
    {URLENCODED,                               "a=%FC",                           "/",     0},
    {URLENCODED,                               "a=%00",                           "/",     0},
    {URLENCODED,                               "a=%4",                            "/",     0},
    {URLENCODED,                               FORM,                              "/%00",  0},
    {MULTIPART,                                PART("a", "1") PART("a", "\xc3\xbc") END, "/", 1},
    {MULTIPART,                                PART("a", "\xfc") END,             "/",     0},
    {MULTIPART,                                PART("a", "1"),                    "/",     0},
    {MULTIPART,                                END,                               "/",     0},
    {MULTIPART,                                FORM,                              "/",     0},
    {"multipart/form-data",                    PART("a", "1") END,                "/",     0},
    {"multipart/mixed; boundary=x",            PART("a", "1") END,                "/",     0},
    {"text/plain",                             FORM,                              "/",     0},
    {"application/json",                       "{}",                              "/",     0},
};
/* clang-format on */

static void keeps_forms_alone_that_it_can_send_on_as_they_were(void **state)
{
    for (size_t i = 0; i < COUNT(bodies); ++i) {
        world_t *world = world_ended(*state);
        cog_reply_t *reply;

        world_header(world, "Content-Type", bodies[i].type);
        reply = post_form(world, bodies[i].target, bodies[i].body);
        assert_int_equal(reply->status, 303);
        assert_int_equal(fake_store_count(world->store, FORM_KEY), bodies[i].is_kept);
        assert_int_equal(world_has_logged(world, "COG3081"), !bodies[i].is_kept);
        reply = world_get(world, world_callback(world, reply));
        assert_int_equal(reply->page.is_sent_at_once, bodies[i].is_kept);
        if (!bodies[i].is_kept) {
            assert_says_lost(reply, "/");
        }
    }
}

static void keeps_nothing_too_long_or_coded(void **state)
{
    world_t *world = world_ended(*state);
    char *body = apr_pcalloc(world->pool, 4098);

    memset(body, 'a', 4097);
    body[1] = '=';
    post_form(world, "/", body);
    assert_int_equal(fake_store_count(world->store, FORM_KEY), 0);
    world_header(world, "Content-Encoding", "gzip");
    post_form(world, "/", "a=b");
    assert_int_equal(fake_store_count(world->store, FORM_KEY), 0);
    body[4096] = '\0';
    post_form(world, "/", body);
    assert_int_equal(fake_store_count(world->store, FORM_KEY), 1);
}

static void keeps_no_more_than_the_store_takes(void **state)
{
    world_t *world = world_ended(*state);
    char *body = apr_pcalloc(world->pool, 70001);

    memset(body, 'a', 70000);
    body[1] = '=';
    world->place.form_limit = 100000;
    assert_int_equal(post_form(world, "/", body)->status, 303);
    assert_int_equal(fake_store_count(world->store, FORM_KEY), 0);
}

static void keeps_nothing_where_it_is_switched_off(void **state)
{
    world_t *world = world_ended(*state);
    cog_reply_t *reply;

    world->place.form_limit = 0;
    reply = post_form(world, "/notes", FORM);
    assert_int_equal(reply->status, 303);
    assert_int_equal(fake_store_count(world->store, FORM_KEY), 0);
    assert_says_lost(world_get(world, world_callback(world, reply)), "/notes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(keeps_a_form_that_wants_a_fresh_sign_in),
        cmocka_unit_test_with_pool(answers_scripts_as_before),
        cmocka_unit_test_with_pool(keeps_nothing_without_an_earlier_session),
        cmocka_unit_test_with_pool(keeps_two_for_each_user),
        cmocka_unit_test_with_pool(keeps_nothing_of_a_session_from_long_ago),
        cmocka_unit_test_with_pool(keeps_nothing_of_another_site),
        cmocka_unit_test_with_pool(keeps_forms_alone_that_it_can_send_on_as_they_were),
        cmocka_unit_test_with_pool(keeps_nothing_too_long_or_coded),
        cmocka_unit_test_with_pool(keeps_no_more_than_the_store_takes),
        cmocka_unit_test_with_pool(keeps_nothing_where_it_is_switched_off),
    };

    return cmocka_run_group_tests_name("flow/login/kept_form, limits", tests, NULL, NULL);
}
