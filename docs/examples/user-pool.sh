#!/bin/sh
# A user pool with a domain and an app client for one site: user-pool.sh HOST DOMAIN-PREFIX
# Uses the region and the credentials of the aws command.
set -eu

[ $# -eq 2 ] || { echo "usage: $0 app.example.com my-prefix" >&2; exit 2; }
host=$1
prefix=$2

pool=$(aws cognito-idp create-user-pool --pool-name "$host" \
    --username-attributes email --auto-verified-attributes email \
    --admin-create-user-config AllowAdminCreateUserOnly=true \
    --deletion-protection ACTIVE \
    --query UserPool.Id --output text)

aws cognito-idp create-user-pool-domain --user-pool-id "$pool" --domain "$prefix" >/dev/null

# lists in JSON: some versions of aws would fetch what looks like a URL
client=$(aws cognito-idp create-user-pool-client --user-pool-id "$pool" --client-name "$host" \
    --generate-secret --supported-identity-providers COGNITO \
    --allowed-o-auth-flows-user-pool-client --allowed-o-auth-flows code \
    --allowed-o-auth-scopes openid email profile \
    --callback-urls "[\"https://$host/.cognito/callback\"]" \
    --logout-urls "[\"https://$host/.cognito/signed-out\"]" \
    --prevent-user-existence-errors ENABLED --enable-token-revocation \
    --query UserPoolClient.ClientId --output text)

cat <<TEXT
CognitoUserPool     $pool
CognitoClientID     $client
CognitoClientSecret file:/etc/cognito/secret
CognitoBaseURL      https://$host

The secret:
    aws cognito-idp describe-user-pool-client --user-pool-id $pool --client-id $client \\
        --query UserPoolClient.ClientSecret --output text
The first user, who gets a mail:
    aws cognito-idp admin-create-user --user-pool-id $pool --username alice@example.com \\
        --user-attributes Name=email,Value=alice@example.com Name=email_verified,Value=true
TEXT
