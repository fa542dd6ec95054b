"""The running service as a machine: anyone tries anything at any time, and the record, the rows and the loads agree.

A step either happens as a whole or is refused by name; nothing else is ever raised.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from layers.actors import Actor, Role
from layers.refusals import Refusal
from layers.reports.lifecycle import STEPS, Action, Status, Who
from layers.reports.records import report_number
from layers.reports.steps.requests import ARGUMENTS, OUTCOMES, REASONS
from tests.layers.reports.steps.life import UNITS, Life

LONG = os.environ.get("WANGGE_LONG") == "1"
STEPS_TAKEN = 20_000 if LONG else 2_000
PEOPLE = ("W0001", "W0002", "W0003", "W0009", "I0001", "C0001", "C0002", "S0001", "S0002", "D0001", "U01-1", "U02-1")
KINDS = ("M01", "C01", "L01")
ONWARDS = (Action.ASSIGN, Action.ACCEPT, Action.REPORT_BACK, Action.VERIFY, Action.RESUME)


class Walk:
    """Someone who tries things."""

    def __init__(self, life: Life, seed: int) -> None:
        self.life = life
        self.pick = random.Random(seed)
        self.reports: list[int] = []
        self.overdue: list[int] = []
        self.people: list[Actor] = []
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    async def begin(self) -> None:
        self.people = [await self.life.person(one) for one in PEOPLE]
        for _ in range(6):
            await self.file()

    async def file(self) -> None:
        cell = self.pick.randrange(12)
        self.reports.append(await self.life.file(cell, kind=self.pick.choice(KINDS)))

    async def go(self) -> None:
        self.life.now += timedelta(minutes=self.pick.choice((0, 1, 5, 30, 240)))
        if self.pick.random() < 0.03:
            await self.file()
        if self.pick.random() < 0.03:
            self.done["swept"] += await self.life.sweep()
        report = self.pick.choice(self.reports[-8:])
        state = await self.life.state(report)
        action = self.action(state.status)
        self.overdue = [one.position for one in state.overdue]
        found = STEPS.get((state.status, action))
        actor = await self.actor(report, state.assignee, found.who if found else None)
        try:
            await self.life.take(actor, report, action, **self.said(action, report))
        except Refusal as refusal:
            assert refusal.message
            self.refused[f"{action} {type(refusal).__name__}"] += 1
        else:
            assert (state.status, action) in STEPS
            self.done[action.value] += 1
        await self.life.check(report)

    def action(self, status: Status | None) -> Action:
        """Most often one the table has, and of those one that leads on."""
        likely = [one for one in ARGUMENTS if (status, one) in STEPS]
        onwards = [one for one in ONWARDS if one in likely]
        chance = self.pick.random()
        return self.pick.choice(
            onwards if onwards and chance < 0.4 else likely if likely and chance < 0.95 else list(ARGUMENTS)
        )

    async def actor(self, report: int, assignee: int | None, who: Who | None) -> Actor:
        """Most often one of those whose step it is, sometimes anyone."""
        if self.pick.random() < 0.2 or who is None:
            return self.pick.choice(self.people)
        if who is Who.REPORTER and self.pick.random() < 0.7:
            return self.life.reporter(report)
        if who in {Who.HOLDER, Who.HOLDER_OR_DESK} and assignee is not None and self.pick.random() < 0.8:
            return await self.life.holder(report)
        if who is Who.CALLED or (who is Who.HOLDER and assignee is None):
            return self.pick.choice([one for one in self.people if one.scope.unit_id is not None])
        return self.pick.choice([one for one in self.people if one.role in {Role.DISPATCHER, Role.STREET_OFFICER}])

    def said(self, action: Action, report: int) -> dict[str, Any]:
        must, may = ARGUMENTS[action]
        some: dict[str, Any] = {
            "reason": self.pick.choice(REASONS.get(action, ("none",))),
            "note": "随手一记",
            "person": self.pick.choice(PEOPLE[:10]),
            "unit": self.pick.choice(UNITS),
            "units": tuple(self.pick.sample(UNITS, 2)),
            "kind": self.pick.choice(KINDS),
            "lead": report_number(self.pick.choice(self.reports)),
            "until": self.life.now + timedelta(hours=self.pick.choice((2, 30, 400))),
            "limit": "2 working_hours",
            "outcome": self.pick.choice(OUTCOMES),
            "overdue": self.pick.choice(self.overdue or [3]),
            "upheld": self.pick.random() < 0.5,
            "responded": True,
            "solved": self.pick.random() < 0.8,
            "satisfied": "basically",
            "subject": self.life.desk.middle_of(self.life.desk.cells()[self.pick.randrange(63)]),
            "caller_name": "来电人",
        }
        chosen = {name for name in may if name in some and self.pick.random() < 0.4}
        if {"person", "unit"} <= chosen or (action is Action.TRANSFER and not chosen & {"person", "unit"}):
            chosen = chosen - {"unit"} | {"person"}
        return {name: some[name] for name in must | chosen}


@pytest.mark.parametrize("seed", [20261123, 7])
async def test_record_rows_and_loads_agree_whatever_is_tried(life: Life, seed: int) -> None:
    walk = Walk(life, seed)
    await walk.begin()
    for _ in range(STEPS_TAKEN // 2):
        await walk.go()
    for report in walk.reports:
        await life.check(report)
    happened = sum(count for name, count in walk.done.items() if name != "swept")
    assert happened > STEPS_TAKEN // 10, (walk.done, walk.refused)
    assert len(walk.done) > 20, (walk.done, walk.refused)
