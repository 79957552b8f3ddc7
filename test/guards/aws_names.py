#!/usr/bin/python3
"""Prevents: a command, a property or an argument that AWS does not have, in the documents, in what the doctor advises and in what
the error log advises; a URL as a bare value, which some versions of the AWS CLI would fetch; and an app client that the console's
three substitutes, docs/examples/user-pool.*, make in different ways."""
import re

from guard import TOKEN, line_of, run

# what each request of the API has, as the AWS CLI writes it
POOL = """account-recovery-setting admin-create-user-config alias-attributes auto-verified-attributes deletion-protection
    device-configuration email-configuration email-verification-message email-verification-subject lambda-config
    mfa-configuration policies schema sms-authentication-message sms-configuration sms-verification-message
    user-attribute-update-settings user-pool-add-ons user-pool-tags user-pool-tier username-attributes
    username-configuration verification-message-template"""
CLIENT = """access-token-validity allowed-o-auth-flows allowed-o-auth-flows-user-pool-client allowed-o-auth-scopes
    analytics-configuration auth-session-validity callback-urls client-name default-redirect-uri
    enable-propagate-additional-user-context-data enable-token-revocation explicit-auth-flows id-token-validity logout-urls
    prevent-user-existence-errors read-attributes refresh-token-rotation refresh-token-validity
    supported-identity-providers token-validity-units user-pool-id write-attributes"""
DOMAIN = "user-pool-id domain custom-domain-config managed-login-version"
COMMANDS = {
    "create-user-pool": POOL + " pool-name", "create-user-pool-domain": DOMAIN,
    "create-user-pool-client": CLIENT + " generate-secret", "update-user-pool-client": CLIENT + " client-id",
    "describe-user-pool": "user-pool-id", "describe-user-pool-client": "user-pool-id client-id",
    "list-user-pools": "max-results next-token", "list-user-pool-clients": "user-pool-id max-results next-token",
    "describe-identity-provider": "user-pool-id provider-name",
    "update-identity-provider": "user-pool-id provider-name provider-details attribute-mapping idp-identifiers",
    "admin-create-user": "user-pool-id username user-attributes temporary-password message-action",
    "admin-enable-user": "user-pool-id username", "admin-get-user": "user-pool-id username",
    "admin-list-groups-for-user": "user-pool-id username limit next-token",
}
EVERY_COMMAND = {"region", "query", "output", "profile"}
# a resource is CloudFormation's and Terraform's, whose names differ by capitals, hyphens and these
RESOURCES = {"UserPool": POOL + " pool-name", "UserPoolDomain": DOMAIN, "UserPoolClient": CLIENT + " generate-secret"}
OTHER_NAMES = {"userpoolname": "poolname", "name": "clientname", "namepool": "poolname"}

SAMPLES = "docs/examples/user-pool."
ADVICE = "src/doctor/checks.c"
COMMAND = re.compile(r"aws cognito-idp ([a-z-]+)((?:[^`\n]|(?<=\\)\n)*)")
# properties in one line of advice, and their last words
NOT_A_PROPERTY = {"Outputs", "output", "value", "resource"}


def plain(name):
    name = re.sub("[-_]", "", name).lower()
    return OTHER_NAMES.get(name, name)


def known(kind):
    return {plain(name) for name in RESOURCES[kind].split()}


def joined(text):
    """C: the strings of each line one after another, each on lines of its own."""
    pieces = re.sub(r'"\s*\\?\n\s*"', "", text)
    return re.sub(r'" (UPDATE|DESCRIBE)\b', "\n", pieces).replace(r"\n", "\n").replace('\\"', "'")


def check_commands(path, text, tree):
    for match in COMMAND.finditer(joined(text) if path.endswith(".c") else text):
        tree.saw()
        verb, rest = match[1], re.split(r"aws cognito-idp|; | \|", match[2])[0]
        where = f"{path}:{line_of(text, match.start())}: {verb}"
        if verb not in COMMANDS:
            yield f"{where} is no command that is known here: COMMANDS"
            continue
        for flag in re.findall(r"(?<![\w-])--([a-z][a-z-]*)", rest):
            if flag not in {*COMMANDS[verb].split(), *EVERY_COMMAND}:
                yield f"{where} has no --{flag}"
        if re.search(r"--[\w-]+ [\"']?https?:", rest):
            yield f"{where}: write URLs as a list in JSON"


def cloudformation(text):
    """{kind: names}"""
    found = {}
    for kind, body in re.findall(r"Type: AWS::Cognito::(\w+)\n(.*?)(?=\n\n|\Z)", text, re.DOTALL):
        found[kind] = set(re.findall(r"^ {6}(\w+):", body.partition("Properties:")[2], re.MULTILINE))
    return found


def terraform(text):
    found = {}
    for kind, body in re.findall(r'^resource "aws_cognito_(\w+)" "\w+" \{\n(.*?)^\}', text, re.MULTILINE | re.DOTALL):
        names = set(re.findall(r"^  (\w+) +[={]", body, re.MULTILINE))
        kind = "".join(part.capitalize() for part in kind.split("_"))
        found[kind] = {"namepool" if kind == "UserPool" and n == "name" else n for n in names}
    return found


def command_line(text):
    found = {}
    for match in COMMAND.finditer(text):
        kind = "".join(part.capitalize() for part in match[1].removeprefix("create-").split("-"))
        if kind in RESOURCES and match[1].startswith("create-"):
            found[kind] = set(re.findall(r" --([a-z-]+)", match[2])) - EVERY_COMMAND
    return found


def check_samples(tree):
    ways = {end: read(tree.read(SAMPLES + end)) for end, read in
            (("yaml", cloudformation), ("tf", terraform), ("sh", command_line))}
    for kind in RESOURCES:
        tree.saw()
        sets = {end: {plain(name) for name in way.get(kind, ())} for end, way in ways.items()}
        for end, names in sets.items():
            for name in sorted(names - known(kind)):
                yield f"{SAMPLES}{end}: {kind} has no {name}"
        for name in sorted(set.union(*sets.values()) - set.intersection(*sets.values())):
            yield f"{SAMPLES}*: {name} of {kind} is not in all three"


def check_advice(tree):
    every = set.union(*(known(kind) for kind in RESOURCES))
    for token in TOKEN.finditer(tree.read(ADVICE)):
        text = token[0].replace(r"\n", "\n")
        if token.lastgroup != "string" or "aws cognito" in text or "Cognito" in text.split(" ")[0]:
            continue
        for name in re.findall(r"(?<![\w:{])([A-Z][a-z]+[A-Z]\w+): |(?<!\w)([a-z]+_[a-z_]+) = ", text):
            name = "".join(name)
            tree.saw()
            if plain(name) not in every and name not in NOT_A_PROPERTY:
                yield f"{ADVICE}: AWS knows no {name}"


def check(tree):
    for path in tree.files("README.md", "docs/*.md", "docs/examples/*.sh", "docs/examples/*.yaml", "src/doctor/*.c",
                           "src/oidc/*.c"):
        yield from check_commands(path, tree.read(path), tree)
    yield from check_samples(tree)
    yield from check_advice(tree)


YAML = ("Resources:\n  A:\n    Type: AWS::Cognito::UserPool\n    Properties:\n      UserPoolName: x\n\n"
        "  B:\n    Type: AWS::Cognito::UserPoolDomain\n    Properties:\n      Domain: x\n\n"
        "  C:\n    Type: AWS::Cognito::UserPoolClient\n    Properties:\n      CallbackURLs: [x]\n")
TF = ('resource "aws_cognito_user_pool" "a" {\n  name = "x"\n}\nresource "aws_cognito_user_pool_domain" "b" {\n  domain = 1\n}\n'
      'resource "aws_cognito_user_pool_client" "c" {\n  callback_urls = ["x"]\n}\n')
SH = ("aws cognito-idp create-user-pool --pool-name x\naws cognito-idp create-user-pool-domain \\\n    --domain x\n"
      "c=$(aws cognito-idp create-user-pool-client --callback-urls '[\"https://x\"]' --query X)\n")
CLEAN = {SAMPLES + "yaml": YAML, SAMPLES + "tf": TF, SAMPLES + "sh": SH,
         ADVICE: '"aws cognito-idp update-user-pool-client "\n  "--client-id {client}\\nwords" "LogoutURLs: x", "logout_urls = x"\n'}
PLANTED = [
    {"docs/p.md": "`aws cognito-idp make-user-pool --x`\n"},
    {"docs/p.md": "`aws cognito-idp describe-user-pool --pool-id x`\n"},
    {"docs/p.md": "aws cognito-idp create-user-pool-client \\\n    --callback-urls https://x\n"},
    {SAMPLES + "yaml": YAML + "      LogoutURLs: [x]\n"},
    {SAMPLES + "tf": TF.replace("callback_urls", "callback_urls = 1\n  logout_urls")},
    {SAMPLES + "sh": SH.replace("--domain x", "--domain x --managed-login-version 2")},
    {ADVICE: CLEAN[ADVICE].replace("LogoutURLs", "LogoutUrl")},
    {ADVICE: CLEAN[ADVICE].replace("LogoutURLs: x", r"Type: x\n  LogoutUrl: x")},
    {ADVICE: CLEAN[ADVICE].replace("logout_urls", "logout_url")},
    {ADVICE: CLEAN[ADVICE].replace("--client-id", "--client")},
]

if __name__ == "__main__":
    run(check, PLANTED, CLEAN)
