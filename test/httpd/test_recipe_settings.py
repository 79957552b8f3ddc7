"""The tables of docs/recipes: each setting of the product has a row, and each directive that a row
names signs somebody in, in the page's own configuration or in the one here."""
import re

import pytest

from harness.conf import Conf
from harness.pool import SECRET
from harness.recipe import CLIENT, Recipe, endpoints
from harness.site import Site, key_file

ORIGIN = "https://site.example.com"

# of each product: its settings, those equals of them that its page does not use, and how the client
# proves who it is then
PRODUCTS = {
    "librechat": ("""
        OPENID_CLIENT_ID OPENID_CLIENT_SECRET OPENID_ISSUER OPENID_SESSION_SECRET OPENID_SCOPE
        OPENID_CALLBACK_URL /api/admin/oauth/openid/callback OPENID_TOKEN_ENDPOINT_AUTH_METHOD
        OPENID_USE_PKCE OPENID_GENERATE_NONCE OPENID_CLOCK_TOLERANCE OPENID_AUDIENCE
        OPENID_USERNAME_CLAIM OPENID_NAME_CLAIM OPENID_EMAIL_CLAIM OPENID_REQUIRED_ROLE _TOKEN_KIND
        _PARAMETER_PATH OPENID_ADMIN_ROLE OPENID_ROLE_SYNC OPENID_REUSE_TOKENS
        OPENID_REUSE_MAX_SESSION_AGE_MS OPENID_JWKS_URL_CACHE_ENABLED OPENID_USE_END_SESSION_ENDPOINT
        OPENID_POST_LOGOUT_REDIRECT_URI OPENID_MAX_LOGOUT_URL_LENGTH OPENID_AUTO_REDIRECT
        OPENID_BUTTON_LABEL OPENID_IMAGE_URL OPENID_ON_BEHALF_FLOW DEBUG_OPENID_REQUESTS PROXY
        registration.allowedDomains SESSION_EXPIRY REFRESH_TOKEN_EXPIRY TRUST_PROXY DOMAIN_SERVER
        DOMAIN_CLIENT""", """
        CognitoUserPool       eu-west-1_AbC123dEf
        CognitoClientSecret   env:IDP_SECRET
        CognitoClientAuth     post
        CognitoSecret         env:COOKIE_SECRET
        CognitoSessionTimeout 15m 7d
        CognitoRefresh        on
        CognitoProxy          http://proxy.internal:3128
        place: CognitoBearerClient 7sm0a9nvvurn0guite1f2jgqi9 another
        place: CognitoUnauthenticated auto
        place: Require cognito-claim cognito:groups staff""", "post"),
    "mlspace": ("""
        OIDC_URL OIDC_CLIENT_NAME OIDC_REDIRECT_URI OIDC_REDIRECT_URL INTERNAL_OIDC_URL
        IDP_ENDPOINT_SSM_PARAM OIDC_VERIFY_SSL OIDC_VERIFY_SIGNATURE NEW_USERS_SUSPENDED
        preferred_username""", """
        CognitoUserPool eu-west-1_AbC123dEf
        CognitoCallback /Prod/callback
        CognitoEndpoint token {domain}/oauth2/token
        CognitoEndpoint jwks {jwks}
        CognitoProxy    http://proxy.internal:3128
        CognitoCAFile   /etc/ssl/certs/ca-certificates.crt
        CognitoRefresh  on
        place: Require cognito-group staff""", "public"),
    "appsmith": ("""
        Client&ID Authorization&URL Token&URL User&Info&URL JWK&Set&URL Scope Username&attribute
        /login/oauth2/code/oidc APPSMITH_OAUTH2_ALLOWED_DOMAINS APPSMITH_SIGNUP_DISABLED
        APPSMITH_FORM_LOGIN_DISABLED APPSMITH_SIGNUP_ALLOWED_DOMAINS idToken rawIdToken
        APPSMITH_USER_OAUTH2_ACCESS_TOKEN""", """
        CognitoUserPool     eu-west-1_AbC123dEf
        CognitoClientSecret env:IDP_SECRET
        CognitoScope        openid email profile
        place: Require valid-user""", "basic"),
    "pomerium": ("""
        IDP_PROVIDER IDP_PROVIDER_URL IDP_CLIENT_ID IDP_CLIENT_SECRET IDP_CLIENT_SECRET_FILE
        IDP_SCOPES IDP_REQUEST_PARAMS IDP_ACCESS_TOKEN_ALLOWED_AUDIENCES AUTHENTICATE_SERVICE_URL
        COOKIE_NAME COOKIE_SECRET COOKIE_SECRET_FILE COOKIE_DOMAIN COOKIE_HTTP_ONLY COOKIE_EXPIRE
        COOKIE_SAME_SITE SIGNOUT_REDIRECT_URL allow_any_sign_out_redirect_uri
        pass_identity_headers jwt_claims_headers jwt_groups_filter jwt_issuer_format signing_key
        bearer_token_format set_request_headers pomerium.id_token pomerium.access_token
        pomerium.jwt pomerium.client_cert routes accept reject authenticated_user claim/NAME domain
        email user groups http_method http_path source_ip client_certificate cors_preflight device
        date day_of_week time_of_day mcp_tool""", """
        CognitoIssuer       {issuer}
        CognitoClientSecret env:IDP_SECRET
        CognitoSecret       env:COOKIE_SECRET
        CognitoScope        openid email profile
        CognitoLoginParam   lang de
        CognitoCookie       name=pomerium domain=example.com samesite=lax
        CognitoLogoutReturn https://www.example.com/
        CognitoStore        shmcb:4M
        CognitoAssertionKey own
        place: CognitoGroups staff
        place: CognitoAccept session bearer
        place: CognitoBearerClient 7sm0a9nvvurn0guite1f2jgqi9 another
        place: CognitoAssertion on header=X-Signed
        place: Require valid-user""", "basic"),
    "openmetadata": ("""
        provider providerName clientType responseType authority publicKeyUrls clientId callbackUrl
        tokenValidationAlgorithm jwtPrincipalClaims jwtPrincipalClaimsMapping jwtTeamClaimMapping
        enableSelfSignup oidcConfiguration.id oidcConfiguration.secret oidcConfiguration.scope
        discoveryUri useNonce preferredJwsAlgorithm disablePkce maxClockSkew
        clientAuthenticationMethod tokenValidity customParams tenant serverUrl maxAge prompt
        sessionExpiry adminPrincipals principalDomain enforcePrincipalDomain allowedDomains
        allowedEmailRegistrationDomains useRolesFromProvider containerRequestFilter""", """
        CognitoIssuer         {discovery}
        CognitoClientSecret   env:IDP_SECRET
        CognitoClientAuth     post
        CognitoEndpoint       jwks {jwks}
        CognitoScope          openid email profile
        CognitoLoginParam     prompt login
        CognitoSessionTimeout 1h 7d
        CognitoRefresh        on
        place: Require cognito-auth-age 1h""", "post"),
}


def table(text):
    """The rows between the first heading and the next: what stands left, what stands right."""
    part = re.search(r"^## Before and after\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)[1]
    rows = [line.strip("|").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return [(" | ".join(row[:-1]), row[-1]) for row in rows]


@pytest.mark.parametrize("name", PRODUCTS)
def test_each_setting_has_a_row(name):
    left = " ".join(row[0] for row in table(Recipe(name).text))
    settings = [word.replace("&", " ") for word in PRODUCTS[name][0].split()]
    assert not [word for word in settings if word not in left]


@pytest.mark.parametrize("name", PRODUCTS)
def test_each_equal_is_in_a_configuration_that_runs(name):
    text = Recipe(name).text
    right = re.sub(r"\b(without|no) `\w+`", "", " ".join(row[1] for row in table(text)))
    named = set(re.findall(r"\b(Cognito[A-Z]\w+|Require cognito-[\w-]+)", right))
    runs = PRODUCTS[name][1] + "".join(re.findall(r"```apache\n(.*?)```", text, re.DOTALL))
    assert named and not [word for word in named if word not in runs]


class TestSettings:
    @pytest.fixture(scope="class", params=PRODUCTS)
    def product(self, request, start, oracle, amazon, pool, backend):
        _, text, auth = PRODUCTS[request.param]
        users = amazon if "CognitoUserPool" in text else pool
        users.add_client(CLIENT, secrets=[] if auth == "public" else [SECRET],
                         callback_urls=[ORIGIN + path for path in ("/.cognito/callback",
                                                                   "/Prod/callback")],
                         logout_urls=[ORIGIN + "/.cognito/signed-out"],
                         scopes=["openid", "email", "profile"])
        oracle.secrets.add(SECRET)
        lines = [line.strip() for line in text.format(
            domain=users.domain, jwks=users.jwks, issuer=users.issuer,
            discovery=users.discovery).strip().splitlines()]
        conf = Conf().secret("keys", key_file()).add(f"CognitoClientID {CLIENT}",
                                                     f"CognitoBaseURL {ORIGIN}")
        conf.environment = {"IDP_SECRET": SECRET, "COOKIE_SECRET": key_file().strip()}
        conf.add(*endpoints(users, False) if users is amazon else [])
        conf.add("CognitoSecret file:{root}/keys",
                 *(line for line in lines if not line.startswith("place:")))
        conf.location("/", "AuthType Cognito", f"ProxyPass {backend.url}/",
                      *(line[7:] for line in lines if line.startswith("place:")))
        return Site(start(conf, allowed=["loopback"]), users, ORIGIN), auth

    def test_they_sign_in_and_out(self, product, browsers):
        site, auth = product
        browser = site.browser(browsers)
        before = len(site.pool.requests("token"))
        site.sign_in(browser, "/page")
        call = site.pool.requests("token")[before]
        assert call.headers.get("authorization", "").startswith("Basic ") == (auth == "basic")
        assert ("client_secret" in call.form) == (auth == "post")
        assert browser.fetch(site.url("/page")).status == 200
        answer = browser.navigate(site.url("/.cognito/logout"), site="same-origin")
        assert answer.location.startswith(site.pool.domain + "/logout?")
        assert browser.fetch(site.url("/page")).status == 401
