"""What the administrator writes: each directive with good and bad values."""
import os
import re

import pytest

from harness.written import CA, SITE, complaint, directives, tried

PAGE = os.path.abspath(os.path.join(os.path.dirname(__file__),
                                    "../../docs/examples/error-page.html"))
DURATION = "is not a duration; write 30s, 15m, 12h or 7d"
ORIGIN = "write https://app.example.com"
NOT_HTTPS = "is not https, which only loopback hosts may do without; "
PLAIN_PATH = "write a path such as /sign-in/x: letters, digits and . _ ~ - between single slashes"
NO_SOURCE = ("the value, not shown here, does not say where the secret is; "
             'write file:/path, env:NAME or "exec:/path/to/command ARGUMENT"')
KINDS = "write shmcb, shmcb:64M, dbm:PATH, memcache:HOST, redis://HOST or rediss://HOST"
DBM = "; write dbm:/path/to/file, or dbm:/path/to/file:64M"
MEMCACHE = "; write memcache:HOST, or memcache:HOST:11211,HOST:11211"
STORE = "write shmcb, or shmcb:64M"
REDIS = "; write redis://HOST, HOST:6379 or HOST:6379/0"
LOGIN = ("does not say where the password is; write redis://USER:file:/path@HOST, or env:NAME or "
         "exec:/path/to/command in place of file:/path; without a user it begins with :")
PROXY_LOGIN = ("does not say where the password is; write %s://USER:file:/path@HOST, or env:NAME or "
               "exec:/path/to/command in place of file:/path")
SUBSTITUTION = "; write s/PATTERN/SUBSTITUTE/ or s/PATTERN/SUBSTITUTE/i"

GOOD = [
    "CognitoUserPool us-gov-west-1_AbC123dEf",
    "CognitoUserPool eusc-de-east-1_AbC123dEf",
    "CognitoIssuer https://issuer.example.com/pool",
    "CognitoIssuer https://a.example.com/p/.well-known/openid-configuration https://b.example.com",
    "CognitoIssuer http://127.0.0.1:8080/p http://[::1]/p http://pool.localhost/p",
    "CognitoDomain my-prefix",
    "CognitoDomain auth.example.com",
    "CognitoDomain https://auth.example.com",
    *[f"CognitoEndpoint {kind} https://auth.example.com/{kind}"
      for kind in ("authorize", "token", "userinfo", "revoke", "logout", "jwks")],
    "CognitoClientID 1h57kf5cpq17m0eml12EXAMPLE",
    "CognitoClientSecret env:PATH",
    "CognitoClientSecret env:PATH env:LC_ALL",
    "CognitoClientAuth basic", "CognitoClientAuth POST",
    "CognitoScope openid",
    "CognitoScope openid email phone profile aws.cognito.signin.user.admin https://api/read",
    "CognitoUserInfo on", "CognitoUserInfo Off",
    "CognitoLoginParam lang de", 'CognitoLoginParam lang "%{req:X-Language}"',
    "CognitoLoginParam login_hint", "CognitoLoginParam max_age 900",
    "CognitoBaseURL https://a.example.test https://b.example.test:8443/",
    "CognitoPath /oauth2", "CognitoPath /a/b.c_d~e-f",
    "CognitoCallback /oauth2/callback /login/oauth2/code/cognito",
    "CognitoLogoutReturn /goodbye?x=1 https://www.example.com/bye",
    "CognitoLogoutReturn none",
    "CognitoSecret exec:/nonexistent/program",
    "CognitoStore shmcb", "CognitoStore SHMCB:1M", "CognitoStore shmcb:1048576",
    "CognitoStore shmcb:64G", "CognitoStore shmcb:40000k",
    "CognitoStore dbm:store", "CognitoStore dbm:{root}/store:2M", "CognitoStore DBM:/tmp/a:b:1048576",
    "CognitoStore dbm:htdocs/a:b",
    "CognitoStore memcache:localhost", "CognitoStore memcache:127.0.0.1:11212,[::1]:11212,[::1]",
    "CognitoStore redis://localhost", "CognitoStore REDIS://127.0.0.1:6380/15",
    "CognitoStore redis://[::1]", "CognitoStore rediss://[2001:db8::7]:6379/0",
    "CognitoStore rediss://cache.internal", "CognitoStore rediss://cache.internal:16379/1",
    "CognitoStore rediss://:env:PATH@cache.internal", "CognitoStore rediss://app:env:PATH@cache/2",
    'CognitoStore "rediss://app:exec:/bin/echo a@b @cache.internal:6379/0"',
    f"CognitoStore rediss://cache.internal ca={CA}",
    "CognitoStore rediss://cache.internal ca=system",
    "CognitoStore rediss://cache.internal cert=exec:/nonexistent/program",
    "CognitoStore rediss://cache.internal cert=exec:/nonexistent/program ca=system",
    "CognitoCookie name=shop", "CognitoCookie domain=example.test path=/",
    "CognitoCookie domain=app.example.test", "CognitoCookie domain=",
    "CognitoCookie samesite=None", "CognitoCookie samesite=lax",
    "CognitoCookie path=/.cognito",
    "CognitoProxy http://proxy.example.com:3128", "CognitoProxy https://proxy.example.com",
    "CognitoProxy http://svc:env:PATH@proxy:3128", "CognitoProxy HTTPS://svc:exec:/nonexistent@[::1]",
    r"CognitoProxy http://CORP\svc@corp.example:env:PATH@proxy.example.com:3128",
    'CognitoProxy "http://svc:exec:/bin/echo a@b @proxy:3128"',
    "CognitoProxy none",
    "CognitoAuditLog logs/audit.log", "CognitoAuditLog /var/log/x", "CognitoAuditLog |/bin/cat",
    'CognitoAuditLog "||/bin/cat -u"', 'CognitoAuditLog "|$cat >/dev/null"', "CognitoAuditLog none",
    f"CognitoCAFile {CA}", "CognitoCAFile system",
    f"CognitoErrorTemplate {PAGE}", "CognitoErrorTemplate NONE",
    "CognitoTimeout 1s 60s", "CognitoTimeout 5s 5s",
    "CognitoSession cookie", "CognitoSession Store", "CognitoRefresh on", "CognitoRefresh OFF",
    "CognitoRevokeKey exec:/nonexistent/program", "CognitoRevokeKey none",
    "CognitoGrace 1h", "CognitoGrace 0", "CognitoGrace 1d",
    "CognitoSessionTimeout 30s 400d", "CognitoSessionTimeout 1h 1h",
    "CognitoPreservePost on", "CognitoPreservePost OFF", "CognitoPreservePost on 1k",
    "CognitoPreservePost on 192K", "CognitoPreservePost on 65536",
    "CognitoUse default",
    *[f"CognitoUnauthenticated {mode}" for mode in ("auto", "login", "401", "pass")],
    "CognitoRemoteUser email", "CognitoRemoteUser email s/@.*// custom:id s|^(.)|$1-$0|i sub",
    r"CognitoRemoteUser email s,a\,b,c,",
    "CognitoAssertion on", "CognitoAssertion Off", "CognitoAssertion on ttl=10s",
    "CognitoAssertion on header=X-Identity_Token audience=https://a.example/b TTL=1h",
    "CognitoAssertion on header=Authorization",
    "CognitoHeader X-Forwarded-User REMOTE_USER", "CognitoHeader X-User_2 custom:a", "CognitoHeader none",
    "CognitoAssertionKey exec:/nonexistent/program", "CognitoAssertionKey own",
    "CognitoTokens id", "CognitoTokens access id", "CognitoTokens Access as=bearer", "CognitoTokens none",
    *[f"CognitoExport {way}" for way in ("env", "headers", "Both", "none")],
    *[f"CognitoExport headers encoding={name}" for name in ("utf-8", "latin1", "base64", "PERCENT")],
    "CognitoBackend ALB signer=arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/a/1",
    *[f"CognitoBackend {name}" for name in ("cognito", "alb", "pomerium", "OAuth2-Proxy", "authelia", "vouch", "openidc",
                                           "openmetadata", "librechat", "grafana")],
    "CognitoClaims email cognito:groups custom:*", "CognitoClaims !phone_number",
    "CognitoClaims default",
    'CognitoGroups admins "app *" !app-old', "CognitoGroups !x", "CognitoGroups all",
    "CognitoAccept session", "CognitoAccept bearer", "CognitoAccept Bearer Session",
    "CognitoBearerClient 7sm0a9nvvurn0guite1f2jgqi9 app_2", "CognitoBearerClient default",
    "CognitoBearerTokenUse access", "CognitoBearerTokenUse id access",
    "CognitoResource https://app.example.test/mcp", "CognitoResource https://app.example.test",
    "CognitoResource none",
]


@pytest.mark.parametrize("line", GOOD)
def test_a_good_value_is_accepted(line):
    code, output = tried(*SITE, line)
    assert code == 0 and output.endswith("Syntax OK\n"), output


# what is written, and what is said behind "<directive>: "
BAD = [
    ("CognitoUserPool eu-west-1", "'eu-west-1' is not the id of a user pool; "
     "write REGION_ID such as eu-west-1_AbC123dEf"),
    ("CognitoUserPool europe_AbC123dEf", "'europe_AbC123dEf' does not begin with the name of an "
     "AWS region; write REGION_ID such as eu-west-1_AbC123dEf"),
    ("CognitoIssuer pool", "'pool' is not a URL; write https://HOST/PATH"),
    ("CognitoIssuer http://pool.example.com/x", f"'http://pool.example.com/x' {NOT_HTTPS}"
     "write https://HOST/PATH"),
    ("CognitoIssuer https://a.example.com/p?x=1", "'https://a.example.com/p?x=1' has a query; "
     "write https://HOST/PATH"),
    ("CognitoIssuer https://a.example.com/p/", "'https://a.example.com/p/' ends with /; "
     "write the issuer exactly as tokens hold it in iss"),
    ("CognitoIssuer " + " ".join(f"https://h{i}.example.com" for i in range(9)),
     "'https://h8.example.com' is one too many; write at most 8"),
    ("CognitoDomain http://auth.example.com", "'http://auth.example.com' is not https; "
     "write https://auth.example.com"),
    ("CognitoDomain https://auth.example.com/oauth2", "'https://auth.example.com/oauth2' has a "
     "path; write only https://auth.example.com"),
    ("CognitoDomain My_Prefix", "'My_Prefix' is neither a prefix (a-z, 0-9 and -), a host name "
     "nor a URL; write my-prefix, auth.example.com or https://auth.example.com"),
    ("CognitoEndpoint login https://a.example.com/", "'login' is not an endpoint; "
     "write authorize, token, userinfo, revoke, logout or jwks"),
    ("CognitoEndpoint token http://a.example.com/", f"'http://a.example.com/' {NOT_HTTPS}"
     "write https://HOST/PATH"),
    ("CognitoClientID my-client", "'my-client' is not the id of an app client; "
     "write letters and digits such as 7sm0a9nvvurn0guite1f2jgqi9"),
    ("CognitoClientID " + "a" * 129, f"'{'a' * 129}' is not the id of an app client; "
     "write letters and digits such as 7sm0a9nvvurn0guite1f2jgqi9"),
    ("CognitoClientSecret a-secret-in-the-open", NO_SOURCE),
    ("CognitoClientSecret env:PATH a-secret-in-the-open", NO_SOURCE),
    ("CognitoClientAuth none", "'none' is not a way to send a client secret; "
     "write basic or post"),
    ("CognitoScope email profile", "openid is missing, without which there is no ID token; "
     "write openid email profile"),
    ("CognitoScope", "openid is missing, without which there is no ID token; "
     "write openid email profile"),
    ("CognitoScope openid offline_access", "'offline_access' is unknown to Cognito, which gives "
     "a refresh token without it; leave it out"),
    ("CognitoScope openid groups", "'groups' is unknown to Cognito, whose tokens always hold "
     "cognito:groups; leave it out"),
    ('CognitoScope "openid email"', "'openid email' holds several scopes; write them without "
     "quotes: openid email profile"),
    ("CognitoScope openid,email", "'openid,email' has a comma; write openid email profile, with a "
     "space between them"),
    ('CognitoScope openid a"b', "'a\"b' is not a scope; write openid, email, profile, "
     "phone, aws.cognito.signin.user.admin or RESOURCE-SERVER/SCOPE"),
    ("CognitoUserInfo maybe", "'maybe' is neither on nor off"),
    ("CognitoLoginParam state x", "'state' is a parameter that the module sets by itself; leave it out"),
    ("CognitoLoginParam redirect_uri x",
     "'redirect_uri' is a parameter that the module sets by itself; leave it out"),
    ("CognitoLoginParam lang=de", "'lang=de' has a = in it; write a space in its place: lang de"),
    ("CognitoLoginParam a&b x", "'a&b' is not a parameter; write identity_provider"),
    ("CognitoBaseURL app.example.com", f"'app.example.com' is not a URL; {ORIGIN}"),
    ("CognitoBaseURL http://app.example.com",
     f"'http://app.example.com' {NOT_HTTPS}{ORIGIN}"),
    ("CognitoBaseURL https://app.example.com/app",
     f"'https://app.example.com/app' has a path or a query; {ORIGIN}"),
    ("CognitoBaseURL https://user@app.example.com",
     f"'https://user@app.example.com' is not a URL; {ORIGIN}"),
    ("CognitoPath cognito", f"'cognito' is not a plain path; {PLAIN_PATH}"),
    ("CognitoPath /", f"'/' ends with /; {PLAIN_PATH}"),
    ("CognitoPath /cognito/", f"'/cognito/' ends with /; {PLAIN_PATH}"),
    ("CognitoPath /a/../b", f"'/a/../b' has . or .. as a part; {PLAIN_PATH}"),
    ("CognitoPath /a/..", f"'/a/..' has . or .. as a part; {PLAIN_PATH}"),
    ("CognitoPath /.", f"'/.' has . or .. as a part; {PLAIN_PATH}"),
    ("CognitoPath /a//b", f"'/a//b' is not a plain path; {PLAIN_PATH}"),
    ("CognitoCallback /callback?x=1", f"'/callback?x=1' is not a plain path; {PLAIN_PATH}"),
    ("CognitoCallback https://app.example.com/cb", "'https://app.example.com/cb' is a URL; "
     "write only its path, such as /oauth2/callback"),
    ("CognitoCallback /a%2fb", f"'/a%2fb' is not a plain path; {PLAIN_PATH}"),
    ("CognitoLogoutReturn //evil.example.com", "'//evil.example.com' is no place to land after "
     "a sign-out; write a path of this site, https://HOST/PATH, or none"),
    ("CognitoLogoutReturn http://www.example.com/", "'http://www.example.com/' is no place to "
     "land after a sign-out; write a path of this site, https://HOST/PATH, or none"),
    ("CognitoLogoutReturn /a none", "none stands beside other values; write one of them"),
    ("CognitoLogoutReturn none /a", "none stands beside other values; write one of them"),
    ("CognitoSecret 0123456789abcdef0123456789abcdef", NO_SOURCE),
    *[(f"CognitoStore {value}", f"'{value}' is not a store; {KINDS}")
      for value in ("memory", "shm:1M", "redis:cache", "redis.internal:6379")],
    ("CognitoStore valkey://:hidden@cache", "the value, not shown here, is not a store; " + KINDS),
    *[(f"CognitoStore {value}", f"'{value}' names no host, or a port that cannot be{REDIS}")
      for value in ("redis://", "redis:///1", "redis://:6379", "redis://cache:", "redis://cache:x",
                    "redis://cache:0", "redis://cache:65536", "redis://::1", "redis://[::1",
                    "redis://a_b$", "redis://cache:6379,b:6379")],
    *[(f"CognitoStore {value}", f"'{value}' names no host, or a port that cannot be{MEMCACHE}")
      for value in ("memcache:", "memcache::11211", "memcache:a:x", "memcache:a,", "memcache:a,,b",
                    "memcache:a:0", "memcache://a:11211", "memcache:a/b")],
    *[(f"CognitoStore dbm:{value}", f"'dbm:{value}' is no file in a folder that exists{DBM}")
      for value in ("", "/nonexistent/store", "/tmp/", "missing/store:2M")],
    ("CognitoStore dbm:store:1023K", f"'dbm:store:1023K' is too small: 1M is the least{DBM}"),
    ("CognitoStore dbm:store:65G", f"'dbm:store:65G' is too large: 64G is the most{DBM}"),
    ("CognitoStore memcache:" + ",".join("a" * 33), f"'memcache:{','.join('a' * 33)}' names more "
     f"than 32 servers{MEMCACHE}"),
    ('CognitoStore "redis://:exec:/bin/echo hidden@cache/x"', "the value, not shown here, has a database "
     f"that is no number{REDIS}"),
    ('CognitoProxy "http://svc:exec:/bin/echo hidden@proxy/path"', "the value, not shown here, is not the "
     "address of a proxy; write http://HOST:PORT, http://USER:file:/path@HOST:PORT, or none"),
    *[(f"CognitoStore {value}", f"'{value}' has a database that is no number{REDIS}")
      for value in ("redis://cache/", "redis://cache/x", "redis://cache/-1", "redis://cache/0/1",
                    "redis://cache/123456", "redis://cache/0?a=b")],
    *[(f"CognitoStore redis://{login}@cache", f"the value, not shown here, {LOGIN}")
      for login in ("", "user", ":", "user:", "hidden", ":hidden", "user:hidden", "user:hid@den",
                    "file:/etc/hidden", ":file:", "user:exec:hidden")],
    (f"CognitoStore redis://:hidden@cache ca={CA}", f"the value, not shown here, {LOGIN}"),
    ('CognitoStore "redis://a b:env:PATH@cache"', "'redis://a b:env:PATH@cache' has no user and "
     "password that can be right; write redis://USER:file:/path@HOST"),
    ("CognitoStore redis://:env:PATH@cache:x", "'redis://:env:PATH@cache:x' names no host, or a "
     f"port that cannot be{REDIS}"),
    ("CognitoStore rediss://cache ca=/nonexistent", "'ca=/nonexistent' cannot be read: No such "
     "file or directory; write the path of a PEM file, or system"),
    ("CognitoStore rediss://cache ca=httpd.conf", "'ca=httpd.conf' holds no certificate in PEM "
     "form; write the path of a PEM file, or system"),
    *[(f"CognitoStore {value} {option}", f"'{option}' may not stand here; write only the store, "
       "or rediss://HOST ca=PATH cert=SOURCE")
      for value, option in (("shmcb", "64M"), ("rediss://cache", "system"),
                            ("redis://cache", "ca=system"), ("shmcb", "ca=system"),
                            ("redis://cache", "cert=env:PATH"), ("rediss://cache", "key=file:x"))],
    ("CognitoStore rediss://cache cert=/etc/hidden", NO_SOURCE),
    *[(f"CognitoStore {value}", f"'{value}' has no size that is a number of bytes; {STORE}")
      for value in ("shmcb:", "shmcb:x", "shmcb:64T", "shmcb:-1M", "shmcb:1.5M", "shmcb:M",
                    "shmcb:/run/cache(512000)", "shmcb:9999999999999", "shmcb:0")],
    *[(f"CognitoStore {value}", f"'{value}' is too small: 1M is the least; {STORE}")
      for value in ("shmcb:1048575", "shmcb:1023K")],
    ("CognitoStore shmcb:64G1", f"'shmcb:64G1' has no size that is a number of bytes; {STORE}"),
    ("CognitoStore shmcb:65537M", f"'shmcb:65537M' is too large: 64G is the most; {STORE}"),
    ("CognitoCookie shop", "'shop' is not an option; "
     "write name=, domain=, samesite= or path="),
    ("CognitoCookie name=__Host-x", "'name=__Host-x' is not a name; "
     "write name= and up to 32 letters, digits or -"),
    ("CognitoCookie domain=.example.com", "'domain=.example.com' is not the domain of a cookie; "
     "write example.com, in lower case and without a dot in front"),
    ("CognitoCookie domain=127.0.0.1", "'domain=127.0.0.1' is not the domain of a cookie; "
     "write example.com, in lower case and without a dot in front"),
    ("CognitoCookie domain=com", "'domain=com' is not the domain of a cookie; "
     "write example.com, in lower case and without a dot in front"),
    ("CognitoCookie samesite=strict", "'samesite=strict' would keep the cookies away when "
     "Cognito sends the user back, so that no login could end; write samesite=lax"),
    ("CognitoCookie samesite=maybe", "'samesite=maybe' is not a mode; "
     "write samesite=lax or samesite=none"),
    ("CognitoCookie path=x", f"'path=x' is not a plain path; {PLAIN_PATH}"),
    ("CognitoScope openid" + " x" * 50, "'x' is one too many; write at most 50"),
    *[(f"CognitoAuditLog {value}", f"'{said}' names no file and no program; write logs/audit.log or "
       '"|/usr/bin/program"') for value, said in (("|", "|"), ('"|$ "', "|$ "))],
    *[(f"CognitoProxy {value}", f"'{value}' is not the address of a proxy; write http://HOST:PORT, "
       "http://USER:file:/path@HOST:PORT, or none")
      for value in ("proxy:3128", "http://proxy/path", "http://proxy:3128?a=b", "socks5://proxy:1080",
                    "http://svc:env:PATH@proxy/path", "svc:env:PATH@proxy:3128",
                    "http://svc:env:PATH@", "http://svc:env:PATH@proxy:x")],
    *[(f"CognitoProxy {scheme}://{login}@proxy:3128", f"the value, not shown here, {PROXY_LOGIN % scheme}")
      for scheme in ("http", "https")
      for login in ("", "user", "hidden", ":hidden", "user:hidden", "user:hid@den", "user:hid/den",
                    "user:file:", "file:/etc/hidden", "user:exec:hidden")],
    *[(f"CognitoProxy {login}@proxy:3128", f"the value, not shown here, {PROXY_LOGIN % 'http'}")
      for login in ("user:hidden", "socks5://user:hidden", "hidden")],
    ("CognitoProxy http://:env:PATH@proxy", "'http://:env:PATH@proxy' has no user and password that "
     "can be right; write http://USER:file:/path@HOST"),
    ('CognitoProxy "http://a b:env:PATH@proxy"', "'http://a b:env:PATH@proxy' has no user and "
     "password that can be right; write http://USER:file:/path@HOST"),
    ("CognitoCAFile /nonexistent", "'/nonexistent' cannot be read: No such file or directory; "
     "write the path of a PEM file, or system"),
    ("CognitoCAFile httpd.conf", "'httpd.conf' holds no certificate in PEM form; "
     "write the path of a PEM file, or system"),
    ("CognitoErrorTemplate /nonexistent", "'/nonexistent' cannot be read: No such file or directory"),
    ("CognitoErrorTemplate htdocs", "'ROOT/htdocs' cannot be read: Is a directory"),
    ("CognitoTimeout 5 10s", f"'5' {DURATION}"),
    ("CognitoTimeout 2s 1m1s", f"'1m1s' {DURATION}"),
    ("CognitoTimeout 2s 61s",
     "'61s' is longer than 60s, for which no browser waits; write 2s 5s"),
    ("CognitoTimeout 5s 2s", "'2s' is shorter than the time for connecting; write 2s 5s"),
    ("CognitoSession redis", "'redis' is no place for sessions; write cookie or store"),
    ("CognitoRefresh maybe", "'maybe' is neither on nor off"),
    ("CognitoRevokeKey secret", NO_SOURCE),
    ("CognitoGrace 5", f"'5' {DURATION}"),
    ("CognitoGrace 25h", "'25h' is longer than a day; write 15m, or 0 for none"),
    ("CognitoSessionTimeout 42x 12h", f"'42x' {DURATION}"),
    ("CognitoSessionTimeout 1h 0s", f"'0s' {DURATION}"),
    ("CognitoSessionTimeout 1h 401d",
     "'401d' is longer than 400d, for which no browser keeps a cookie; write 1h 12h"),
    ("CognitoPreservePost yes", "'yes' is neither on nor off"),
    ("CognitoPreservePost off 64K", "'64K' has nothing to do with off; write off, or on 64K"),
    *[(f"CognitoPreservePost on {size}", f"'{size}' is no size from 1K to 192K; write on 64K")
      for size in ("0", "1023", "193K", "x", "64KB", "-1", "9999999999G", "99999999999999")],
    ("CognitoSessionTimeout 2h 1h", "'1h' is shorter than the idle time; write 1h 12h"),
    ("CognitoUse a_b", "'a_b' is not a client's name; write up to 32 letters, digits or -"),
    ("CognitoUnauthenticated deny", "'deny' is not a mode; write auto, login, 401 or pass"),
    ("CognitoRemoteUser", "a claim is missing; write cognito:username email sub"),
    ("CognitoRemoteUser s/a/b/",
     "'s/a/b/' stands behind no claim; write CLAIM s/PATTERN/SUBSTITUTE/"),
    ("CognitoRemoteUser email s/a/b/ s/c/d/",
     "'s/c/d/' stands behind no claim; write CLAIM s/PATTERN/SUBSTITUTE/"),
    ("CognitoRemoteUser email s/a/b", f"'s/a/b' is not a substitution{SUBSTITUTION}"),
    ("CognitoRemoteUser email s/a/b/g", f"'s/a/b/g' is not a substitution{SUBSTITUTION}"),
    ("CognitoRemoteUser email s//b/", f"'s//b/' is not a substitution{SUBSTITUTION}"),
    ("CognitoRemoteUser email s/(/b/",
     f"'s/(/b/' holds a regular expression that does not compile{SUBSTITUTION}"),
    ("CognitoRemoteUser email s/a/$1/",
     f"'s/a/$1/' names a group that its pattern does not have{SUBSTITUTION}"),
    ("CognitoRemoteUser %{email}", "'%{email}' is an expression; write only the name of a claim: email"),
    ("CognitoRemoteUser !email",
     "'!email' is not the name of a claim; write email or sub"),
    ("CognitoAssertion", "write on or off"),
    ("CognitoAssertion yes", "'yes' is neither on nor off"),
    ("CognitoAssertion on X-Token", "'X-Token' may not stand here; write header=, audience= or "
     "ttl="),
    *[(f"CognitoAssertion on header={name}", f"'header={name}' is not a header that may tell who "
       "the user is; write header=X-Cognito-Assertion or header=Authorization")
      for name in ("", "X:Token", "Cookie", "content-length", "x" * 65, "Content_Length",
                   "Transfer_Encoding", "Forwarded", "X-Forwarded-For", "x_forwarded_user",
                   "Proxy-Authorization")],
    *[(f'CognitoHeader "{name}" email', f"'{name}' is not a header that may tell who the user is; "
       "write X-Forwarded-User REMOTE_USER")
      for name in ("X:Token", "Cookie", "Content_Length", "X-Forwarded-For", "X_Forwarded_Proto",
                   "Authorization", "x" * 65)],
    ("CognitoHeader X-User", "'X-User' says not of what; write X-User REMOTE_USER or X-User email"),
    *[(f'CognitoHeader X-User "{claim}"', f"'{claim}' is not the name of a claim; write email or "
       "REMOTE_USER") for claim in ("!email", "custom:*", "email,sub", "%{REMOTE_USER}", "a b")],
    ("CognitoHeader X-User email\nCognitoHeader x_user sub", "'x_user' stands here twice; write one "
     "of the two lines"),
    ("CognitoHeader X-User email\nCognitoHeader none", "none stands beside headers; write one of them"),
    ("\n".join(f"CognitoHeader X-{n} sub" for n in range(33)), "'X-32' is one too many; write at most 32"),
    ("CognitoAssertion on audience=", "'audience=' is not an audience; write "
     "audience=https://backend.example.com or a word"),
    ("CognitoAssertion on ttl=5", f"'ttl=5' {DURATION}"),
    *[(f"CognitoAssertion on ttl={ttl}", f"'ttl={ttl}' is not between 10s and 1h; write ttl=5m")
      for ttl in ("9s", "61m")],
    ("CognitoAssertionKey secret", NO_SOURCE),
    ("CognitoAssertionKey env:PATH own", "own stands beside other values; write one of them"),
    ("CognitoAssertionKey own env:PATH", "own stands beside other values; write one of them"),
    ("CognitoAssertionKey" + " exec:/a" * 9, "'exec:/a' is one too many; write at most 8"),
    ("CognitoTokens refresh", "'refresh' is not a token; write id, access, as=bearer or none"),
    *[(f"CognitoTokens {values}", "none stands beside other values; write one of them")
      for values in ("id none", "none access as=bearer", "NONE none")],
    ("CognitoTokens", "write id, access or none"),
    ("CognitoTokens as=bearer", "as=bearer goes with one token; write access as=bearer"),
    ("CognitoTokens id access as=bearer", "as=bearer goes with one token; write access as=bearer"),
    ("CognitoBackend authentik", "'authentik' is not a backend that is known; write cognito, "
     "oauth2-proxy, alb, pomerium, authelia, vouch, openidc, openmetadata, librechat or grafana, "
     "or CognitoHeader for other names"),
    *[(f"CognitoBackend {value}", f"'{value.split()[1]}' may not stand here; write only the "
       "backend's name, or alb signer=arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/NAME/ID")
      for value in ("alb arn:aws:x", "alb signer=", "vouch signer=arn:aws:x")],
    ("CognitoExport header", "'header' is not a way to export; write env, headers, both or none"),
    ("CognitoExport headers latin1", "'latin1' is not an encoding; write encoding=utf-8, "
     "encoding=latin1, encoding=base64 or encoding=percent"),
    ("CognitoClaims email default", "default stands beside patterns; write one of them"),
    ("CognitoClaims default email", "default stands beside patterns; write one of them"),
    ("CognitoGroups admins all", "all stands beside patterns; write one of them"),
    ("CognitoGroups all admins", "all stands beside patterns; write one of them"),
    ("CognitoGroups !", "'!' is not a pattern; write admins, app-* or !app-old"),
    ("CognitoGroups" + " g" * 101, "'g' is one too many; write at most 100"),
    ("CognitoClaims email,name", "'email,name' has a comma; write email custom:*, with a space "
     "between"),
    ("CognitoRemoteUser email ^(.*)@ $1", "'^(.*)@' is a part of a regular expression; write it as "
     "a substitution: email s/@.*//"),
    ("CognitoRemoteUser email,sub", "'email,sub' has a comma; write email sub, with a space between"),
    ("CognitoClaims !", "'!' is not a pattern; write email, custom:* or !phone_number"),
    ("CognitoAccept basic", "'basic' is neither session nor bearer"),
    ("CognitoAccept", "write session, bearer or both"),
    ("CognitoBearerClient app default,", "'default,' is not the id of an app client; write "
     "letters and digits such as 7sm0a9nvvurn0guite1f2jgqi9"),
    ("CognitoBearerClient", "write the ids of app clients, or default"),
    ("CognitoBearerTokenUse refresh", "'refresh' is neither access nor id"),
    ("CognitoBearerTokenUse", "write access, id or both"),
    ("CognitoResource mcp", "'mcp' is not a URL; write https://HOST/PATH"),
    ("CognitoResource http://app.example.test/mcp", f"'http://app.example.test/mcp' {NOT_HTTPS}"
     "write https://HOST/PATH"),
    ("CognitoResource https://app.example.test/mcp?x",
     "'https://app.example.test/mcp?x' has a query; write https://HOST/PATH"),
]


@pytest.mark.parametrize("line, message", BAD, ids=[line[:60] for line, _ in BAD])
def test_a_bad_value_stops_the_start_with_its_message(line, message):
    output = complaint(*SITE, line)
    assert re.match(r"AH00526: Syntax error on line \d+ of ROOT/httpd.conf:\n", output)
    assert output.split("\n")[1] == f"{line.split()[0]}: {message}"


def test_a_bad_expression_is_shown():
    output = complaint(*SITE, 'CognitoLoginParam lang "%{req:"')
    assert "CognitoLoginParam: '%{req:' is not an expression: " in output


def test_every_directive_has_good_and_bad_values():
    tried = ({line.split()[0] for line in GOOD} & {line.split()[0] for line, _ in BAD})
    assert tried | {"<CognitoClient"} == set(directives())
