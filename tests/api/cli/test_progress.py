"""A long job shows how far it is, on a terminal and in a log."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from api.cli.progress import progress


def test_in_a_log_it_is_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 6.0, 6.0, 8.0, 10.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    out = io.StringIO()
    with progress("filing", total=4000, console=Console(file=out)) as step:
        step(500)
        step(1000)
        step(2500)
    assert out.getvalue().splitlines() == [
        "filing: 1,500 of 4,000 (250/s, about 10 s left)",
        "filing: 4,000 of 4,000 (400/s)",
    ]


def test_an_interrupted_job_says_how_far_it_came() -> None:
    out = io.StringIO()
    with pytest.raises(KeyboardInterrupt), progress("filing", total=10, console=Console(file=out)) as step:
        step(3)
        raise KeyboardInterrupt
    assert out.getvalue().startswith("filing: 3 of 10 (")


def test_on_a_terminal_it_is_a_bar() -> None:
    out = io.StringIO()
    with progress("filing", total=8, console=Console(file=out, force_terminal=True, width=100)) as step:
        step(8)
    assert "filing" in out.getvalue()
    assert "8/8" in out.getvalue()
    assert "/s" in out.getvalue()


def test_a_job_of_nothing() -> None:
    out = io.StringIO()
    with progress("filing", total=0, console=Console(file=out)):
        pass
    assert out.getvalue() == "filing: 0 of 0 (0/s)\n"
