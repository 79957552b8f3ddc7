#include "httpd/export_groups.h"

#include <string.h>

#include "base/claim.h"
#include "base/text.h"
#include "httpd/log_httpd.h"
#include "oidc/claims.h"

#define GROUPS     "cognito:groups"
#define WARN_EVERY apr_time_from_sec(60)

/* Patterns of groups are written and read as those of claims are. */
static const char *select_groups(apr_pool_t *pool, const apr_array_header_t *patterns,
                                 const char *joined)
{
    const apr_array_header_t *all = cog_text_split(pool, joined);
    apr_array_header_t *kept = apr_array_make(pool, all->nelts, sizeof(const char *));

    for (int i = 0; i < all->nelts; ++i) {
        const char *group = APR_ARRAY_IDX(all, i, const char *);

        if (cog_claims_of_class_are_wanted(patterns, group, COG_CLAIM_UNKNOWN)) {
            APR_ARRAY_PUSH(kept, const char *) = group;
        }
    }
    return cog_text_join(pool, kept);
}

static apr_array_header_t *replace(apr_pool_t *pool, const apr_array_header_t *claims,
                                   const char *groups)
{
    apr_array_header_t *replaced =
        apr_array_make(pool, claims->nelts, sizeof(cog_claim_t));

    for (int i = 0; i < claims->nelts; ++i) {
        cog_claim_t claim = APR_ARRAY_IDX(claims, i, cog_claim_t);

        if (strcmp(claim.name, GROUPS) == 0) {
            claim.value = groups;
        }
        if (*claim.value || claim.value != groups) {
            APR_ARRAY_PUSH(replaced, cog_claim_t) = claim;
        }
    }
    return replaced;
}

const apr_array_header_t *cog_export_claims(apr_pool_t *pool, const cog_export_t *export,
                                            const cog_session_t *session)
{
    const char *groups;

    if (!export->groups || export->groups->nelts == 0) {
        return session->claims;
    }
    groups = cog_claims_get(session->claims, GROUPS);
    return groups ? replace(pool, session->claims,
                            select_groups(pool, export->groups, groups))
                  : session->claims;
}

void cog_export_check_groups(request_rec *r, const apr_array_header_t *claims)
{
    const char *groups = cog_claims_get(claims, GROUPS);

    if (groups && strlen(groups) > COG_GROUPS_MAX &&
        cog_gate_opens(cog_site_of(r->server)->groups_gate, apr_time_now(), WARN_EVERY)) {
        COG_LOG(cog_log_of_request(r), WARNING, 4300,
                "groups of %" APR_SIZE_T_FMT
                " bytes, all of which are handed on, are more "
                "than many backends take in their headers; CognitoGroups says which of "
                "them the application needs",
                strlen(groups));
    }
}
