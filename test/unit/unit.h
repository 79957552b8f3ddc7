/* Includes and helpers every unit test needs. */
#ifndef COG_TEST_UNIT_H
#define COG_TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <apr_general.h>
#include <apr_pools.h>
#include <apr_strings.h>
#include <jansson.h>

#include "base/error.h"
#include "base/span.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Names the rule in the failure, so a table test tells which line broke. */
#define assert_result(rule, actual, expected)                                            \
    do {                                                                                 \
        cog_err_t actual_ = (actual);                                                    \
        cog_err_t expected_ = (expected);                                                \
        if (actual_ != expected_) {                                                      \
            fail_msg("rule \"%s\" is broken: %s instead of %s", (rule),                  \
                     cog_err_name(actual_), cog_err_name(expected_));                    \
        }                                                                                \
    } while (0)

/* cmocka fixtures: *state is an apr_pool_t of the test's own. */
static inline int pool_setup(void **state)
{
    apr_pool_t *pool = NULL;

    if (apr_initialize() != APR_SUCCESS || apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        return -1;
    }
    *state = pool;
    return 0;
}

static inline int pool_teardown(void **state)
{
    apr_pool_destroy(*state);
    apr_terminate();
    return 0;
}

#define cmocka_unit_test_with_pool(test)                                                 \
    cmocka_unit_test_setup_teardown(test, pool_setup, pool_teardown)

/* JSON with single quotes, to keep test tables readable. */

static inline char *with_double_quotes(char *text)
{
    for (char *c = text; *c; ++c) {
        *c = *c == '\'' ? '"' : *c;
    }
    return text;
}

/* As text with double ones. */
static inline const char *json_text(apr_pool_t *pool, const char *quoted)
{
    return with_double_quotes(apr_pstrdup(pool, quoted));
}

static inline cog_span_t json_span(apr_pool_t *pool, const char *quoted)
{
    return cog_span_of(json_text(pool, quoted));
}

/* As a value, which is the caller's. */
static inline json_t *json_from_quoted(const char *quoted)
{
    char *text = with_double_quotes(strdup(quoted));
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    free(text);
    return value;
}

#endif
