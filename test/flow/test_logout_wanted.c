/* Who may end a session: its user, and no page elsewhere. */
#include "test/flow/world.h"

#include <apr_strings.h>

/* S07: another site cannot end a session; the user is asked. */
static void asks_when_another_site_sends_the_user(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;
    const char *confirm;

    world_sign_in(world, "/");
    world_header(world, "Sec-Fetch-Site", "cross-site");
    reply = world_get(world, "/.cognito/logout?return_to=%2Fbye");
    assert_int_equal(reply->kind, COG_REPLY_PAGE);
    assert_int_equal(reply->status, 200);
    assert_true(reply->page.is_form);
    assert_true(world_is_granted(world));
    confirm = strstr(reply->page.link, "/.cognito/logout?");
    world_header(world, "Sec-Fetch-Site", "");
    reply = world_request(world, "POST", confirm);
    assert_int_equal(reply->status, 303);
    assert_false(world_is_granted(world));
}

/* S07: what the question's page sends, but for another session, or changed. */
static void takes_no_other_word_for_the_answer(void **state)
{
    world_t *world = world_make(*state);
    const char *others[5];
    char *changed;

    for (int i = 0; i < 2; ++i) {
        world->cookies = apr_table_make(*state, 4);
        world_sign_in(world, "/");
        world_header(world, "Sec-Fetch-Site", "cross-site");
        others[i] = world_param(world, world_get(world, "/.cognito/logout")->page.link,
                                "confirm");
    }
    changed = apr_pstrdup(*state, others[1]);
    *changed = *changed == 'A' ? 'B' : 'A';
    others[1] = changed;
    others[2] = "";
    others[3] = "1";
    others[4] = apr_pstrcat(*state, others[0], "A", NULL);
    for (size_t i = 0; i < COUNT(others); ++i) {
        world_header(world, "Sec-Fetch-Site", "cross-site");
        world_get(world,
                  apr_pstrcat(*state, "/.cognito/logout?confirm=", others[i], NULL));
        if (!world_is_granted(world)) {
            fail_msg("confirmed by \"%s\"", others[i]);
        }
    }
}

/* clang-format off */
static const struct {
    const char *name;
    const char *method;
    const char *headers[3][2];
} unwanted[] = {
    {"image of another site", "GET",
     {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "no-cors"}, {"Sec-Fetch-Dest", "image"}}},
    {"image of this site", "GET",
     {{"Sec-Fetch-Mode", "no-cors"}, {"Sec-Fetch-Dest", "image"}, {"Accept", "image/png"}}},
    {"prefetch", "GET",
     {{"Sec-Purpose", "prefetch"}, {"Accept", "*/*"}, {"X", "y"}}},
    {"post of another site", "POST",
     {{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}, {"X", "y"}}},
    {"post of a sibling", "POST",
     {{"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example.com"}, {"X", "y"}}},
    {"old browser, no word of where from", "GET",
     {{"Sec-Fetch-Site", ""}, {"Sec-Fetch-Mode", ""}, {"Sec-Fetch-Dest", ""}}},
    {"old browser, a host that begins like ours", "GET",
     {{"Sec-Fetch-Site", ""}, {"Sec-Fetch-Mode", ""}, {"Referer", "https://app.example.com.evil.example/"}}},
};
/* clang-format on */

static void is_not_caused_by_others(void **state)
{
    for (size_t i = 0; i < COUNT(unwanted); ++i) {
        world_t *world = world_make(*state);

        world_sign_in(world, "/");
        for (size_t k = 0; k < COUNT(unwanted[i].headers); ++k) {
            world_header(world, unwanted[i].headers[k][0], unwanted[i].headers[k][1]);
        }
        world_request(world, unwanted[i].method, "/.cognito/logout");
        if (!world_is_granted(world)) {
            fail_msg("%s has ended the session", unwanted[i].name);
        }
    }
}

static void takes_an_old_browsers_form_of_this_site(void **state)
{
    world_t *world = world_make(*state);

    world_sign_in(world, "/");
    world_header(world, "Sec-Fetch-Site", "");
    world_header(world, "Sec-Fetch-Mode", "");
    world_header(world, "Sec-Fetch-Dest", "");
    world_header(world, "Origin", WORLD_ORIGIN);
    assert_int_equal(world_request(world, "POST", "/.cognito/logout")->status, 303);
    assert_false(world_is_granted(world));
}

static void tells_a_script_where_to_go(void **state)
{
    world_t *world = world_make(*state);
    cog_reply_t *reply;

    world_sign_in(world, "/");
    world_header(world, "Sec-Fetch-Mode", "cors");
    world_header(world, "Sec-Fetch-Dest", "empty");
    reply = world_request(world, "POST", "/.cognito/logout");
    assert_int_equal(reply->kind, COG_REPLY_JSON);
    assert_non_null(strstr(reply->json, WORLD_DOMAIN "/logout?"));
    assert_false(world_is_granted(world));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(asks_when_another_site_sends_the_user),
        cmocka_unit_test_with_pool(takes_no_other_word_for_the_answer),
        cmocka_unit_test_with_pool(is_not_caused_by_others),
        cmocka_unit_test_with_pool(takes_an_old_browsers_form_of_this_site),
        cmocka_unit_test_with_pool(tells_a_script_where_to_go),
    };

    return cmocka_run_group_tests_name("flow/logout, wanted by the user", tests, NULL,
                                       NULL);
}
