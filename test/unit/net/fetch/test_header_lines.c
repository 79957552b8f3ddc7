/* The lines of a call's header, and that none of them is left over. */
#include "test/unit/unit.h"

#include <curl/curl.h>

#include "net/fetch/header_lines.h"

/* ---- libcurl's lists, whose place is taken here ---- */

static struct {
    int fails_at;      /* the line for which there is no memory, from 0; -1: none */
    int count;         /* of lines */
    const char *given; /* the last one, before it was copied */
    int freed;         /* lists */
    int has_secret;    /* when they were freed */
} lists;

struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text)
{
    struct curl_slist *item = calloc(1, sizeof(*item));
    struct curl_slist **end = &list;

    lists.given = text;
    if (lists.count++ == lists.fails_at) {
        free(item);
        return NULL;
    }
    item->data = strdup(text);
    while (*end) {
        end = &(*end)->next;
    }
    *end = item;
    return list;
}

void curl_slist_free_all(struct curl_slist *list)
{
    lists.freed += list != NULL;
    while (list) {
        struct curl_slist *next = list->next;

        lists.has_secret |= *list->data != '\0';
        free(list->data);
        free(list);
        list = next;
    }
}

static int setup(void **state)
{
    memset(&lists, 0, sizeof(lists));
    lists.fails_at = -1;
    return pool_setup(state);
}

#define cmocka_unit_test_for_lines(test)                                                 \
    cmocka_unit_test_setup_teardown(test, setup, pool_teardown)

/* ---- tests ---- */

static void writes_what_there_is(void **state)
{
    cog_fetch_request_t request = {0};
    struct curl_slist *lines;

    assert_int_equal(cog_header_lines_make(*state, &request, &lines), COG_OK);
    assert_null(lines);
    request.accept = "application/json";
    assert_int_equal(cog_header_lines_make(*state, &request, &lines), COG_OK);
    assert_string_equal(lines->data, "Accept: application/json");
    assert_null(lines->next);
    request.authorization = cog_secret_of("Bearer t");
    assert_int_equal(cog_header_lines_make(*state, &request, &lines), COG_OK);
    assert_string_equal(lines->next->data, "Authorization: Bearer t");
    assert_null(lines->next->next);
}

static void takes_no_more_than_a_line(void **state)
{
    const cog_fetch_request_t requests[] = {
        {.accept = "a\r\nX: y"},
        {.authorization = cog_secret_of("Bearer t\nX: y")},
    };
    struct curl_slist *lines;

    for (size_t i = 0; i < COUNT(requests); ++i) {
        assert_int_equal(cog_header_lines_make(*state, &requests[i], &lines),
                         COG_E_INTERNAL);
    }
    assert_int_equal(lists.count, 0);
}

static void tells_that_there_is_no_memory(void **state)
{
    const cog_fetch_request_t request = {.accept = "a",
                                         .authorization = cog_secret_of("Bearer t")};
    struct curl_slist *lines;

    for (lists.fails_at = 0; lists.fails_at < 2; ++lists.fails_at) {
        lists.count = 0;
        assert_int_equal(cog_header_lines_make(*state, &request, &lines), COG_E_INTERNAL);
    }
}

static apr_status_t assert_wiped(void *unused)
{
    (void)unused;
    assert_int_equal(*lists.given, '\0');
    return APR_SUCCESS;
}

static void leaves_no_secret(void **state)
{
    const cog_fetch_request_t request = {.accept = "a",
                                         .authorization = cog_secret_of("Bearer t")};
    struct curl_slist *lines;

    /* is called last */
    apr_pool_cleanup_register(*state, NULL, assert_wiped, apr_pool_cleanup_null);
    assert_int_equal(cog_header_lines_make(*state, &request, &lines), COG_OK);
    assert_string_equal(lists.given, "Authorization: Bearer t");
    apr_pool_clear(*state);
    assert_int_equal(lists.freed, 1);
    assert_false(lists.has_secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_for_lines(writes_what_there_is),
        cmocka_unit_test_for_lines(takes_no_more_than_a_line),
        cmocka_unit_test_for_lines(tells_that_there_is_no_memory),
        cmocka_unit_test_for_lines(leaves_no_secret),
    };

    return cmocka_run_group_tests_name("net/fetch/header_lines", tests, NULL, NULL);
}
