"""The list of commands: quick to show, loaded one at a time, and never a traceback."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from api.cli.app import COMMANDS, build, main
from tests.servers import CHECKOUT

HEAVY = ("numba", "geopandas", "pandas", "folium", "shapely", "sqlalchemy", "fastapi", "pyogrio")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = COMMANDS[name]
    function = getattr(import_module(command.module), command.function)
    assert inspect.getdoc(function)
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    assert left.value.code == 0
    assert f"Usage: wangge {name}" in capsys.readouterr().out


def test_help_lists_every_command_and_loads_none(tmp_path: Path) -> None:
    program = (
        "import sys; from api.cli.app import main\n"
        "try: main(['--help'])\n"
        f"finally: print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = _python("-c", program, cwd=tmp_path)
    assert done.stderr.strip() == "[]"
    for name, command in COMMANDS.items():
        assert name in done.stdout
        assert command.help[:40] in done.stdout


def test_only_the_called_command_is_loaded() -> None:
    names = {info.name: info.callback for info in build(["cluster", "status"]).registered_commands}
    assert set(names) == set(COMMANDS)
    assert [name for name, callback in names.items() if callback and callback.__name__ == name] == ["cluster"]


@pytest.mark.parametrize(
    ("words", "environment", "sentence"),
    [
        (["cluster"], {"WANGGE_PORT": "x"}, "wangge: WANGGE_PORT is 'x'"),
        (
            ["cluster"],
            {"DATABASE_URL": "postgresql://clerk:secret@127.0.0.1:1/x"},
            "wangge: The database at 127.0.0.1:1/x",
        ),
        (["cluster", "start"], {"WANGGE_VAR": "/proc/none"}, "wangge: /proc/none"),
        (["clutser"], {}, "Usage: wangge"),
        (["serve", "--port", "99999"], {}, "Usage: wangge serve"),
        (["demo", "--port", "-1"], {}, "Usage: wangge demo"),
    ],
)
def test_a_fault_is_one_sentence(words: list[str], environment: dict[str, str], sentence: str, tmp_path: Path) -> None:
    done = _python("-m", "api.cli", *words, cwd=tmp_path, **environment)
    assert done.returncode in {1, 2}
    assert done.stdout == ""
    assert done.stderr.startswith(sentence)
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


def test_ctrl_c_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("api.cli.migrate.migrate", interrupted)
    with pytest.raises(SystemExit) as left:
        main(["migrate"])
    assert left.value.code == 130
    assert capsys.readouterr().err == "\nInterrupted.\n"


def test_the_installed_name_is_the_same_command() -> None:
    as_installed = _python("-c", "from api.cli import main; main()", "--help").stdout
    assert as_installed == _python("-m", "api.cli", "--help").stdout


def _python(*words: str, cwd: Path = CHECKOUT, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("WANGGE_", "DATABASE_"))}
    return subprocess.run(
        [sys.executable, "-P", *words],
        cwd=cwd,
        env=environment | {"PYTHONPATH": str(CHECKOUT), "PYTHONUTF8": "1", "COLUMNS": "120"} | changes,
        capture_output=True,
        text=True,
        check=False,
    )
