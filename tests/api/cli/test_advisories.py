"""What is known of our packages: a weakness fails the check, silence of the source is said and does not."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import orjson
import pytest

from api.cli import checks
from api.cli.advisories import LOCKS, NOT_AUDITED, findings, main
from tests.servers import CHECKOUT

FINE = {"name": "shapely", "version": "2.2.0", "vulns": []}
WEAK = {"name": "pillow", "version": "1.0", "vulns": [{"id": "PYSEC-2020-1"}, {"id": "PYSEC-2020-2"}]}
UNKNOWN = {"name": "uvicorn", "skip_reason": "not found"}


def answer(monkeypatch: pytest.MonkeyPatch, *dependencies: dict[str, Any]) -> None:
    def run(*_: object, **__: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess([], 0, orjson.dumps({"dependencies": dependencies}))

    monkeypatch.setattr(subprocess, "run", run)


def test_a_weakness_is_named_and_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answer(monkeypatch, FINE, WEAK, UNKNOWN)
    assert main() == 1
    assert capsys.readouterr().out == "known weaknesses: pillow 1.0 (PYSEC-2020-1, PYSEC-2020-2)\n"


def test_silence_is_said_and_passes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answer(monkeypatch, FINE, UNKNOWN)
    assert main() == 0
    assert capsys.readouterr().out.startswith(f"{NOT_AUDITED}: the source of advisories knows nothing of 1 of 2")

    def late(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("pip-audit", 1)

    monkeypatch.setattr(subprocess, "run", late)
    assert main() == 0
    assert capsys.readouterr().out == f"{NOT_AUDITED}: the source of advisories does not answer\n"


def test_an_answer_about_every_package_is_an_audit() -> None:
    assert findings([FINE, FINE]).sentence == "1 packages, no known weakness"


def test_what_was_not_audited_stands_beside_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert checks._passes("advisories", (sys.executable, "-c", f"print('{NOT_AUDITED}: nobody answers')"))
    assert f") {NOT_AUDITED}: nobody answers" in capsys.readouterr().out


def test_every_lock_is_there() -> None:
    assert all((CHECKOUT / lock).is_file() for lock in LOCKS)
