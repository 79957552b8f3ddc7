#include "test/unit/unit.h"

#include "base/language.h"

/* clang-format off */
/* What a browser sends, and what it gets. */
static const struct {
    const char *accepted;
    const char *tag;
} cases[] = {
    {NULL, "en"}, {"", "en"}, {"*", "en"}, {",,;", "en"}, {"de", "de"}, {"DE", "de"},
    {"es-419", "es"}, {"fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr"}, {"ja", "ja"},
    {"pt", "pt-BR"}, {"pt-PT,pt;q=0.9", "pt-BR"}, {"zh-CN,zh;q=0.9", "zh-Hans"},
    {"zh-Hant-TW", "zh-Hans"},
    /* the most wanted one of those that we have */
    {"it,nl;q=0.9,de;q=0.2", "de"}, {"en;q=0.5,de;q=0.8", "de"}, {"de;q=0.5,en;q=0.8", "en"},
    {"de;q=0.8,ja;q=0.8", "de"}, {"de;q=0.799,ja;q=0.8", "ja"}, {"it", "en"},
    {"de;q=0.1,*", "en"}, {"de;q=1.0,ja", "de"}, {"de ; q=0.3 ,\tja ; q=0.4", "ja"},
    /* what is not wanted at all, or says nothing that counts */
    {"de;q=0", "en"}, {"de;q=0.000,ja;q=0.001", "ja"}, {"de;q=2,ja;q=0.1", "ja"},
    {"de;q=1.001,ja;q=0.1", "ja"}, {"de;q=,ja;q=0.1", "ja"}, {"de;q,ja;q=0.1", "ja"},
    {"de;level=1,ja;q=0.1", "ja"}, {"de;q=-1,ja;q=0.1", "ja"}, {"de;Q=0.1,ja;q=0.05", "de"},
    /* no language of ours, though it begins like one */
    {"deu", "en"}, {"d", "en"}, {"dex-DE", "en"}, {"-de", "en"}, {"*-de", "en"},
};
/* clang-format on */

static void gives_a_browser_what_it_wants_most(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); ++i) {
        const char *tag = cog_language_choose(cases[i].accepted)->tag;

        if (strcmp(tag, cases[i].tag) != 0) {
            fail_msg("%s: %s", cases[i].accepted, tag);
        }
    }
}

static void says_it_in_that_language(void **state)
{
    (void)state;
    assert_string_equal(cog_language_say(cog_language_choose("de"), "Sign out"),
                        "Abmelden");
    assert_string_equal(cog_language_say(cog_language_choose("en"), "Sign out"),
                        "Sign out");
    assert_null(cog_language_say(cog_language_choose("de"), NULL));
}

static void says_in_english_what_it_has_no_word_for(void **state)
{
    (void)state;
    assert_string_equal(cog_language_say(cog_language_choose("ja"), "Unheard of"),
                        "Unheard of");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_a_browser_what_it_wants_most),
        cmocka_unit_test(says_it_in_that_language),
        cmocka_unit_test(says_in_english_what_it_has_no_word_for),
    };

    return cmocka_run_group_tests_name("base/language", tests, NULL, NULL);
}
