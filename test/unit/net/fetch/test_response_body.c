#include "test/unit/unit.h"

#include "flow/ports.h"
#include "net/fetch/response_body.h"

static void assert_body(cog_response_body_t *body, const char *expected)
{
    cog_span_t all = cog_response_body_end(body);

    assert_int_equal(all.len, strlen(expected));
    assert_string_equal((const char *)all.bytes, expected);
}

/* What the pool gives next is full of something else. */
static void fill_with_other_things(apr_pool_t *parent, apr_pool_t **pool)
{
    apr_pool_create(pool, parent);
    memset(apr_palloc(*pool, 65536), 'x', 65536);
    apr_pool_clear(*pool);
}

static void is_text_even_if_nothing_came(void **state)
{
    cog_response_body_t body = {0};

    fill_with_other_things(*state, &body.pool);
    assert_body(&body, "");
}

static void is_text_when_its_room_is_full(void **state)
{
    cog_response_body_t body = {0};
    char piece[8192];

    memset(piece, 'a', sizeof(piece));
    fill_with_other_things(*state, &body.pool);
    assert_int_equal(cog_response_body_append(&body, piece, sizeof(piece)), COG_OK);
    assert_int_equal(strlen((const char *)cog_response_body_end(&body).bytes),
                     sizeof(piece));
}

static void holds_all_that_came(void **state)
{
    cog_response_body_t body = {.pool = *state};

    assert_int_equal(cog_response_body_append(&body, "one ", 4), COG_OK);
    assert_int_equal(cog_response_body_append(&body, "", 0), COG_OK);
    assert_int_equal(cog_response_body_append(&body, "two", 3), COG_OK);
    assert_body(&body, "one two");
}

static void takes_up_to_its_limit_and_nothing_beyond(void **state)
{
    cog_response_body_t body = {.pool = *state};
    char *piece = apr_pcalloc(*state, COG_FETCH_MAX_BODY);

    memset(piece, 'a', COG_FETCH_MAX_BODY);
    assert_int_equal(cog_response_body_append(&body, piece, COG_FETCH_MAX_BODY - 1),
                     COG_OK);
    assert_int_equal(cog_response_body_append(&body, piece, 2), COG_E_TOO_LARGE);
    assert_int_equal(cog_response_body_append(&body, piece, SIZE_MAX), COG_E_TOO_LARGE);
    assert_int_equal(cog_response_body_append(&body, "z", 1), COG_OK);
    assert_int_equal(cog_response_body_end(&body).len, COG_FETCH_MAX_BODY);
    assert_memory_equal(body.bytes, piece, COG_FETCH_MAX_BODY - 1);
    assert_int_equal(body.bytes[COG_FETCH_MAX_BODY - 1], 'z');
}

static void leaves_no_copy_when_it_grows(void **state)
{
    cog_response_body_t body = {.pool = *state};
    const char *before;
    char piece[10000] = {0};

    assert_int_equal(cog_response_body_append(&body, "token", 5), COG_OK);
    before = body.bytes;
    assert_int_equal(cog_response_body_append(&body, piece, sizeof(piece)), COG_OK);
    assert_ptr_not_equal(body.bytes, before);
    assert_memory_equal(before, piece, 5);
    assert_memory_equal(body.bytes, "token", 5);
}

static apr_status_t assert_wiped(void *data)
{
    const cog_response_body_t *body = data;

    for (size_t i = 0; i < body->len; ++i) {
        assert_int_equal(body->bytes[i], 0);
    }
    return APR_SUCCESS;
}

static void leaves_no_copy_when_it_ends(void **state)
{
    cog_response_body_t body = {.pool = *state};

    /* is called last */
    apr_pool_cleanup_register(*state, &body, assert_wiped, apr_pool_cleanup_null);
    assert_int_equal(cog_response_body_append(&body, "token", 5), COG_OK);
    assert_body(&body, "token");
    apr_pool_clear(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(is_text_even_if_nothing_came),
        cmocka_unit_test_with_pool(is_text_when_its_room_is_full),
        cmocka_unit_test_with_pool(holds_all_that_came),
        cmocka_unit_test_with_pool(takes_up_to_its_limit_and_nothing_beyond),
        cmocka_unit_test_with_pool(leaves_no_copy_when_it_grows),
        cmocka_unit_test_with_pool(leaves_no_copy_when_it_ends),
    };

    return cmocka_run_group_tests_name("net/fetch/response_body", tests, NULL, NULL);
}
