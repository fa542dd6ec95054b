"""What a person reads when something fails."""

from __future__ import annotations

import errno
from pathlib import Path

import psycopg
import pytest
import sqlalchemy.exc

from api.cli.faults import INTERRUPTED, REFUSED, UNEXPECTED, explain, sentence_for
from layers.refusals import Refusal


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WANGGE_VAR", str(tmp_path))
    monkeypatch.delenv("WANGGE_DEBUG", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Refusal("No district yet.", remedy="./wangge demo makes one."), "No district yet. ./wangge demo makes one."),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk is full"),
        (OSError(errno.EADDRINUSE, "Address already in use"), "The port is taken"),
        (FileNotFoundError(errno.ENOENT, "No such file", "reports.csv"), "reports.csv does not exist"),
        (PermissionError(errno.EACCES, "Permission denied", "/etc/x"), "/etc/x may not be read or written"),
        (IsADirectoryError(errno.EISDIR, "Is a directory", "maps"), "maps: Is a directory."),
        (MemoryError(), "The machine's memory is used up"),
        (psycopg.errors.DiskFull("could not extend file"), "The database's disk is full"),
        (
            psycopg.errors.InsufficientPrivilege("permission denied for table x"),
            "The database refused: permission denied",
        ),
        (psycopg.OperationalError("server closed the connection"), "The database does not answer: server closed"),
        (
            sqlalchemy.exc.OperationalError("SELECT secret", {}, psycopg.OperationalError("connection lost")),
            "The database does not answer: connection lost.",
        ),
    ],
)
def test_a_known_fault_has_its_sentence(fault: Exception, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(fault) == REFUSED
    printed = capsys.readouterr().err
    assert printed.startswith(f"wangge: {sentence}")
    assert printed.count("\n") == 1
    assert "secret" not in printed


@pytest.mark.parametrize("fault", [KeyError("x"), OSError("no number"), psycopg.ProgrammingError("syntax error")])
def test_a_bug_of_ours_is_no_known_fault(fault: Exception) -> None:
    assert sentence_for(fault) is None


def test_an_unexpected_fault_is_kept_in_the_log(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(_raised()) == UNEXPECTED
    printed = capsys.readouterr().err
    assert (
        printed
        == f"wangge: Unexpected fault (ZeroDivisionError: division by zero). The details are in {var}/wangge.log.\n"
    )
    assert "in _raised" in (var / "wangge.log").read_text()


def test_the_log_cannot_be_written(
    var: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (var / "file").touch()
    monkeypatch.setenv("WANGGE_VAR", str(var / "file" / "below"))
    assert explain(_raised()) == UNEXPECTED
    assert "Run again with WANGGE_DEBUG=1" in capsys.readouterr().err


def test_the_traceback_is_printed_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WANGGE_DEBUG", "1")
    explain(_raised())
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(KeyboardInterrupt()) == INTERRUPTED
    assert capsys.readouterr().err == "\nInterrupted.\n"


def _raised() -> Exception:
    try:
        return Exception(1 / 0)
    except ZeroDivisionError as fault:
        return fault
