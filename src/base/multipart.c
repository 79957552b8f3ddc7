#include "base/multipart.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>
#include <strings.h>

#include "base/query.h"
#include "base/text.h"

#define TYPE         "multipart/form-data"
#define PARAM        "boundary="
#define MAX_BOUNDARY 70
#define MAX_FIELDS   1000
#define FIELD        "Content-Disposition: form-data; name=\""
#define NO_FILE      "; filename=\"\"\r\nContent-Type: application/octet-stream"

static int is_boundary(const char *text)
{
    size_t len = 0;

    for (; text[len]; ++len) {
        if (!apr_isalnum(text[len]) && !strchr("'()+_,-./:=?", text[len])) {
            return 0;
        }
    }
    return len > 0 && len <= MAX_BOUNDARY;
}

static const char *unquoted(apr_pool_t *pool, const char *text)
{
    size_t len = strlen(text);

    return len >= 2 && *text == '"' && text[len - 1] == '"'
               ? apr_pstrmemdup(pool, text + 1, len - 2)
               : text;
}

const char *cog_multipart_boundary(apr_pool_t *pool, const char *content_type)
{
    const char *at = content_type;

    if (strncasecmp(at, TYPE, strlen(TYPE)) != 0) {
        return NULL;
    }
    at += strlen(TYPE);
    at += strspn(at, " ");
    if (*at++ != ';') {
        return NULL;
    }
    at += strspn(at, " ");
    if (strncasecmp(at, PARAM, strlen(PARAM)) != 0) {
        return NULL;
    }
    at = unquoted(pool, at + strlen(PARAM));
    return is_boundary(at) ? at : NULL;
}

/* Browsers write a `"` in a name as %22, and line breaks likewise; others escape it. */
static cog_err_t read_name(char **at, const char **name)
{
    char *begin = *at + strlen(FIELD);
    char *end;

    COG_REQUIRE(strncasecmp(*at, FIELD, strlen(FIELD)) == 0, COG_E_BAD_QUERY);
    end = strchr(begin, '"');
    COG_REQUIRE(end, COG_E_BAD_QUERY);
    *end = '\0';
    COG_REQUIRE(!strchr(begin, '\\') && !cog_text_has_control(begin), COG_E_BAD_QUERY);
    *name = begin;
    *at = end + 1;
    return COG_OK;
}

static cog_err_t parse_part(char *part, apr_array_header_t *fields)
{
    char *value = strstr(part, "\r\n\r\n");
    cog_param_t field;

    COG_REQUIRE(value, COG_E_BAD_QUERY);
    *value = '\0';
    field.value = value + 4;
    COG_TRY(read_name(&part, &field.name));
    if (strcasecmp(part, NO_FILE) == 0 && !*field.value) {
        field.value = NULL;
    }
    else {
        COG_REQUIRE(!*part, COG_E_BAD_QUERY);
    }
    COG_REQUIRE(fields->nelts < MAX_FIELDS, COG_E_BAD_QUERY);
    APR_ARRAY_PUSH(fields, cog_param_t) = field;
    return COG_OK;
}

cog_err_t cog_multipart_parse(apr_pool_t *pool, const char *body, const char *boundary,
                              apr_array_header_t **fields)
{
    apr_array_header_t *found = cog_query_make(pool);
    /* the first one may do without a line in front of it */
    char *at = apr_pstrcat(pool, "\r\n", body, NULL);
    const char *delimiter = apr_pstrcat(pool, "\r\n--", boundary, NULL);
    size_t len = strlen(delimiter);

    COG_REQUIRE(strncmp(at, delimiter, len) == 0, COG_E_BAD_QUERY);
    at += len;
    while (strncmp(at, "\r\n", 2) == 0) {
        char *part = at + 2;

        at = strstr(part, delimiter);
        COG_REQUIRE(at, COG_E_BAD_QUERY);
        *at = '\0';
        COG_TRY(parse_part(part, found));
        at += len;
    }
    COG_REQUIRE(strcmp(at, "--") == 0 || strcmp(at, "--\r\n") == 0, COG_E_BAD_QUERY);
    *fields = found;
    return COG_OK;
}
