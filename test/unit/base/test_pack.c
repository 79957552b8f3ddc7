#include "test/unit/unit.h"

#include "base/pack.h"

static const uint64_t numbers[] = {0,
                                   1,
                                   127,
                                   128,
                                   255,
                                   16383,
                                   16384,
                                   1700000000,
                                   UINT32_MAX,
                                   UINT64_MAX / 2,
                                   UINT64_MAX - 1,
                                   UINT64_MAX};

static const int64_t times[] = {0, 1, 1700000000, INT32_MAX, UINT32_MAX};

/* A reader of a record that is written as a string literal. */
static cog_unpacker_t reader(const char *bytes, size_t len)
{
    cog_unpacker_t unpacker;

    cog_unpack_begin(&unpacker, (cog_span_t){(const unsigned char *)bytes, len});
    return unpacker;
}

#define READER(literal) reader(literal, sizeof(literal) - 1)

static void gives_back_what_was_packed(void **state)
{
    static const unsigned char bytes[] = {0, 1, 255, 0};
    cog_packer_t packer;
    cog_unpacker_t unpacker;
    unsigned char read[4];

    cog_pack_begin(*state, &packer, 0);
    for (size_t i = 0; i < COUNT(numbers); ++i) {
        cog_pack_number(&packer, numbers[i]);
    }
    for (size_t i = 0; i < COUNT(times); ++i) {
        cog_pack_time(&packer, times[i]);
    }
    cog_pack_text(&packer, "text");
    cog_pack_text(&packer, "");
    cog_pack_text(&packer, NULL);
    cog_pack_bytes(&packer, bytes, sizeof(bytes));
    cog_pack_bytes(&packer, NULL, 0);
    cog_unpack_begin(&unpacker, cog_pack_end(&packer));
    for (size_t i = 0; i < COUNT(numbers); ++i) {
        assert_true(cog_unpack_number(&unpacker) == numbers[i]);
    }
    for (size_t i = 0; i < COUNT(times); ++i) {
        assert_true(cog_unpack_time(&unpacker) == times[i]);
    }
    assert_string_equal(cog_unpack_text(&unpacker), "text");
    assert_string_equal(cog_unpack_text(&unpacker), "");
    assert_string_equal(cog_unpack_text(&unpacker), "");
    cog_unpack_bytes(&unpacker, read, sizeof(read));
    assert_memory_equal(read, bytes, sizeof(bytes));
    assert_false(cog_unpack_is_complete(&unpacker));
    cog_unpack_bytes(&unpacker, read, 0);
    assert_true(cog_unpack_is_complete(&unpacker));
}

static void grows_as_much_as_is_needed(void **state)
{
    static char text[100000];
    cog_packer_t packer;
    cog_unpacker_t unpacker;

    memset(text, 'x', sizeof(text) - 1);
    cog_pack_begin(*state, &packer, 1);
    for (int i = 0; i < 1000; ++i) {
        cog_pack_number(&packer, (uint64_t)i);
    }
    cog_pack_text(&packer, text);
    cog_unpack_begin(&unpacker, cog_pack_end(&packer));
    for (int i = 0; i < 1000; ++i) {
        assert_int_equal(cog_unpack_number(&unpacker), i);
    }
    assert_string_equal(cog_unpack_text(&unpacker), text);
    assert_true(cog_unpack_is_complete(&unpacker));
}

/* Existing cookies must open after an upgrade. */
static void writes_the_format_that_is_out_there(void **state)
{
    cog_packer_t packer;
    cog_span_t record;

    cog_pack_begin(*state, &packer, 16);
    cog_pack_number(&packer, 300);
    cog_pack_text(&packer, "ab");
    cog_pack_time(&packer, 0x81020304);
    cog_pack_bytes(&packer, (const unsigned char *)"\x01", 1);
    record = cog_pack_end(&packer);
    assert_int_equal(record.len, 11);
    assert_memory_equal(record.bytes,
                        "\xac\x02"
                        "ab\0"
                        "\x04\x03\x02\x81"
                        "\x01\x01",
                        11);
}

/* No time of a session is there; a clock that is wrong by so much makes no odd record. */
static void packs_the_nearest_time_that_it_can(void **state)
{
    static const struct {
        int64_t seconds;
        int64_t read;
    } rows[] = {
        {-1,                      0         },
        {INT64_MIN,               0         },
        {(int64_t)UINT32_MAX + 1, UINT32_MAX},
        {INT64_MAX,               UINT32_MAX},
    };

    for (size_t i = 0; i < COUNT(rows); ++i) {
        cog_packer_t packer;
        cog_unpacker_t unpacker;

        cog_pack_begin(*state, &packer, 0);
        cog_pack_time(&packer, rows[i].seconds);
        cog_unpack_begin(&unpacker, cog_pack_end(&packer));
        assert_true(cog_unpack_time(&unpacker) == rows[i].read);
        assert_true(cog_unpack_is_complete(&unpacker));
    }
}

static void breaks_at_times_that_are_cut(void **state)
{
    (void)state;
    for (size_t len = 0; len < 4; ++len) {
        cog_unpacker_t unpacker = reader("\1\2\3\4", len);

        assert_true(cog_unpack_time(&unpacker) == 0);
        assert_true(unpacker.is_broken);
    }
}

/* clang-format off */
static const struct {
    const char *rule;
    const char *bytes;
    size_t len;
} broken_numbers[] = {
    {"nothing there",              "",                                         0},
    {"broken off",                 "\x80",                                     1},
    {"broken off later",           "\xff\xff\xff",                             3},
    {"zero at its high end",       "\x81\x00",                                 2},
    {"zero in two bytes",          "\x80\x00",                                 2},
    {"65 bits",                    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10},
    {"ten bytes and more to come", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81", 10},
    {"eleven bytes",               "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11},
}, broken_texts[] = {
    {"nothing there",              "",   0},
    {"no NUL at its end",          "ab", 2},
};
/* clang-format on */

static void breaks_at_numbers_that_it_would_not_write(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(broken_numbers); ++i) {
        cog_unpacker_t unpacker = reader(broken_numbers[i].bytes, broken_numbers[i].len);

        if (cog_unpack_number(&unpacker) != 0 || !unpacker.is_broken) {
            fail_msg("rule \"%s\" is broken", broken_numbers[i].rule);
        }
        assert_false(cog_unpack_is_complete(&unpacker));
    }
}

static void breaks_at_texts_that_it_would_not_write(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(broken_texts); ++i) {
        cog_unpacker_t unpacker = reader(broken_texts[i].bytes, broken_texts[i].len);

        if (*cog_unpack_text(&unpacker) != '\0' || !unpacker.is_broken) {
            fail_msg("rule \"%s\" is broken", broken_texts[i].rule);
        }
        assert_false(cog_unpack_is_complete(&unpacker));
    }
}

static void breaks_at_bytes_of_another_length(void **state)
{
    unsigned char bytes[2] = {7, 7};
    cog_unpacker_t unpacker = READER("\x03"
                                     "abc");

    (void)state;
    cog_unpack_bytes(&unpacker, bytes, 2);
    assert_true(unpacker.is_broken);
    assert_int_equal(bytes[0] | bytes[1], 0);
    unpacker = READER("\x02"
                      "a");
    cog_unpack_bytes(&unpacker, bytes, 2);
    assert_true(unpacker.is_broken);
}

static void points_at_bytes_of_any_length(void **state)
{
    cog_packer_t packer;
    cog_unpacker_t unpacker;
    cog_span_t span;

    cog_pack_begin(*state, &packer, 0);
    cog_pack_bytes(&packer, (const unsigned char *)"\0\1", 2);
    cog_pack_bytes(&packer, NULL, 0);
    cog_unpack_begin(&unpacker, cog_pack_end(&packer));
    span = cog_unpack_span(&unpacker);
    assert_int_equal(span.len, 2);
    assert_memory_equal(span.bytes, "\0\1", 2);
    assert_int_equal(cog_unpack_span(&unpacker).len, 0);
    assert_true(cog_unpack_is_complete(&unpacker));
    assert_int_equal(cog_unpack_span(&unpacker).len, 0);
    assert_false(cog_unpack_is_complete(&unpacker));
    unpacker = READER("\5abc");
    assert_int_equal(cog_unpack_span(&unpacker).len, 0);
    assert_true(unpacker.is_broken);
}

static void stays_broken_from_the_first_fault_on(void **state)
{
    unsigned char byte = 7;
    cog_unpacker_t unpacker = READER("\x81\x00"
                                     "\x05"
                                     "\1\2\3\4"
                                     "c\0"
                                     "\x01"
                                     "d");

    (void)state;
    assert_int_equal(cog_unpack_number(&unpacker), 0);
    assert_int_equal(cog_unpack_number(&unpacker), 0);
    assert_true(cog_unpack_time(&unpacker) == 0);
    assert_string_equal(cog_unpack_text(&unpacker), "");
    cog_unpack_bytes(&unpacker, &byte, 1);
    assert_int_equal(byte, 0);
    assert_false(cog_unpack_is_complete(&unpacker));
}

static void is_complete_only_when_nothing_is_left(void **state)
{
    cog_unpacker_t unpacker = READER("\x01\x02");

    (void)state;
    assert_int_equal(cog_unpack_number(&unpacker), 1);
    assert_false(cog_unpack_is_complete(&unpacker));
    assert_int_equal(cog_unpack_number(&unpacker), 2);
    assert_true(cog_unpack_is_complete(&unpacker));
    assert_int_equal(cog_unpack_number(&unpacker), 0);
    assert_false(cog_unpack_is_complete(&unpacker));
}

static void reads_an_empty_record(void **state)
{
    cog_unpacker_t unpacker;

    (void)state;
    cog_unpack_begin(&unpacker, cog_span_of(NULL));
    assert_true(cog_unpack_is_complete(&unpacker));
    assert_int_equal(cog_unpack_number(&unpacker), 0);
    assert_false(cog_unpack_is_complete(&unpacker));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(gives_back_what_was_packed),
        cmocka_unit_test_with_pool(grows_as_much_as_is_needed),
        cmocka_unit_test_with_pool(writes_the_format_that_is_out_there),
        cmocka_unit_test_with_pool(packs_the_nearest_time_that_it_can),
        cmocka_unit_test(breaks_at_times_that_are_cut),
        cmocka_unit_test(breaks_at_numbers_that_it_would_not_write),
        cmocka_unit_test(breaks_at_texts_that_it_would_not_write),
        cmocka_unit_test(breaks_at_bytes_of_another_length),
        cmocka_unit_test_with_pool(points_at_bytes_of_any_length),
        cmocka_unit_test(stays_broken_from_the_first_fault_on),
        cmocka_unit_test(is_complete_only_when_nothing_is_left),
        cmocka_unit_test(reads_an_empty_record),
    };

    return cmocka_run_group_tests_name("base/pack", tests, NULL, NULL);
}
