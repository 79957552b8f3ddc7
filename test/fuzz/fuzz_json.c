/* Reaches: cog_json_parse, cog_json_write, cog_json_string, cog_json_whole. The input is
 * a document. What is accepted is no deeper than 32 levels, holds no NUL, and is written
 * so that it is read again as the same. */
#include "test/fuzz/fuzz.h"

#include "base/json.h"

#define LIMIT 100000

static void check_text(const char *text, size_t len)
{
    must(strlen(text) == len);
}

static void check_value(const json_t *value, int level);

static void check_members(const json_t *value, int level)
{
    json_t *object = json_incref((json_t *)(uintptr_t)value);
    const char *name;
    json_t *member;

    json_object_foreach(object, name, member)
    {
        json_int_t number = -1;
        const char *text = cog_json_string(object, name);

        must(text == NULL || (json_is_string(member) && *text));
        must(!cog_json_whole(object, name, &number) || number >= 0);
        check_value(member, level);
    }
    json_decref(object);
}

static void check_value(const json_t *value, int level)
{
    size_t i;
    json_t *element;

    if (json_is_string(value)) {
        check_text(json_string_value(value), json_string_length(value));
    }
    if (json_is_object(value)) {
        must(level <= 32);
        check_members(value, level + 1);
    }
    if (json_is_array(value)) {
        must(level <= 32);
        json_array_foreach(value, i, element)
        {
            check_value(element, level + 1);
        }
    }
}

static void check(apr_pool_t *pool, json_t *object)
{
    cog_span_t text = cog_span_of(cog_json_write(pool, object));
    json_t *again;

    check_value(object, 1);
    must(cog_json_parse(pool, text, text.len, &again) == COG_OK);
    must(json_equal(object, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apr_pool_t *pool = fuzz_pool();
    json_t *object;

    if (cog_json_parse(pool, (cog_span_t){data, size}, LIMIT, &object) == COG_OK) {
        must(size <= LIMIT);
        check(pool, object);
    }
    apr_pool_destroy(pool);
    return 0;
}
