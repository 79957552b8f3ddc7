"""What an application sees of its user: REMOTE_USER and COGNITO_*, here and nowhere else."""
import pytest

from harness.site import SESSION, Site, is_login, ordinary_conf, site_conf

WARNINGS = ["loopback"]
PAGE = ('<!--#echo var="REMOTE_USER" --> <!--#echo var="COGNITO_EMAIL" --> '
        '<!--#echo var="REDIRECT_COGNITO_EMAIL" -->')


def variables(answer):
    """The environment that cgi/env has shown."""
    assert answer.status == 200, f"no environment: {answer}"
    return answer.variables


def claims_of(env):
    return {name: value for name, value in env.items() if "COGNITO" in name}


@pytest.fixture(scope="class")
def run(start, pool):
    """run(conf) is a site with that configuration."""
    return lambda conf: Site(start(conf, allowed=WARNINGS), pool)


@pytest.fixture
def alice(site, browsers):
    browser = site.browser(browsers)
    site.sign_in(browser, site.way_in)
    return browser


class TestVariables:
    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend).load("setenvif", "env")
        conf.add("SetEnvIf Host . COGNITO_SUB=stale COGNITO_OLD=stale other=kept")
        conf.location("/cgi/env/none", "CognitoExport none")
        conf.location("/cgi/env/email", "CognitoClaims email")
        conf.location("/cgi/env/public", "Require all granted")
        site = run(conf)
        site.way_in = "/cgi/env"
        return site

    def env(self, site, browser, path=""):
        return variables(browser.navigate(site.url("/cgi/env" + path)))

    def test_the_user_name_and_the_kind_of_authentication_are_set(self, site, alice):
        env = self.env(site, alice)
        assert env["REMOTE_USER"] == "alice" and env["AUTH_TYPE"] == "Cognito"

    def test_each_claim_is_a_variable(self, site, alice):
        env = self.env(site, alice)
        assert env["COGNITO_USERNAME"] == "alice"
        assert env["COGNITO_EMAIL"] == "alice@example.com"
        assert env["COGNITO_EMAIL_VERIFIED"] == "true"
        assert env["COGNITO_NAME"] == "Alice Example"
        assert env["COGNITO_GROUPS"] == "admins,staff"
        assert len(env["COGNITO_SUB"]) == 36

    def test_what_only_the_protocol_needs_is_no_variable(self, site, alice):
        names = set(claims_of(self.env(site, alice)))
        for claim in ("ISS", "AUD", "EXP", "IAT", "NONCE", "AT_HASH", "TOKEN_USE", "JTI",
                      "ORIGIN_JTI", "EVENT_ID", "AUTH_TIME", "ROLES"):
            assert "COGNITO_" + claim not in names

    def test_what_was_there_before_under_our_names_is_gone(self, site, alice):
        env = self.env(site, alice)
        assert "COGNITO_OLD" not in env and env["COGNITO_SUB"] != "stale"
        assert env["other"] == "kept"

    def test_export_none_leaves_the_user_name_alone(self, site, alice):
        env = self.env(site, alice, "/none")
        assert env["REMOTE_USER"] == "alice" and claims_of(env) == {}

    def test_a_place_may_want_fewer_claims(self, site, alice):
        env = self.env(site, alice, "/email")
        assert claims_of(env) == {"COGNITO_EMAIL": "alice@example.com"}

    def test_no_header_carries_a_claim(self, site, alice, backend):
        env = self.env(site, alice)
        assert not [n for n in env if n.startswith("HTTP_") and "COGNITO" in n]
        alice.navigate(site.url("/secure"))
        assert "cognito" not in backend.seen[-1].head.lower()
        assert "alice" not in backend.seen[-1].head

    def test_an_open_place_knows_nobody(self, site, alice):
        assert "REMOTE_USER" not in self.env(site, alice, "/public")

    def test_users_on_one_connection_are_not_mixed_up(self, site, browsers, alice):
        bob = site.browser(browsers)
        site.sign_in(bob, "/cgi/env", user="bob")
        jars = {"alice": alice.jar, "bob": bob.jar, None: browsers().jar}
        for name in ["alice", "bob", None, "bob", "alice", None] * 5:
            alice.jar = jars[name]
            answer = alice.navigate(site.url("/cgi/env"))
            if name:
                assert variables(answer)["REMOTE_USER"] == name
            else:
                assert is_login(site.pool, answer)
                alice.jar.drop()


class TestUserName:
    RULES = {
        "email": ("email", "alice@example.com"),
        "short": ("email 's/@example.com$//'", "alice"),
        "first": ("nickname name email", "Alice Example"),
        "untouched": ("email 's/^bob@//'", "alice@example.com"),
        "groups": ("email 's/^(.)(.).*/$2$1/'", "la"),
    }

    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend)
        for name, (rule, _) in self.RULES.items():
            conf.location(f"/cgi/env/{name}", f"CognitoRemoteUser {rule}")
        conf.location("/cgi/env/missing", "CognitoRemoteUser nickname")
        conf.location("/cgi/env/emptied", "CognitoRemoteUser email 's/.*//'")
        conf.location("/secure/missing", "CognitoRemoteUser nickname")
        site = run(conf)
        site.way_in = "/cgi/env"
        return site

    @pytest.mark.parametrize("name", RULES)
    def test_comes_from_the_configured_claim(self, site, alice, name):
        env = variables(alice.navigate(site.url(f"/cgi/env/{name}")))
        assert env["REMOTE_USER"] == self.RULES[name][1]

    @pytest.mark.parametrize("path", ["/cgi/env/missing", "/cgi/env/emptied", "/secure/missing"])
    def test_without_one_nobody_gets_in(self, site, alice, backend, log, path):
        log.expect("COG3001: no_user_name")
        backend.clear()
        answer = alice.navigate(site.url(path))
        assert answer.status == 403 and "CognitoRemoteUser" not in answer.text
        assert "REMOTE_USER" not in answer.text and not backend.seen
        assert answer.header("Cache-Control") == "no-store"


class TestInternalRequests:
    """What httpd asks itself on the way knows the user, once; what is for everybody does not."""

    @pytest.fixture(scope="class")
    def site(self, run, pool):
        conf = site_conf(pool).cgi().load("dir", "include", "mime", "rewrite", "setenvif")
        conf.add("TypesConfig /dev/null", "ErrorDocument 404 /secure/lost.shtml",
                 "ErrorDocument 403 /denied.shtml", "RewriteEngine on",
                 "RewriteRule ^/inner/(.*) /secure/$1 [PT]",
                 "RewriteCond %{LA-U:REMOTE_USER} (.+)",
                 "RewriteRule ^/secure/ahead.shtml$ - [E=AHEAD:%1]")
        conf.protect("/secure").protect("/cgi/").protect("/roots", require="user root")
        page = ["Options +Includes", "AllowOverride All", "DirectoryIndex index.shtml",
                "AddType text/html .shtml", "AddOutputFilter INCLUDES .shtml"]
        conf.section("Directory", '"{root}/htdocs"', *page, "RewriteEngine on",
                     "RewriteRule ^secure/same$ /secure/page.shtml")
        conf.section("Directory", '"{root}/htdocs/files"', "<Files index.shtml>",
                     "AuthType Cognito", "Require valid-user", "</Files>")
        site_files(conf)
        site = run(conf)
        site.way_in = "/secure/page.shtml"
        return site

    def text(self, site, browser, path):
        answer = browser.navigate(site.url(path))
        assert answer.status == 200, answer
        return answer.text

    KNOWN = "alice alice@example.com (none)"

    def test_a_page_knows_its_user(self, site, alice):
        assert self.text(site, alice, "/secure/page.shtml") == self.KNOWN

    def test_an_included_page_knows_the_user(self, site, alice):
        assert self.text(site, alice, "/secure/outer.shtml") == f"[{self.KNOWN}]"

    def test_so_does_a_script_that_an_open_page_includes(self, site, alice):
        text = self.text(site, alice, "/public.shtml")
        assert "REMOTE_USER=alice\0" in text and "\0COGNITO_EMAIL=alice@example.com\0" in text

    def test_an_included_page_is_closed_to_nobody(self, site, nobody, log):
        log.allow("AH01373|unable to include")
        answer = nobody.navigate(site.url("/public.shtml"))
        assert answer.status == 200 and "alice" not in answer.text and not answer.set_cookies

    def test_a_directory_shows_its_index_to_its_user(self, site, alice, nobody):
        assert self.text(site, alice, "/secure/") == self.KNOWN
        assert is_login(site.pool, nobody.navigate(site.url("/secure/")))

    def test_a_protected_index_of_an_open_directory_asks_for_a_sign_in(self, site, alice, nobody):
        assert self.text(site, alice, "/files/") != ""
        answer = nobody.navigate(site.url("/files/"))
        assert is_login(site.pool, answer) and answer.set_cookies
        assert answer.query["state"] and answer.header("Cache-Control") == "no-store"

    def test_a_rewritten_url_is_protected_as_what_it_becomes(self, site, alice, nobody):
        assert self.text(site, alice, "/inner/page.shtml") == self.KNOWN
        assert is_login(site.pool, nobody.navigate(site.url("/inner/page.shtml")))

    @pytest.mark.parametrize("path", ["/secure/same", "/secure/moved/x"])
    def test_variables_survive_a_redirect_inside_a_place(self, site, alice, path):
        assert self.text(site, alice, path) == self.KNOWN

    def test_a_look_ahead_sees_the_user(self, site, alice, nobody):
        assert self.text(site, alice, "/secure/ahead.shtml") == "alice"
        assert is_login(site.pool, nobody.navigate(site.url("/secure/ahead.shtml")))

    def test_a_protected_error_document_is_for_its_users_only(self, site, alice, nobody):
        answer = alice.navigate(site.url("/nothing"))
        assert answer.status == 404 and answer.text == f"lost: {self.KNOWN}"
        answer = nobody.navigate(site.url("/nothing"))
        assert answer.status == 404 and "lost" not in answer.text
        assert not answer.set_cookies and answer.location is None

    def test_the_error_document_of_a_refusal_holds_no_claim(self, site, alice, log):
        log.expect("AH01631")
        answer = alice.navigate(site.url("/roots/x"))
        assert answer.status == 403 and answer.text == "denied: (none) (none) (none)"


def site_files(conf):
    conf.file("htdocs/secure/page.shtml", PAGE)
    conf.file("htdocs/secure/index.shtml", PAGE)
    conf.file("htdocs/secure/lost.shtml", "lost: " + PAGE)
    conf.file("htdocs/secure/ahead.shtml", '<!--#echo var="AHEAD" -->')
    include = '[<!--#include virtual="/secure/page.shtml" -->]'
    conf.file("htdocs/secure/outer.shtml", include)
    conf.file("htdocs/public.shtml", '<!--#include virtual="/cgi/env" -->')
    conf.file("htdocs/files/index.shtml", "index")
    conf.file("htdocs/denied.shtml", "denied: " + PAGE)
    conf.file("htdocs/secure/moved/.htaccess",
              "RewriteEngine on\nRewriteRule ^x$ /secure/page.shtml\n")


class TestPermission:
    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend)
        conf.protect("/roots", require="user root").protect("/alices", require="user alice")
        # an expression waits for the sign-in only when it asks for REMOTE_USER
        conf.protect("/staff", require="expr \"%{REMOTE_USER} != '' && "
                     "reqenv('COGNITO_GROUPS') =~ /(^|,)staff$/\"")
        site = run(conf)
        site.way_in = "/secure"
        return site

    @pytest.fixture(autouse=True)
    def refusals_of_httpd(self, log):
        log.allow("AH01629", "AH01630", "AH01631")

    def test_who_has_it_gets_in(self, site, alice):
        assert alice.navigate(site.url("/alices")).status == 200
        assert alice.navigate(site.url("/staff")).status == 200

    def test_who_lacks_it_is_told_so_on_a_page(self, site, alice, backend):
        backend.clear()
        answer = alice.navigate(site.url("/roots"))
        assert answer.status == 403 and "You may not see this page" in answer.text
        assert answer.header("WWW-Authenticate") is None
        assert 'action="/.cognito/logout"' in answer.text and not backend.seen

    def test_a_script_gets_json(self, site, alice, backend):
        backend.clear()
        answer = alice.fetch(site.url("/roots"))
        assert answer.status == 403 and answer.json()["error"] == "forbidden"
        assert not backend.seen

    def test_claims_of_another_user_do_not_help(self, site, browsers, backend):
        bob = site.browser(browsers)
        site.sign_in(bob, user="bob")
        backend.clear()
        assert bob.navigate(site.url("/staff")).status == 403
        assert bob.navigate(site.url("/alices")).status == 403
        assert not backend.seen


class TestPass:
    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend)
        conf.location("/cgi/env/open", "CognitoUnauthenticated pass", "Require all granted")
        conf.location("/cgi/env/open/closed", "Require valid-user")
        site = run(conf)
        site.way_in = "/cgi/env"
        return site

    def test_nobody_passes_as_nobody(self, site, nobody):
        answer = nobody.navigate(site.url("/cgi/env/open"))
        env = variables(answer)
        assert "REMOTE_USER" not in env and claims_of(env) == {} and not answer.set_cookies

    def test_a_user_passes_as_the_user(self, site, alice):
        env = variables(alice.navigate(site.url("/cgi/env/open")))
        assert env["REMOTE_USER"] == "alice" and env["COGNITO_EMAIL"] == "alice@example.com"

    def test_a_forged_session_passes_as_nobody(self, site, alice):
        alice.jar.put(SESSION, "1" + "A" * 300, site.url())
        assert "REMOTE_USER" not in variables(alice.navigate(site.url("/cgi/env/open")))

    def test_where_a_user_is_required_there_is_a_login(self, site, nobody):
        assert is_login(site.pool, nobody.navigate(site.url("/cgi/env/open/closed")))

    def test_no_cache_takes_one_for_the_other(self, site, alice, nobody):
        for browser in (alice, nobody):
            answer = browser.navigate(site.url("/cgi/env/open"))
            assert answer.header("Cache-Control") == "private"


class TestCaches:
    @pytest.fixture(scope="class")
    def site(self, run, pool, backend):
        conf = ordinary_conf(pool, backend).load("cache", "cache_socache", "socache_shmcb",
                                                 "include", "mime")
        conf.add("CacheEnable socache /", "CacheSocache shmcb", "CacheIgnoreNoLastMod on",
                 "CacheDefaultExpire 3600", "CacheQuickHandler on", "TypesConfig /dev/null",
                 "ProxyPass /pages !")
        conf.location("/secure/stored", "CacheStorePrivate on")
        conf.section("Directory", '"{root}/htdocs/pages"', "Options +Includes",
                     "AddType text/html .shtml", "AddOutputFilter INCLUDES .shtml")
        conf.lines.sort(key=lambda line: line.startswith("ProxyPass / "))
        conf.file("htdocs/pages/around.shtml", 'a <!--#include virtual="/cgi/env" -->')
        backend.answers["/public/asset"] = (200, [("Content-Type", "text/plain")], b"asset")
        site = run(conf)
        site.way_in = "/secure"
        return site

    def test_a_granted_page_is_private(self, site, alice):
        assert alice.navigate(site.url("/secure/x")).header("Cache-Control") == "private"

    def test_a_backend_cannot_make_it_public(self, site, alice, nobody, backend):
        backend.answers["/secure/c"] = (200, [("Cache-Control", "public, max-age=600")], b"alice's")
        answer = alice.navigate(site.url("/secure/c"))
        assert "private" in answer.header_lines("Cache-Control")
        assert is_login(site.pool, nobody.navigate(site.url("/secure/c")))

    def test_the_cache_of_this_server_keeps_no_page_of_a_user(self, site, alice, nobody, backend):
        backend.clear()
        for _ in range(2):
            assert alice.navigate(site.url("/secure/page")).status == 200
        assert len(backend.seen) == 2
        assert is_login(site.pool, nobody.navigate(site.url("/secure/page")))

    def test_not_even_where_it_is_told_to_store_what_is_private(self, site, alice, nobody, backend):
        """It would answer before anybody is asked who they are."""
        backend.answers["/secure/stored"] = (200, [("Content-Type", "text/plain")], b"alice's")
        assert alice.navigate(site.url("/secure/stored")).text == "alice's"
        assert is_login(site.pool, nobody.navigate(site.url("/secure/stored")))

    def test_nor_a_page_that_includes_one(self, site, alice, nobody, log):
        log.allow("unable to include")
        answer = alice.navigate(site.url("/pages/around.shtml"))
        assert "=alice" in answer.text and answer.header("Cache-Control") == "private"
        assert "alice" not in nobody.navigate(site.url("/pages/around.shtml")).text

    def test_what_is_open_is_still_cached(self, site, alice, nobody, backend):
        backend.clear()
        assert nobody.navigate(site.url("/public/asset")).text == "asset"
        assert alice.navigate(site.url("/public/asset")).text == "asset"
        assert len(backend.seen) == 1
