#include "oidc/claim_value.h"

#include <apr_cstr.h>
#include <apr_strings.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

/* A copy of `len` octets in which each control character is a space. */
static const char *copy_clean(apr_pool_t *pool, const char *text, size_t len)
{
    char *copy = apr_pstrmemdup(pool, text, len);

    for (size_t i = 0; i < len; ++i) {
        if ((unsigned char)copy[i] < 0x20 || copy[i] == 0x7f) {
            copy[i] = ' ';
        }
    }
    return copy;
}

static const char *copy_string(apr_pool_t *pool, const json_t *value)
{
    return copy_clean(pool, json_string_value(value), json_string_length(value));
}

static int is_list(const json_t *value)
{
    size_t i;
    const json_t *item;

    json_array_foreach(value, i, item)
    {
        if (!json_is_string(item)) {
            return 0;
        }
    }
    return json_is_array(value);
}

static const char *join_list(apr_pool_t *pool, const json_t *value)
{
    apr_array_header_t *texts =
        apr_array_make(pool, (int)json_array_size(value), sizeof(const char *));
    size_t i;
    const json_t *item;

    json_array_foreach(value, i, item)
    {
        APR_ARRAY_PUSH(texts, const char *) = copy_string(pool, item);
    }
    return cog_text_join(pool, texts);
}

int cog_claim_says_true(const json_t *value)
{
    const char *text = json_string_value(value);

    return json_is_true(value) || (text && apr_cstr_casecmp(text, "true") == 0);
}

static int is_verification(const char *name)
{
    return strcmp(name, "email_verified") == 0 ||
           strcmp(name, "phone_number_verified") == 0;
}

cog_claim_t cog_claim_of(apr_pool_t *pool, const char *name, const json_t *value)
{
    const char *text;

    if (is_verification(name)) {
        return (cog_claim_t){name, cog_claim_says_true(value) ? "true" : "false",
                             COG_CLAIM_OTHER};
    }
    if (json_is_string(value)) {
        return (cog_claim_t){name, copy_string(pool, value), COG_CLAIM_TEXT};
    }
    if (is_list(value)) {
        return (cog_claim_t){name, join_list(pool, value), COG_CLAIM_LIST};
    }
    text = cog_json_write(pool, value);
    return (cog_claim_t){name, copy_clean(pool, text, strlen(text)), COG_CLAIM_OTHER};
}
