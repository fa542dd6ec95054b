"""Figures are counted once for all who look at the same time, and never kept where counting failed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from api import figure_shelf
from api.clock import now
from api.figure_shelf import MOST_CHOICES, MOST_KEPT, Asked, Figures, FigureShelf, territory
from layers.actors import DESK, Scope
from layers.workload.records import FigureTable, WorkloadSheet

SHEET = WorkloadSheet(
    "区", "District", "grid", "网格", "grid", 1, datetime(2026, 3, 18, tzinfo=UTC), "Asia/Shanghai", FigureTable.of(())
)
SERVED = cast(Any, SimpleNamespace())
EVERYTHING = Asked(1, None, None, DESK)


class Counting:
    """Stands for the database: counts how often it was asked, and fails on demand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        self.fails = False
        monkeypatch.setattr(figure_shelf, "counted", self.count)
        self.shelf = FigureShelf(cast(Any, self), cast(Any, None), now)

    async def count(self, *_: object, **__: object) -> WorkloadSheet:
        self.times += 1
        await asyncio.sleep(0.01)
        if self.fails:
            raise OSError
        return SHEET

    def reading(self, _: Scope) -> Any:
        return self

    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *_: object) -> None: ...


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    return Counting(monkeypatch)


async def test_many_at_once_share_one_counting(counting: Counting) -> None:
    found = await asyncio.gather(*(counting.shelf.figures(SERVED, EVERYTHING) for _ in range(20)))
    assert counting.times == 1
    assert len(set(map(id, found))) == 1


async def test_anew_counts_again_and_others_share_it(counting: Counting) -> None:
    first = await counting.shelf.figures(SERVED, EVERYTHING)
    second = await counting.shelf.figures(SERVED, EVERYTHING, anew=True)
    assert second is not first
    assert await counting.shelf.figures(SERVED, EVERYTHING) is second
    assert counting.times == 2


async def test_figures_older_than_their_life_are_counted_again(
    counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    await counting.shelf.figures(SERVED, EVERYTHING)
    monkeypatch.setattr(figure_shelf, "LIFE_S", 0.0)
    await counting.shelf.figures(SERVED, EVERYTHING)
    assert counting.times == 2


async def test_another_territory_sees_nothing_of_it(counting: Counting) -> None:
    await counting.shelf.figures(SERVED, EVERYTHING)
    await counting.shelf.figures(SERVED, EVERYTHING._replace(territory=Scope(paths=("1.5.",))))
    assert counting.times == 2


async def test_people_of_one_territory_share_it() -> None:
    first, second = (Scope(paths=("1.5.",), districts=(1,), person_id=one, account_id=one) for one in (1, 2))
    assert territory(first) == territory(second) == Scope(paths=("1.5.",), districts=(1,))


async def test_a_failure_is_not_kept(counting: Counting) -> None:
    counting.fails = True
    with pytest.raises(OSError):
        await counting.shelf.figures(SERVED, EVERYTHING)
    counting.fails = False
    assert (await counting.shelf.figures(SERVED, EVERYTHING)).sheet is SHEET


async def test_whoever_goes_away_leaves_the_others_waiting(counting: Counting) -> None:
    hasty = asyncio.create_task(counting.shelf.figures(SERVED, EVERYTHING))
    patient = asyncio.create_task(counting.shelf.figures(SERVED, EVERYTHING))
    await asyncio.sleep(0)
    hasty.cancel()
    assert (await patient).sheet is SHEET
    assert counting.times == 1


async def test_neither_levels_nor_choices_pile_up(counting: Counting) -> None:
    for number in range(MOST_KEPT + 5):
        await counting.shelf.figures(SERVED, EVERYTHING._replace(edition=number))
    await counting.shelf.figures(SERVED, EVERYTHING._replace(edition=MOST_KEPT + 4))
    await counting.shelf.figures(SERVED, EVERYTHING._replace(edition=0))
    assert counting.times == MOST_KEPT + 6
    written: list[str] = []

    def write(sheet: WorkloadSheet) -> bytes:
        written.append(sheet.level_key)
        return b""

    figures = Figures(SHEET)
    for choice in [*range(MOST_CHOICES + 1), 0, MOST_CHOICES]:
        await figures.told(choice, write)
    assert len(written) == MOST_CHOICES + 2
