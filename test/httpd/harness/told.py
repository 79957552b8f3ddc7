"""What a backend is told of its user in X-Cognito-* headers."""
import pytest

OWN = "x_cognito(_.*)?"
ALICE = {"x_cognito_sub", "x_cognito_username", "x_cognito_email", "x_cognito_email_verified",
         "x_cognito_name", "x_cognito_groups"}


@pytest.fixture
def told(site, backend):
    """told(browser, path): the headers of ours that the backend got, by folded names."""
    return lambda browser, path, headers=(): backend.told(browser, site.url(path), OWN, headers)
