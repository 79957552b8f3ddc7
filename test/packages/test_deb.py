"""The Debian package, on each Debian: built, judged, installed, upgraded, removed."""
import hashlib
import re

from conftest import build

KEY = "/var/lib/apache2/auth_cognito/auth_cognito.key"
CONF = "/etc/apache2/mods-available/auth_cognito.conf"
INSTALL = "apt-get -q -y --no-install-recommends install"
# a site with something private, which needs no user pool as long as nobody signs in
SITE = """ServerName localhost
CognitoUserPool eu-west-1_AbC123dEf
CognitoClientID 7sm0a9nvvurn0guite1f2jgqi9
CognitoBaseURL  https://app.example.com
<Location "/private">
    AuthType Cognito
    Require valid-user
</Location>
"""
# status PATH [CURL-OPTIONS]: what apache2 answers
STATUS = """
status() {
    curl -s -o /dev/null -w '%{http_code}' --retry 20 --retry-connrefused --retry-delay 1 \
        "${@:2}" "http://127.0.0.1$1"
}
expect() {
    local got
    got=$(status "${@:2}")
    [ "$got" = "$1" ] || { echo "${*:2} gives $got, not $1"; tail /var/log/apache2/error.log; exit 1; }
}
"""


# the package may start and stop services
SERVICES = "echo exit 0 >/usr/sbin/policy-rc.d\n"


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def install(root):
    root.run(f"apt-get -q update; {INSTALL} /deb/module.deb", network=True)


def write_site(root):
    root.write("/etc/apache2/sites-available/private.conf", SITE)
    root.run("a2ensite -q private")


def serve(root, *lines):
    """Starts apache2, and runs lines that use `expect`."""
    root.run(STATUS + "apache2ctl start\n" + "\n".join(lines) + "\napache2ctl stop\n")


def newer(root):
    """The same package with a higher version, at /deb/newer.deb."""
    root.run("cd /deb; dpkg-deb -R module.deb newer; "
             "sed -i 's/^Version: .*/&+next/' newer/DEBIAN/control; "
             "echo '# a new line' >>newer/etc/apache2/mods-available/auth_cognito.conf; "
             "dpkg-deb -b newer newer.deb; rm -r newer")


# ---- the build ----------------------------------------------------------------------------


def test_the_build_runs_make_check_without_a_network(deb):
    passed = re.findall(r"^# PASS: +(\d+)$", deb.log, re.MULTILINE)
    assert len(passed) == 1 and int(passed[0]) > 50
    assert re.search(r"^# FAIL: +0$", deb.log, re.MULTILINE)
    assert re.search(r"^# ERROR: +0$", deb.log, re.MULTILINE)


def test_the_bytes_are_the_same_with_nocheck_elsewhere_and_later(suite, deb, tarball, tmp_path):
    again = build(suite, "deb", tarball, tmp_path / "deb", "/another/place",
                  "DEB_BUILD_OPTIONS=nocheck")
    assert "# PASS:" not in again.log
    names = sorted(p.name for p in again.folder.glob("*.deb"))
    assert len(names) == 2
    for name in names:
        assert sha256(again.folder / name) == sha256(deb.folder / name), name


def test_lintian_has_neither_errors_nor_warnings(deb, builder):
    for path in deb.folder.iterdir():
        builder.put(path, f"/built/{path.name}")
    said = builder.run("chmod -R a+rX /built; setpriv --reuid builder --regid builder "
                       "--clear-groups env HOME=/built lintian --fail-on error,warning "
                       "/built/*.changes")
    assert not re.search("^[EW]:", said, re.MULTILINE), said


def test_all_is_compiled_and_linked_hardened(deb, builder):
    builder.put(deb.folder / "build.log", "/built/build.log")
    builder.put(deb.file("libapache2-mod-auth-cognito_*.deb"), "/built/module.deb")
    said = builder.run("blhc --bindnow /built/build.log; cd /built; dpkg-deb -x module.deb x; "
                       "readelf -dlW x/usr/lib/apache2/modules/mod_auth_cognito.so")
    assert "GNU_RELRO" in said and "NOW" in said and "TEXTREL" not in said
    assert re.search(r"GNU_STACK.* RW ", said)
    # -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 of configure.ac comes after dpkg's 2
    assert "-D_FORTIFY_SOURCE=3" in deb.log


def test_the_debug_symbols_belong_to_the_module(deb, builder):
    for name in ("libapache2-mod-auth-cognito", "libapache2-mod-auth-cognito-dbgsym"):
        builder.put(deb.file(f"{name}_*.deb"), f"/built/{name}.deb")
    said = builder.run("cd /built; for x in *.deb; do dpkg-deb -x $x x; done; "
                       "readelf -n x/usr/lib/apache2/modules/mod_auth_cognito.so; "
                       "find x/usr/lib/debug -name '*.debug'")
    build_id = re.search("Build ID: (..)([0-9a-f]+)", said)
    assert f"/.build-id/{build_id[1]}/{build_id[2]}.debug" in said


# ---- installed ----------------------------------------------------------------------------


def test_autopkgtest_signs_in(deb, site):
    site.put(deb.file("*.dsc"), f"/deb/{deb.file('*.dsc').name}")
    site.put(deb.file("*.tar.xz"), f"/deb/{deb.file('*.tar.xz').name}")
    site.install("dpkg-dev")
    said = site.run("apt-get -q update; autopkgtest --no-built-binaries "
                    "--ignore-restrictions=breaks-testbed /deb/*.dsc /deb/module.deb -- null", network=True)
    assert re.search(r"^sign-in +PASS", said, re.MULTILINE), said


def test_as_installed_nothing_is_protected_and_nothing_else_changes(site):
    install(site)
    assert "enabled" in site.run("a2query -m auth_cognito")
    serve(site, "expect 200 /", "expect 405 / -X TRACE")
    assert not site.path(KEY).exists()


def test_the_commented_lines_protect_everything_when_they_are_uncommented(site):
    install(site)
    site.run(f"sed -i -E 's/^#([A-Z<]|    )/\\1/; /ClientSecret/d' {CONF}")
    serve(site, "expect 401 /", "expect 404 /public", "expect 405 / -X TRACE",
          "expect 404 /a%2fb", "expect 401 /icons/blank.gif")


def test_the_example_site_needs_only_its_own_values(site):
    install(site)
    site.run("cp /usr/share/doc/libapache2-mod-auth-cognito/examples/site.conf "
             "/etc/apache2/sites-available/app.conf; "
             "sed -i 's|/etc/letsencrypt/live/app.example.com/fullchain.pem|"
             "/etc/ssl/certs/ssl-cert-snakeoil.pem|; "
             "s|/etc/letsencrypt/live/app.example.com/privkey.pem|"
             "/etc/ssl/private/ssl-cert-snakeoil.key|' /etc/apache2/sites-available/app.conf; "
             "a2enmod -q ssl; a2ensite -q app")
    serve(site, '[ "$(curl -sk -o /dev/null -w "%{http_code}" --retry 9 --retry-connrefused '
                '--connect-to app.example.com:443:127.0.0.1: https://app.example.com/)" = 401 ]')


def test_it_works_when_apache2_itself_comes_later(suite, site):
    """Only apache2-bin is a dependency: without apache2 there is nothing to be enabled."""
    site.run("apt-get -q -y purge apache2 >/dev/null; ! command -v a2enmod")
    install(site)
    site.install("apache2")
    site.run("a2query -m auth_cognito || a2enmod auth_cognito; apache2ctl configtest")


# ---- its life -----------------------------------------------------------------------------


def test_an_upgrade_keeps_key_settings_and_state(site):
    install(site)
    newer(site)
    write_site(site)
    site.run(f"echo 'LogLevel auth_cognito:debug' >>{CONF}")
    serve(site, "expect 401 /private")
    key = site.path(KEY).read_text()
    said = site.run("dpkg --force-confold -i /deb/newer.deb; "
                    "dpkg-query -W libapache2-mod-auth-cognito; a2query -m auth_cognito")
    assert "+next" in said and "enabled" in said
    assert "auth_cognito:debug" in site.path(CONF).read_text()
    serve(site, "expect 401 /private")
    assert site.path(KEY).read_text() == key


def test_an_upgrade_leaves_a_disabled_module_disabled(site):
    install(site)
    newer(site)
    site.run("a2dismod -q auth_cognito; dpkg -i /deb/newer.deb; ! a2query -m auth_cognito")


def test_an_upgrade_takes_effect_at_once(site):
    """apache2 is restarted, so that it runs what is installed."""
    install(site)
    newer(site)
    site.run(STATUS + SERVICES + "apache2ctl start; expect 200 /\n"
             "before=$(cat /run/apache2/apache2.pid); dpkg -i /deb/newer.deb; expect 200 /\n"
             "after=$(cat /run/apache2/apache2.pid); [ $before != $after ]\n"
             "! grep -q 'mod_auth_cognito.*deleted' /proc/$after/maps; apache2ctl stop")


def test_a_broken_configuration_fails_neither_upgrade_nor_apache2(site):
    install(site)
    newer(site)
    said = site.run(STATUS + SERVICES + "apache2ctl start; expect 200 /\n"
                    "before=$(cat /run/apache2/apache2.pid)\n"
                    f"echo 'CognitoUserPool nonsense' >>{CONF}; ! apache2ctl configtest\n"
                    "dpkg --force-confold -i /deb/newer.deb; expect 200 /\n"
                    "[ $before = $(cat /run/apache2/apache2.pid) ]; apache2ctl stop || kill $before")
    assert "Your configuration is broken. Not restarting Apache 2" in said


LISTING = r"""
find / -xdev \( -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache -o -path /var/log \
    -o -path /run -o -path /tmp -o -path /proc -o -path /dev -o -path /deb \) -prune \
    -o -printf '%p %y %m %u:%g %l\n' | sort >/tmp/names.$1
find /etc -type f ! -path /etc/ld.so.cache -exec sha256sum {} + | sort >/tmp/files.$1
"""


def test_removal_keeps_what_purge_takes_and_reinstalling_finds_it(site):
    root = site
    root.run("apt-get -q update; apt-get -s install --no-install-recommends /deb/module.deb | "
             "awk '$1 == \"Inst\" && $2 != \"libapache2-mod-auth-cognito\" { print $2 }' | "
             f"xargs -r {INSTALL}", network=True)
    # what a2enmod and alike keep beside, whatever the module
    root.run("mkdir -p /var/lib/apache2/{conf,module,site}/{en,dis}abled_by_{admin,maint}\n"
             "set before\n" + LISTING)
    install(root)
    write_site(root)
    serve(root, "expect 401 /private")
    key = root.path(KEY).read_text()
    root.run("a2dissite -q -p private; rm /etc/apache2/sites-available/private.conf")

    root.run("dpkg -r libapache2-mod-auth-cognito; ! a2query -m auth_cognito; "
             f"[ -e {CONF} ]; [ -e {KEY} ]")
    serve(root, "expect 200 /")
    root.run("dpkg -i /deb/module.deb; a2query -m auth_cognito")
    assert root.path(KEY).read_text() == key

    root.run("dpkg -r libapache2-mod-auth-cognito; dpkg --purge libapache2-mod-auth-cognito\n"
             "set after\n" + LISTING +
             "diff /tmp/names.before /tmp/names.after; diff /tmp/files.before /tmp/files.after")
    serve(root, "expect 200 /")


def test_purge_at_once_leaves_nothing(site):
    install(site)
    site.run(f"mkdir -p $(dirname {KEY}); touch {KEY}; "
             "dpkg --purge libapache2-mod-auth-cognito; [ ! -e /var/lib/apache2/auth_cognito ]; "
             f"[ ! -e {CONF} ]; ! a2query -m auth_cognito")
