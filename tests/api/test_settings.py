"""Settings: every one documented, a wrong one refused by name, nothing secret shown."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from api.settings import (
    CHECKOUT,
    TEST_VARIABLES,
    SettingRefused,
    Settings,
    environment_without,
    read_settings,
    variable_of,
)

DOCUMENT = CHECKOUT / "docs" / "settings.md"
TEST_SERVER = "TEST_DATABASE_URL"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if name.startswith("WANGGE_") or name == "DATABASE_URL":
            monkeypatch.delenv(name)


def test_the_document_lists_exactly_the_settings() -> None:
    documented = re.findall(r"^\| `([A-Z_]+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    known = {variable_of(field) for field in Settings.model_fields} | TEST_VARIABLES | {TEST_SERVER}
    assert sorted(documented) == sorted(known)


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        *(("host", "127.0.0.1"), ("port", "8000"), ("log_level", "info"), ("pool_size", "16")),
        *(("limit_sign_in", "10"), ("limit_login", "10"), ("limit_registration", "5"), ("limit_filing", "30")),
        *(("limit_upload", "60"), ("limit_account", "600"), ("limit_machine", "6000"), ("limit_address", "1200")),
        *(("limit_guess", "300"), ("oidc_claim", "preferred_username")),
    ],
)
def test_the_documented_defaults_are_the_real_ones(field: str, shown: str) -> None:
    assert str(getattr(read_settings(), field)) == shown
    assert f"| `{variable_of(field)}` | `{shown}` |" in DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_spelling_of_a_database_url(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://clerk:bitter-tea@db:5433/wangge")
    url = read_settings().database_url
    assert url is not None
    assert url.get_secret_value() == "postgresql://clerk:bitter-tea@db:5433/wangge"


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://clerk:bitter-tea@db/wangge")
    assert "bitter-tea" not in repr(read_settings()) + str(read_settings())
    monkeypatch.setenv("DATABASE_URL", "mysql://clerk:bitter-tea@db/wangge")
    with pytest.raises(SettingRefused, match="DATABASE_URL: must look like postgresql://") as refused:
        read_settings()
    assert "bitter-tea" not in str(refused.value) + repr(refused.value.value)
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("WANGGE_PORT", "eighty", "WANGGE_PORT is 'eighty'"),
        ("WANGGE_PORT", "70000", "WANGGE_PORT is '70000'"),
        ("WANGGE_POOL_SIZE", "0", "WANGGE_POOL_SIZE is '0'"),
        ("WANGGE_LOG_LEVEL", "loud", "WANGGE_LOG_LEVEL is 'loud'"),
        ("WANGGE_PROT", "80", "WANGGE_PROT is not a setting. Did you mean WANGGE_PORT?"),
        ("WANGGE_COLOUR", "red", "WANGGE_COLOUR is not a setting. Unset it"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingRefused) as refused:
        read_settings()
    assert str(refused.value).startswith(sentence)
    assert refused.value.field == name


def test_empty_counts_as_not_set_and_letters_case_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("WANGGE_PORT", "")
    monkeypatch.setenv("WANGGE_LOG_LEVEL", "WARNING")
    settings = read_settings()
    assert (settings.database_url, settings.port, settings.log_level) == (None, 8000, "warning")


def test_a_relative_folder_means_where_the_user_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WANGGE_VAR", "kept")
    assert read_settings().var == tmp_path / "kept"


def test_children_get_the_environment_without_a_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("LANG", "de_DE")
    environment = environment_without("PG", LANG="C.UTF-8")
    assert "PGHOST" not in environment
    assert environment["LANG"] == "C.UTF-8"


@pytest.mark.parametrize("name", ["DATABASE_URL", "WANGGE_OIDC_CLIENT_SECRET"])
def test_a_secret_that_lies_in_a_file_is_read_from_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    secret = "postgres://clerk:bitter-tea@db/wangge"
    (tmp_path / "secret").write_text(f"{secret}\n")
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "secret"))
    settings = read_settings()
    found = settings.database_url if name == "DATABASE_URL" else settings.oidc_client_secret
    assert found is not None
    assert found.get_secret_value().endswith("://clerk:bitter-tea@db/wangge")
    assert "bitter-tea" not in repr(settings)
    monkeypatch.setenv(name, secret)
    with pytest.raises(SettingRefused, match=f"{name} and {name}_FILE are both set") as refused:
        read_settings()
    assert "bitter-tea" not in str(refused.value)


def test_a_file_of_a_secret_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "nothing"))
    with pytest.raises(SettingRefused, match="The file of DATABASE_URL cannot be read"):
        read_settings()


def test_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,")
    assert [str(one) for one in read_settings().trusted_proxies] == ["127.0.0.1/32", "10.0.0.0/8"]
    monkeypatch.setenv("WANGGE_TRUSTED_PROXIES", "proxy.example")
    with pytest.raises(SettingRefused, match="WANGGE_TRUSTED_PROXIES"):
        read_settings()


def test_a_base_map_is_set_by_addresses_of_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().base_map_urls == ()
    tiles = "https://t0.tiles.example/v?x={x}&y={y}&l={z}&tk=k"
    monkeypatch.setenv("WANGGE_BASE_MAP_URLS", f"{tiles}  https://names.example/{{z}}/{{x}}/{{y}}.png")
    assert read_settings().base_map_urls == (tiles, "https://names.example/{z}/{x}/{y}.png")


@pytest.mark.parametrize(
    "wrong", ["ftp://a/{z}/{x}/{y}", "https://a/{z}/{x}.png", "https://a;b/{z}/{x}/{y}", "https://a/{z}/{x}/{y}'"]
)
def test_what_is_no_address_of_tiles_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("WANGGE_BASE_MAP_URLS", wrong)
    with pytest.raises(SettingRefused) as refused:
        read_settings()
    assert refused.value.field == "WANGGE_BASE_MAP_URLS"
