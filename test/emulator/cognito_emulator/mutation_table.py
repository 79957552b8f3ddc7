"""The table of token mutations: one row each, for relying parties to be tried with.

A row says what the token becomes (`make`), and what a strict relying party does with it
(`strict`) and what Amazon's aws-jwt-verify does (`judge`): reject, accept, or either.
`use` is the kind of token it is meant for; most rows work on both kinds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from . import mutation_ops as op
from .jwt import Draft, sign
from .serialise import (
    b64std,
    flattened,
    general,
    nest,
    next_char,
    other_header,
    other_sub,
    pad,
    std,
)

R, A, E = "reject", "accept", "either"
LONG = "x" * 65536
HUGE = 10**30
DEEP = b"[" * 100000 + b"]" * 100000


@dataclass(frozen=True)
class Mutation:
    name: str
    strict: str
    judge: str
    make: Callable[[Draft], str]
    jwks: Callable[[dict, str], dict] | None = None

    @property
    def use(self) -> str:
        return "access" if self.name.startswith("ac-") else "id"


def iss(draft: Draft) -> str:
    return draft.payload["iss"]


def aud(draft: Draft) -> str:
    return draft.context["client"].id


def nonce(draft: Draft) -> str:
    return draft.payload.get("nonce", "")


def at_hash(draft: Draft) -> str:
    return draft.payload.get("at_hash", "")


def later(seconds: int):
    return lambda draft: draft.payload["iat"] + seconds


# fmt: off
ROWS = [
    Mutation("id-ok", A, A, sign),
    Mutation("ac-ok", A, A, sign),

    # iss: exactly the pool's
    Mutation("id-iss-other", R, R, op.claim("iss", "https://issuer.example/eu-west-1_Other")),
    Mutation("id-iss-other-pool", R, R, op.claim("iss", lambda d: iss(d)[:-1] + "Z")),
    Mutation("id-iss-longer", R, R, op.claim("iss", lambda d: iss(d) + "x")),
    Mutation("id-iss-shorter", R, R, op.claim("iss", lambda d: iss(d)[:-1])),
    Mutation("id-iss-slash", R, R, op.claim("iss", lambda d: iss(d) + "/")),
    Mutation("id-iss-case", R, R, op.claim("iss", lambda d: iss(d).upper())),
    Mutation("id-iss-scheme", R, R, op.claim("iss", lambda d: iss(d).replace("http", "ftp", 1))),
    Mutation("id-iss-userinfo", R, R, op.claim("iss", lambda d: iss(d).replace("//", "//x@", 1))),
    Mutation("id-iss-nul", R, R, op.claim("iss", lambda d: iss(d) + "\0x")),
    Mutation("id-iss-space", R, R, op.claim("iss", lambda d: " " + iss(d))),
    Mutation("id-iss-array", R, R, op.claim("iss", lambda d: [iss(d)])),
    Mutation("id-iss-object", R, R, op.claim("iss", lambda d: {"iss": iss(d)})),
    Mutation("id-iss-number", R, R, op.claim("iss", 1)),
    Mutation("id-iss-null", R, R, op.claim("iss", None)),
    Mutation("id-iss-empty", R, R, op.claim("iss", "")),
    Mutation("id-missing-iss", R, R, op.without("iss")),

    # aud: our client, and nobody whom we do not trust
    Mutation("id-aud-other", R, R, op.claim("aud", "someoneelsesclient")),
    Mutation("id-aud-longer", R, R, op.claim("aud", lambda d: aud(d) + "x")),
    Mutation("id-aud-shorter", R, R, op.claim("aud", lambda d: aud(d)[:-1])),
    Mutation("id-aud-case", R, R, op.claim("aud", lambda d: aud(d).upper())),
    Mutation("id-aud-nul", R, R, op.claim("aud", lambda d: aud(d) + "\0x")),
    Mutation("id-aud-array-only-us", A, R, op.claim("aud", lambda d: [aud(d)])),
    Mutation("id-aud-array-with-other", R, R, op.claim("aud", lambda d: [aud(d), "other"])),
    Mutation("id-aud-array-other-first", R, R, op.claim("aud", lambda d: ["other", aud(d)])),
    Mutation("id-aud-array-other", R, R, op.claim("aud", ["other"])),
    Mutation("id-aud-array-mixed", R, R, op.claim("aud", lambda d: [aud(d), 1])),
    Mutation("id-aud-array-empty", R, R, op.claim("aud", [])),
    Mutation("id-aud-object", R, R, op.claim("aud", lambda d: {"aud": aud(d)})),
    Mutation("id-aud-number", R, R, op.claim("aud", 1)),
    Mutation("id-aud-null", R, R, op.claim("aud", None)),
    Mutation("id-aud-empty", R, R, op.claim("aud", "")),
    Mutation("id-missing-aud", R, R, op.without("aud")),
    Mutation("id-azp-us", A, A, op.claim("azp", aud)),
    Mutation("id-azp-other", R, A, op.claim("azp", "someoneelsesclient")),
    Mutation("id-azp-number", R, A, op.claim("azp", 1)),

    # exp, iat, nbf, auth_time
    Mutation("id-exp-past", R, R, op.claim("exp", later(-3600))),
    Mutation("id-exp-past-leeway", R, R, op.claim("exp", later(-301))),
    Mutation("id-exp-zero", R, R, op.claim("exp", 0)),
    Mutation("id-exp-negative", R, R, op.claim("exp", -1)),
    Mutation("id-exp-string", R, R, op.claim("exp", lambda d: str(d.payload["exp"]))),
    Mutation("id-exp-null", R, R, op.claim("exp", None)),
    Mutation("id-exp-true", R, R, op.claim("exp", True)),
    Mutation("id-exp-array", R, R, op.claim("exp", lambda d: [d.payload["exp"]])),
    Mutation("id-exp-float", E, A, op.claim("exp", lambda d: d.payload["exp"] + 0.5)),
    Mutation("id-exp-1e300", R, A, op.claim("exp", 1e300)),
    Mutation("id-exp-huge", R, A, op.claim("exp", HUGE)),
    Mutation("id-exp-int64", E, A, op.claim("exp", 2**63 - 1)),
    Mutation("id-missing-exp", R, A, op.without("exp")),
    Mutation("id-iat-future", R, A, op.claim("iat", later(3600))),
    Mutation("id-iat-old", E, A, op.claim("iat", later(-10 * 86400))),
    Mutation("id-iat-string", R, R, op.claim("iat", lambda d: str(d.payload["iat"]))),
    Mutation("id-iat-null", R, R, op.claim("iat", None)),
    Mutation("id-iat-negative", E, A, op.claim("iat", -1)),
    Mutation("id-iat-1e300", R, A, op.claim("iat", 1e300)),
    Mutation("id-missing-iat", R, A, op.without("iat")),
    Mutation("id-nbf-past", A, A, op.claim("nbf", later(-60))),
    Mutation("id-nbf-future", R, R, op.claim("nbf", later(3600))),
    Mutation("id-nbf-string", R, R, op.claim("nbf", "0")),
    Mutation("id-nbf-1e300", R, R, op.claim("nbf", 1e300)),
    Mutation("id-auth-time-old", E, A, op.claim("auth_time", later(-86400))),
    Mutation("id-auth-time-future", E, A, op.claim("auth_time", later(86400))),
    Mutation("id-auth-time-string", E, A, op.claim("auth_time", "now")),
    Mutation("id-missing-auth-time", E, A, op.without("auth_time")),

    # nonce: the one that was sent
    Mutation("id-nonce-other", R, A, op.claim("nonce", "someoneelsesnonce")),
    Mutation("id-nonce-longer", R, A, op.claim("nonce", lambda d: nonce(d) + "x")),
    Mutation("id-nonce-shorter", R, A, op.claim("nonce", lambda d: nonce(d)[:-1])),
    Mutation("id-nonce-case", R, A, op.claim("nonce", lambda d: nonce(d).swapcase())),
    Mutation("id-nonce-nul", R, A, op.claim("nonce", lambda d: nonce(d) + "\0")),
    Mutation("id-nonce-array", R, A, op.claim("nonce", lambda d: [nonce(d)])),
    Mutation("id-nonce-number", R, A, op.claim("nonce", 1)),
    Mutation("id-nonce-null", R, A, op.claim("nonce", None)),
    Mutation("id-nonce-empty", R, A, op.claim("nonce", "")),
    Mutation("id-missing-nonce", R, A, op.without("nonce")),

    # sub
    Mutation("id-sub-other", E, A, op.claim("sub", "00000000-0000-0000-0000-000000000000")),
    Mutation("id-sub-empty", R, A, op.claim("sub", "")),
    Mutation("id-sub-long", R, A, op.claim("sub", "s" * 256)),
    Mutation("id-sub-255", A, A, op.claim("sub", "s" * 255)),
    Mutation("id-sub-nul", R, A, op.claim("sub", "alice\0")),
    Mutation("id-sub-newline", R, A, op.claim("sub", "alice\r\nX-Evil: 1")),
    Mutation("id-sub-number", R, R, op.claim("sub", 1)),
    Mutation("id-sub-array", R, R, op.claim("sub", ["alice"])),
    Mutation("id-sub-null", R, R, op.claim("sub", None)),
    Mutation("id-missing-sub", R, A, op.without("sub")),

    # token_use and the other kind of token
    Mutation("id-token-use-access", R, R, op.claim("token_use", "access")),
    Mutation("id-token-use-case", R, R, op.claim("token_use", "ID")),
    Mutation("id-token-use-array", R, R, op.claim("token_use", ["id"])),
    Mutation("id-token-use-empty", R, R, op.claim("token_use", "")),
    Mutation("id-token-use-null", R, R, op.claim("token_use", None)),
    Mutation("id-missing-token-use", R, R, op.without("token_use")),
    Mutation("id-is-access-token", R, R, op.the_access_token),

    # at_hash: of the access token that came along, if there is one
    Mutation("id-athash-other", R, A, op.claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA")),
    Mutation("id-athash-shorter", R, A, op.claim("at_hash", lambda d: at_hash(d)[:8])),
    Mutation("id-athash-longer", R, A, op.claim("at_hash", lambda d: at_hash(d) + "A")),
    Mutation("id-athash-padded", R, A, op.claim("at_hash", lambda d: at_hash(d) + "==")),
    Mutation("id-athash-empty", R, A, op.claim("at_hash", "")),
    Mutation("id-athash-number", R, A, op.claim("at_hash", 1)),
    Mutation("id-athash-null", R, A, op.claim("at_hash", None)),
    Mutation("id-athash-absent", A, A, op.without("at_hash")),

    # other claims
    Mutation("id-groups-500", E, A, op.claim("cognito:groups", [f"group-{n}" for n in range(500)])),
    Mutation("id-groups-string", E, A, op.claim("cognito:groups", "admins")),
    Mutation("id-groups-mixed", E, A, op.claim("cognito:groups", ["admins", 1, None, {}])),
    Mutation("id-groups-comma", E, A, op.claim("cognito:groups", ["staff,admins"])),
    Mutation("id-groups-newline", E, A, op.claim("cognito:groups", ["a\r\nX-Evil: 1"])),
    Mutation("id-email-verified-string", A, A, op.claim("email_verified", "true")),
    Mutation("id-claim-64k", E, A, op.claim("custom:long", LONG)),
    Mutation("id-claim-newline", E, A, op.claim("name", "a\r\nX-Evil: 1")),
    Mutation("id-claim-unknown", A, A, op.claim("urn:example:x", {"deep": [1, {"er": None}]})),

    # access tokens
    Mutation("ac-iss-other", R, R, op.claim("iss", "https://issuer.example/eu-west-1_Other")),
    Mutation("ac-missing-iss", R, R, op.without("iss")),
    Mutation("ac-exp-past", R, R, op.claim("exp", later(-3600))),
    Mutation("ac-exp-string", R, R, op.claim("exp", "9999999999")),
    Mutation("ac-missing-exp", R, A, op.without("exp")),
    Mutation("ac-nbf-future", R, R, op.claim("nbf", later(3600))),
    Mutation("ac-client-other", R, R, op.claim("client_id", "someoneelsesclient")),
    Mutation("ac-client-case", R, R, op.claim("client_id", lambda d: aud(d).upper())),
    Mutation("ac-client-longer", R, R, op.claim("client_id", lambda d: aud(d) + "x")),
    Mutation("ac-client-array", R, R, op.claim("client_id", lambda d: [aud(d)])),
    Mutation("ac-client-null", R, R, op.claim("client_id", None)),
    Mutation("ac-client-empty", R, R, op.claim("client_id", "")),
    Mutation("ac-client-missing", R, R, op.without("client_id")),
    Mutation("ac-client-in-aud", R, R, lambda d: op.claims(aud=aud(d), client_id="other")(d)),
    Mutation("ac-aud-us", A, A, op.claim("aud", aud)),
    Mutation("ac-aud-resource", E, A, op.claim("aud", "https://api.example.com")),
    Mutation("ac-token-use-id", R, R, op.claim("token_use", "id")),
    Mutation("ac-missing-token-use", R, R, op.without("token_use")),
    Mutation("ac-is-id-token", R, R, op.an_id_token),
    Mutation("ac-missing-username", E, A, op.without("username")),
    Mutation("ac-missing-sub", E, A, op.without("sub")),
    Mutation("ac-scope-array", E, R, op.claim("scope", ["openid", "orders/read"])),
    Mutation("ac-missing-scope", E, A, op.without("scope")),

    # alg: RS256, whatever the header says
    Mutation("alg-none", R, R, op.algorithm("none", op.no_signature)),
    Mutation("alg-none-case", R, R, op.algorithm("nOnE", op.no_signature)),
    Mutation("alg-none-signed", R, R, op.algorithm("none", op.rs256)),
    Mutation("alg-none-space", R, R, op.algorithm("none ", op.no_signature)),
    Mutation("alg-empty", R, R, op.algorithm("", op.no_signature)),
    Mutation("alg-hs256-rsa-pem", R, R, op.algorithm("HS256", op.hmac_of(op.public_pem))),
    Mutation("alg-hs256-rsa-der", R, R, op.algorithm("HS256", op.hmac_of(op.public_der))),
    Mutation("alg-hs256-rsa-n", R, R, op.algorithm("HS256", op.hmac_of(op.modulus))),
    Mutation("alg-hs256-rsa-n-text", R, R, op.algorithm("HS256", op.hmac_of(op.modulus_text))),
    Mutation("alg-hs256-rsa-jwk", R, R, op.algorithm("HS256", op.hmac_of(op.jwk_text))),
    Mutation("alg-hs256-rsa-empty", R, R, op.algorithm("HS256", op.hmac_of(lambda key: b"")),
             op.jwk_members(alg=None)),
    Mutation("alg-rs384", R, R, op.algorithm("RS384", op.rsa_with(op.hashes.SHA384()))),
    Mutation("alg-rs512", R, R, op.algorithm("RS512", op.rsa_with(op.hashes.SHA512()))),
    Mutation("alg-rs512-jwk-alg-absent", R, A,
             op.algorithm("RS512", op.rsa_with(op.hashes.SHA512())), op.jwk_members(alg=None)),
    Mutation("alg-ps256", R, R, op.algorithm("PS256", op.pss)),
    Mutation("alg-es256", R, R, op.algorithm("ES256", op.es256)),
    Mutation("alg-lower", R, R, op.algorithm("rs256", op.rs256)),
    Mutation("alg-number", R, R, op.algorithm(256, op.rs256)),
    Mutation("alg-null", R, R, op.algorithm(None, op.rs256)),
    Mutation("alg-array", R, R, op.algorithm(["RS256"], op.rs256)),
    Mutation("alg-absent", R, R, op.without_header("alg")),
    Mutation("alg-dup-none-first", R, A, op.raw_header(op.member_twice("alg", "none", True))),
    Mutation("alg-dup-none-last", R, R, op.raw_header(op.member_twice("alg", "none", False))),

    # kid
    Mutation("kid-unknown", R, R, op.signed_by(op.stranger, op.new_unknown_kid)),
    Mutation("kid-absent", R, R, op.without_header("kid")),
    Mutation("kid-empty", R, R, op.header(kid="")),
    Mutation("kid-null", R, R, op.header(kid=None)),
    Mutation("kid-number", R, R, op.header(kid=1)),
    Mutation("kid-array", R, R, op.header(kid=lambda d: [d.key.kid])),
    Mutation("kid-case", R, R, op.header(kid=lambda d: d.key.kid.swapcase())),
    Mutation("kid-url-alphabet", R, R,
             op.header(kid=lambda d: d.key.kid.replace("+", "-").replace("/", "_"))),
    Mutation("kid-unpadded", R, R, op.header(kid=lambda d: d.key.kid.rstrip("="))),
    Mutation("kid-nul", R, R, op.header(kid=lambda d: d.key.kid + "\0")),
    Mutation("kid-path", R, R, op.header(kid="../../../../dev/null")),
    Mutation("kid-sql", R, R, op.header(kid="' OR '1'='1")),
    Mutation("kid-redis", R, R, op.header(kid="x\r\nFLUSHALL\r\n")),
    Mutation("kid-url", R, R, op.header(kid=op.attacker_url)),
    Mutation("kid-long", R, R, op.header(kid=LONG)),
    Mutation("kid-of-other-key", R, R, op.other_keys_kid),
    Mutation("kid-dup", R, A, op.raw_header(op.member_twice("kid", "unknown", True))),

    # keys
    Mutation("key-stranger", R, R, op.signed_by(op.stranger)),
    Mutation("key-other-use", R, R, op.other_key_same_kid),
    Mutation("key-1024", R, A, op.signed_by(op.weak_key), op.jwk_of(op.weak_jwk)),
    Mutation("key-e-1", R, A, op.message_itself, op.jwk_members(e="AQ")),
    Mutation("key-e-even", R, R, sign, op.jwk_members(e="Ag")),
    Mutation("key-n-empty", R, R, sign, op.jwk_members(n="")),
    Mutation("key-use-enc", R, R, sign, op.jwk_members(use="enc")),
    Mutation("key-ops-encrypt", R, A, sign, op.jwk_members(use=None, key_ops=["encrypt"])),
    Mutation("key-alg-other", R, R, sign, op.jwk_members(alg="RS512")),
    Mutation("key-alg-absent", A, A, sign, op.jwk_members(alg=None)),
    Mutation("key-use-absent", A, A, sign, op.jwk_members(use=None)),
    Mutation("key-kty-absent", R, R, sign, op.jwk_members(kty=None)),
    Mutation("key-kty-oct", R, R, op.algorithm("HS256", op.hmac_of(op.oct_secret)),
             op.jwk_of(op.oct_jwk)),
    Mutation("key-kty-ec", R, A, op.algorithm("ES256", op.es256), op.jwk_of(op.ec_jwk)),
    Mutation("key-kid-twice", E, E, sign, op.first(op.same_kid_stranger)),
    Mutation("key-bad-among-good", A, A, sign, op.first({"kty": "RSA", "kid": 1}, {"kty": "XYZ"})),
    Mutation("key-among-10000", E, A, sign, op.many_keys),

    # other members of the header
    Mutation("hdr-typ-jwt", A, A, op.header(typ="JWT")),
    Mutation("hdr-typ-at-jwt", E, A, op.header(typ="at+jwt")),
    Mutation("hdr-typ-number", E, A, op.header(typ=1)),
    Mutation("hdr-cty-jwt", E, A, op.header(cty="JWT")),
    Mutation("hdr-crit-unknown", R, A, op.header(crit=["exp"], exp=1)),
    Mutation("hdr-crit-b64", R, A, op.header(crit=["b64"], b64=False)),
    Mutation("hdr-crit-empty", R, A, op.header(crit=[])),
    Mutation("hdr-crit-string", R, A, op.header(crit="exp")),
    Mutation("hdr-crit-null", R, A, op.header(crit=None)),
    Mutation("hdr-jku", R, R, op.by_stranger(jku=op.attacker_url)),
    Mutation("hdr-x5u", R, R, op.by_stranger(x5u=op.attacker_url)),
    Mutation("hdr-jwk", R, R, op.by_stranger(jwk=lambda d: d.key.public_jwk())),
    Mutation("hdr-x5c", R, R, op.by_stranger(x5c=lambda d: [b64std(op.public_der(d.key))])),
    Mutation("hdr-jku-unneeded", E, A, op.header(jku=op.attacker_url)),
    Mutation("hdr-zip", E, A, op.header(zip="DEF")),
    Mutation("hdr-big", R, A, op.header(padding="x" * (1 << 20))),
    Mutation("hdr-array", R, R, op.raw_header(lambda h: b"[" + h + b"]")),
    Mutation("hdr-empty", R, R, op.raw_header(lambda h: b"")),
    Mutation("hdr-no-json", R, R, op.raw_header(lambda h: b"kid")),
    Mutation("hdr-trailing", R, R, op.raw_header(lambda h: h + b"x")),
    Mutation("hdr-bom", R, R, op.raw_header(lambda h: b"\xef\xbb\xbf" + h)),
    Mutation("hdr-utf16", R, R, op.raw_header(lambda h: h.decode().encode("utf-16"))),

    # the payload as JSON
    Mutation("pay-dup-sub-first", R, A, op.raw_payload(op.member_twice("sub", "evil", True))),
    Mutation("pay-dup-sub-last", R, A, op.raw_payload(op.member_twice("sub", "evil", False))),
    Mutation("pay-dup-iss-first", R, A, op.raw_payload(op.member_twice("iss", "evil", True))),
    Mutation("pay-dup-iss-last", R, R, op.raw_payload(op.member_twice("iss", "evil", False))),
    Mutation("pay-dup-exp-first", R, A, op.raw_payload(op.member_twice("exp", 0, True))),
    Mutation("pay-dup-exp-last", R, A, op.raw_payload(op.member_twice("exp", 9999999999, False))),
    Mutation("pay-dup-same", R, A, op.raw_payload(op.member_twice("sub", "", True))),
    Mutation("pay-array", R, R, op.raw_payload(lambda p: b"[" + p + b"]")),
    Mutation("pay-string", R, R, op.raw_payload(lambda p: b'"sub"')),
    Mutation("pay-number", R, R, op.raw_payload(lambda p: b"1")),
    Mutation("pay-null", R, R, op.raw_payload(lambda p: b"null")),
    Mutation("pay-true", R, R, op.raw_payload(lambda p: b"true")),
    Mutation("pay-empty", R, R, op.raw_payload(lambda p: b"")),
    Mutation("pay-empty-object", R, R, op.raw_payload(lambda p: b"{}")),
    Mutation("pay-truncated", R, R, op.raw_payload(lambda p: p[:-1])),
    Mutation("pay-trailing", R, R, op.raw_payload(lambda p: p + b"x")),
    Mutation("pay-two-objects", R, R, op.raw_payload(lambda p: p + p)),
    Mutation("pay-trailing-nul", R, R, op.raw_payload(lambda p: p + b"\0")),
    Mutation("pay-spaces", A, A, op.raw_payload(lambda p: b" \r\n\t" + p + b"\n")),
    Mutation("pay-bom", R, R, op.raw_payload(lambda p: b"\xef\xbb\xbf" + p)),
    Mutation("pay-utf16", R, R, op.raw_payload(lambda p: p.decode().encode("utf-16"))),
    Mutation("pay-bad-utf8", R, A, op.raw_payload(op.with_member(b'"x":"\xff"'))),
    Mutation("pay-overlong", R, A, op.raw_payload(op.with_member(b'"x":"\xc0\xaf"'))),
    Mutation("pay-surrogate", R, A, op.raw_payload(op.with_member(b'"x":"\\ud800"'))),
    Mutation("pay-surrogate-utf8", R, A, op.raw_payload(op.with_member(b'"x":"\xed\xa0\x80"'))),
    Mutation("pay-nul", R, A, op.raw_payload(op.with_member(b'"x":"a\\u0000b"'))),
    Mutation("pay-nul-in-name", R, A, op.raw_payload(op.with_member(b'"sub\\u0000":"evil"'))),
    Mutation("pay-raw-newline", R, R, op.raw_payload(op.with_member(b'"x":"\n"'))),
    Mutation("pay-nan", R, R, op.raw_payload(op.with_member(b'"x":NaN'))),
    Mutation("pay-comment", R, R, op.raw_payload(lambda p: b"/**/" + p)),
    Mutation("pay-single-quotes", R, R, op.raw_payload(lambda p: p.replace(b'"', b"'"))),
    Mutation("pay-trailing-comma", R, R, op.raw_payload(lambda p: p[:-1] + b",}")),
    Mutation("pay-deep", R, E, op.raw_payload(op.with_member(b'"x":' + DEEP))),
    Mutation("pay-big", R, A, op.claim("x", "x" * (1 << 20))),
    Mutation("pay-many-members", R, A,
             op.raw_payload(op.with_member(b",".join(b'"m%d":0' % n for n in range(100000))))),
    Mutation("pay-proto", E, A, op.raw_payload(op.with_member(b'"__proto__":{"sub":"evil"}'))),
    Mutation("pay-escaped-name", A, A,
             op.raw_payload(lambda p: p.replace(b'"sub"', b'"\\u0073ub"', 1))),
    Mutation("pay-plain-slashes", A, A, op.raw_payload(lambda p: p.replace(b"\\/", b"/"))),

    # the serialisation
    Mutation("ser-empty", R, R, op.text(lambda t: "")),
    Mutation("ser-word", R, R, op.text(lambda t: "undefined")),
    Mutation("ser-dots", R, R, op.text(lambda t: "..")),
    Mutation("ser-many-dots", R, R, op.text(lambda t: "." * 100000)),
    Mutation("ser-one-part", R, R, op.parts(lambda h, p, s: h)),
    Mutation("ser-two-parts", R, R, op.parts(lambda h, p, s: f"{h}.{p}")),
    Mutation("ser-four-parts", R, R, op.parts(lambda h, p, s: f"{h}.{p}.{s}.{s}")),
    Mutation("ser-five-parts", R, R, op.parts(lambda h, p, s: f"{h}.{p}.{s}.{s}.{s}")),
    Mutation("ser-leading-dot", R, R, op.text(lambda t: "." + t)),
    Mutation("ser-trailing-dot", R, R, op.text(lambda t: t + ".")),
    Mutation("ser-padded", R, R, op.parts(lambda h, p, s: f"{pad(h)}.{pad(p)}.{pad(s)}")),
    Mutation("ser-sig-padded", R, A, op.parts(lambda h, p, s: f"{h}.{p}.{pad(s)}")),
    Mutation("ser-sig-junk", R, R, op.text(lambda t: t + "=.evil")),
    Mutation("ser-sig-junk-equals", R, R, op.text(lambda t: t + "==evil")),
    Mutation("ser-misplaced-padding", R, R, op.text(lambda t: "eyJhbGciOiJSUzI1NiJ9.e30.A=")),
    Mutation("ser-std-base64", R, R, op.parts(lambda h, p, s: f"{h}.{p}.{std(s)}")),
    Mutation("ser-noncanonical", R, A, op.text(lambda t: t[:-1] + next_char(t[-1]))),
    Mutation("ser-leading-space", R, R, op.text(lambda t: " " + t)),
    Mutation("ser-trailing-space", R, R, op.text(lambda t: t + " ")),
    Mutation("ser-newline", R, R, op.text(lambda t: t + "\n")),
    Mutation("ser-inner-newline", R, R, op.text(lambda t: t[:100] + "\n" + t[100:])),
    Mutation("ser-percent", R, R, op.text(lambda t: t.replace(".", "%2E"))),
    Mutation("ser-8bit", R, R, op.text(lambda t: t + "\u00e9")),
    Mutation("ser-nul", R, R, op.text(lambda t: t + "\0")),
    Mutation("ser-bearer", R, R, op.text(lambda t: "Bearer " + t)),
    Mutation("ser-twice", R, R, op.text(lambda t: f"{t},{t}")),
    Mutation("ser-json-flattened", R, R, op.parts(lambda h, p, s: flattened(h, p, s))),
    Mutation("ser-json-general", R, R, op.parts(lambda h, p, s: general(h, p, s))),
    Mutation("ser-nested", R, R, op.text(lambda t: t.split(".")[0] + "." + nest(t) + ".AAAA")),

    # the signature
    Mutation("sig-flip-first", R, R, op.signature(op.flip(0))),
    Mutation("sig-flip-middle", R, R, op.signature(op.flip(128))),
    Mutation("sig-flip-last", R, R, op.signature(op.flip(-1))),
    Mutation("sig-empty", R, R, op.signature(lambda s: b"")),
    Mutation("sig-zero", R, R, op.signature(lambda s: bytes(len(s)))),
    Mutation("sig-short", R, R, op.signature(lambda s: s[:-1])),
    Mutation("sig-long", R, R, op.signature(lambda s: s + b"\0")),
    Mutation("sig-leading-zero", R, R, op.signature(lambda s: b"\0" + s)),
    Mutation("sig-of-other-token", R, R, op.signature(lambda s: op.stranger().sign(b"other"))),
    Mutation("sig-payload-changed", R, R, op.parts(lambda h, p, s: f"{h}.{other_sub(p)}.{s}")),
    Mutation("sig-header-changed", R, R, op.parts(lambda h, p, s: f"{other_header(h)}.{p}.{s}")),
]
# fmt: on

MUTATIONS = {row.name: row for row in ROWS}
