"""httpd.conf, built from what a test needs and nothing else."""
import os

MODULE_DIR = os.environ.get("HTTPD_MODULES", "/usr/lib/apache2/modules")
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
MODULE = os.environ.get("MOD_AUTH_COGNITO_SO",
                        os.path.join(os.environ.get("BUILD_DIR", os.path.join(TOP, "build")),
                                     ".libs", "mod_auth_cognito.so"))
MPM = os.environ.get("MPM", "event")

BUILT_IN = {"so", "watchdog", "http", "log_config", "logio", "version", "unixd"}
ALWAYS = ["authn_core", "authz_core", "authz_user", "proxy", "proxy_http"]

# no child ends because there is little to do: tests look whether those of before are alive; and
# there is room for those that end while the next generation begins
THREADED = """
StartServers 2
ServerLimit 16
ThreadLimit 25
ThreadsPerChild 25
MaxRequestWorkers 100
MinSpareThreads 2
MaxSpareThreads 100
"""
SIZES = {
    "event": THREADED,
    "worker": THREADED,
    "prefork": """
StartServers 4
ServerLimit 40
MaxRequestWorkers 40
MinSpareServers 2
MaxSpareServers 30
""",
}


class Conf:
    """A list of lines; every method returns the configuration, so that calls can be chained.
    In a line {root} stands for the ServerRoot and {port} for the server's port."""

    def __init__(self, module=MODULE):
        self.modules = list(ALWAYS)
        self.module = module  # None: a plain httpd
        self.lines = []
        self.files = {}       # name below the ServerRoot -> text
        self.private = set()  # names of those that hold secrets
        self.environment = {}  # variables of the httpd that starts

    def load(self, *names):
        self.modules += [n for n in names if n not in self.modules and n not in BUILT_IN]
        return self

    def add(self, *lines):
        self.lines += lines
        return self

    def section(self, name, argument, *lines):
        """<name argument> … </name>; a line may be the result of another `section_lines`."""
        return self.add(*section_lines(name, argument, *lines))

    def location(self, path, *lines):
        return self.section("Location", f'"{path}"', *lines)

    def protect(self, path, *lines, require="valid-user"):
        return self.location(path, "AuthType Cognito", f"Require {require}", *lines)

    def vhost(self, name, *lines):
        """A name-based virtual host; it inherits what is written outside of it."""
        return self.section("VirtualHost", "127.0.0.1:{port}", f"ServerName {name}", *lines)

    def proxy(self, path, url):
        return self.add(f"ProxyPass {path} {url}")

    def file(self, name, text):
        """A file below the ServerRoot."""
        self.files[name] = text
        return self

    def copy(self, name, path):
        """A copy of a file where httpd's children can read it."""
        with open(path, encoding="utf-8") as file:
            return self.file(name, file.read())

    def secret(self, name, text):
        """A file that only its owner may read."""
        self.private.add(name)
        return self.file(name, text)

    def cgi(self, path="/cgi/"):
        """A script at `path`env that answers with its environment, NUL-separated. It reads all
        that it is sent: who ends sooner may reset the connection that httpd answers from."""
        self.load("alias", "cgi" if MPM == "prefork" else "cgid")
        self.file("cgi/env", "#!/bin/sh\ncat > /dev/null\n"
                  "printf 'Content-Type: text/plain\\r\\n\\r\\n'\nenv -0\n")
        if MPM != "prefork":
            self.add("ScriptSock {root}/cgisock")
        self.add(f"ScriptAlias {path} {{root}}/cgi/")
        return self

    def our_module(self):
        if not self.module:
            return ["LogLevel info"]
        return [f"LoadModule auth_cognito_module {self.module}",
                "LogLevel info auth_cognito:trace8"]

    def render(self, root, port):
        return "\n".join([
            *preamble(root, port),
            *(f"LoadModule {name}_module {MODULE_DIR}/mod_{name}.so"
              for name in [f"mpm_{MPM}", *self.modules]),
            *self.our_module(),
            SIZES[MPM],
            *(filled_in(line, root, port) for line in self.lines), ""])


def filled_in(line, root, port):
    return line.replace("{root}", root).replace("{port}", str(port))


def section_lines(name, argument, *lines):
    return [f"<{name} {argument}>" if argument else f"<{name}>",
            *("    " + line for line in lines), f"</{name}>"]


def preamble(root, port):
    who = ["User www-data", "Group www-data"] if os.getuid() == 0 else []
    return [
        f"ServerRoot {root}", f"DefaultRuntimeDir {root}", f"PidFile {root}/pid",
        f"ErrorLog {root}/error.log", f"CustomLog {root}/access.log combined",
        'LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined',
        f"Listen 127.0.0.1:{port}", "ServerName localhost", "TraceEnable off",
        f"DocumentRoot {root}/htdocs", "Timeout 20", "GracefulShutdownTimeout 5", *who]
