#include "oidc/claim_patterns.h"

#include <apr_fnmatch.h>

/* The last pattern that fits decides; without one it stays as it is. */
static int decide(const apr_array_header_t *patterns, const char *name, int is_wanted)
{
    for (int i = 0; patterns && i < patterns->nelts; ++i) {
        const char *pattern = APR_ARRAY_IDX(patterns, i, const char *);
        int takes_out = pattern[0] == '!';

        if (apr_fnmatch(pattern + takes_out, name, 0) == APR_SUCCESS) {
            is_wanted = !takes_out;
        }
    }
    return is_wanted;
}

int cog_claims_are_wanted(const apr_array_header_t *patterns, const char *name)
{
    return cog_claims_of_class_are_wanted(patterns, name, cog_claim_class(name));
}

int cog_claims_of_class_are_wanted(const apr_array_header_t *patterns, const char *name,
                                   cog_claim_class_t class)
{
    int is_default = !patterns || patterns->nelts == 0 ||
                     APR_ARRAY_IDX(patterns, 0, const char *)[0] == '!';
    int is_wanted = is_default && class != COG_CLAIM_NOISE;

    return patterns ? decide(patterns, name, is_wanted) : is_wanted;
}

int cog_claims_are_named(const apr_array_header_t *patterns, const char *name)
{
    return decide(patterns, name, 0);
}
