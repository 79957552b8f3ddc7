"""What the tests do again and again."""

import base64
import hashlib
import json
from urllib.parse import parse_qsl, urlsplit

import requests
from cognito_emulator import testing

CALLBACK = "http://localhost:1/callback"
LOGGED_OUT = "http://localhost:1/signed-out"
PUBLIC = "2public0client"
OTHER_POOL = "eu-west-1_Emulator2"
SCOPES = ["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin", "orders/read"]
AUTH = (testing.CLIENT_ID, testing.CLIENT_SECRET)
VERIFIER = "v" * 43


def challenge(verifier: str = VERIFIER) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def get(url: str, browser=None, **options) -> requests.Response:
    return (browser or requests).get(url, allow_redirects=False, **options)


def authorize(pool, browser=None, **params) -> requests.Response:
    return get(pool.authorize_url(**{"redirect_uri": CALLBACK, **params}), browser)


def sign_in(pool, browser=None, username="alice", **params) -> str:
    """Gives the callback's URL."""
    url = pool.authorize_url(**{"redirect_uri": CALLBACK, **params})
    return pool.sign_in(browser or requests.Session(), url, username)


def params_of(url: str) -> dict:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def new_code(pool, **params) -> str:
    return params_of(sign_in(pool, **params))["code"]


def ask_token(pool, auth=AUTH, **form) -> requests.Response:
    return requests.post(f"{pool.domain}/oauth2/token", data=form, auth=auth)


def redeem(pool, code: str, auth=AUTH, **form) -> requests.Response:
    form = {"redirect_uri": CALLBACK, **form}
    return ask_token(pool, auth, grant_type="authorization_code", code=code, **form)


def refresh(pool, token: str, auth=AUTH, **form) -> requests.Response:
    return ask_token(pool, auth, grant_type="refresh_token", refresh_token=token, **form)


def tokens(pool, **params) -> dict:
    """The token answer of a whole sign-in."""
    return redeem(pool, new_code(pool, **params)).json()


def user_info(pool, access_token: str) -> requests.Response:
    header = {"Authorization": f"Bearer {access_token}"}
    return requests.get(f"{pool.domain}/oauth2/userInfo", headers=header)


def revoke(pool, auth=AUTH, **form) -> requests.Response:
    return requests.post(f"{pool.domain}/oauth2/revoke", data=form, auth=auth)


def logout(pool, browser=None, **params) -> requests.Response:
    return get(f"{pool.domain}/logout", browser, params=params)


def part(token: str, index: int) -> bytes:
    text = token.split(".")[index]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def header_of(token: str) -> dict:
    return json.loads(part(token, 0))


def claims_of(token: str) -> dict:
    return json.loads(part(token, 1))
