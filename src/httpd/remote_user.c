#include "httpd/remote_user.h"

#include <apr_strings.h>
#include <string.h>

#include "base/log.h"
#include "httpd/log_httpd.h"
#include "httpd/place_settings.h"

static const char *replace(apr_pool_t *pool, const cog_user_claim_t *rule,
                           const char *value, ap_regmatch_t *match)
{
    const char *replaced =
        ap_pregsub(pool, rule->substitute, value, AP_MAX_REG_MATCH, match);

    return replaced ? apr_pstrcat(pool, apr_pstrndup(pool, value, (size_t)match[0].rm_so),
                                  replaced, value + match[0].rm_eo, NULL)
                    : NULL;
}

/* As sed does it: what the pattern matches is replaced, what it does not touch stays.
 * What it could not be compared with is no name at all. */
static const char *substitute(request_rec *r, const cog_user_claim_t *rule,
                              const char *value)
{
    ap_regmatch_t match[AP_MAX_REG_MATCH];

    if (!rule->pattern) {
        return value;
    }
    switch (ap_regexec(rule->pattern, value, AP_MAX_REG_MATCH, match, 0)) {
    case 0:
        return replace(r->pool, rule, value, match);
    case AP_REG_NOMATCH:
        return value;
    default:
        COG_LOG(
            cog_log_of_request(r), WARNING, 4223,
            "CognitoRemoteUser: %s is too much work for its pattern, and gives no name",
            rule->claim);
        return NULL;
    }
}

/* By the rules about the claim `only`; NULL: by all. */
static const char *name_by_rules(request_rec *r, const cog_session_t *session,
                                 const char *only)
{
    const apr_array_header_t *rules =
        cog_dir_user_claims(cog_conf_of_dir(r->per_dir_config));

    for (int i = 0; i < rules->nelts; ++i) {
        const cog_user_claim_t *rule = &APR_ARRAY_IDX(rules, i, cog_user_claim_t);
        int counts = !only || strcmp(rule->claim, only) == 0;
        const char *value = counts ? cog_session_claim(session, rule->claim) : NULL;
        const char *name = value ? substitute(r, rule, value) : NULL;

        if (name && *name) {
            return name;
        }
    }
    return NULL;
}

const char *cog_remote_user_name(request_rec *r, const cog_session_t *session)
{
    return name_by_rules(r, session, NULL);
}

const char *cog_remote_user_of_machine(request_rec *r, const cog_session_t *session)
{
    return name_by_rules(r, session, "client_id");
}
