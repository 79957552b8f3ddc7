"""One emulator for all tests of a process; each test finds its pool as configured."""

import sys
from pathlib import Path

import pytest
import requests

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from cognito_emulator import testing  # noqa: E402
from steps import CALLBACK, LOGGED_OUT, OTHER_POOL, PUBLIC, SCOPES  # noqa: E402


def configuration() -> dict:
    config = testing.simple_config(
        callback_urls=[CALLBACK, CALLBACK + "?tenant=blue"],
        logout_urls=[LOGGED_OUT],
        scopes=SCOPES,
        flows=["code", "implicit", "client_credentials"],
        identity_providers=["COGNITO", "Google", "Facebook", "Example-OIDC", "Example-SAML"],
    )
    pool = config["pools"][0]
    pool["clients"].append({"id": PUBLIC, "callback_urls": [CALLBACK]})
    pool["clients"].append({"id": "noflows", "flows": [], "callback_urls": [CALLBACK]})
    pool["clients"].append(
        {"id": "noproviders", "identity_providers": [], "callback_urls": [CALLBACK]}
    )
    pool["resource_servers"] = [{"identifier": "orders", "scopes": ["read", "write"]}]
    pool["groups"][0]["role_arn"] = "arn:aws:iam::111122223333:role/admins"
    pool["providers"] = [
        {"name": "Google", "type": "Google"},
        {"name": "Facebook", "type": "Facebook"},
        {
            "name": "Example-OIDC",
            "type": "OIDC",
            "issuer": "https://idp.example.com",
            "identifiers": ["example.com"],
            "required_attributes": ["email"],
        },
        {"name": "Example-SAML", "type": "SAML", "issuer": "urn:example:idp"},
    ]
    other = {"id": OTHER_POOL, "issuer": "updated", "domain": None}
    config["pools"].append(other)
    return config


@pytest.fixture(scope="session")
def emulator():
    with testing.start(configuration(), in_process=True) as running:
        yield running


@pytest.fixture
def pool(emulator):
    one = emulator.pool()
    one.reset(state=True)
    return one


@pytest.fixture
def browser():
    return requests.Session()
