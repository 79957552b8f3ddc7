/* Reaches: cog_claims_select, cog_claims_are_wanted, cog_claim_usual,
 * cog_claim_unusual_variable, cog_claim_header. The input is a line of patterns and then
 * the claims as JSON. What is selected is sorted, has no control character, and no two
 * share a variable or header. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_hash.h>
#include <apr_lib.h>
#include <apr_pools.h>
#include <apr_strings.h>

#include "base/claim_names.h"
#include "base/json.h"
#include "base/text.h"
#include "oidc/claim_patterns.h"
#include "oidc/claims.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition)
{
    if (!condition) {
        abort();
    }
}

static int is_on(void *context, cog_log_level_t level)
{
    (void)context;
    (void)level;
    return 1;
}

static void check_message(void *context, cog_log_level_t level, const char *message)
{
    (void)context;
    (void)level;
    must(!cog_text_has_control(message));
}

static apr_array_header_t *split(apr_pool_t *pool, const char *line, size_t len)
{
    apr_array_header_t *patterns = apr_array_make(pool, 4, sizeof(const char *));
    char *copy = apr_pstrmemdup(pool, line, len < 256 ? len : 256);
    char *rest;

    for (char *word = apr_strtok(copy, " ", &rest); word;
         word = apr_strtok(NULL, " ", &rest)) {
        APR_ARRAY_PUSH(patterns, const char *) = word;
    }
    return patterns;
}

/* The same letters, another case, `-` for `_`. */
static void check_header(const char *header, const char *variable)
{
    variable += strlen(COG_CLAIM_VARIABLE);
    for (; *variable; ++variable, ++header) {
        must(*variable == '_' ? *header == '-' : apr_toupper(*header) == *variable);
    }
    must(*header == '\0');
}

static const char *variable_of(apr_pool_t *pool, const char *claim)
{
    const cog_claim_name_t *usual = cog_claim_usual(claim);

    return usual ? usual->variable : cog_claim_unusual_variable(pool, claim);
}

static void check(apr_pool_t *pool, const apr_array_header_t *claims)
{
    apr_hash_t *seen = apr_hash_make(pool);
    const char *last = "";

    for (int i = 0; i < claims->nelts; ++i) {
        const cog_claim_t *claim = &APR_ARRAY_IDX(claims, i, cog_claim_t);
        const char *variable = variable_of(pool, claim->name);

        must(strcmp(last, claim->name) < 0);
        must(!cog_text_has_control(claim->name) && !cog_text_has_control(claim->value));
        must(*variable && strspn(variable, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
                              strlen(variable));
        check_header(cog_claim_header(pool, "", claim->name), variable);
        must(apr_hash_get(seen, variable, APR_HASH_KEY_STRING) == NULL);
        apr_hash_set(seen, variable, APR_HASH_KEY_STRING, variable);
        must(cog_claims_get(claims, claim->name) == claim->value);
        last = claim->name;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *pool;
    cog_log_t log = {NULL, NULL, is_on, check_message};
    const uint8_t *end;
    json_t *claims;

    if (pool == NULL) {
        apr_initialize();
        apr_pool_create(&pool, NULL);
    }
    log.pool = pool;
    end = size ? memchr(data, '\n', size) : NULL;
    if (end) {
        size_t len = (size_t)(end - data);
        cog_span_t rest = {end + 1, size - len - 1};
        apr_array_header_t *patterns = split(pool, (const char *)data, len);

        if (cog_json_parse(pool, rest, 65536, &claims) == COG_OK) {
            check(pool, cog_claims_select(pool, claims, patterns, &log));
        }
    }
    apr_pool_clear(pool);
    return 0;
}
