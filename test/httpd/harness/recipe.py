"""The pages of docs/recipes, run as they stand there. They speak of a real host and of a user
pool of Amazon; `adapted` has everything that is different here."""
import os
import re

from .conf import TOP, Conf
from .site import key_file

POOL = "eu-west-1_AbC123dEf"
CLIENT = "7sm0a9nvvurn0guite1f2jgqi9"
LOGGED = r'\g<0>' + '\nCustomLog {root}/access.log "%h %u %m %U %>s"'


class Recipe:
    """One page."""

    def __init__(self, name):
        with open(os.path.join(TOP, "docs", "recipes", f"{name}.md"), encoding="utf-8") as file:
            self.text = file.read()

    def block(self, heading, language="apache"):
        """The blocks of code below a heading, as one text."""
        part = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", self.text,
                         re.MULTILINE | re.DOTALL)
        found = re.findall(rf"^```{language}\n(.*?)^```", part[1], re.MULTILINE | re.DOTALL)
        assert found, f"no {language} below {heading}"
        return "".join(found)

    def register(self, pool, aliases=None, **members):
        """Does at the user pool what the page says, by the rows of its table. `aliases`: of an
        origin, those by which further configurations of the page go here."""
        rows = dict(re.findall(r"^\| (Callback URLs|Sign-out URLs|Scopes) \| (.*) \|$", self.text,
                               re.MULTILINE))
        assert len(rows) == 3
        words = {name: re.findall(r"`([^`]+)`", value) for name, value in rows.items()}
        for name in ("Callback URLs", "Sign-out URLs"):
            words[name] += [url.replace(origin, alias) for origin, others in (aliases or {}).items()
                            for alias in others for url in words[name]]
        pool.add_client(CLIENT, callback_urls=words["Callback URLs"],
                        logout_urls=words["Sign-out URLs"], scopes=words["Scopes"], **members)


def endpoints(pool, names_domain):
    """Where the emulator is, for a configuration that names Amazon's user pool. A domain that it
    names is what browsers are sent to."""
    paths = {"token": "oauth2/token", "userinfo": "oauth2/userInfo", "revoke": "oauth2/revoke"}
    if not names_domain:
        paths.update(authorize="oauth2/authorize", logout="logout")
    return [*(f"CognitoEndpoint {kind} {pool.domain}/{path}" for kind, path in paths.items()),
            f"CognitoEndpoint jwks {pool.jwks}"]


def replaced(text, changes):
    """Each text that is to be changed must be there."""
    for old, new in changes.items():
        assert old in text, f"the page does not say {old}"
        text = text.replace(old, new)
    return text


def adapted(text, pool, changes):
    """A page's configuration on this machine: the emulator for Amazon, our port, no TLS."""
    text = replaced(text, {"<VirtualHost *:443>": "<VirtualHost 127.0.0.1:{port}>", **changes})
    text = text.replace("file:/etc/cognito/", "file:{root}/")
    # a product's own callback has a code in its query, which no log here may hold
    text = re.sub("^<VirtualHost .*", LOGGED, text, flags=re.MULTILINE)
    lines = [line for line in text.splitlines() if not re.match(r"\s*SSL\w+ ", line)]
    found = [i for i, line in enumerate(lines) if "CognitoUserPool" in line]
    for i in reversed(found):
        lines[i + 1:i + 1] = endpoints(pool, "CognitoDomain" in text)
    return lines


def recipe_conf(pool, text, changes):
    """Cookies are sealed as on a host of its own."""
    conf = Conf().load("headers", "rewrite", "env").secret("keys", key_file())
    return conf.add("CognitoSecret file:{root}/keys", *adapted(text, pool, changes))
