"""A day from the record is what the journals come to, folded one by one: every report, at any moment, every field."""

from __future__ import annotations

import json
import random
from bisect import bisect_right
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

from layers.actors import DESK, Scope
from layers.migrations import sqlalchemy_url
from layers.reports.appending import append
from layers.reports.day import EFFECTS, DayRecord, Standing, day_of
from layers.reports.folding import FOLDS, fold
from layers.reports.lifecycle import OPEN, Action, Status
from layers.reports.listing import BadPeriod
from layers.reports.records import report_number
from layers.reports.state import State, Told
from layers.scope import ENTER, enter
from tests.layers.reports.desk import MORNING
from tests.layers.reports.steps.life import Life
from tests.layers.reports.steps.test_simulating import UNTIL, lived

DICE = random.Random(11)
MOMENTS = 40


async def the_day(life: Life, day: date, now: datetime, scope: Scope = DESK) -> DayRecord:
    engine = create_async_engine(sqlalchemy_url(life.url), poolclass=NullPool)
    async with engine.connect() as reading:
        await enter(reading, scope)
        found = await day_of(reading, life.desk.setting.district, day, scope=scope, now=now)
    await engine.dispose()
    return found


async def journals(life: Life) -> dict[str, list[Told]]:
    rows = await life.desk.rows("select report_id, body from journal_entries order by report_id, position")
    found: dict[str, list[Told]] = {}
    for row in rows:
        one = json.loads(bytes(row["body"]))
        at = datetime.fromisoformat(one["at"])
        told = Told(one["position"], one["type"], one["version"], at, one["actor"], one["facts"])
        found.setdefault(report_number(row["report_id"]), []).append(told)
    return found


def stood(entries: list[Told], at: datetime, begin: datetime) -> tuple[Any, ...] | None:
    """As `past.report_at` has it: everything up to the first entry that is later."""
    upto = next((nth for nth, one in enumerate(entries) if one.at > at), len(entries))
    if upto == 0:
        return None
    state: State = fold(entries[:upto])
    clock = None if state.status is Status.SUSPENDED else state.clock
    due = (clock.due_at - begin) // timedelta(milliseconds=1) if clock and clock.due_at else None
    hands = "person" if state.assignee is not None else "unit" if state.unit is not None else "none"
    placed = all(one.type != "moved" for one in entries[upto:])
    facts = (state.status, hands, state.overdue_marked, due, state.kind, state.area_path, state.located, placed)
    return facts if state.status in OPEN else None


def told_of(states: tuple[Standing, ...], ms: int) -> tuple[Any, ...] | None:
    nth = bisect_right([one.from_ms for one in states], ms)
    return states[nth - 1][1:] if nth and states[nth - 1].status in OPEN else None


async def differences(life: Life, days: list[date], now: datetime) -> tuple[list[Any], int]:
    """What the record of days and the journals disagree on, at random moments; and how many were open then."""
    found, wrong, compared = await journals(life), [], 0
    for day in days:
        record = await the_day(life, day, now)
        reports = {one.number: one.states for one in record.reports}
        length_ms = (record.end - record.begin) // timedelta(milliseconds=1)
        # Beside the random ones the moments at which something changed, where one off would show.
        changes = [one.from_ms + off for states in reports.values() for one in states for off in (-1, 0)]
        some = [DICE.randrange(length_ms) for _ in range(MOMENTS)] + DICE.sample(changes, min(MOMENTS, len(changes)))
        for ms in [0, length_ms - 1, *(ms for ms in some if ms >= 0)]:
            at = record.begin + timedelta(milliseconds=ms)
            for number, entries in found.items():
                expected, told = stood(entries, at, record.begin), told_of(reports.get(number, ()), ms)
                compared += expected is not None
                if expected != told:
                    wrong.append((number, at.isoformat(), expected, told))
    return wrong, compared


async def test_simulated_lives_at_random_moments_without_a_difference(life: Life) -> None:
    await lived(life, 7, 250)
    begun = UNTIL.date() - timedelta(days=20)
    days = [begun + timedelta(days=nth) for nth in (3, 9, 14, 20)]
    wrong, compared = await differences(life, days, UNTIL)
    assert wrong[:5] == []
    assert compared > 5_000


async def test_moves_links_corrections_and_editions_without_a_difference(life: Life) -> None:
    """What simulated lives hardly ever do."""
    await unusual_lives(life)
    days = [MORNING.date() + timedelta(days=nth) for nth in range((life.now - MORNING).days + 1)]
    wrong, compared = await differences(life, days, life.now + timedelta(hours=1))
    assert wrong[:5] == []
    assert compared > 1_000


async def unusual_lives(life: Life) -> None:
    dispatcher = await life.person("D0001")
    moved, within, linked, corrected, rested, void, unit, late, gone_off = [await life.file(nth) for nth in range(9)]
    await life.take(dispatcher, moved, Action.MOVE, subject=life.desk.middle_of(life.desk.cells()[40]))
    await life.take(dispatcher, within, Action.MOVE, subject=life.desk.middle_of(life.desk.cells()[1]))
    await life.take(dispatcher, linked, Action.LINK, lead=report_number(moved))
    await life.take(dispatcher, linked, Action.UNLINK, reason="not_the_same")
    await life.take(dispatcher, corrected, Action.CORRECT_KIND, kind="C01")
    await life.take(await life.holder(rested), rested, Action.ACCEPT)
    await life.take(dispatcher, rested, Action.SUSPEND, reason="weather", until=life.now + timedelta(hours=60))
    await life.take(dispatcher, rested, Action.RESUME)
    await life.take(dispatcher, void, Action.VOID, reason="test")
    await life.take(dispatcher, unit, Action.TRANSFER, unit="U01", reason="needs_unit")
    await life.take(await life.person("U01-1"), unit, Action.ACCEPT)
    state = await life.check(late)
    assert state.clock is not None
    assert state.clock.due_at is not None
    ends = state.clock.due_at
    async with life.service.transaction():
        await life.service.execute(ENTER, DESK.settings)
        gone: dict[str, Any] = {
            "edition": state.edition,
            "area_path": None,
            "certainty": None,
            "located": False,
            "flags": [],
        }
        stated: dict[str, Any] = gone | {"holder_area": state.holder_area, "before": {}}
        await append(life.service, late, "relocated", stated, actor="account:1", now=life.now)
        # Moved to where nobody can be found for it.
        nobody = {"located_by": "position", "datum": None, "accuracy_m": None, "place": None, "position_digest": ""}
        started = {"clock": state.clock.facts, "holder_depth": 0}
        await append(life.service, gone_off, "moved", stated | nobody | started, actor="account:1", now=life.now)
    life.now = ends + timedelta(seconds=1)
    assert await life.sweep() > 0
    async with life.service.transaction():
        await life.service.execute(ENTER, DESK.settings)
        mark = {"clock": "handle", "due_at": ends.isoformat(), "assignee": None, "unit": None, "holder_area": None}
        await append(life.service, within, "overdue", mark, actor="service", now=life.now)
    life.now += timedelta(minutes=1)
    await life.take(dispatcher, within, Action.CORRECT_KIND, kind="L01")


def test_every_entry_that_changes_what_is_drawn_is_told_apart() -> None:
    """Whoever adds a type of entry decides here what it does to the picture."""
    changes_nothing = {
        "unassigned", "extension_asked", "extension_refused", "arrived", "caller_attached", "whistled", "joined",
        "reported_in", "part_done", "whistle_missed", "appealed", "appeal_decided", "evaluated", "handed_over",
        "hand_over_ended", "personal_erased", "photo_added",
    }  # fmt: skip
    assert EFFECTS.keys() | changes_nothing == FOLDS.keys()
    assert not EFFECTS.keys() & changes_nothing


async def test_a_day_that_has_not_begun_has_no_record(life: Life) -> None:
    with pytest.raises(BadPeriod):
        await the_day(life, life.now.date() + timedelta(days=2), life.now)


async def test_the_editions_that_were_in_force(life: Life) -> None:
    """Before the first one, the first: lives are simulated in days before anything was published."""
    connection = life.desk.connection
    noon = MORNING.replace(hour=4)
    await connection.execute("update editions set effective_at = %s", [noon + timedelta(days=2)])
    await connection.execute(
        "insert into editions (district_id, number, status, made_by, made_at, effective_at)"
        " select district_id, 7, 'retired', made_by, made_at, %s from editions",
        [noon + timedelta(days=4)],
    )
    now = MORNING + timedelta(days=9)
    found = [(await the_day(life, MORNING.date() + timedelta(days=nth), now)).editions for nth in (0, 2, 3, 4, 5)]
    assert found == [((1, 0),), ((1, 0),), ((1, 0),), ((1, 0), (7, 12 * 3_600_000)), ((7, 0),)]


async def test_only_what_lies_in_the_territory(life: Life) -> None:
    for cell in (0, 20, 60):
        await life.file(cell)
    officer = await life.holder(await life.file(0))
    whole = await the_day(life, life.now.date(), life.now + timedelta(hours=1))
    own = await the_day(life, life.now.date(), life.now + timedelta(hours=1), officer.scope)
    assert whole.within is None
    assert own.within is not None
    assert 0 < len(own.within[3]) < len(life.desk.cells())
    assert len(own.reports) < len(whole.reports) == 4
