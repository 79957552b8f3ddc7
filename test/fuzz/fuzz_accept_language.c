/* Reaches: cog_language_choose. The input is an Accept-Language header: it has an answer,
 * and the same one when English is wanted less than all else. */
#include "test/fuzz/fuzz.h"

#include <apr_strings.h>

#include "base/language.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();
    char *text = fuzz_text(data, size);
    const cog_language_t *language = cog_language_choose(text);

    must(language != NULL && language->tag[0] != '\0');
    must(cog_language_choose(apr_pstrcat(pool, text, ",en;q=0", NULL)) == language);
    free(text);
    apr_pool_destroy(pool);
    return 0;
}
