"""Who could take a report: everyone who answers for where it lies, ranked, each with what speaks for and against.

The order is the rule's own, with whoever is free before whoever is not; nobody is left out, because a person may know
what the rule cannot: someone at their cap may still be the right one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from layers.reports.assignment import RANKS, assign, steps_of
from layers.reports.records import Considered

Nearness = Literal["near", "far"]
#: As far as one walks in a quarter of an hour.
NEAR_M = 1_000.0
#: The rule looks at load; the one with this share of their cap or more has much in hand.
MUCH = 0.8


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone who could take a report: the facts of the rule, and what speaks for and against as words of a list."""

    facts: Considered
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    nearness: Nearness | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What the record of a report says of people: who has it in hand, who had it, who declined it."""

    assignee: int | None = None
    handlers: frozenset[int] = frozenset()
    declined: frozenset[int] = frozenset()


def ranked(
    answerers: Sequence[Considered],
    path: str | None,
    *,
    past: Past,
    turn: int,
    distances_m: Mapping[int, float] | None = None,
) -> tuple[Candidate, ...]:
    """Everyone who answers for an area of `path`, the best first; once each, in their best office.

    `distances_m`: person → how far away they were last, of those who share it.
    """
    others = [one for one in answerers if one.person_id != past.assignee and one.person_id not in past.declined]
    outcome = assign(others, steps_of(path), turn=turn)
    chosen = None if outcome.assignee is None else outcome.assignee.person_id
    order = sorted(answerers, key=lambda one: _place(one, chosen, past))
    best = {one.person_id: one for one in reversed(order)}
    least = min((one.open for one in best.values() if not _obstacles(one, past)), default=None)
    return tuple(_candidate(one, chosen, least, past, distances_m or {}) for one in order if best[one.person_id] is one)


def _place(one: Considered, chosen: int | None, past: Past) -> tuple[bool, bool, int, int, int, str]:
    return (
        one.person_id != chosen,
        bool(_obstacles(one, past)),
        -one.depth,
        RANKS.index(one.rank),
        one.open,
        one.number,
    )


def _candidate(
    one: Considered, chosen: int | None, least: int | None, past: Past, distances_m: Mapping[int, float]
) -> Candidate:
    against = _obstacles(one, past)
    away = distances_m.get(one.person_id)
    nearness: Nearness | None = None if away is None else "near" if away <= NEAR_M else "far"
    speaks_for = [f"rank_{one.rank}"]
    if one.person_id == chosen and not against:
        speaks_for.append("rule_would_choose")
    if not against and one.open == least:
        speaks_for.append("least_loaded")
    if one.person_id in past.handlers and one.person_id != past.assignee:
        speaks_for.append("knows_the_matter")
    if nearness == "near":
        speaks_for.append("near")
    against += ["much_in_hand"] if "at_cap" not in against and _much(one) else []
    against += ["far"] if nearness == "far" else []
    return Candidate(one, tuple(speaks_for), tuple(against), nearness)


def _obstacles(one: Considered, past: Past) -> list[str]:
    """What keeps someone from taking it now, all of it: the rule's verdict stops at the first."""
    stands = {
        "absent": one.absent,
        "off_duty": not one.on_duty,
        "at_cap": one.cap is not None and one.open >= one.cap,
        "declined": one.person_id in past.declined,
        "has_it": one.person_id == past.assignee,
    }
    return [word for word, is_so in stands.items() if is_so]


def _much(one: Considered) -> bool:
    return one.cap is not None and one.open >= MUCH * one.cap


#: Everything that can speak for or against someone, for whoever puts it into words.
FOR: tuple[str, ...] = (
    *(f"rank_{rank}" for rank in RANKS),
    *("rule_would_choose", "least_loaded", "knows_the_matter", "near"),
)
AGAINST: tuple[str, ...] = ("absent", "off_duty", "at_cap", "declined", "has_it", "much_in_hand", "far")
