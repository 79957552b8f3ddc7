/* The languages in which people read our pages. The code says what it says in English and
 * marks it with COG_SAY; base/language_XX.c have it in the other ones. */
#ifndef COG_BASE_LANGUAGE_H
#define COG_BASE_LANGUAGE_H

/* Marks texts for people, and is nothing but them. The guard `languages` finds each of
 * them in every language. */
#define COG_SAY(...) __VA_ARGS__

typedef struct {
    const char *tag;                       /* for `lang` and Content-Language (BCP 47) */
    const struct cog_translation_t *texts; /* NULL: it is as it stands in the code */
} cog_language_t;

/* The one of ours that a browser wants most, by its Accept-Language header as sent (RFC
 * 9110, 12.5.4); English when it names none of them, or `accepted` is NULL. */
const cog_language_t *cog_language_choose(const char *accepted);

/* `english`, which was marked, in that language; NULL for NULL. */
const char *cog_language_say(const cog_language_t *language, const char *english);

#endif
