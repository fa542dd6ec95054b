"""Who gets a report that is in nobody's hands: the assignment rule, from the level that holds it upwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from psycopg.rows import dict_row

from layers.reports.answerers import Asked, answerers
from layers.reports.assignment import Step, assign, facts, steps_of
from layers.reports.clocks import HANDLE
from layers.reports.filed import SERIALS_PER_DAY
from layers.reports.lifecycle import STEPS, Action
from layers.reports.records import Considered, Outcome
from layers.reports.steps.taking import Taking

BY_HAND = "by-hand/1"


def steps_from(path: str | None, depth: int | None) -> tuple[Step, ...]:
    """The areas asked in turn, from the level that holds the report upwards; the district where it holds it itself."""
    if depth == 0 and path:
        return (Step(int(path.partition(".")[0]), 0),)
    return tuple(one for one in steps_of(path) if depth is None or one.depth <= depth)


async def anybody(cursor: Asked, steps: Sequence[Step], *, zone: ZoneInfo, now: datetime) -> bool:
    """Whether the rule would choose anybody at all for a report that these areas are asked for."""
    found = await answerers(cursor, steps, zone=zone, now=now) if steps else ()
    return assign(found, steps, turn=0).assignee is not None if found else False


async def consider(taking: Taking) -> Outcome | None:
    """What the rule says of a report as it stands; None where there is nobody to ask. Who declined is not asked."""
    state = taking.state
    steps = steps_from(state.area_path, state.holder_depth)
    if not steps:
        return None
    cursor = taking.connection.cursor(row_factory=dict_row)
    zone = taking.setting.district.zone
    found = await answerers(cursor, steps, zone=zone, now=taking.now)
    asked = [one for one in found if one.person_id not in state.declined]
    return assign(asked, steps, turn=taking.head.id % SERIALS_PER_DAY)


async def dispatch(taking: Taking, *, else_to: int | None = None, actor: str | None = None) -> None:
    """Give a report that waits to whoever the rule chooses; to `else_to` where it chooses nobody."""
    if (taking.state.status, Action.ASSIGN) not in STEPS:
        return
    outcome = await consider(taking)
    if outcome is None:
        return
    if outcome.assignee is None and else_to is None:
        stated = {
            "rule": outcome.rule,
            "holder_area": taking.state.holder_area,
            "holder_depth": taking.state.holder_depth,
            "reason": outcome.reason,
        }
        taking.add("unassigned", stated, version=2, actor=actor)
        run(taking, outcome.rule, None, facts(outcome))
    else:
        give(taking, outcome, else_to=else_to, actor=actor)


def give(taking: Taking, outcome: Outcome, *, else_to: int | None = None, actor: str | None = None) -> None:
    """Give a report to whoever the rule chose, or to `else_to`."""
    taken: Considered | None = outcome.assignee
    state = taking.state
    stated = {
        "rule": outcome.rule,
        "assignee": taken.person_id if taken else else_to,
        "unit": None,
        "holder_area": taken.area_id if taken else state.holder_area,
        "holder_depth": taken.depth if taken else state.holder_depth,
        "reason": outcome.reason if taken else "nobody_above",
        "note": None,
        "clock": taking.clock(HANDLE).facts,
    }
    taking.add("assigned", stated, version=2, actor=actor)
    run(taking, outcome.rule, taking.state.assignee, facts(outcome))


def run(taking: Taking, rule: str, assignee: int | None, considered: list[dict[str, Any]]) -> None:
    """Keep a run of the rule, or a choice by hand, with everyone who was considered."""
    taking.runs.append(
        {
            "rule": rule,
            "assignee": assignee,
            "holder_area": taking.state.holder_area,
            "considered": considered,
        }
    )
