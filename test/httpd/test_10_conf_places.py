"""What the administrator writes: each directive in every place."""
import pytest

from harness.conf import section_lines
from harness.written import BASE, CLIENT, PROTECTED, SITE, complaint, directives, tried

IN_CLIENT = ["CognitoUserPool eu-west-1_AbC123dEf", "CognitoIssuer https://issuer.example.com",
             "CognitoDomain auth.example.com", "CognitoEndpoint jwks https://a.example.com/jwks",
             CLIENT, "CognitoClientSecret env:PATH", "CognitoClientAuth post",
             "CognitoScope openid", "CognitoUserInfo on", "CognitoCallback /x", "CognitoLoginParam lang de"]
SERVER_ONLY = [BASE, "CognitoPath /x", "CognitoLogoutReturn /x",
               "CognitoSecret exec:/nonexistent", "CognitoStore shmcb", "CognitoCookie name=x", "CognitoProxy none",
               "CognitoAuditLog x", "CognitoCAFile system", "CognitoErrorTemplate none", "CognitoTimeout 1s 2s",
               "CognitoSession store", "CognitoRefresh off", "CognitoGrace 1m", "CognitoRevokeKey none",
               "CognitoAssertionKey own"]
ANYWHERE = ["CognitoSessionTimeout 1h 2h", "CognitoUse default", "CognitoUnauthenticated 401",
            "CognitoPreservePost off", "CognitoRemoteUser sub", "CognitoExport none", "CognitoClaims email",
            "CognitoAccept bearer", "CognitoBearerClient app", "CognitoBearerTokenUse id",
            "CognitoAssertion on", "CognitoGroups x*", "CognitoBackend vouch", "CognitoTokens id", "CognitoResource none",
            "CognitoHeader X-User email"]
PARAM = "CognitoLoginParam lang de"


def name_of(line):
    return line.split()[0]


def test_every_directive_is_tried_in_every_place():
    assert {name_of(line) for line in IN_CLIENT + SERVER_ONLY + ANYWHERE} | {"<CognitoClient"} \
        == set(directives())


def test_all_may_stand_in_the_server_and_in_a_virtual_host():
    lines = [*IN_CLIENT, *SERVER_ONLY, *ANYWHERE, *PROTECTED]
    code, output = tried(*lines, *section_lines("VirtualHost", "*:80", *lines))
    assert code == 0, output


@pytest.mark.parametrize("section", ["Location /x", "Directory /x", "Files x", "If true"])
def test_what_is_about_a_place_may_stand_in_a_section(section):
    name, argument = section.split()
    lines = section_lines(name, f'"{argument}"', *ANYWHERE, PARAM)
    code, output = tried(*SITE, *lines)
    assert code == 0, output


@pytest.mark.parametrize("line", [*SERVER_ONLY, *IN_CLIENT[:-1]], ids=name_of)
def test_what_is_about_a_host_or_a_client_is_refused_in_a_section(line):
    output = complaint(*SITE, *section_lines("Location", "/x", line))
    assert f"{name_of(line)} not allowed in <Location> context" in output


def test_a_client_is_refused_in_a_section():
    output = complaint(*SITE, *section_lines(
        "Location", "/x", *section_lines("CognitoClient", "x", CLIENT)))
    assert "<CognitoClient not allowed in <Location> context" in output


def test_what_is_about_a_client_may_stand_in_a_client():
    code, output = tried(*SITE, *section_lines("CognitoClient", '"x"', *IN_CLIENT))
    assert code == 0, output


@pytest.mark.parametrize("line", [*SERVER_ONLY, *ANYWHERE, "ServerAdmin x", "ProxyPass / !"],
                         ids=name_of)
def test_all_else_is_refused_in_a_client(line):
    lines = [*SITE, "<CognitoClient x>", CLIENT, line, "</CognitoClient>"]
    output = complaint(*lines)
    assert f"\n{name_of(line)} is not allowed in <CognitoClient>; write it outside of that section" in output


def test_the_refused_line_in_a_client_is_named_by_its_number(tmp_path):
    included = tmp_path / "client.conf"
    included.write_text(f"<CognitoClient x>\n{CLIENT}\n# a comment\nCognitoPath /x\n"
                        "</CognitoClient>\n")
    assert f"line 4 of {included}:" in complaint(*SITE, f"Include {included}")
    included.write_text(f"<CognitoClient x>\n{CLIENT}\nCognitoScope x\n</CognitoClient>\n")
    assert f"line 3 of {included}:" in complaint(*SITE, f"Include {included}")


def test_a_section_in_a_client_is_refused():
    output = complaint(*SITE, *section_lines(
        "CognitoClient", "x", *section_lines("Location", "/", CLIENT)))
    assert "<Location> is not allowed in <CognitoClient>; write it outside of that section" in output


@pytest.mark.parametrize("argument, message", [
    ("", "<CognitoClient> takes one name; write <CognitoClient \"name\">"),
    ("a b", "<CognitoClient> takes one name; write <CognitoClient \"name\">"),
    ("a_b", "<CognitoClient>: 'a_b' is not a client's name; "
     "write up to 32 letters, digits or -"),
    ("x" * 33, f"<CognitoClient>: '{'x' * 33}' is not a client's name; "
     "write up to 32 letters, digits or -"),
    ("Default", "<CognitoClient>: 'Default' is the name of the client outside of all "
     "<CognitoClient>; write another one")])
def test_a_client_needs_a_good_name(argument, message):
    output = complaint(*SITE, f"<CognitoClient {argument}>", CLIENT, "</CognitoClient>")
    assert output.split("\n")[1] == message


def test_conditions_and_includes_work_inside_of_a_client(tmp_path):
    included = tmp_path / "client.conf"
    included.write_text(CLIENT + "\n")
    code, output = tried(*SITE, "<CognitoClient x>", "<IfModule auth_cognito_module>",
                        f"Include {included}", "</IfModule>", "</CognitoClient>")
    assert code == 0, output
