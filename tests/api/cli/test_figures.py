"""`./wangge figures recompute`: the same numbers from the journals, or what differs and an exit code."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import psycopg
import pytest

from tests.journeys.commands import Shell
from tests.layers.figures import fates
from tests.layers.reports.steps.life import life_at

DAYS = ("--from", "2025-01-01", "--to", "2025-01-31")


@pytest.fixture
def lived(toytown_url: str) -> str:
    asyncio.run(_live(toytown_url))
    return toytown_url


async def _live(url: str) -> None:
    async with life_at(url) as life:
        await fates.live(life, rounds=1)


@pytest.fixture
def shell(lived: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.setenv("DATABASE_URL", lived)
    return Shell(capsys)


def told(shell: Shell, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shell.passes("figures", "recompute", "--from-journal", "--json", *words).out)
    return found


def test_what_is_served_is_what_the_journals_say(shell: Shell, lived: str) -> None:
    found = told(shell, *DAYS)
    assert found["differences"] == []
    assert found["reports"] == len(fates.FATES) + 1
    assert found["compared"] > 100
    with psycopg.connect(lived, autocommit=True) as owner:
        owner.execute("update reports set unit_id = null where unit_id is not null and status = 'closed'")
    said = shell.run("figures", "recompute", "--from-journal", *DAYS)
    assert said.code == 1
    assert "unit U02 count:closed: served 0, recomputed 1" in said.out


def test_from_what_must_be_said(shell: Shell) -> None:
    said = shell.run("figures", "recompute", *DAYS)
    assert said.code != 0
    assert "--from-journal" in said.err
