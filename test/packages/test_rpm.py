"""The RPM: built without its dependencies' names (dpkg has them installed), unpacked by rpm,
its module loaded by an httpd that is laid out as Fedora's. Debian 12 stands in for Fedora."""
import re

import pytest

from conftest import BUILD, Root, build, build_layer

SUITE = "bookworm"
STATE = "/var/lib/httpd/auth_cognito"
# what rpmlint says, and why it stays
ACCEPTED = {
    "no-buildroot-tag": "RPM needs none since 4.6",
    "no-group-tag": "Fedora has no groups any more",
    "no-packager-tag": "who builds is the packager",
    "no-signature": "who publishes signs",
    "no-url-tag": "the project has no home page",
    "invalid-url Source0": "the same",
    "invalid-license Apache-2.0": "SPDX's name, as Fedora wants it",
    "requires-on-release httpd-mmn": "Fedora's rule for modules; Debian has no number for it",
    "unstripped-binary-or-object": "Fedora's macros strip, Debian's do not",
    "manpage-not-compressed": "the same",
    "call-to-mktemp": "it is apr_file_mktemp(), which opens what it names",
    "non-coherent-filename": "the test has renamed it",
}
# Fedora's httpd.conf, as far as the module meets it
HTTPD_CONF = """ServerRoot "/etc/httpd"
ServerName localhost
Listen 127.0.0.1:80
DefaultRuntimeDir /run/httpd
PidFile /run/httpd/httpd.pid
ErrorLog /var/log/httpd.log
User www-data
Group www-data
DocumentRoot /var/www
<Directory />
    Require all denied
</Directory>
<Directory /var/www>
    Require all granted
</Directory>
LoadModule mpm_event_module  /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authn_core_module /usr/lib/apache2/modules/mod_authn_core.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule authz_user_module /usr/lib/apache2/modules/mod_authz_user.so
Include conf.modules.d/*.conf
IncludeOptional conf.d/*.conf
"""
SITE = """CognitoUserPool eu-west-1_AbC123dEf
CognitoClientID 7sm0a9nvvurn0guite1f2jgqi9
CognitoBaseURL  https://app.example.com
CognitoSecret   exec:/etc/httpd/make-secret
<Location "/private">
    AuthType Cognito
    Require valid-user
</Location>
"""


@pytest.fixture(scope="module")
def rpm(tarball):
    return build(SUITE, "rpm", tarball, BUILD / "packages/rpm")


@pytest.fixture
def fedora(rpm):
    """The package installed beside an httpd."""
    root = Root(build_layer(SUITE))
    root.put(rpm.file("*.x86_64.rpm"), "/rpm/module.rpm")
    root.run("rpm --initdb; rpm -ivh --nodeps /rpm/module.rpm")
    yield root
    root.close()


def test_the_build_runs_make_check_and_uses_fedoras_places(rpm, fedora):
    assert re.search(r"^# FAIL: +0$", rpm.log, re.MULTILINE)
    said = fedora.run("rpm -ql mod_auth_cognito; rpm -q --requires mod_auth_cognito; "
                      "rpm -V --nodeps mod_auth_cognito")
    for line in ("/etc/httpd/conf.d/auth_cognito.conf", "/usr/lib64/httpd/modules/mod_auth_cognito.so",
                 "/etc/httpd/conf.modules.d/10-auth_cognito.conf", STATE):
        assert line in said.splitlines()
    assert "httpd-mmn = " in said
    assert fedora.run(f"stat -c '%U %a' {STATE}") == "root 755\n"


def test_rpmlint_accepts_it(rpm, fedora):
    fedora.put(rpm.file("*.src.rpm"), "/rpm/module.src.rpm")
    said = fedora.try_to("rpmlint /rpm/module.rpm /rpm/module.src.rpm").stdout
    complaints = [line for line in said.splitlines() if re.search(r": [EW]: ", line)]
    assert "2 packages" in said
    assert [line for line in complaints if not any(x in line for x in ACCEPTED)] == []


def test_an_httpd_of_fedoras_layout_loads_it_and_asks_for_a_sign_in(fedora):
    fedora.install("apache2-bin")
    fedora.write("/etc/httpd/conf/httpd.conf", HTTPD_CONF)
    fedora.write("/etc/httpd/conf.d/site.conf", SITE)
    fedora.write("/etc/httpd/make-secret", "#!/bin/sh\necho 0123456789abcdef0123456789abcdef\n")
    fedora.write("/var/www/index.html", "hello\n")
    said = fedora.run("""
chmod 755 /etc/httpd/make-secret; ln -s /usr/lib64/httpd/modules /etc/httpd/modules
mkdir /run/httpd
httpd() { apache2 -d /etc/httpd -f conf/httpd.conf "$@"; }
httpd -t
httpd -M | grep auth_cognito_module
httpd -k start
get() { curl -s -o /dev/null -w '%{http_code}\\n' --retry 20 --retry-connrefused --retry-delay 1 "$@"; }
get http://127.0.0.1/index.html
get http://127.0.0.1/private
get -X TRACE http://127.0.0.1/index.html
httpd -k stop
cat /var/log/httpd.log
""")
    assert re.search(r"^200\n401\n405$", said, re.MULTILINE), said
    assert not re.search(r":(warn|error|crit|alert|emerg)\]", said), said


def test_removal_keeps_a_key_and_nothing_else(fedora):
    fedora.run(f"touch {STATE}/auth_cognito.key; rpm -e --nodeps mod_auth_cognito; "
               f"[ -e {STATE}/auth_cognito.key ]; rm -r {STATE}; "
               "! find /etc/httpd /usr/lib64/httpd /usr/share/doc -name '*auth_cognito*' | grep .")
