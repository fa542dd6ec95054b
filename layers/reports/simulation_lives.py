"""The lives of simulated reports: who does what next, and when. Pure and seeded.

    filed ──► accepted ──► reported back ──► verified ──► evaluated        most of them
      │          │ │ └ handed up, given to a unit, suspended, extended      some
      │          │ └ reported back late: the clock runs out, the matter climbs
      └ declined, returned, a duplicate, void                               a few

What people do depends on the state they find, as in life; the dice say what and how soon.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from layers.reports.lifecycle import Action, Status
from layers.reports.records import Kind
from layers.reports.state import State

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
#: When desks are staffed; whoever gets something at night looks at it in the morning.
OPENS, CLOSES = 8, 18


@dataclass(frozen=True, slots=True)
class Move:
    """What someone does next: `who` is holder, dispatcher, verifier, unit or reporter."""

    at: datetime
    who: str
    action: Action
    said: Mapping[str, Any]


class Fate:
    """The dice of a district's reports."""

    def __init__(self, seed: int, zone: ZoneInfo, units: Mapping[int, str]) -> None:
        self._draw = np.random.default_rng([seed, 2])
        self._zone = zone
        self._units = units

    def next_move(self, state: State, kind: Kind, now: datetime) -> Move | None:
        """What comes next for a report as it stands; None where its life is over, or only time goes on."""
        assert state.status is not None
        plan = PLANS.get(state.status)
        return None if plan is None else plan(self, state, kind, now)

    def chance(self, share: float) -> bool:
        """True so often."""
        return bool(self._draw.random() < share)

    def soon(self, now: datetime, hours: float, *, urgent: bool = False) -> datetime:
        """About so many hours later, within the hours of work unless it is urgent."""
        later = now + float(self._draw.lognormal(0, 0.7)) * hours * HOUR * (0.3 if urgent else 1.0)
        local = later.astimezone(self._zone)
        if urgent or OPENS <= local.hour < CLOSES:
            return later
        morning = local.replace(hour=OPENS, minute=0, second=0, microsecond=0)
        if local.hour >= CLOSES:
            morning += timedelta(days=1)
        return morning + float(self._draw.random()) * HOUR

    def unit_of(self, kind: Kind) -> str | None:
        """The unit that handles a kind."""
        return self._units.get(kind.unit_id) if kind.unit_id is not None else None

    def one_of(self, *choices: str) -> str:
        """One of some words."""
        return choices[int(self._draw.integers(len(choices)))]


def _collected(fate: Fate, _: State, kind: Kind, now: datetime) -> Move:
    at = fate.soon(now, 0.7, urgent=kind.urgent)
    if fate.chance(0.06):
        return Move(at, "dispatcher", Action.VOID, {"reason": fate.one_of("not_governance", "no_content", "test")})
    return Move(at, "dispatcher", Action.FILE, {})


def _filed(fate: Fate, state: State, kind: Kind, now: datetime) -> Move:
    unit = fate.unit_of(kind)
    if state.area_path is None:
        # Nobody answers for a place that nobody could find.
        if unit is None:
            return Move(fate.soon(now, 8.0), "dispatcher", Action.VOID, {"reason": "no_content"})
        return Move(fate.soon(now, 3.0), "dispatcher", Action.ASSIGN, {"unit": unit, "reason": "nobody_available"})
    said = {"unit": unit, "reason": "nobody_available"} if unit and fate.chance(0.5) else {}
    return Move(fate.soon(now, 2.0, urgent=kind.urgent), "dispatcher", Action.ASSIGN, said)


def _dispatched(fate: Fate, state: State, kind: Kind, now: datetime) -> Move:
    who = "holder" if state.assignee is not None else "unit"
    # Some forget it for days: the clock runs out, and it climbs.
    at = fate.soon(now, 90.0 if fate.chance(0.02) else 0.6, urgent=kind.urgent)
    if who == "holder" and state.returns == 0 and fate.chance(0.04):
        return Move(at, who, Action.RETURN, {"reason": fate.one_of("not_my_area", "not_my_matter", "wrong_position")})
    if who == "holder" and not kind.urgent and not state.declined and fate.chance(0.03):
        return Move(at, who, Action.DECLINE, {"reason": fate.one_of("busy", "off_duty", "too_far")})
    return Move(at, who, Action.ACCEPT, {})


def _accepted(fate: Fate, state: State, kind: Kind, now: datetime) -> Move:
    above = state.unit is None and (state.holder_depth or 0) > kind.level_depth
    unit = fate.unit_of(kind)
    if above and unit and fate.chance(0.5):
        return Move(fate.soon(now, 1.0), "holder", Action.TRANSFER, {"unit": unit, "reason": "needs_unit"})
    if above:
        return Move(fate.soon(now, 1.0), "holder", Action.HAND_UP, {"reason": "kind"})
    if state.suspensions == 0 and not state.overdue_marked and fate.chance(0.02):
        days = int(fate.soon(now, 24.0).toordinal() - now.toordinal()) + 3
        said = {"reason": fate.one_of("season", "weather", "budget"), "until": now + timedelta(days=days)}
        return Move(fate.soon(now, 2.0), "dispatcher", Action.SUSPEND, said)
    hours = 120.0 if fate.chance(0.04) else 2.0 if kind.urgent else 14.0
    said = {"outcome": fate.one_of("settled", "settled", "repaired", "removed", "mediated", "answered")}
    return Move(fate.soon(now, hours, urgent=kind.urgent), "holder", Action.REPORT_BACK, said)


def _reported(fate: Fate, state: State, kind: Kind, now: datetime) -> Move:
    at = fate.soon(now, 5.0, urgent=kind.urgent)
    if state.reworks == 0 and fate.chance(0.05):
        return Move(at, "verifier", Action.REJECT, {"reason": fate.one_of("not_done", "badly_done", "wrong_place")})
    return Move(at, "verifier", Action.VERIFY, {})


def _returned(fate: Fate, _: State, kind: Kind, now: datetime) -> Move:
    action = Action.ASSIGN if fate.chance(0.7) else Action.REFILE
    return Move(fate.soon(now, 1.0, urgent=kind.urgent), "dispatcher", action, {})


def _closed(fate: Fate, state: State, _: Kind, now: datetime) -> Move | None:
    if state.reopenings == 0 and fate.chance(0.02):
        return Move(fate.soon(now, 30.0), "reporter", Action.REOPEN, {"reason": fate.one_of("not_solved", "came_back")})
    if state.evaluated_at is not None or not fate.chance(0.6):
        return None
    responded = fate.chance(0.98)
    said: dict[str, Any] = {"responded": responded, "via": "call_back"}
    if responded:
        said |= {"solved": fate.chance(0.95), "satisfied": fate.one_of(*["satisfied"] * 8, "basically", "dissatisfied")}
    return Move(fate.soon(now, 20.0), "dispatcher", Action.EVALUATE, said)


PLANS = {
    Status.COLLECTED: _collected,
    Status.FILED: _filed,
    Status.DISPATCHED: _dispatched,
    Status.ACCEPTED: _accepted,
    Status.REPORTED: _reported,
    Status.RETURNED: _returned,
    Status.CLOSED: _closed,
}
