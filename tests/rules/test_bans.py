"""No line of ours breaks a ban, and every ban would notice."""

from __future__ import annotations

import pytest

from tests.rules.bans import BANS, Ban
from tests.rules.sources import paths, text_of


def _name(ban: Ban) -> str:
    return ban.name


@pytest.mark.parametrize("ban", BANS, ids=_name)
def test_nothing_breaks_it(ban: Ban) -> None:
    broken = [f"{path}:{line}" for path in paths() if ban.covers(path) for line in ban.lines(text_of(path))]
    assert not broken, f"{ban.why}: {broken}"


@pytest.mark.parametrize("ban", BANS, ids=_name)
def test_it_would_notice(ban: Ban) -> None:
    assert ban.lines(f"first = 1\n{ban.example}\n") == [2]


@pytest.mark.parametrize("ban", BANS, ids=_name)
def test_it_looks_at_some_file(ban: Ban) -> None:
    assert any(ban.covers(path) for path in paths())
