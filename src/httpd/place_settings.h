/* What the settings of a place amount to, with the defaults of what is not written. */
#ifndef COG_HTTPD_PLACE_SETTINGS_H
#define COG_HTTPD_PLACE_SETTINGS_H

#include "base/header_value.h"
#include "flow/conf.h"
#include "httpd/backend_presets.h"
#include "httpd/conf.h"

/* CognitoRemoteUser, when nothing is written. */
#define COG_DEFAULT_USER_CLAIMS(X) X("cognito:username") X("email") X("sub")

#define COG_DEFAULT_FORM_LIMIT (64 * 1024)

/* CognitoPreservePost: bytes, 0 is off. */
size_t cog_dir_form_limit(const cog_dir_conf_t *written);

/* CognitoSessionTimeout. */
cog_session_limits_t cog_dir_limits(const cog_dir_conf_t *written);

/* CognitoAccept: COG_ACCEPT_*. */
unsigned cog_dir_accepts(const cog_dir_conf_t *written);

/* CognitoResource; NULL: none. */
const char *cog_dir_resource(const cog_dir_conf_t *written);

/* CognitoRemoteUser: cog_user_claim_t, at least one. */
const apr_array_header_t *cog_dir_user_claims(const cog_dir_conf_t *written);

/* How a place hears of its user. */
typedef struct {
    int to_variables;
    int to_headers;
    const apr_array_header_t *claims; /* CognitoClaims: patterns for
                                       * cog_claims_are_wanted(); NULL or empty: the
                                       * default */
    const apr_array_header_t *groups; /* CognitoGroups: likewise, of groups */
    const cog_backend_t *backend;
    const apr_array_header_t *headers; /* CognitoHeader: cog_named_header_t; NULL: none */
    cog_header_encoding_t encoding;
    int tokens; /* of COG_TOKENS_* */
    struct {
        const char *header;   /* CognitoAssertion; NULL: off */
        const char *audience; /* NULL: the site itself */
        const char *signer;   /* of the dialect `alb`; NULL: the site itself */
        int64_t ttl_sec;
    } assertion;
} cog_export_t;

cog_export_t cog_dir_export(const cog_dir_conf_t *written);

/* CognitoTokens, or what its backend gets without: of COG_TOKENS_*. */
int cog_dir_tokens(const cog_dir_conf_t *written);

/* CognitoUnauthenticated. */
cog_unauthenticated_t cog_dir_unauthenticated(const cog_dir_conf_t *written);

/* CognitoBearerTokenUse: COG_TOKEN_*. */
unsigned cog_dir_bearer_uses(const cog_dir_conf_t *written);

#endif
