/* What a place tells its backend in signed form (CognitoAssertion, and dialects that have
 * such a header). */
#ifndef COG_HTTPD_EXPORT_ASSERTION_H
#define COG_HTTPD_EXPORT_ASSERTION_H

#include <httpd.h>

#include "flow/assertion/assertion.h"
#include "httpd/place_settings.h"

/* Of this request's user, about whom it says what `export` wants. COG_E_NO_SESSION where
 * nobody is signed in. */
cog_err_t cog_export_assertion(request_rec *r, const cog_export_t *export,
                               cog_assertion_form_t form, cog_secret_t *jwt);

#endif
