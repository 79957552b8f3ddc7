#include "test/unit/unit.h"

#include "base/span.h"

static void views_a_text_without_its_nul(void **state)
{
    static const char text[] = "text";
    cog_span_t span = cog_span_of(text);

    (void)state;
    assert_ptr_equal(span.bytes, text);
    assert_int_equal(span.len, 4);
    assert_int_equal(cog_span_of("").len, 0);
}

static void is_empty_for_no_text(void **state)
{
    (void)state;
    assert_null(cog_span_of(NULL).bytes);
    assert_int_equal(cog_span_of(NULL).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_a_text_without_its_nul),
        cmocka_unit_test(is_empty_for_no_text),
    };

    return cmocka_run_group_tests_name("base/span", tests, NULL, NULL);
}
