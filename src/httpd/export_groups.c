#include "httpd/export_groups.h"

#include <string.h>

#include "base/claim.h"
#include "httpd/log_httpd.h"
#include "httpd/site.h"

#define GROUPS     "cognito:groups"
#define WARN_EVERY apr_time_from_sec(60)

void cog_export_check_groups(request_rec *r, const apr_array_header_t *claims)
{
    const char *groups = cog_claims_get(claims, GROUPS);

    if (groups && strlen(groups) > COG_GROUPS_MAX &&
        cog_rate_limit_allows(cog_site_of(r->server)->groups_warning_limit,
                              apr_time_now(), WARN_EVERY)) {
        COG_LOG(cog_log_of_request(r), WARNING, 4300,
                "groups of %" APR_SIZE_T_FMT
                " bytes, all of which are handed on, are more "
                "than many backends take in their headers; CognitoGroups says which of "
                "them the application needs",
                strlen(groups));
    }
}
