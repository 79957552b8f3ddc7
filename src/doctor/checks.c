#include "doctor/checks.h"

#include <stddef.h>

/* Each line can be pasted: what explains begins with #, words in capitals are to be
 * filled in. What an update does not name goes back to its default. */
#define UPDATE                                                                           \
    "aws cognito-idp update-user-pool-client --region {region} --user-pool-id {pool} "   \
    "--client-id {client} "                                                              \
    "--callback-urls {callbacks} --logout-urls {returns} "                               \
    "--allowed-o-auth-flows-user-pool-client --allowed-o-auth-flows code "               \
    "--allowed-o-auth-scopes {scopes} --supported-identity-providers COGNITO\n"          \
    "# it resets what it does not name: add what describe-user-pool-client shows"

#define DESCRIBE                                                                         \
    "aws cognito-idp describe-user-pool-client --region {region} --user-pool-id {pool} " \
    "--client-id {client}"

#define SECRET_OF DESCRIBE " --query UserPoolClient.ClientSecret --output text"

/* clang-format off */
const cog_check_t cog_client_checks[] = {
    {"reach", "way to the user pool", cog_check_reach,
     {"{way}", NULL, NULL, NULL}},
    {"pool", "user pool", cog_check_pool,
     {"CognitoUserPool ID\n# the first part of the id is the region",
      "aws cognito-idp list-user-pools --region {region} --max-results 60",
      "Outputs:\n  UserPoolId:\n    Value: !Ref UserPool",
      "output \"pool\" { value = aws_cognito_user_pool.main.id }"}},
    {"issuer", "issuer", cog_check_issuer,
     {"CognitoIssuer {issuer}\n# if that is the user pool that is meant", NULL, NULL, NULL}},
    {"jwks", "signing keys", cog_check_keys, {NULL, NULL, NULL, NULL}},
    {"clock", "clock", cog_check_clock,
     {"systemctl enable --now systemd-timesyncd\n# or chrony: the host has to keep the time",
      NULL, NULL, NULL}},
    {"domain", "hosted UI", cog_check_domain,
     {"CognitoDomain PREFIX\n# or HOST, where discovery does not tell it",
      "aws cognito-idp create-user-pool-domain --region {region} --user-pool-id {pool} --domain PREFIX",
      "Type: AWS::Cognito::UserPoolDomain\nProperties:\n  UserPoolId: {pool}\n  Domain: PREFIX",
      "resource \"aws_cognito_user_pool_domain\" \"main\" {\n"
      "  user_pool_id = \"{pool}\"\n  domain       = \"PREFIX\"\n}"}},
    {"client", "app client", cog_check_client,
     {"CognitoClientID ID\n# of an app client of this user pool, which the AWS CLI lists",
      "aws cognito-idp list-user-pool-clients --region {region} --user-pool-id {pool}\n"
      "# if {client} is there, see whether its AllowedOAuthFlows has code:\n" DESCRIBE,
      NULL, NULL}},
    {"flow", "code grant", cog_check_flow,
     {NULL, UPDATE,
      "AllowedOAuthFlowsUserPoolClient: true\nAllowedOAuthFlows: [code]\n"
      "SupportedIdentityProviders: [COGNITO]",
      "allowed_oauth_flows_user_pool_client = true\nallowed_oauth_flows = [\"code\"]\n"
      "supported_identity_providers = [\"COGNITO\"]"}},
    {"callback", "callback URL", cog_check_callback,
     {"# or CognitoBaseURL and CognitoCallback as it is registered there", UPDATE,
      "CallbackURLs: {callback_list}", "callback_urls = {callback_list}"}},
    {"scopes", "scopes", cog_check_scopes,
     {"# or CognitoScope with those only that are allowed there", UPDATE,
      "AllowedOAuthScopes: {scope_list}", "allowed_oauth_scopes = {scope_list}"}},
    {"pkce", "PKCE", cog_check_pkce,
     {"# look who answers at the authorize endpoint: Cognito takes PKCE with S256", NULL, NULL, NULL}},
    {"sign-out", "sign-out URL", cog_check_sign_out,
     {"# or CognitoBaseURL and CognitoPath as it is registered there", UPDATE,
      "LogoutURLs: {return_list}", "logout_urls = {return_list}"}},
    {"secret", "client secret", cog_check_secret,
     {"CognitoClientSecret file:PATH\n# with the secret of the app client; without the line for a public one",
      SECRET_OF,
      "GenerateSecret: true\n# for a confidential client; false for a public one",
      "generate_secret = true\n# for a confidential client; false for a public one"}},
    {NULL, NULL, NULL, {NULL, NULL, NULL, NULL}},
};
/* clang-format on */
