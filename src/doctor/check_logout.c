/* The sign-out that a browser would be sent to. Without its cookie nobody is signed out.
 */
#include <string.h>

#include "base/text.h"
#include "doctor/checks.h"
#include "oidc/logout.h"

#define LOG_LIMIT 200

static void check_one(cog_report_t *report, cog_probe_t *probe, const char *uri)
{
    const char *url = cog_logout_url(probe->pool, probe->endpoints.logout,
                                     probe->client->client_id, uri);
    cog_fetch_response_t response;
    const char *problem = cog_probe_get(probe, url, &response);

    if (problem || cog_probe_is_busy(response.status)) {
        cog_report_say(report, COG_FOUND_WARNING, "%s",
                       problem ? problem : "the hosted UI is too busy to tell");
        return;
    }
    if (response.location && strcmp(response.location, uri) == 0) {
        cog_report_say(report, COG_FOUND_OK, "%s", uri);
        return;
    }
    cog_report_say(report, COG_FOUND_FAILED, "%s is not registered at the app client",
                   uri);
}

void cog_check_sign_out(cog_report_t *report, void *context)
{
    cog_probe_t *probe = context;

    if (!probe->has_endpoints || probe->login.kind == COG_LOGIN_NO_CLIENT) {
        cog_report_say(report, COG_FOUND_SKIPPED, "the app client is not known");
        return;
    }
    for (int i = 0; i < probe->conf->origins->nelts; ++i) {
        check_one(report, probe, cog_probe_signed_out(probe, i));
    }
}
