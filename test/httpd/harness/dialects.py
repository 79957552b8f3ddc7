"""What the dialects of other products say of a user, and what a backend hears."""
import re

import pytest

from .jwt import jwt_header

USER = {"username": "erika", "groups": ["admins", "staff"], "attributes": {
    "email": "erika@example.com", "email_verified": "true", "name": "Erika M\u00fcller",
    "preferred_username": "erika.m", "family_name": "M\u00fcller", "custom:tenantId": "acme"}}

# what each backend hears of her, and of somebody who has nothing but a name and an address
HEARD = {
    "oauth2-proxy": ({"X-Forwarded-User": "SUB", "X-Forwarded-Email": "erika@example.com",
                      "X-Forwarded-Preferred-Username": "erika.m",
                      "X-Forwarded-Groups": "admins,staff", "X-Auth-Request-User": "SUB",
                      "X-Auth-Request-Email": "erika@example.com",
                      "X-Auth-Request-Preferred-Username": "erika.m",
                      "X-Auth-Request-Groups": "admins,staff"},
                     {"X-Forwarded-User", "X-Forwarded-Email", "X-Auth-Request-User",
                      "X-Auth-Request-Email"}),
    "authelia": ({"Remote-User": "erika", "Remote-Groups": "admins,staff",
                  "Remote-Name": "Erika M\u00fcller", "Remote-Email": "erika@example.com"},
                 {"Remote-User", "Remote-Email"}),
    "vouch": ({"X-Vouch-User": "erika@example.com",
               "X-Vouch-IdP-Claims-Email": "erika@example.com",
               "X-Vouch-IdP-Claims-Name": "Erika M\u00fcller",
               "X-Vouch-IdP-Claims-Groups": '"admins","staff"'},
              # the example names the claims, so that what is missing is empty
              {"X-Vouch-User", "X-Vouch-IdP-Claims-Email", "X-Vouch-IdP-Claims-Name",
               "X-Vouch-IdP-Claims-Groups"}),
    "openidc": ({"OIDC_CLAIM_sub": "SUB", "OIDC_CLAIM_email": "erika@example.com",
                 "OIDC_CLAIM_email_verified": "1", "OIDC_CLAIM_name": "Erika M\u00fcller",
                 "OIDC_CLAIM_family_name": "M\u00fcller", "OIDC_CLAIM_cognito-username": "erika",
                 "OIDC_CLAIM_cognito-groups": "admins,staff",
                 "OIDC_CLAIM_preferred_username": "erika.m",
                 "OIDC_CLAIM_custom-tenantId": "acme"},
                {"OIDC_CLAIM_sub", "OIDC_CLAIM_email", "OIDC_CLAIM_email_verified",
                 "OIDC_CLAIM_cognito-username"}),
    "alb": ({"x-amzn-oidc-identity": "SUB", "x-amzn-oidc-data": "JWT",
             "x-amzn-oidc-accesstoken": "TOKEN"},
            {"x-amzn-oidc-identity", "x-amzn-oidc-data", "x-amzn-oidc-accesstoken"}),
    "pomerium": ({"X-Pomerium-Jwt-Assertion": "JWT",
                  "X-Pomerium-Claim-Email": "erika@example.com",
                  "X-Pomerium-Claim-Name": "Erika M\u00fcller",
                  "X-Pomerium-Claim-Groups": "admins,staff"},
                 {"X-Pomerium-Jwt-Assertion", "X-Pomerium-Claim-Email", "X-Pomerium-Claim-Name",
                  "X-Pomerium-Claim-Groups"}),
    "openmetadata": ({"X-Auth-Params-Email": "erika@example.com"}, {"X-Auth-Params-Email"}),
    "librechat": ({"Remote-User": "erika", "Remote-Email": "erika@example.com"},
                  {"Remote-User", "Remote-Email"}),
    "grafana": ({"X-WEBAUTH-USER": "erika", "X-WEBAUTH-NAME": "Erika M\u00fcller",
                 "X-WEBAUTH-EMAIL": "erika@example.com", "X-WEBAUTH-GROUPS": "admins,staff"},
                {"X-WEBAUTH-USER", "X-WEBAUTH-EMAIL"}),
}
DIALECTS = ("x_forwarded_(user|email|groups|preferred.*|access.*)|x_auth_request_.*|remote_.*|"
            "x_vouch_.*|oidc_.*|x_auth_params_.*|x_webauth_.*|x_cognito.*|"
            "x_amzn_oidc_.*|x_pomerium_.*")


@pytest.fixture
def erika(site, browsers):
    browser = site.browser(browsers)
    site.sign_in(browser, path=site.way_in, user="erika")
    return browser


def kind(value):
    """JWT for one that we have signed, TOKEN for one of Cognito's; all else as it is."""
    if not re.fullmatch(r"ey[\w-]+=*\.[\w-]+=*\.[\w-]+=*", value):
        return value
    return {"ES256": "JWT", "RS256": "TOKEN"}[jwt_header(value)["alg"]]


def ask(site, browser, backend, path, headers=()):
    """What the backend heard: {name: value} of all dialects, as written."""
    backend.clear()
    answer = browser.navigate(site.url(path), headers=headers)
    assert answer.status == 200, answer
    pairs = [(name, kind(value.encode("latin-1").decode()))
             for name, value in backend.seen[-1].headers
             if re.fullmatch(DIALECTS, re.sub("[^a-z0-9]", "_", name.lower()))]
    assert len(pairs) == len(dict(pairs)), pairs
    return dict(pairs)
