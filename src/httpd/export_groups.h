/* Which of the user's groups a place hands on (CognitoGroups). */
#ifndef COG_HTTPD_EXPORT_GROUPS_H
#define COG_HTTPD_EXPORT_GROUPS_H

#include <httpd.h>

#include "httpd/site.h"
#include "session/session.h"

/* More than that, many backends do not take in all their headers together. */
#define COG_GROUPS_MAX 4096

/* The session's claims, cog_claim_t sorted by name, with the groups that this place hands
 * on; without the claim when none is left. */
const apr_array_header_t *cog_export_claims(apr_pool_t *pool, const cog_export_t *export,
                                            const cog_session_t *session);

/* Warn, once a minute in each process, when the groups that are left are longer than
 * COG_GROUPS_MAX. None is ever cut. */
void cog_export_check_groups(request_rec *r, const apr_array_header_t *claims);

#endif
