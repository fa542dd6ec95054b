"""The only reader of the environment. `docs/settings.md` describes each setting; a test compares the two."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from layers.refusals import Refusal

CHECKOUT = Path(__file__).resolve().parents[1]
#: Read by the tests alone; not a misspelt setting.
TEST_VARIABLES = frozenset({"WANGGE_LONG"})
PUBLIC_URL = re.compile(r"https?://[^/\s?#@]+")
#: Settings whose values are never shown.
SECRETS = frozenset({"DATABASE_URL", "WANGGE_SECRET_KEY"})
URL_SCHEMES = ("postgresql://", "postgresql+psycopg://", "postgres://")


class SettingRefused(Refusal):
    """A setting has a value that cannot be used, or a name that nobody reads."""


class Settings(BaseSettings):
    """What an installation may choose; every value has a default that serves one machine."""

    model_config = SettingsConfigDict(env_prefix="WANGGE_", env_ignore_empty=True, frozen=True, extra="ignore")

    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    var: Path = CHECKOUT / "var"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    pool_size: int = Field(default=10, ge=1, le=500)
    debug: bool = False
    public_url: str | None = None
    secret_key: SecretStr | None = None
    secret_key_file: Path | None = None
    resident_accounts: bool = True

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
        return Settings()
    except ValidationError as fault:
        raise _refusal(fault.errors(include_url=False)[0]) from None


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
