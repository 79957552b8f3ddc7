#!/usr/bin/python3
"""The sample application: shows who you are and what it was told. Knows nothing of Cognito; it
trusts the headers because only Apache can reach it. Prints its port and serves until it is ended."""
import html
import http.server
import json

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sample application</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style></head><body>
<header><span class="brand">Sample application</span>
<nav><a href="/">Home</a><a href="/admin">Admin</a><a href="/cognito-status">Status</a>
<form method="post" action="/.cognito/logout"><button>Sign out</button></form></nav></header>
<main><section class="hero"><div class="avatar" aria-hidden="true">{initial}</div>
<div><h1>{greeting}, {name}</h1><p>{email}</p><p class="groups">{groups}</p></div></section>
<section><h2>What this application received</h2>
<p>Apache signed you in and wrote these headers. What your browser sends under such names is thrown away first,
and the session cookie stays at Apache.</p><table>{rows}</table></section>
<section><h2>For scripts</h2><p>A script gets an answer that it can read. Sign out in another tab, then press again.</p>
<button id="ask">GET /api/me</button><pre id="answer" aria-live="polite">&hellip;</pre></section></main>
<script>{script}</script></body></html>
"""

STYLE = """
:root{color-scheme:light dark;--ink:#16202c;--soft:#5a6b7d;--paper:#f4f6f9;--card:#fff;--line:#dde4ec;--accent:#c2410c}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf3;--soft:#9fb0c2;--paper:#0f151c;--card:#18212b;--line:#2a3643;
--accent:#fb923c}}
*{box-sizing:border-box}body{margin:0;font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
header{display:flex;flex-wrap:wrap;gap:1rem;justify-content:space-between;align-items:center;padding:.8rem 1.5rem;
background:var(--card);border-bottom:1px solid var(--line)}
.brand{font-weight:700}nav{display:flex;gap:1.2rem;align-items:center}nav a{color:inherit;text-decoration:none}
nav form{margin:0}button{font:inherit;padding:.4rem 1rem;border:1px solid var(--line);border-radius:.5rem;
background:var(--paper);color:inherit;cursor:pointer}button:hover{border-color:var(--accent)}
main{max-width:52rem;margin:2rem auto;padding:0 1.2rem;display:grid;gap:1.4rem}
section{background:var(--card);border:1px solid var(--line);border-radius:.9rem;padding:1.4rem 1.6rem}
.hero{display:flex;gap:1.4rem;align-items:center}.avatar{flex:none;width:4.5rem;height:4.5rem;border-radius:50%;
display:grid;place-items:center;font-size:2rem;font-weight:700;color:#fff;background:var(--accent)}
h1{margin:0;font-size:1.6rem}h2{margin:0 0 .4rem;font-size:1.1rem}.hero p{margin:.2rem 0;color:var(--soft)}
.groups span{display:inline-block;margin-right:.4rem;padding:.1rem .7rem;border-radius:1rem;font-size:.85rem;
border:1px solid var(--accent);color:var(--accent)}
table{width:100%;border-collapse:collapse;font-size:.9rem}th,td{text-align:left;padding:.35rem .5rem .35rem 0;
border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}th{font-weight:600;white-space:nowrap}
tr.told th{color:var(--accent)}pre{margin:.8rem 0 0;padding:.8rem;border-radius:.5rem;background:var(--paper);
overflow:auto;white-space:pre-wrap}
"""

SCRIPT = """
document.getElementById('ask').onclick = async () => {
  const response = await fetch('/api/me');
  const answer = await response.json();
  document.getElementById('answer').textContent =
    response.status + ' ' + JSON.stringify(answer, null, 2);
};
"""


def escape(text):
    return html.escape(text or "")


class Application(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/api/me":
            self.answer("application/json", json.dumps(self.user()))
        else:
            self.answer("text/html; charset=utf-8", self.page())

    def user(self):
        names = ("username", "name", "email", "groups", "sub")
        return {name: self.headers.get(f"X-Cognito-{name.title()}", "") for name in names}

    def page(self):
        user = self.user()
        name = user["name"] or user["username"] or "nobody"
        groups = "".join(f"<span>{escape(g)}</span>" for g in user["groups"].split(",") if g)
        return PAGE.format(style=STYLE, script=SCRIPT, initial=escape(name[:1].upper()),
                           greeting="Welcome to the admin page" if self.path == "/admin" else "Hello",
                           name=escape(name), email=escape(user["email"]),
                           groups=groups, rows=self.rows())

    def rows(self):
        told = [(n, v) for n, v in self.headers.items() if n.lower().startswith("x-cognito-")]
        rest = [(n, v) for n, v in self.headers.items() if not n.lower().startswith("x-cognito-")]
        return "".join(f'<tr class="{kind}"><th>{escape(n)}</th><td>{escape(v)}</td></tr>'
                       for kind, group in (("told", sorted(told)), ("", sorted(rest)))
                       for n, v in group)

    def answer(self, content_type, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        """Apache's access log is enough."""


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Application)
    print(server.server_address[1], flush=True)
    server.serve_forever()
