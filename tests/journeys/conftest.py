from __future__ import annotations

import pytest

from tests.journeys.commands import Shell


@pytest.fixture
def shell(db_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Commands on a migrated database of one's own."""
    monkeypatch.setenv("DATABASE_URL", db_url)
    return Shell(capsys)
