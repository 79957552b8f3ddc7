#include "oidc/bearer.h"

#include <apr_strings.h>
#include <string.h>

#define SCHEME      "Bearer"
#define SCHEME_LEN  (sizeof(SCHEME) - 1)
#define TOKEN_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/"

/* Does the scheme stand here, as a whole word? */
static int is_bearer(const char *text)
{
    return strncasecmp(text, SCHEME, SCHEME_LEN) == 0 &&
           strchr(" \t,", text[SCHEME_LEN]) != NULL;
}

/* Is there a line with the scheme behind the first one? */
static int is_joined(const char *text)
{
    for (text = strchr(text, ','); text; text = strchr(text, ',')) {
        ++text;
        text += strspn(text, " \t");
        if (is_bearer(text)) {
            return 1;
        }
    }
    return 0;
}

cog_bearer_kind_t cog_bearer_read(const char *authorization, cog_secret_t *token)
{
    const char *begin;

    if (!authorization || !is_bearer(authorization)) {
        return authorization && is_joined(authorization) ? COG_BEARER_MALFORMED
                                                         : COG_BEARER_NONE;
    }
    begin = authorization + SCHEME_LEN;
    begin += strspn(begin, " ");
    if (!*begin || begin == authorization + SCHEME_LEN) {
        return COG_BEARER_MALFORMED;
    }
    *token = cog_secret_of(begin);
    return COG_BEARER_TOKEN;
}

int cog_bearer_is_wellformed(cog_secret_t token)
{
    size_t len = strspn(token.bytes, TOKEN_CHARS);

    return len > 0 && token.bytes[len + strspn(token.bytes + len, "=")] == '\0';
}

/* quoted-string (RFC 9110, 5.6.4) */
static const char *quote(apr_pool_t *pool, const char *text)
{
    char *quoted = apr_palloc(pool, 2 * strlen(text) + 1);
    char *to = quoted;

    for (; *text; ++text) {
        if (*text == '"' || *text == '\\') {
            *to++ = '\\';
        }
        *to++ = (unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text;
    }
    *to = '\0';
    return quoted;
}

const char *cog_challenge_write(apr_pool_t *pool, const cog_challenge_t *challenge)
{
    const struct {
        const char *name;
        const char *value;
    } parts[] = {
        {"realm",             challenge->realm            },
        {"error",             challenge->error            },
        {"error_description", challenge->description      },
        {"scope",             challenge->scope            },
        {"max_age",           challenge->max_age          },
        {"resource_metadata", challenge->resource_metadata},
    };
    const char *text = SCHEME;
    const char *separator = " ";

    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); ++i) {
        if (parts[i].value) {
            text = apr_pstrcat(pool, text, separator, parts[i].name, "=\"",
                               quote(pool, parts[i].value), "\"", NULL);
            separator = ", ";
        }
    }
    return text;
}
