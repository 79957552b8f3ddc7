#include "base/query.h"

#include <apr_escape.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "base/text.h"

#define MAX_LEN    16384
#define MAX_PARAMS 64
#define MAX_FIELDS 1000

apr_array_header_t *cog_query_make(apr_pool_t *pool)
{
    return apr_array_make(pool, 8, sizeof(cog_param_t));
}

void cog_query_add(apr_array_header_t *params, const char *name, const char *value)
{
    cog_param_t *param;

    if (!value) {
        return;
    }
    param = apr_array_push(params);
    param->name = name;
    param->value = value;
}

const char *cog_query_get(const apr_array_header_t *params, const char *name)
{
    for (int i = 0; i < params->nelts; ++i) {
        const cog_param_t *param = &APR_ARRAY_IDX(params, i, cog_param_t);

        if (strcmp(param->name, name) == 0) {
            return param->value;
        }
    }
    return NULL;
}

/* Decode in place; `+` is a space. APR_NOTFOUND: there was nothing to decode. */
static cog_err_t decode(char *text)
{
    apr_status_t status;

    for (char *c = text; *c; ++c) {
        *c = *c == '+' ? ' ' : *c;
    }
    status = apr_unescape_url(text, text, APR_ESCAPE_STRING, NULL, NULL, 0, NULL);
    COG_REQUIRE(status == APR_SUCCESS || status == APR_NOTFOUND, COG_E_BAD_QUERY);
    return COG_OK;
}

static cog_err_t check_encoding(const char *text)
{
    for (const char *c = strchr(text, '%'); c; c = strchr(c + 1, '%')) {
        COG_REQUIRE(apr_isxdigit(c[1]) && apr_isxdigit(c[2]), COG_E_BAD_QUERY);
        COG_REQUIRE(c[1] != '0' || c[2] != '0', COG_E_BAD_QUERY);
    }
    return COG_OK;
}

static cog_err_t parse_field(char *text, apr_array_header_t *params)
{
    char *value = strchr(text, '=');

    if (value) {
        *value++ = '\0';
    }
    else {
        value = text + strlen(text);
    }
    COG_TRY(decode(text));
    COG_TRY(decode(value));
    COG_REQUIRE(params->nelts < MAX_FIELDS, COG_E_BAD_QUERY);
    cog_query_add(params, text, value);
    return COG_OK;
}

static cog_err_t check_last(const apr_array_header_t *params)
{
    const cog_param_t *last = &APR_ARRAY_IDX(params, params->nelts - 1, cog_param_t);

    COG_REQUIRE(cog_query_get(params, last->name) == last->value, COG_E_BAD_QUERY);
    COG_REQUIRE(params->nelts <= MAX_PARAMS, COG_E_BAD_QUERY);
    return COG_OK;
}

cog_err_t cog_query_parse(apr_pool_t *pool, const char *text, apr_array_header_t **params)
{
    apr_array_header_t *found = cog_query_make(pool);
    char *copy = apr_pstrdup(pool, text ? text : "");
    char *rest = NULL;

    COG_REQUIRE(strlen(copy) <= MAX_LEN, COG_E_TOO_LARGE);
    COG_TRY(check_encoding(copy));
    for (char *one = apr_strtok(copy, "&", &rest); one;
         one = apr_strtok(NULL, "&", &rest)) {
        COG_TRY(parse_field(one, found));
        COG_TRY(check_last(found));
    }
    *params = found;
    return COG_OK;
}

cog_err_t cog_form_parse(apr_pool_t *pool, const char *text, apr_array_header_t **fields)
{
    apr_array_header_t *found = cog_query_make(pool);
    char *copy = apr_pstrdup(pool, text);
    char *rest = NULL;

    COG_TRY(check_encoding(copy));
    for (char *one = apr_strtok(copy, "&", &rest); one;
         one = apr_strtok(NULL, "&", &rest)) {
        COG_TRY(parse_field(one, found));
    }
    *fields = found;
    return COG_OK;
}

/* apr_pescape_urlencoded() writes a space as `+`, which not every reader takes. */
static char *encode(char *out, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; ++c) {
        if (*c < 0x80 && (apr_isalnum(*c) || strchr("-._~", *c))) {
            *out++ = (char)*c;
            continue;
        }
        out = cog_text_percent(out, *c);
    }
    return out;
}

const char *cog_query_write(apr_pool_t *pool, const apr_array_header_t *params)
{
    size_t room = 1;
    char *text;
    char *out;

    for (int i = 0; i < params->nelts; ++i) {
        const cog_param_t *param = &APR_ARRAY_IDX(params, i, cog_param_t);

        room += 3 * (strlen(param->name) + strlen(param->value)) + 2;
    }
    text = out = apr_palloc(pool, room);
    for (int i = 0; i < params->nelts; ++i) {
        const cog_param_t *param = &APR_ARRAY_IDX(params, i, cog_param_t);

        if (i > 0) {
            *out++ = '&';
        }
        out = encode(out, param->name);
        *out++ = '=';
        out = encode(out, param->value);
    }
    *out = '\0';
    return text;
}

const char *cog_query_append(apr_pool_t *pool, const char *url,
                             const apr_array_header_t *params)
{
    const char *separator = strchr(url, '?') ? "&" : "?";

    if (params->nelts == 0) {
        return url;
    }
    return apr_pstrcat(pool, url, separator, cog_query_write(pool, params), NULL);
}
