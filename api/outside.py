"""The provider at which people sign in (OpenID Connect Core 1.0, code flow with PKCE): asked, and not simply believed.

begin ──► its page ──► code ──► tokens ──► ID token: signature, issuer, audience, nonce, time ──► who it is
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from layers.refusals import Refusal

ASK_S = 5.0
#: The provider's description and keys are asked for again after this time; keys earlier, where one is missing.
LIFE_S = 3600.0
KEYS_LIFE_S = 30.0
LEEWAY_S = 30
ALGORITHMS = ("RS256", "ES256")
SCOPE = "openid profile"
#: What RFC 8176 calls ways of signing in that a password alone is not.
SECOND_FACTORS = frozenset({"mfa", "otp", "hwk", "swk"})
RETURN_PATH = "/sign-in/outside/return"


class OutsideAway(Refusal):
    """The provider does not answer, or answers what no provider answers."""


class OutsideRefused(Refusal):
    """What came back is no proof of who someone is; why is told to the log alone."""


@dataclass(frozen=True, slots=True)
class OutsideSettings:
    """How this installation is known at the provider."""

    issuer: str
    client_id: str
    client_secret: str | None
    public_url: str
    claim: str = "preferred_username"
    trusts_second_factor: bool = False

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends people back to: this and nothing else."""
        return self.public_url + RETURN_PATH


@dataclass(frozen=True, slots=True)
class Going:
    """Someone on their way to the provider, as their browser keeps it for us, sealed."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Named:
    """Whom the provider named, and whether it asked for a second factor."""

    subject: str
    second_factor: bool


@dataclass(slots=True)
class _Kept:
    told: Any = None
    at_s: float = float("-inf")
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def is_older_than(self, life_s: float) -> bool:
        return time.monotonic() - self.at_s > life_s


class OutsideProvider:
    """One provider: its description and keys, kept for an hour."""

    def __init__(self, settings: OutsideSettings) -> None:
        self.settings = settings
        self._description = _Kept()
        self._keys = _Kept()
        self._trust = ssl.create_default_context()

    async def begin(self) -> tuple[str, Going]:
        """The address of the provider's page, and what must come back with whoever goes there.

        Raises:
            OutsideAway: the provider does not answer.
        """
        description = await self._described()
        going = Going(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.redirect_uri,
            "scope": SCOPE,
            "state": going.state,
            "nonce": going.nonce,
            "code_challenge": create_s256_code_challenge(going.verifier),
            "code_challenge_method": "S256",
        }
        address = description["authorization_endpoint"]
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", going

    async def named(self, returned: Mapping[str, str], going: Going, *, now: datetime) -> Named:
        """Who came back, by what the provider sent along (`returned`).

        Raises:
            OutsideRefused: the state, the code or the token is not one of this journey.
            OutsideAway: the provider does not answer.
        """
        description = await self._described()
        if not secrets.compare_digest(returned.get("state", "").encode(), going.state.encode()):
            raise OutsideRefused("foreign state")
        promises = description.get("authorization_response_iss_parameter_supported") is True
        if returned.get("iss", None if promises else self.settings.issuer) != self.settings.issuer:
            raise OutsideRefused("foreign issuer in the answer")
        if "code" not in returned:
            raise OutsideRefused("no code")
        tokens = await self._tokens(description, returned["code"], going)
        claims = await self._claims(tokens, going, now)
        subject = claims.get(self.settings.claim)
        if not isinstance(subject, str) or not subject:
            raise OutsideRefused("no claim that names an account")
        return Named(subject, self._has_second_factor(claims))

    def _has_second_factor(self, claims: Mapping[str, Any]) -> bool:
        told = claims.get("amr")
        shown = isinstance(told, list) and not SECOND_FACTORS.isdisjoint(str(one) for one in told)
        return shown or self.settings.trusts_second_factor

    async def _tokens(self, description: Mapping[str, Any], code: str, going: Going) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.redirect_uri,
            "code_verifier": going.verifier,
        }
        proof, more = self._proof(description)
        async with self._client() as client:
            try:
                answer = await client.post(description["token_endpoint"], data=form | more, auth=proof)
                told = answer.json()
            except (httpx.HTTPError, ValueError) as fault:
                raise _away(fault) from None
        if answer.status_code >= 500 or not isinstance(told, dict):
            raise _away(OutsideAway(str(answer.status_code)))
        if answer.status_code != 200:
            raise OutsideRefused("code refused")
        return told

    def _proof(self, description: Mapping[str, Any]) -> tuple[httpx.Auth, dict[str, str]]:
        """How this service proves itself to the provider (RFC 6749, section 2.3.1)."""
        name, secret = self.settings.client_id, self.settings.client_secret
        if secret is None:
            return httpx.Auth(), {"client_id": name}
        if "client_secret_basic" in description.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
            return httpx.BasicAuth(quote(name, safe=""), quote(secret, safe="")), {}
        return httpx.Auth(), {"client_id": name, "client_secret": secret}

    async def _claims(self, tokens: Mapping[str, Any], going: Going, now: datetime) -> Mapping[str, Any]:
        raw = tokens.get("id_token")
        if not isinstance(raw, str):
            raise OutsideRefused("no ID token")
        try:
            token = await self._verified(raw)
            asked = {
                "iss": {"essential": True, "value": self.settings.issuer},
                "aud": {"essential": True, "value": self.settings.client_id},
                "exp": {"essential": True},
            }
            params = {
                "nonce": going.nonce,
                "client_id": self.settings.client_id,
                "access_token": tokens.get("access_token"),
            }
            claims = CodeIDToken(token.claims, token.header, asked, params)
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY_S)
        except (JoseError, AuthlibBaseError, ValueError) as fault:
            raise OutsideRefused(f"token refused: {type(fault).__name__}") from None
        return dict(claims)

    async def _verified(self, raw: str) -> jwt.Token:
        try:
            return jwt.decode(raw, await self._key_set(LIFE_S), algorithms=ALGORITHMS)
        except (InvalidKeyIdError, ValueError):
            # The provider may have a new key.
            return jwt.decode(raw, await self._key_set(KEYS_LIFE_S), algorithms=ALGORITHMS)

    async def _described(self) -> Mapping[str, Any]:
        told: Mapping[str, Any] = await self._fresh(
            self._description, self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration", LIFE_S
        )
        if told.get("issuer") != self.settings.issuer:
            raise OutsideAway("The provider calls itself otherwise than WANGGE_OIDC_ISSUER.")
        if not all(is_safe(told.get(name)) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")):
            raise OutsideAway("The provider's addresses are not https.")
        return told

    async def _key_set(self, life_s: float) -> KeySet:
        description = await self._described()
        told = await self._fresh(self._keys, description["jwks_uri"], life_s)
        public = [one for one in told.get("keys", []) if one.get("kty") in {"RSA", "EC"} and one.get("use") != "enc"]
        return KeySet.import_key_set({"keys": public})

    async def _fresh(self, kept: _Kept, address: str, life_s: float) -> Any:
        async with kept.turn:
            if kept.is_older_than(life_s):
                kept.told = await self._ask(address)
                kept.at_s = time.monotonic()
            return kept.told

    async def _ask(self, address: str) -> Any:
        async with self._client() as client:
            try:
                answer = await client.get(address)
                answer.raise_for_status()
                told = answer.json()
            except (httpx.HTTPError, ValueError) as fault:
                raise _away(fault) from None
        if not isinstance(told, dict):
            raise OutsideAway("The provider answers what no provider answers.")
        return told

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(verify=self._trust, timeout=ASK_S, trust_env=False)


def is_safe(address: object) -> bool:
    """Whether an address of a provider may be used: https, or on this machine."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    if parts.scheme == "https":
        return bool(parts.hostname)
    try:
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _away(fault: Exception) -> OutsideAway:
    return OutsideAway(f"The provider does not answer ({type(fault).__name__}).", remedy="Try again, or sign in here.")
