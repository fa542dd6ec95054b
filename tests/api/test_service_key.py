"""The service's key: given, or made once; the same in every process, and never a weak one."""

from __future__ import annotations

import stat
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.service_key import service_key
from api.settings import SettingRefused, Settings

KEY = "k" * 31 + "ä"


def made(var: Path) -> bytes:
    return service_key(Settings(var=var))


def test_a_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    first = made(tmp_path / "new" / "var")
    assert made(tmp_path / "new" / "var") == first
    assert len(first) >= 32
    [file] = (tmp_path / "new" / "var").iterdir()
    assert file.name == "secret.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert made(tmp_path / "another") != first


def test_processes_that_start_together_have_one_key(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        keys = set(pool.map(made, [tmp_path] * 12))
    assert len(keys) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]


def test_a_key_that_is_given_counts(tmp_path: Path) -> None:
    assert service_key(Settings(var=tmp_path, secret_key=SecretStr(f" {KEY}\n"))) == KEY.encode()
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n", encoding="utf-8")
    assert service_key(Settings(var=tmp_path, secret_key_file=file)) == KEY.encode()
    assert not (tmp_path / "secret.key").exists()


def test_what_is_no_key_is_refused_and_not_repeated(tmp_path: Path) -> None:
    weak = tmp_path / "weak"
    weak.write_text("hunter2", encoding="utf-8")
    for given, field in (
        (Settings(var=tmp_path, secret_key=SecretStr("hunter2")), "WANGGE_SECRET_KEY"),
        (Settings(var=tmp_path, secret_key_file=weak), "WANGGE_SECRET_KEY_FILE"),
        (Settings(var=tmp_path, secret_key_file=tmp_path / "none"), "WANGGE_SECRET_KEY_FILE"),
        (Settings(var=tmp_path, secret_key_file=weak, secret_key=SecretStr(KEY)), "WANGGE_SECRET_KEY"),
    ):
        with pytest.raises(SettingRefused) as refusal:
            service_key(given)
        assert refusal.value.field == field
        assert "hunter2" not in str(refusal.value)
