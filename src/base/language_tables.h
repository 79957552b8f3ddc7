/* What people read, a table for each language but English: ends with a NULL. */
#ifndef COG_BASE_LANGUAGE_TABLES_H
#define COG_BASE_LANGUAGE_TABLES_H

#include <stddef.h>

typedef struct cog_translation_t {
    const char *english; /* as the code says it */
    const char *text;
} cog_translation_t;

extern const cog_translation_t cog_language_de[];
extern const cog_translation_t cog_language_es[];
extern const cog_translation_t cog_language_fr[];
extern const cog_translation_t cog_language_ja[];
extern const cog_translation_t cog_language_pt[];
extern const cog_translation_t cog_language_zh[];

#endif
