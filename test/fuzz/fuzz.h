/* What every fuzz target needs. */
#ifndef COG_TEST_FUZZ_H
#define COG_TEST_FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_pools.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A property that holds for every input. */
static inline void must(int condition)
{
    if (!condition) {
        abort();
    }
}

/* A pool for one input; destroy it at the end. */
static inline apr_pool_t *fuzz_pool(void)
{
    static int is_initialized;
    apr_pool_t *pool;

    if (!is_initialized) {
        must(apr_initialize() == APR_SUCCESS);
        is_initialized = 1;
    }
    must(apr_pool_create(&pool, NULL) == APR_SUCCESS);
    return pool;
}

/* The input up to its first NUL as a text that ends where its memory ends; free() it. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    size_t len = strnlen((const char *)data, size);
    char *text = malloc(len + 1);

    must(text != NULL);
    memcpy(text, data, len);
    text[len] = '\0';
    return text;
}

#endif
