#!/usr/bin/python3
"""Prevents: a layer that knows more than it may (src/README.md), so that the core could no
longer be tested without httpd, the network, or the real clock."""
import re

from guard import calls, code_only, line_of, run, without_comments

# layer -> layers whose headers it may include, beside its own
MAY_INCLUDE = {
    "base": set(),
    "crypto": {"base"},
    "oidc": {"base", "crypto"},
    "session": {"base", "crypto"},
    "flow": {"base", "crypto", "oidc", "session"},
    "doctor": {"base", "crypto", "oidc", "session", "flow"},
    "net": {"base"},
    "httpd": {"base", "crypto", "oidc", "session", "flow", "doctor", "net"},
    "module": {"httpd", "flow", "base"},
}
# single headers that stand open to a layer
ALSO_ALLOWED = {"net": {"flow/ports.h"}}
GENERATED = {"version.h"}

# foreign headers -> layers that may include them
OUTSIDE = [
    (re.compile(r"openssl/(ssl|err|x509\w*|bio|tls\w*)\.h"), {"crypto", "net"}),
    (re.compile(r"(openssl|cjose)/"), {"crypto"}),
    (re.compile(r"(curl|hiredis)/"), {"net"}),
    (re.compile(r"(sys/socket|sys/un|netdb|netinet/\w+|arpa/inet|poll|sys/epoll)\.h"), {"net"}),
    (re.compile(r"(httpd|http_\w+|ap_\w+|util_\w+|mod_\w+|scoreboard|mpm_common|unixd)\.h"),
     {"httpd", "module"}),
]
# single files that may: wiping, constant time and the hint of a secret are OpenSSL's
FILES = {"src/base/secret.c": re.compile(r"openssl/(crypto|evp|sha)\.h")}

CORE = {"base", "crypto", "oidc", "session", "flow", "doctor"}
# the core asks its ports for these
WORLD = r"apr_time_now|time|gettimeofday|clock_gettime|apr_sleep|usleep|sleep"
# but this one waits for a command that the admin has named
WAITS = {"src/base/secret_source.c"}


def layer_of(path):
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else "module"


def includes(text):
    for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]',
                             without_comments(text), re.MULTILINE):
        yield line_of(text, match.start()), match[1] == '"', match[2]


def own_include_problem(layer, header):
    if header in GENERATED or header in ALSO_ALLOWED.get(layer, ()):
        return None
    if "/" not in header or header.split("/")[0] not in MAY_INCLUDE:
        return f'"{header}": write the path from src/ on, <...> for foreign headers'
    target = header.split("/")[0]
    if target != layer and target not in MAY_INCLUDE[layer]:
        return f'"{header}": {layer}/ may not include {target}/'
    return None


def foreign_include_problem(layer, header):
    for pattern, allowed in OUTSIDE:
        if pattern.match(header):
            return None if layer in allowed else f"<{header}>: not in {layer}/"
    return None


def check(tree):
    for path in tree.files("src/*.c", "src/*.h"):
        layer = layer_of(path)
        tree.saw()
        if layer not in MAY_INCLUDE:
            yield f"{path}: unknown layer {layer}/"
            continue
        text = tree.read(path)
        for line, is_own, header in includes(text):
            problem = (own_include_problem if is_own else foreign_include_problem)(layer, header)
            if problem and not (path in FILES and FILES[path].match(header)):
                yield f"{path}:{line}: {problem}"
        if layer in CORE and path not in WAITS:
            for line, name, _ in calls(code_only(text), WORLD):
                yield f"{path}:{line}: {name}(): the core asks a port (flow/ports.h)"


CLEAN = {"src/flow/a.c": '#include "oidc/b.h"\n#include <apr_time.h>\nx = clock->now(c);\n',
         "src/net/a.c": '#include "flow/ports.h"\n#include <openssl/ssl.h>\n',
         "src/base/secret.c": "#include <openssl/crypto.h>\n",
         "src/base/secret_source.c": "apr_sleep(1);\n",
         "src/httpd/a.c": '#include <httpd.h>\n#include "flow/flow.h"\n'}
PLANTED = [
    {"src/base/p.c": '#include "crypto/seal.h"\n'},
    {"src/oidc/p.c": '#include "session/session.h"\n'},
    {"src/net/p.c": '#include "flow/request.h"\n'},
    {"src/flow/p.h": "#include <httpd.h>\n"},
    {"src/flow/p.h": "#  include <http_log.h>\n"},
    {"src/session/p.c": "#include <openssl/evp.h>\n"},
    {"src/net/p.c": "#include <openssl/evp.h>\n"},
    {"src/httpd/p.c": "#include <curl/curl.h>\n"},
    {"src/httpd/p.c": "#include <cjose/cjose.h>\n"},
    {"src/flow/p.c": '#include "ports.h"\n'},
    {"src/flow/p.c": "x = apr_time_now();\n"},
    {"src/base/p.c": "#include <openssl/crypto.h>\n"},
    {"src/other/p.c": "\n"},
]

if __name__ == "__main__":
    run(check, PLANTED, CLEAN)
