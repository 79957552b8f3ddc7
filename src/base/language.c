#include "base/language.h"

#include <apr_cstr.h>
#include <apr_lib.h>
#include <string.h>

#include "base/language_tables.h"

#define BLANKS " \t"
#define MOST   1000 /* a quality of 1, in thousandths */

/* The first one is for who wants none of them. */
static const cog_language_t languages[] = {
    {"en",      NULL           },
    {"de",      cog_language_de},
    {"es",      cog_language_es},
    {"fr",      cog_language_fr},
    {"ja",      cog_language_ja},
    {"pt-BR",   cog_language_pt},
    {"zh-Hans", cog_language_zh},
};

#define LANGUAGE_COUNT (sizeof(languages) / sizeof(*languages))

/* "pt" is the language of "pt-BR" and "pt-PT". */
static const cog_language_t *find(const char *tag)
{
    size_t len = strcspn(tag, "-;, \t");

    for (size_t i = 0; i < LANGUAGE_COUNT; ++i) {
        const char *ours = languages[i].tag;

        if (strcspn(ours, "-") == len && apr_cstr_casecmpn(ours, tag, len) == 0) {
            return &languages[i];
        }
    }
    return *tag == '*' && len == 1 ? languages : NULL;
}

/* A weight `0.8`, in thousandths; one that is none counts as 0 (RFC 9110, 12.4.2). */
static int quality_of(const char *text)
{
    int quality = *text == '1' ? MOST : 0;

    if ((*text != '0' && *text != '1') || text[1] != '.') {
        return quality;
    }
    text += 2;
    for (int unit = MOST / 10; unit > 0 && apr_isdigit(*text); unit /= 10) {
        quality += (*text++ - '0') * unit;
    }
    return quality > MOST ? 0 : quality;
}

/* Of one element: what follows its language. */
static int weight_of(const char *element)
{
    const char *parameter = element + strcspn(element, ";,");

    if (*parameter != ';') {
        return MOST;
    }
    parameter += 1 + strspn(parameter + 1, BLANKS);
    return apr_cstr_casecmpn(parameter, "q=", 2) == 0 ? quality_of(parameter + 2) : 0;
}

const cog_language_t *cog_language_choose(const char *accepted)
{
    const cog_language_t *best = languages;
    int best_weight = 0;

    while (accepted && *accepted) {
        const cog_language_t *language;
        int weight;

        accepted += strspn(accepted, "," BLANKS);
        language = find(accepted);
        weight = language ? weight_of(accepted) : 0;
        if (weight > best_weight) {
            best = language;
            best_weight = weight;
        }
        accepted += strcspn(accepted, ",");
    }
    return best;
}

const char *cog_language_say(const cog_language_t *language, const char *english)
{
    const cog_translation_t *row = english ? language->texts : NULL;

    for (; row && row->english; ++row) {
        if (strcmp(row->english, english) == 0) {
            return row->text;
        }
    }
    return english;
}
