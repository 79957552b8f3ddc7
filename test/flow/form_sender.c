#include "test/flow/form_sender.h"

#include "base/text.h"

world_t *world_with_forms(apr_pool_t *pool)
{
    world_t *world = world_make(pool);

    world->place.form_limit = 4096;
    world->other_place.form_limit = 4096;
    return world;
}

cog_reply_t *post_form(world_t *world, const char *target, const char *body)
{
    cog_reply_t *reply;

    if (!apr_table_get(world->headers, "Content-Type")) {
        world_header(world, "Content-Type", URLENCODED);
    }
    world->body = body;
    reply = world_request(world, "POST", target);
    world->body = NULL;
    return reply;
}

void assert_says_lost(const cog_reply_t *reply, const char *target)
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

world_t *world_ended(apr_pool_t *pool)
{
    world_t *world = world_with_forms(pool);

    world_sign_in(world, "/");
    world->now += 2 * 3600;
    return world;
}
