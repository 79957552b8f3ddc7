#include "test/unit/unit.h"

#include "net/redis/slot.h"

/* clang-format off */
/* As a server's CLUSTER KEYSLOT says. */
static const struct {
    const char *key;
    int slot;
} cases[] = {
    {"123456789",           12739},
    {"cognito:session:abc", 2436},
    {"a",                   15495},
    {"{a}b",                15495},
    {"b{a}",                15495},
    {"{a}{b}",              15495},
    {"foo{}{bar}",          8363}, /* the first is empty: all of the key counts */
    {"foo{{bar}}zap",       4015}, /* "{bar" */
    {"foo{bar",             15278},
    {"",                    0},
};
/* clang-format on */

static void knows_the_slot_of_a_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); ++i) {
        if (cog_slot_of(cases[i].key) != cases[i].slot) {
            fail_msg("\"%s\" is in slot %d", cases[i].key, cog_slot_of(cases[i].key));
        }
    }
}

static void takes_octets_as_they_are(void **state)
{
    (void)state;
    assert_in_range(cog_slot_of("\xff\xfe\x80"), 0, COG_SLOTS - 1);
    assert_int_equal(cog_slot_of("\xff{a}\x80"), 15495);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_slot_of_a_key),
        cmocka_unit_test(takes_octets_as_they_are),
    };

    return cmocka_run_group_tests_name("net/redis/slot", tests, NULL, NULL);
}
