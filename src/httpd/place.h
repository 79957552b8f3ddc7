/* A place as requests find it: what the sections that hold for one say, resolved. */
#ifndef COG_HTTPD_PLACE_H
#define COG_HTTPD_PLACE_H

#include <httpd.h>
#include <http_config.h>

#include "flow/conf.h"

/* What the sections say for this request, defaults filled in. `client` is NULL when
 * there is none of the name in CognitoUse, or no default one. An expression of
 * CognitoLoginParam that fails is logged and left out. */
cog_place_t *cog_place_make(request_rec *r, const ap_conf_vector_t *per_dir);

/* Is AuthType Cognito here? */
#define COG_AUTH_TYPE "Cognito"
int cog_place_is_ours(request_rec *r);

#endif
