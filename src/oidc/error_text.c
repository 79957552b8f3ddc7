#include "oidc/error_text.h"

#include <apr_cstr.h>
#include <stddef.h>
#include <string.h>

#include "base/language.h"

#define AGAIN       COG_SAY("Please sign in again.")
#define IN_A_MOMENT COG_SAY("Please try again in a moment.")
#define ASK         COG_SAY("Please ask the administrator of this site.")
#define SEE_PROVIDER                                                                     \
    "compare its settings: aws cognito-idp describe-identity-provider "                  \
    "--user-pool-id POOL --provider-name NAME"
#define SEE_CLIENT                                                                       \
    "compare: aws cognito-idp describe-user-pool-client --user-pool-id POOL "            \
    "--client-id ID"

/* One line for each cause. The first one whose `error` is equal (NULL: any) and whose
 * `pattern` occurs in the description (NULL: any) is it. Descriptions are no fixed list,
 * so each error has a line without pattern. */
typedef struct {
    const char *error;
    const char *pattern;
    cog_cause_t cause;
} row_t;

/* clang-format off */
static const row_t rows[] = {
    /* users and their attributes */
    {NULL, "already found an entry for username",
     {COG_SAY("Your account at the identity provider has just been joined with your account here.",
      AGAIN),
      "the first sign-in of a user whom a PreSignUp trigger links fails once; the second "
      "one succeeds", 1}},
    {NULL, "attributes required",
     {COG_SAY("Your account lacks a detail that this site needs.", ASK),
      "the provider does not give an attribute that the pool requires: map it (aws cognito-idp "
      "update-identity-provider --user-pool-id POOL --provider-name NAME "
      "--attribute-mapping email=email) and let the provider send it", 0}},
    {NULL, "the attribute is required",
     {COG_SAY("Your account lacks a detail that this site needs.", ASK),
      "the provider sent no value for an attribute that the pool requires: complete the user's "
      "account there, or change the attribute mapping of the provider", 0}},
    {NULL, "attribute cannot be updated",
     {COG_SAY("A detail of your account has changed and cannot be taken over.", ASK),
      "the provider sends a new value for an immutable attribute: take it out of the attribute "
      "mapping, or map it to a mutable one (aws cognito-idp describe-user-pool "
      "--user-pool-id POOL --query UserPool.SchemaAttributes)", 0}},
    {NULL, "invalid user attributes",
     {COG_SAY("A detail of your account cannot be taken over.", ASK),
      "the provider sends a value that the pool does not accept for the attribute in the "
      "description", 0}},
    {NULL, "user is disabled",
     {COG_SAY("Your account is switched off.", ASK),
      "if that is not meant: aws cognito-idp admin-enable-user --user-pool-id POOL "
      "--username NAME", 0}},

    /* Lambda triggers */
    {NULL, "presignup failed with error",
     {COG_SAY("This site did not accept your new account.", ASK),
      "the PreSignUp trigger refused with the error in the description; see the function's log "
      "in CloudWatch", 0}},
    {NULL, "preauthentication failed with error",
     {COG_SAY("This site did not accept your sign-in.", ASK),
      "the PreAuthentication trigger refused with the error in the description; see the "
      "function's log in CloudWatch", 0}},
    {NULL, " failed with error ",
     {COG_SAY("A step of the sign-in has failed.", ASK),
      "a Lambda trigger of the pool ended with the error in the description; see the function's "
      "log in CloudWatch", 0}},

    /* identity providers behind the pool */
    {NULL, "timeout",
     {COG_SAY("Your identity provider did not answer in time.", IN_A_MOMENT),
      "the pool could not reach the provider's token or key URL, which must be reachable from "
      "the internet; " SEE_PROVIDER, 0}},
    {NULL, "timed out",
     {COG_SAY("Your identity provider did not answer in time.", IN_A_MOMENT),
      "the pool waited too long for the provider; look at the provider's health", 0}},
    {NULL, "connection reset",
     {COG_SAY("The connection to your identity provider broke.", IN_A_MOMENT),
      "the provider closed its connection to the pool; look at the provider's health", 0}},
    {NULL, "bad id_token issuer",
     {COG_SAY("Your identity provider is not set up completely.", ASK),
      "the issuer in the provider's tokens is another one than the pool expects; "
      SEE_PROVIDER, 0}},
    {NULL, "invalid relaystate",
     {COG_SAY("The sign-in at your identity provider took too long or began there.", AGAIN),
      "sign-ins that begin at a SAML provider must be allowed for it (IDPInit)", 0}},
    {NULL, " error - ",
     {COG_SAY("Your identity provider did not accept this sign-in service.", ASK),
      "the provider refused the pool's request: check the client id, client secret and redirect "
      "URI (https://DOMAIN/oauth2/idpresponse) that are registered there; " SEE_PROVIDER, 0}},

    /* the app client */
    {NULL, "client is not enabled for oauth2.0 flows",
     {COG_SAY("This site is not set up completely.", ASK),
      "switch on the authorization code grant for the app client; " SEE_CLIENT
      " --query UserPoolClient.AllowedOAuthFlowsUserPoolClient", 0}},
    {"unauthorized_client", NULL,
     {COG_SAY("This site is not set up completely.", ASK),
      "the app client does not allow the authorization code grant; " SEE_CLIENT
      " --query UserPoolClient.AllowedOAuthFlows", 0}},
    {"unsupported_response_type", NULL,
     {COG_SAY("This site is not set up completely.", ASK),
      "the app client does not allow the authorization code grant; " SEE_CLIENT
      " --query UserPoolClient.AllowedOAuthFlows", 0}},
    {"invalid_scope", NULL,
     {COG_SAY("This site is not set up completely.", ASK),
      "CognitoScope holds a scope that the app client does not allow (user pools know no "
      "offline_access); " SEE_CLIENT " --query UserPoolClient.AllowedOAuthScopes", 0}},
    {"invalid_client", NULL,
     {COG_SAY("This site is not set up completely.", ASK),
      "the user pool does not know the app client of CognitoClientID; " SEE_CLIENT, 0}},

    /* what the user did, or has to do */
    {"access_denied", NULL,
     {COG_SAY("The sign-in was cancelled or refused.",
      "Please sign in again if you did not want that."),
      "none is needed if the user cancelled; else the description holds what the identity "
      "provider says", 0}},
    {"login_required", NULL,
     {COG_SAY("You are not signed in at the sign-in service.", AGAIN),
      "prompt=none asks for a session that the user does not have; change CognitoLoginParam if "
      "it happens often", 1}},
    {"interaction_required", NULL,
     {COG_SAY("The sign-in service has to ask you something.", AGAIN),
      "prompt=none was asked for, but the identity provider has a question", 1}},
    {"consent_required", NULL,
     {COG_SAY("Your identity provider has to ask for your consent.", AGAIN),
      "prompt=none was asked for, but the identity provider has a question", 1}},

    /* the rest, by the error alone (RFC 6749, 4.1.2.1) */
    {"temporarily_unavailable", NULL,
     {COG_SAY("The sign-in service is busy.", IN_A_MOMENT),
      "the user pool throttles or has an outage: wait; if it stays, compare the requests with "
      "its quotas", 0}},
    {"server_error", NULL,
     {COG_SAY("The sign-in service has failed.", IN_A_MOMENT),
      "an error inside the user pool, often while it talks to the identity provider: compare "
      "the time with AWS's health page and the provider's log", 0}},
    {"invalid_request", NULL,
     {COG_SAY("The sign-in service did not accept the request.", ASK),
      "the description holds the user pool's reason; check CognitoLoginParam and CognitoScope",
      0}},
    {NULL, NULL,
     {COG_SAY("The sign-in service has ended this sign-in.", AGAIN),
      "look up the error in the documentation of the user pool or the identity provider", 0}},
};
/* clang-format on */

static int has_text(const char *text, const char *pattern)
{
    size_t len = strlen(pattern);

    for (; *text; ++text) {
        if (apr_cstr_casecmpn(text, pattern, len) == 0) {
            return 1;
        }
    }
    return 0;
}

static int is_matched(const row_t *row, const char *error, const char *description)
{
    return (!row->error || strcmp(row->error, error) == 0) &&
           (!row->pattern || has_text(description, row->pattern));
}

const cog_cause_t *cog_error_text_find(const char *error, const char *description)
{
    const row_t *row = rows;

    error = error ? error : "";
    description = description ? description : "";
    while (!is_matched(row, error, description)) {
        ++row;
    }
    return &row->cause;
}
