"""The first assignment of a report: a pure rule over stated facts, so that it explains itself and can be replayed.

cell:      A ──► B ──► O        each rank: on duty, not away, under the cap; among equals the least loaded
             │ nobody
community: anyone who answers for it, by rank
             │ nobody
street:    likewise
             │ nobody
unassigned, held by the area it began in, and shown loudly
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from operator import attrgetter

from layers.reports.records import Considered, Outcome

RULE = "first-assignment/1"

#: Ranks in the order they are asked: A, the deputy B, the information officer, the desk.
RANKS = ("A", "B", "O", "D")
#: What is stored about everyone considered.
FACTS = tuple(one.name for one in fields(Considered))
_facts_of = attrgetter(*FACTS)


@dataclass(frozen=True, slots=True)
class Step:
    """An area asked in turn, from the one the matter lies in upwards."""

    area_id: int
    depth: int


def steps_of(path: str | None) -> tuple[Step, ...]:
    """The areas the assignment asks in turn: from the one the report lies in upwards, the district only for its own.

    Which level settles a kind in the end is another matter: whoever answers for the cell looks first (首接负责).
    An unlocated report asks nobody: it waits in its own queue until someone says where it is.
    """
    ids = [int(one) for one in path.rstrip(".").split(".")] if path else []
    lowest = len(ids) - 1
    return tuple(Step(ids[depth], depth) for depth in range(lowest, -1, -1) if depth > 0 or lowest == 0)


def assign(answerers: Sequence[Considered], steps: Sequence[Step], *, turn: int) -> Outcome:
    """Choose who gets a report among `answerers` (their `verdict` is ignored), asking the areas of `steps` in order.

    `turn` (the serial of the report's number) decides among several who are equally and least loaded, so that many
    reports at once spread out; the same facts and the same turn always give the same outcome.
    """
    told: list[Considered] = []
    taken: Considered | None = None
    posted: dict[tuple[int, str], list[Considered]] = {}
    for one in answerers:
        posted.setdefault((one.area_id, one.rank), []).append(one)
    for step, rank in ((step, rank) for step in steps for rank in RANKS):
        asked = posted.get((step.area_id, rank), [])
        if taken:
            told += [_judged(one, "not_reached") for one in asked]
            continue
        judged = [_judged(one, _obstacle(one)) for one in asked]
        taken = _least_loaded([one for one in judged if not one.verdict], turn)
        told += [_told(one, taken) for one in judged]
    if taken:
        taken = _judged(taken, "taken")
        return Outcome(RULE, taken, taken.area_id, taken.depth, _reason(taken, steps), tuple(told))
    start = steps[0] if steps else None
    return Outcome(
        RULE, None, start.area_id if start else None, start.depth if start else None, _nobody(told), tuple(told)
    )


def _judged(one: Considered, verdict: str) -> Considered:
    """The same person with a verdict; spelt out, because `replace` costs ten times as much and this is done for all."""
    return Considered(
        one.person_id, one.number, one.role, one.area_id, one.depth, one.rank, one.on_duty, one.absent, one.open,
        one.cap, verdict,
    )  # fmt: skip


def _obstacle(one: Considered) -> str:
    """Why this person cannot take a report now; empty when nothing stands in the way."""
    if one.absent:
        return "absent"
    if not one.on_duty:
        return "off_duty"
    if one.cap is not None and one.open >= one.cap:
        return "at_cap"
    return ""


def _least_loaded(free: list[Considered], turn: int) -> Considered | None:
    if not free:
        return None
    least = min(one.open for one in free)
    equals = sorted((one for one in free if one.open == least), key=lambda one: one.number)
    return equals[turn % len(equals)]


def _told(one: Considered, taken: Considered | None) -> Considered:
    if one.verdict:
        return one
    if one == taken:
        return _judged(one, "taken")
    assert taken is not None
    return _judged(one, "busier" if one.open > taken.open else "not_their_turn")


def _reason(taken: Considered, steps: Sequence[Step]) -> str:
    return f"rank_{taken.rank}" if taken.area_id == steps[0].area_id else f"climbed_to_depth_{taken.depth}"


def _nobody(told: Sequence[Considered]) -> str:
    return "nobody_available" if told else "nobody_answers"


def facts(outcome: Outcome) -> list[dict[str, object]]:
    """Everyone considered, as it is stored and shown."""
    return [dict(zip(FACTS, _facts_of(one), strict=True)) for one in outcome.considered]


def replay(stored: Sequence[dict[str, object]], steps: Sequence[Step], *, turn: int) -> Outcome:
    """The outcome again from stored facts: equal to the stored one, or the record was altered."""
    return assign([Considered(**one) for one in stored], steps, turn=turn)  # type: ignore[arg-type]
