"""The only reader of the environment. `docs/settings.md` describes each setting; a test compares the two."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, IPvAnyNetwork, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from layers.refusals import Refusal

CHECKOUT = Path(__file__).resolve().parents[1]
#: Read by the tests alone; not a misspelt setting.
TEST_VARIABLES = frozenset({"WANGGE_LONG"})
#: No quotes, blanks or semicolons: its host stands in a policy.
TILES = re.compile(r"https?://[A-Za-z0-9.:-]+/[^\s\"';]+")
PUBLIC_URL = re.compile(r"https?://[^/\s?#@]+")
#: Settings whose values are never shown.
SECRETS = frozenset(
    {
        *("DATABASE_URL", "WANGGE_SECRET_KEY", "WANGGE_OIDC_CLIENT_SECRET"),
        *("WANGGE_SMTP_PASSWORD", "WANGGE_SMS_AUTHORIZATION"),
    }
)
#: Secrets that may lie in a file instead; the service's key is read where it is made (`api/service_key.py`).
IN_FILES = ("database_url", "oidc_client_secret", "smtp_password", "sms_authorization")
URL_SCHEMES = ("postgresql://", "postgresql+psycopg://", "postgres://")


class SettingRefused(Refusal):
    """A setting has a value that cannot be used, or a name that nobody reads."""


PerMinute = Annotated[int, Field(ge=1, le=10_000_000)]


class Settings(BaseSettings):
    """What an installation may choose; every value has a default that serves one machine."""

    model_config = SettingsConfigDict(env_prefix="WANGGE_", env_ignore_empty=True, frozen=True, extra="ignore")

    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    database_url_file: Path | None = Field(default=None, validation_alias="DATABASE_URL_FILE")
    var: Path = CHECKOUT / "var"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    pool_size: int = Field(default=16, ge=1, le=500)
    debug: bool = False
    public_url: str | None = None
    secret_key: SecretStr | None = None
    secret_key_file: Path | None = None
    resident_accounts: bool = True
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = ()

    base_map_urls: Annotated[tuple[str, ...], NoDecode] = ()
    base_map_datum: Literal["wgs84", "gcj02"] = "wgs84"
    base_map_credit: str = Field(default="", max_length=200)

    limit_sign_in: PerMinute = 10
    limit_login: PerMinute = 10
    limit_registration: PerMinute = 5
    limit_filing: PerMinute = 30
    limit_upload: PerMinute = 60
    limit_account: PerMinute = 600
    limit_machine: PerMinute = 6000
    limit_address: PerMinute = 1200
    limit_guess: PerMinute = 300
    limit_streams: int = Field(default=10, ge=1, le=10_000)

    webhook_networks: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = ()
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_password_file: Path | None = None
    smtp_from: str | None = Field(default=None, pattern=r"^[^@\s<>]+@[^@\s<>]+$")
    sms_url: str | None = None
    sms_body: str = '{"to": "{to}", "text": "{text}", "id": "{id}"}'
    sms_authorization: SecretStr | None = None
    sms_authorization_file: Path | None = None

    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_client_secret_file: Path | None = None
    oidc_claim: str = Field(default="preferred_username", pattern=r"^[A-Za-z][A-Za-z0-9_:./-]{0,99}$")
    oidc_trusts_second_factor: bool = False

    @field_validator("database_url")
    @classmethod
    def _names_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        """Bring every spelling to `postgresql://`, which libpq and psycopg understand."""
        if value is None:
            return None
        scheme, separator, rest = value.get_secret_value().partition("://")
        if scheme + separator not in URL_SCHEMES:
            raise ValueError("must look like postgresql://user:password@host:port/database")
        return SecretStr(f"postgresql://{rest}")

    @field_validator("var")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("trusted_proxies", "webhook_networks", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return [one.strip() for one in value.split(",") if one.strip()] if isinstance(value, str) else value

    @field_validator("base_map_urls", mode="before")
    @classmethod
    def _spaced(cls, value: object) -> object:
        return value.split() if isinstance(value, str) else value

    @field_validator("base_map_urls")
    @classmethod
    def _are_tiles(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not TILES.fullmatch(one) or not all(f"{{{place}}}" in one for place in "xyz") for one in value):
            raise ValueError("must look like https://tiles.example/{z}/{x}/{y}.png, several with spaces between")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, value: str | None) -> str | None:
        if value is not None and not PUBLIC_URL.fullmatch(value):
            raise ValueError("must look like https://wangge.example, without a path")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value


def variable_of(field: str) -> str:
    """The environment variable that sets a field of `Settings`."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"WANGGE_{field.upper()}"


def read_settings() -> Settings:
    """The settings of this process. Raises `SettingRefused` naming the variable, its value and the remedy."""
    _refuse_unknown_names(os.environ)
    try:
        return Settings(**_from_files(os.environ))
    except ValidationError as fault:
        raise _refusal(fault.errors(include_url=False)[0]) from None


def _from_files(environment: Mapping[str, str]) -> dict[str, Any]:
    """The secrets that lie in files; where both a secret and its file are given, nobody knows which is meant."""
    found = {}
    for field in IN_FILES:
        name = variable_of(field)
        path = environment.get(f"{name}_FILE")
        if not path:
            continue
        if environment.get(name):
            raise SettingRefused(f"{name} and {name}_FILE are both set.", field=name, remedy="Unset one of them.")
        found[name if Settings.model_fields[field].validation_alias else field] = _content(name, path)
    return found


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingRefused(
            f"The file of {name} cannot be read: {path}.", field=f"{name}_FILE", remedy="Check its path and rights."
        ) from None


def environment_without(prefix: str, **changes: str) -> dict[str, str]:
    """This process's environment for a child: variables that start with `prefix` left out, `changes` put in."""
    return {name: value for name, value in os.environ.items() if not name.startswith(prefix)} | changes


def _refuse_unknown_names(environment: Mapping[str, str]) -> None:
    known = {variable_of(field) for field in Settings.model_fields} | TEST_VARIABLES
    for name in environment:
        if name.startswith("WANGGE_") and name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
            remedy = f"Did you mean {near[0]}?" if near else "Unset it; docs/settings.md lists the settings."
            raise SettingRefused(f"{name} is not a setting.", field=name, remedy=remedy)


def _refusal(error: Any) -> SettingRefused:
    location = str(error["loc"][0])
    name = variable_of(location) if location in Settings.model_fields else location
    reason = str(error["msg"]).removeprefix("Value error, ")
    shown = "" if name in SECRETS else f" is {error['input']!r}"
    return SettingRefused(
        f"{name}{shown}: {reason[0].lower()}{reason[1:]}.",
        field=name,
        value=None if name in SECRETS else error["input"],
        remedy="docs/settings.md describes it.",
    )
