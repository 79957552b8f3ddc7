"""The scopes that a sign-in was granted, as a claim of the session."""
import pytest

from harness.site import Site, ordinary_conf


@pytest.mark.parametrize("patterns, scope", [
    ("", None), ("email", None), ("email scope", "openid email profile")])
def test_scope_is_exported_where_it_is_named(start, pool, backend, browsers, patterns, scope):
    conf = ordinary_conf(pool, backend).add(f"CognitoClaims {patterns}" if patterns else "")
    site = Site(start(conf), pool)
    browser = site.browser(browsers)
    site.sign_in(browser)
    assert site.environment(browser).get("COGNITO_SCOPE") == scope


def test_a_bad_access_token_ends_the_sign_in(start, pool, backend, browsers, log):
    site = Site(start(ordinary_conf(pool, backend).add("CognitoClaims scope")), pool)
    pool.mutate("ac-client-other")
    log.expect("COG3001: token_audience")
    browser = site.browser(browsers)
    assert browser.follow(site.to_callback(browser)).status == 502
