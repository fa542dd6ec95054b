"""Secrets that everybody knows: what examples and images ship with is refused where others can reach the service."""

from __future__ import annotations

from ipaddress import ip_address

from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from api.settings import SettingRefused, Settings

#: Passwords of examples, of images, and of ours (docs/deploy.md), in small letters.
KNOWN = frozenset(
    {
        "", "admin", "change-me", "change_me", "changeit", "changeme", "client-secret", "default", "docker", "example",
        "pass", "password", "postgis", "postgres", "root", "secret", "service-password", "test", "wangge",
        "wangge_service", "wangge_web",
    }
)  # fmt: skip
#: A key of fewer different characters was typed, not drawn.
FEWEST_CHARACTERS = 12


def check_secrets(settings: Settings, *, host: str) -> None:
    """Refuse well-known secrets of a service that others can reach; the demo on one machine may have any.

    Raises:
        SettingRefused: the password of the database, the service's key or the provider's secret is a known one.
    """
    if settings.public_url is None and _is_loopback(host):
        return
    if settings.database_url is not None:
        _check_database(settings.database_url)
    _check("WANGGE_SECRET_KEY", settings.secret_key, fewest=FEWEST_CHARACTERS)
    _check("WANGGE_OIDC_CLIENT_SECRET", settings.oidc_client_secret)


def _check_database(url: SecretStr) -> None:
    parts = conninfo_to_dict(url.get_secret_value())
    password = parts.get("password")
    if password is not None and (str(password).lower() in KNOWN or password == parts.get("user")):
        raise _known("DATABASE_URL")


def _check(name: str, secret: SecretStr | None, *, fewest: int = 1) -> None:
    if secret is None:
        return
    plain = secret.get_secret_value().strip()
    if plain.lower() in KNOWN or len(set(plain)) < fewest:
        raise _known(name)


def _known(name: str) -> SettingRefused:
    return SettingRefused(
        f"{name} holds a secret that everybody knows.",
        field=name,
        remedy='Make one: python -c "import secrets; print(secrets.token_urlsafe(48))"',
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
