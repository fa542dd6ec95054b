"""`check` runs every check whatever fails before it; `test` hands on what it is given."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from api.cli import checks
from api.cli.app import main
from tests.servers import CHECKOUT


def _run(words: list[str]) -> int | str | None:
    with pytest.raises(SystemExit) as left:
        main(words)
    return left.value.code


def test_all_run_and_one_failure_counts(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fails = (sys.executable, "-c", "print('line 7 is too long'); raise SystemExit(3)")
    passes = (sys.executable, "-c", "print('fine')")
    monkeypatch.setattr(checks, "CHECKS", {"style": fails, "types": passes})
    assert _run(["check"]) == 1
    out, err = capsys.readouterr()
    assert [line.split(" (")[0] for line in out.splitlines() if line] == [
        "FAILED style",
        "line 7 is too long",
        "ok     types",
    ]
    assert err == "failed: style\n"
    monkeypatch.setattr(checks, "CHECKS", {"types": passes})
    assert _run(["check"]) == 0


def test_arguments_go_to_pytest_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, ...]] = []

    def second_fails(command: tuple[str, ...]) -> int:
        ran.append(command)
        return len(ran) - 1

    monkeypatch.setattr(checks, "run_to_end", second_fails)
    monkeypatch.setattr(checks, "_scripts", lambda: ["tests/js/a.test.js"])
    assert _run(["test", "tests/geo", "-k", "datum", "--maxfail=1"]) == 0
    assert ran == [(sys.executable, "-m", "pytest", "-n", "2", "tests/geo", "-k", "datum", "--maxfail=1")]
    ran.clear()
    assert _run(["test"]) == 1, "node failed"
    assert [command[0] for command in ran] == [sys.executable, "node"]


def test_the_code_of_a_command_is_handed_on(capfd: pytest.CaptureFixture[str]) -> None:
    assert checks.run_to_end((sys.executable, "-c", "import os; print(os.getcwd()); raise SystemExit(3)")) == 3
    out, err = capfd.readouterr()
    assert Path(out.strip()) == CHECKOUT
    assert err.startswith(f"==> {Path(sys.executable).name} -c")


def test_every_javascript_test_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(checks, "CHECKOUT", tmp_path)
    for name in ("breaks.test.js", "map/legend.test.mjs", "toy_town.js"):
        (tmp_path / "tests/js" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tests/js" / name).touch()
    assert checks._scripts() == ["tests/js/breaks.test.js", "tests/js/map/legend.test.mjs"]
