/* A form that comes with an ended session: kept, sent on once, to nobody else. */
#include "test/flow/form_sender.h"

#include "base/text.h"

static const char *field(const cog_reply_t *reply, int i, const char *name)
{
    const cog_param_t *param = &APR_ARRAY_IDX(reply->page.fields, i, cog_param_t);

    assert_string_equal(param->name, name);
    return param->value;
}

static void sends_the_form_of_the_same_user_on(void **state)
{
    world_t *world = world_ended(*state);
    cog_reply_t *reply = post_form(world, "/notes?id=7", FORM);

    assert_int_equal(reply->status, 303);
    assert_true(cog_text_begins(reply->location, WORLD_DOMAIN "/oauth2/authorize?"));
    assert_int_equal(fake_store_count(world->store, FORM_KEY), 1);
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
    assert_int_equal(fake_store_count(world->store, FORM_KEY), 0);
    assert_int_equal(world_get(world, "/notes")->kind, COG_REPLY_GRANT);
}

/* Its page sends what it has got in the same way, and files that were not chosen. */
static void sends_a_multipart_form_on_as_one(void **state)
{
    world_t *world = world_ended(*state);
    cog_reply_t *reply;

    world_header(world, "Content-Type", MULTIPART);
    reply = post_form(
        world, "/notes",
        PART("note", "a\r\n&=+%20") "--x\r\nContent-Disposition: form-data; "
                                    "name=\"photo\"; filename=\"\"\r\nContent-Type: "
                                    "application/octet-stream\r\n\r\n\r\n" PART("empty",
                                                                                "") END);
    reply = world_get(world, world_callback(world, reply));
    assert_true(reply->page.is_sent_at_once && reply->page.is_multipart);
    assert_int_equal(reply->page.fields->nelts, 3);
    assert_string_equal(field(reply, 0, "note"), "a\r\n&=+%20");
    assert_null(field(reply, 1, "photo"));
    assert_string_equal(field(reply, 2, "empty"), "");
}

static void sends_it_once(void **state)
{
    world_t *world = world_ended(*state);
    const char *callback = world_callback(world, post_form(world, "/notes", FORM));

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
    world_t *world = world_ended(*state);
    cog_reply_t *reply = post_form(world, "/notes", FORM);
    const char *callback = world_callback(world, reply);

    world->subject = "sub-2";
    reply = world_get(world, callback);
    assert_int_equal(reply->kind, COG_REPLY_PAGE);
    assert_false(reply->page.is_form);
    assert_null(reply->page.fields);
    assert_string_equal(reply->page.title, "Your form was not sent");
    assert_string_equal(reply->page.link, WORLD_ORIGIN "/notes");
    assert_int_equal(fake_store_count(world->store, FORM_KEY), 0);
}

/* What the browser holds says whose it was when the store has forgotten the session. */
static void knows_whose_form_it_is_without_the_session(void **state)
{
    static const char *const subjects[] = {"sub-1", "sub-2"};

    for (size_t i = 0; i < COUNT(subjects); ++i) {
        world_t *world = world_with_forms(*state);
        const char *callback;
        cog_reply_t *reply;

        world->conf.has_stored_sessions = 1;
        world->subject = subjects[0];
        world_sign_in(world, "/");
        world->now += 2 * 3600;
        fake_store_clear(world->store);
        callback = world_callback(world, post_form(world, "/notes", FORM));
        world->subject = subjects[i];
        reply = world_get(world, callback);
        assert_int_equal(reply->kind, COG_REPLY_PAGE);
        assert_int_equal(reply->page.is_sent_at_once, i == 0);
        assert_int_equal(reply->page.fields != NULL, i == 0);
    }
}

static void survives_in_several_tabs(void **state)
{
    world_t *world = world_ended(*state);
    const char *first = world_callback(world, post_form(world, "/a", "x=1"));
    const char *first_nonce = world->nonce;
    const char *second = world_callback(world, post_form(world, "/b", "x=2"));
    cog_reply_t *reply = world_get(world, second);

    assert_string_equal(field(reply, 0, "x"), "2");
    world->nonce = first_nonce;
    reply = world_get(world, first);
    assert_string_equal(reply->page.link, WORLD_ORIGIN "/a");
    assert_string_equal(field(reply, 0, "x"), "1");
}

static void survives_a_login_that_is_repeated(void **state)
{
    world_t *world = world_ended(*state);
    cog_reply_t *reply = post_form(world, "/notes", FORM);

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
    world_t *world = world_ended(*state);
    cog_reply_t *reply = post_form(world, "/notes", FORM);

    world->now += COG_LOGIN_SEC + 1;
    assert_int_equal(fake_store_count(world->store, FORM_KEY), 0);
    reply = world_get(world, world_callback(world, reply));
    assert_int_equal(reply->kind, COG_REPLY_REDIRECT);
}

static void goes_on_when_it_is_gone(void **state)
{
    world_t *world = world_ended(*state);
    cog_reply_t *reply = post_form(world, "/notes", FORM);

    fake_store_clear(world->store);
    assert_says_lost(world_get(world, world_callback(world, reply)), "/notes");
    assert_true(world_has_logged(world, "COG3082"));
}

static void logs_in_though_the_store_fails(void **state)
{
    world_t *world = world_ended(*state);
    cog_reply_t *reply;

    world->store->is_down = 1;
    reply = post_form(world, "/notes", FORM);
    assert_int_equal(reply->status, 303);
    assert_says_lost(world_get(world, world_callback(world, reply)), "/notes");
}

/* Whatever fails: the login goes on or says why, and no form is sent twice. */
static void survives_the_failure_of_any_port_call(void **state)
{
    for (int n = 1; n < 40; ++n) {
        world_t *world = world_ended(*state);
        cog_reply_t *reply;

        world->fail_at = world->calls + n;
        reply = post_form(world, "/notes", FORM);
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
        world_t *world = world_ended(*state);
        const char *callback = world_callback(world, post_form(world, "/notes", FORM));
        cog_reply_t *reply;

        world->fail_at = world->calls + n;
        reply = world_get(world, callback);
        if (reply->kind == COG_REPLY_PAGE && reply->page.is_form) {
            assert_int_equal(fake_store_count(world->store, FORM_KEY), 0);
            ++sent;
        }
        else {
            kept += fake_store_count(world->store, FORM_KEY);
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
        world_t *world = world_ended(*state);

        rival.callback = world_callback(world, post_form(world, "/notes", FORM));
        rival.calls_left = n;
        rival.sent = 0;
        world->store->between = let_the_rival_in;
        rival.sent += world_get(world, rival.callback)->page.is_sent_at_once;
        assert_int_equal(rival.sent, 1);
        assert_int_equal(fake_store_count(world->store, FORM_KEY), 0);
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
        cmocka_unit_test_with_pool(logs_in_though_the_store_fails),
        cmocka_unit_test_with_pool(sends_nothing_that_it_cannot_take_out),
        cmocka_unit_test_with_pool(survives_the_failure_of_any_port_call),
    };

    return cmocka_run_group_tests_name("flow/login/kept_form", tests, NULL, NULL);
}
