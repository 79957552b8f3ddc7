/* Where the audit goes: notes of the request, for LogFormat, and CognitoAuditLog. */
#ifndef COG_HTTPD_AUDIT_H
#define COG_HTTPD_AUDIT_H

#include <httpd.h>

#include "flow/audit.h"
#include "httpd/start/start.h"

typedef struct cog_audit_log_t cog_audit_log_t;

/* The log of a CognitoAuditLog, opened once for each in a start, for as long as the
 * configuration; NULL for a NULL or "", and in a rehearsal. Returns a problem, or NULL.
 */
const char *cog_start_audit_log(cog_start_t *start, const char *written,
                                cog_audit_log_t **log);

/* The port for one request, and what it needs as long as it is used. */
typedef struct {
    cog_auditor_t port;
    request_rec *r;
    cog_audit_log_t *log; /* NULL: notes alone */
} cog_audit_user_t;

void cog_audit_use(request_rec *root, cog_audit_log_t *log, cog_audit_user_t *user);

#endif
