"""The verbs of the mutation table: each makes a function from a draft to a spoiled token."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from jwcrypto.jwk import JWK

from .jwt import Draft, header_json, sign, sign_bytes, to_json
from .keys import SigningKey, b64url, new_kid, new_signing_key

DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


@functools.cache
def stranger() -> SigningKey:
    """A key that no pool has."""
    return new_signing_key()


@functools.cache
def weak_key() -> SigningKey:
    return new_signing_key(1024)


@functools.cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def make_keys() -> None:
    """Those above, which are kept."""
    for make in (stranger, weak_key, ec_key):
        make()


def resolve(value, draft: Draft):
    """A value of the table may be a function of the draft."""
    return value(draft) if callable(value) else value


# claims and header members, rightly signed


def claim(name: str, value):
    def make(draft: Draft) -> str:
        draft.payload[name] = resolve(value, draft)
        return sign(draft)

    return make


def claims(**values):
    def make(draft: Draft) -> str:
        draft.payload.update({k: resolve(v, draft) for k, v in values.items()})
        return sign(draft)

    return make


def without(*names: str):
    def make(draft: Draft) -> str:
        for name in names:
            draft.payload.pop(name, None)
        return sign(draft)

    return make


def header(**values):
    def make(draft: Draft) -> str:
        draft.header.update({k: resolve(v, draft) for k, v in values.items()})
        return sign(draft)

    return make


def without_header(name: str):
    def make(draft: Draft) -> str:
        draft.header.pop(name)
        return sign(draft)

    return make


def raw_header(change):
    """`change` makes other bytes of the header's JSON."""

    def make(draft: Draft) -> str:
        return sign_bytes(change(header_json(draft.header)), to_json(draft.payload), draft.key)

    return make


def raw_payload(change):
    """`change` makes other bytes of the payload's JSON."""

    def make(draft: Draft) -> str:
        return sign_bytes(header_json(draft.header), change(to_json(draft.payload)), draft.key)

    return make


def member_twice(name: str, value, first: bool):
    """The member `name` a second time, before or after the right one."""

    def change(text: bytes) -> bytes:
        double = f"{json.dumps(name)}:{json.dumps(value)}".encode()
        inner = text[1:-1]
        parts = (double, inner) if first else (inner, double)
        return b"{" + b",".join(parts) + b"}"

    return change


def with_member(member: bytes):
    """One more member, given as bytes."""
    return lambda text: b"{" + member + b"," + text[1:]


# other bytes of the finished token


def text(change):
    """`change` gets the finished token."""
    return lambda draft: change(sign(draft))


def parts(change):
    """`change` gets header, payload and signature as they stand in the token."""
    return lambda draft: change(*sign(draft).split("."))


def signature(change):
    """`change` gets the bytes of the signature and the draft."""

    def make(draft: Draft) -> str:
        head, payload, encoded = sign(draft).split(".")
        good = base64.urlsafe_b64decode(encoded + "==")
        return f"{head}.{payload}.{b64url(change(good))}"

    return make


def flip(position: int):
    def change(data: bytes) -> bytes:
        index = position % len(data)
        return data[:index] + bytes([data[index] ^ 1]) + data[index + 1 :]

    return change


# other algorithms and keys


def algorithm(name, signer):
    """`alg` is `name`; `signer` gets the draft and the signing input."""

    def make(draft: Draft) -> str:
        draft.header["alg"] = name
        signing_input = f"{b64url(header_json(draft.header))}.{b64url(to_json(draft.payload))}"
        return f"{signing_input}.{b64url(signer(draft, signing_input.encode()))}"

    return make


def no_signature(draft: Draft, data: bytes) -> bytes:
    return b""


def rs256(draft: Draft, data: bytes) -> bytes:
    return draft.key.sign(data)


def rsa_with(digest):
    return lambda draft, data: draft.key.private.sign(data, padding.PKCS1v15(), digest)


def pss(draft: Draft, data: bytes) -> bytes:
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    return draft.key.private.sign(data, scheme, hashes.SHA256())


def es256(draft: Draft, data: bytes) -> bytes:
    r, s = decode_dss_signature(ec_key().sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def hmac_of(secret):
    """HMAC whose key is what everybody knows: the public key in some form."""
    return lambda draft, data: hmac.new(secret(draft.key), data, hashlib.sha256).digest()


def public_pem(key: SigningKey) -> bytes:
    return _public(key, serialization.Encoding.PEM)


def public_der(key: SigningKey) -> bytes:
    return _public(key, serialization.Encoding.DER)


def _public(key: SigningKey, encoding) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.private.public_key().public_bytes(encoding, form)


def modulus(key: SigningKey) -> bytes:
    return base64.urlsafe_b64decode(key.public_jwk()["n"] + "==")


def modulus_text(key: SigningKey) -> bytes:
    return key.public_jwk()["n"].encode()


def jwk_text(key: SigningKey) -> bytes:
    return json.dumps(key.public_jwk(), separators=(",", ":")).encode()


def new_unknown_kid(key: SigningKey) -> str:
    """Another one each time."""
    return new_kid()


def signed_by(other, kid=None):
    """Signed with another key; the header keeps the pool's kid, or names `kid`."""

    def make(draft: Draft) -> str:
        draft.key = other()
        if kid is not None:
            draft.header["kid"] = kid(draft.key)
        return sign(draft)

    return make


def by_stranger(**members):
    """Signed by a stranger who names his own key in the header."""

    def make(draft: Draft) -> str:
        draft.key = stranger()
        draft.header["kid"] = draft.key.kid
        draft.header.update({k: resolve(v, draft) for k, v in members.items()})
        return sign(draft)

    return make


def attacker_url(draft: Draft) -> str:
    """At the emulator itself, so that the request log shows who fetches it."""
    pool = draft.context["pool"]
    return f"{pool.idp_url}/{pool.id}/attacker/jwks.json"


def message_itself(draft: Draft) -> str:
    """Under exponent 1 the padded message is its own signature."""
    signing_input = f"{b64url(header_json(draft.header))}.{b64url(to_json(draft.payload))}"
    info = DIGEST_INFO + hashlib.sha256(signing_input.encode()).digest()
    size = draft.key.private.key_size // 8
    padded = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
    return f"{signing_input}.{b64url(padded)}"


# the JWKS


def jwk_members(**members):
    """Changes members of the published key with this kid; None removes."""

    def change(document: dict, kid: str) -> dict:
        keys = []
        for key in document["keys"]:
            if key["kid"] == kid:
                merged = {**key, **members}
                key = {k: v for k, v in merged.items() if v is not None}
            keys.append(key)
        return {"keys": keys}

    return change


def jwk_of(make):
    """Publishes another key under this kid."""
    return lambda document, kid: jwk_members(**{**make(), "kid": kid})(document, kid)


def weak_jwk() -> dict:
    return weak_key().public_jwk()


def ec_jwk() -> dict:
    public = JWK.from_pyca(ec_key().public_key()).export(as_dict=True)
    members = {name: public[name] for name in ("kty", "crv", "x", "y")}
    return {**members, "alg": "ES256", "n": None, "e": None}


def oct_jwk() -> dict:
    secret = b64url(b"a secret that everybody can read")
    return {"kty": "oct", "k": secret, "alg": "HS256", "n": None, "e": None}


def oct_secret(key: SigningKey) -> bytes:
    return b"a secret that everybody can read"


def first(*keys):
    """Puts more keys in front of the pool's own; each may be a function of the kid."""

    def change(document: dict, kid: str) -> dict:
        more = [key(kid) if callable(key) else key for key in keys]
        return {"keys": more + document["keys"]}

    return change


def same_kid_stranger(kid: str) -> dict:
    return {**stranger().public_jwk(), "kid": kid}


def many_keys(document: dict, kid: str) -> dict:
    """Ten thousand keys before the right ones."""
    fillers = [{**stranger().public_jwk(), "kid": f"filler-{n}"} for n in range(10000)]
    return {"keys": fillers + document["keys"]}


# tokens of the other kind


def the_access_token(draft: Draft) -> str:
    return draft.context["access_token"]


def an_id_token(draft: Draft) -> str:
    """Rightly signed with the key of ID tokens, in place of the access token."""
    payload = dict(draft.payload)
    for name in ("client_id", "scope", "version"):
        payload.pop(name, None)
    payload.update({"aud": draft.context["client"].id, "token_use": "id"})
    payload["cognito:username"] = payload.pop("username", "")
    key = draft.context["pool"].keys.signing("id")
    return sign(Draft("id", {"kid": key.kid, "alg": "RS256"}, payload, key))


def other_key_same_kid(draft: Draft) -> str:
    """Signed with the pool's other key, under the kid of this one."""
    use = "access" if draft.use == "id" else "id"
    draft.key = draft.context["pool"].keys.signing(use)
    return sign(draft)


def other_keys_kid(draft: Draft) -> str:
    """Signed with the right key, under the kid of the pool's other one."""
    use = "access" if draft.use == "id" else "id"
    draft.header["kid"] = draft.context["pool"].keys.signing(use).kid
    return sign(draft)
