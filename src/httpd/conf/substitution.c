#include "httpd/conf/substitution.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <string.h>

#include "httpd/conf/values.h"

#define WRITE_IT "; write s/PATTERN/SUBSTITUTE/ or s/PATTERN/SUBSTITUTE/i"

int cog_substitution_is_meant(const char *text)
{
    return text[0] == 's' && apr_ispunct(text[1]) && text[1] != '_';
}

/* What stands before the next `delimiter`, which is skipped; NULL when there is none. */
static const char *read_part(apr_pool_t *pool, char delimiter, const char **text)
{
    char *part = apr_pstrdup(pool, *text);
    char *out = part;
    const char *in = *text;

    while (*in && *in != delimiter) {
        if (*in == '\\' && in[1]) {
            if (in[1] != delimiter) {
                *out++ = *in;
            }
            ++in;
        }
        *out++ = *in++;
    }
    *out = '\0';
    *text = in + 1;
    return *in ? part : NULL;
}

/* $1 to $9 must be groups of the pattern; a `\` takes a `$` its meaning. */
static int has_groups(const ap_regex_t *pattern, const char *substitute)
{
    for (const char *c = substitute; *c; ++c) {
        if (*c == '\\' && c[1]) {
            ++c;
        }
        else if (*c == '$' && apr_isdigit(c[1]) && c[1] - '0' > (int)pattern->re_nsub) {
            return 0;
        }
    }
    return 1;
}

const char *cog_substitution_parse(apr_pool_t *pool, const char *text,
                                   cog_user_claim_t *claim)
{
    char delimiter = text[1];
    const char *rest = text + 2;
    const char *pattern = read_part(pool, delimiter, &rest);
    const char *substitute = pattern ? read_part(pool, delimiter, &rest) : NULL;
    int ignores_case = substitute && strcmp(rest, "i") == 0;
    ap_regex_t *compiled;

    if (!substitute || !*pattern || (*rest && !ignores_case)) {
        return "is not a substitution" WRITE_IT;
    }
    compiled = cog_value_regex(pool, pattern, ignores_case ? AP_REG_ICASE : 0);
    if (!compiled) {
        return "holds a regular expression that does not compile" WRITE_IT;
    }
    if (!has_groups(compiled, substitute)) {
        return "names a group that its pattern does not have" WRITE_IT;
    }
    claim->pattern = compiled;
    claim->substitute = substitute;
    return NULL;
}
