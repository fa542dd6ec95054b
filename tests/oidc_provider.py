"""A small real provider of OpenID Connect on loopback, which tests may have lie."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

CLIENT_ID, CLIENT_SECRET = "wangge-test", "Vj4-drawn-secret-9xK"
RSA, EC = RSAKey.generate_key(2048, {"kid": "rsa"}), ECKey.generate_key("P-256", {"kid": "ec"})

Claims = dict[str, Any]


@dataclass
class Asked:
    """What someone was sent to the provider with."""

    redirect_uri: str
    nonce: str
    challenge: str


@dataclass
class Provider:
    """Signs in whoever comes as `subject`; `alter` changes the claims, `sign` makes the token of them."""

    issuer: str = ""
    subject: str = "clerk-7"
    amr: list[str] | None = None
    silent: bool = False
    alter: Callable[[Claims], Claims] = lambda claims: claims
    sign: Callable[[Claims], str] = lambda claims: jwt.encode({"alg": "RS256", "kid": "rsa"}, claims, RSA)
    keys: list[Any] = field(default_factory=lambda: [RSA, EC])
    issued: dict[str, Asked] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)

    def reset(self) -> None:
        """Honest again."""
        fresh = Provider(self.issuer)
        for name in ("subject", "amr", "silent", "alter", "sign", "keys", "fetched"):
            setattr(self, name, getattr(fresh, name))

    def description(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "authorization_response_iss_parameter_supported": True,
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes back to, with a code."""
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(12)
        self.issued[code] = Asked(asked["redirect_uri"], asked["nonce"], asked["code_challenge"])
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if authorization != f"Basic {expected}":
            return 401, {"error": "invalid_client"}
        asked = self.issued.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if asked is None or asked.redirect_uri != form.get("redirect_uri") or asked.challenge != challenge:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": "0001", "aud": CLIENT_ID, "exp": now + 300, "iat": now, "nonce": asked.nonce,
            "preferred_username": self.subject, **({"amr": self.amr} if self.amr else {}),
        }  # fmt: skip
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": self.sign(self.alter(claims))}

    def key_set(self) -> dict[str, Any]:
        return dict(KeySet(self.keys).as_dict(private=False))


@contextmanager
def providing() -> Iterator[Provider]:
    """The provider on a free loopback port, as long as the `with` lasts."""
    provider = Provider()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.fetched.append(parts.path)
            if provider.silent:
                self._json(503, {})
            elif parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(_flat(parts.query)))
                self.end_headers()
            elif parts.path == "/keys":
                self._json(200, provider.key_set())
            else:
                self._json(200, provider.description())

        def do_POST(self) -> None:
            form = _flat(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._json(*provider.token(form, self.headers.get("Authorization", "")))

        def _json(self, status: int, told: dict[str, Any]) -> None:
            body = orjson.dumps(told)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class calls it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
