"""A small OpenID provider on loopback: what ProConnect does for us, and, asked to, what it never should.

`twists` changes what it says: {"id_token": {...}, "userinfo": {...}} replace claims (None removes one), "alg" signs
with another algorithm, "unsigned" sends the userinfo as plain JSON.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import environ
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from roadmap_portal.identity import identity_from

CLIENT_ID, SECRET = "portail", "secret-d-essai"
ALLOWED = {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "claims", "code_challenge",
           "code_challenge_method"}  # fmt: skip
PERSON = {
    "sub": "sub-de-claire",
    "email": "Claire.Martin@region.example",
    "given_name": "Claire",
    "usual_name": "Martin",
    "siret": "20005376700014",
    "idp_id": "idp-region",
    "organization_label": "Région",
    "roles": ["agent_public"],
}


class Provider:
    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.person: dict[str, Any] = dict(PERSON)
        self.twists: dict[str, Any] = {}
        self.asked: dict[str, dict[str, str]] = {}  # by code, what was asked for; a code serves once
        self.left: list[dict[str, str]] = []
        self.url = ""

    @property
    def issuer(self) -> str:
        return f"{self.url}/api/v2"

    def signed(self, claims: dict[str, Any], part: str) -> str:
        claims = {k: v for k, v in {**claims, **self.twists.get(part, {})}.items() if v is not None}
        if self.twists.get("alg") == "HS256":
            return jwt.encode(claims, SECRET * 4, algorithm="HS256", headers={"kid": "k1"})
        key = ec.generate_private_key(ec.SECP256R1()) if self.twists.get("alg") == "forged" else self.key
        return jwt.encode(claims, key, algorithm="ES256", headers={"kid": "k1"})

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "sub": self.person["sub"], "iat": now, "exp": now + 60}
        return self.signed(claims | {"nonce": asked["nonce"], "acr": "eidas1-mfa", "amr": ["pwd", "mfa"]}, "id_token")

    def userinfo(self) -> str:
        return self.signed({"iss": self.issuer, "aud": CLIENT_ID, **self.person}, "userinfo")

    def jwks(self) -> dict[str, Any]:
        return {"keys": [json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key())) | {"kid": "k1"}]}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def log_message(self, *args: Any) -> None:
        pass

    def answer(self, status: int, body: str, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(path.query).items()}
        match path.path.removeprefix("/api/v2"):
            case "/jwks":
                self.answer(200, json.dumps(self.provider.jwks()))
            case "/userinfo":
                if self.provider.twists.get("unsigned"):
                    self.answer(200, json.dumps(self.provider.person))
                else:
                    self.answer(200, self.provider.userinfo(), "application/jwt")
            case "/authorize":
                self.authorize(query)
            case "/session/end":
                self.provider.left.append(query)
                back = f"{query['post_logout_redirect_uri']}?{urlencode({'state': query['state']})}"
                self.answer(303, "", Location=back)
            case _:
                self.answer(404, "")

    def authorize(self, query: dict[str, str]) -> None:
        if set(query) - ALLOWED or min(len(query["state"]), len(query["nonce"])) < 32:
            self.answer(400, "Y000400")
            return
        code = secrets.token_urlsafe(16)
        self.provider.asked[code] = query
        self.answer(302, "", Location=f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}")

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        sent = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
        asked = self.provider.asked.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        known = (sent.get("client_id"), sent.get("client_secret")) == (CLIENT_ID, SECRET)
        if asked is None or not known or asked["code_challenge"] != challenge:
            self.answer(400, json.dumps({"error": "invalid_grant"}))
            return
        tokens = {"access_token": "a", "token_type": "Bearer", "id_token": self.provider.id_token(asked)}
        self.answer(200, json.dumps(tokens))


@contextmanager
def running_provider() -> Iterator[Provider]:
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": provider}))
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def environed(given: dict[str, str]) -> environ.Env:
    env = environ.Env()
    env.ENVIRON = given
    return env


def use(provider: Provider, settings: Any) -> None:
    """`settings`: pytest-django's."""
    given = {
        "PROCONNECT_URL": provider.issuer,
        "PROCONNECT_CLIENT_ID": CLIENT_ID,
        "PROCONNECT_CLIENT_SECRET": SECRET,
        "REQUIRE_SECOND_FACTOR": "0",
    }
    for name, value in identity_from(environed(given), debug=False).items():
        setattr(settings, name, value)
