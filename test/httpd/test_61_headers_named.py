"""Headers by names of the administrator's own (CognitoHeader): told here, and from no client."""
import pytest

from harness.site import ordinary_conf
from harness.told import OWN

NAMES = "x_forwarded_(user|groups|email)|x_name|x_tenant|remote_.*"
LIES = [("X-Forwarded-User", "root"), ("X_Forwarded_User", "root"), ("x.forwarded.groups", "admins"),
        ("X-Name", "Root"), ("X-Tenant", "acme")]


class TestNamedHeaders:
    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend)
        conf.location("/secure", "CognitoHeader X-Forwarded-User REMOTE_USER",
                      "CognitoHeader X-Forwarded-Groups cognito:groups", "CognitoHeader X-Tenant custom:tenant",
                      "CognitoRemoteUser email s/@.*//")
        conf.location("/secure/few", "CognitoClaims email", "CognitoGroups staff")
        conf.location("/secure/other", "CognitoHeader X-Name name", "CognitoExport headers encoding=percent")
        conf.location("/secure/none", "CognitoHeader none")
        conf.location("/secure/dialect", "CognitoBackend oauth2-proxy")
        conf.location("/pass", "AuthType Cognito", "CognitoUnauthenticated pass",
                      "Require all granted", "CognitoHeader X-Forwarded-User REMOTE_USER")
        return run(conf)

    @pytest.fixture
    def told(self, site, backend):
        return lambda browser, path, headers=(): backend.told(browser, site.url(path), NAMES, headers)

    def test_they_say_who_the_user_is(self, alice, told):
        """And nothing where the user lacks the claim."""
        assert told(alice, "/secure", LIES) == {"x_forwarded_user": "alice",
                                                "x_forwarded_groups": "admins,staff"}

    def test_they_come_alone_where_nothing_else_is_exported_to_headers(self, site, alice, backend):
        assert backend.told(alice, site.url("/secure"), OWN) == {}

    def test_claims_that_are_not_exported_are_told(self, alice, told):
        assert told(alice, "/secure/few") == {"x_forwarded_user": "alice",
                                              "x_forwarded_groups": "staff"}

    def test_an_inner_section_has_its_own_alone(self, site, alice, told, backend):
        assert told(alice, "/secure/other", LIES) == {"x_name": "Alice%20Example"}
        assert "x_cognito_email" in backend.told(alice, site.url("/secure/other"), OWN)
        assert told(alice, "/secure/none", LIES) == {}

    def test_they_go_before_the_dialect(self, alice, told):
        assert told(alice, "/secure/dialect", LIES) == {
            "x_forwarded_user": "alice", "x_forwarded_groups": "admins,staff",
            "x_forwarded_email": "alice@example.com"}

    @pytest.mark.parametrize("path", ["/public", "/pass"])
    def test_nobody_says_them_for_who_is_not_signed_in(self, nobody, told, path):
        assert told(nobody, path, LIES) == {}

    def test_connection_cannot_drop_them(self, alice, told):
        assert "x_forwarded_user" in told(alice, "/secure", [("Connection", "X-Forwarded-User")])

