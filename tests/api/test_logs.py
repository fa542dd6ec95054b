"""How a line of the log looks."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest

from api.logs import formatter


@pytest.fixture
def shanghai(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine that stands eight hours east of Greenwich."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "UTC-8")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("shanghai")
def test_a_line_says_its_moment_in_utc() -> None:
    record = logging.LogRecord("wangge", logging.INFO, "", 0, "%s", ("worker_alive",), None)
    record.created, record.msecs = 1_700_000_000.25, 250.0
    assert formatter().format(record) == "2023-11-14T22:13:20.250Z INFO worker_alive"
