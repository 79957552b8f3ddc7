#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 32
#define MAX_WHOLE 9007199254740992 /* 2^53: up to here a double is exact */

static apr_status_t release(void *value)
{
    json_decref(value);
    return APR_SUCCESS;
}

json_t *cog_json_own(apr_pool_t *pool, json_t *value)
{
    if (value) {
        apr_pool_cleanup_register(pool, value, release, apr_pool_cleanup_null);
    }
    return value;
}

static size_t count(cog_span_t text, int c)
{
    const unsigned char *end = text.bytes + text.len;
    const unsigned char *at = text.bytes;
    size_t found = 0;

    while (at < end && (at = memchr(at, c, (size_t)(end - at))) != NULL) {
        ++at;
        ++found;
    }
    return found;
}

/* jansson stops at 2048 levels only, which a small thread stack cannot hold. */
static int is_too_deep(cog_span_t text)
{
    int depth = 0;
    int is_string = 0;

    if (count(text, '{') + count(text, '[') <= MAX_DEPTH) {
        return 0; /* nearly all that comes */
    }
    for (size_t i = 0; i < text.len; ++i) {
        unsigned char c = text.bytes[i];

        if (is_string) {
            i += c == '\\';
            is_string = c != '"';
            continue;
        }
        is_string = c == '"';
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        if (depth > MAX_DEPTH) {
            return 1;
        }
    }
    return 0;
}

cog_err_t cog_json_parse(apr_pool_t *pool, cog_span_t text, size_t limit, json_t **object)
{
    json_t *value;

    COG_REQUIRE(text.len <= limit, COG_E_TOO_LARGE);
    COG_REQUIRE(text.bytes && !is_too_deep(text), COG_E_BAD_JSON);
    value = cog_json_own(pool, json_loadb((const char *)text.bytes, text.len,
                                          JSON_REJECT_DUPLICATES, NULL));
    COG_REQUIRE(json_is_object(value), COG_E_BAD_JSON);
    *object = value;
    return COG_OK;
}

static apr_status_t release_text(void *text)
{
    free(text);
    return APR_SUCCESS;
}

static const char *write_as(apr_pool_t *pool, const json_t *value, size_t flags)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | flags);

    if (!text) {
        return "";
    }
    apr_pool_cleanup_register(pool, text, release_text, apr_pool_cleanup_null);
    return text;
}

json_t *cog_json_of_texts(const apr_array_header_t *texts)
{
    json_t *list = json_array();

    for (int i = 0; i < texts->nelts; ++i) {
        json_array_append_new(list, json_string(APR_ARRAY_IDX(texts, i, const char *)));
    }
    return list;
}

const char *cog_json_write(apr_pool_t *pool, const json_t *value)
{
    return write_as(pool, value, JSON_SORT_KEYS);
}

const char *cog_json_write_in_order(apr_pool_t *pool, const json_t *value)
{
    return write_as(pool, value, 0);
}

const char *cog_json_string(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text && *text ? text : NULL;
}

int cog_json_whole(const json_t *object, const char *name, json_int_t *number)
{
    const json_t *value = json_object_get(object, name);
    double real = json_real_value(value);
    json_int_t whole = json_integer_value(value);

    if (json_is_real(value) && real >= 0 && real <= (double)MAX_WHOLE) {
        whole = (json_int_t)real;
    }
    else if (!json_is_integer(value)) {
        return 0;
    }
    if (whole < 0 || whole > MAX_WHOLE) {
        return 0;
    }
    *number = whole;
    return 1;
}
