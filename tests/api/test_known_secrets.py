"""A secret that everybody knows is refused where others can reach the service, and never shown."""

from __future__ import annotations

import pytest

from api.known_secrets import check_secrets
from api.settings import SettingRefused, Settings

KEY = "Zq3-8hTnVw0_pLxYkR5mJc2bGdF7sA91"
OUTSIDE = {"WANGGE_PUBLIC_URL": "https://wangge.example"}


def settings(monkeypatch: pytest.MonkeyPatch, **given: str) -> Settings:
    for name in ("DATABASE_URL", *(f"WANGGE_{field.upper()}" for field in Settings.model_fields)):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return Settings()


@pytest.mark.parametrize(
    "given",
    [
        {"DATABASE_URL": "postgresql://postgres:postgres@db/wangge"},
        {"DATABASE_URL": "postgresql://clerk:Password@db/wangge"},
        {"DATABASE_URL": "postgresql://clerk:clerk@db/wangge"},
        {"WANGGE_SECRET_KEY": "0123456789" * 4},
        {"WANGGE_SECRET_KEY": "x" * 40},
        {"WANGGE_OIDC_CLIENT_SECRET": "changeme"},
    ],
)
def test_known_secrets_are_refused_by_name(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    [(name, value)] = given.items()
    with pytest.raises(SettingRefused, match=f"{name} holds a secret that everybody knows") as refused:
        check_secrets(settings(monkeypatch, **given, **OUTSIDE), host="127.0.0.1")
    assert value not in str(refused.value)
    with pytest.raises(SettingRefused):
        check_secrets(settings(monkeypatch, **given), host="0.0.0.0")
    check_secrets(settings(monkeypatch, **given), host="127.0.0.1")


def test_drawn_secrets_and_logins_without_a_password_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"DATABASE_URL": "postgresql://clerk@db/wangge", "WANGGE_SECRET_KEY": KEY}
    check_secrets(settings(monkeypatch, **given, **OUTSIDE), host="0.0.0.0")
    check_secrets(settings(monkeypatch, DATABASE_URL=f"postgresql://clerk:{KEY}@db/wangge", **OUTSIDE), host="::1")
