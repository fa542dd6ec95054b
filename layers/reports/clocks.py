"""The clock of a report: which limit runs, from when, over which pauses; due at a moment anyone can compute again.

One clock runs at a time: `dispatch` from filing, `handle` from being given to someone, `verify` from the report back.
What an entry of the journal states of it is all that its deadline depends on, with the versions of the calendar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from layers.calendars.limits import Limit, read_limit
from layers.calendars.proofs import Stretch, stretches
from layers.calendars.working_time import Calendar, NoCalendar, Pause, deadline
from layers.canonical import moment_text

DISPATCH, HANDLE, VERIFY = "dispatch", "handle", "verify"
#: Where neither the kind nor the district says anything. Practice of cities, not of any standard.
LIMITS = {DISPATCH: "2 working_hours", HANDLE: "5 working_days", VERIFY: "2 working_days"}
URGENT_LIMITS = {DISPATCH: "0.5 urgent_hours", HANDLE: "4 urgent_hours", VERIFY: "4 urgent_hours"}


@dataclass(frozen=True, slots=True)
class Clock:
    """A limit that runs from a moment, with what was added to it, and when it did not run.

    `due_at` is None where the calendar of a year it runs into is not published yet, and while it is paused.
    """

    name: str
    limit: Limit
    started_at: datetime
    due_at: datetime | None
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Limit, ...] = ()
    calendar: Mapping[int, int] | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """What an entry states of it."""
        return {
            "name": self.name,
            "limit": str(self.limit),
            "started_at": moment_text(self.started_at),
            "due_at": moment_text(self.due_at) if self.due_at else None,
            "pauses": [[moment_text(start), moment_text(end)] for start, end in self.pauses],
            "extensions": [str(one) for one in self.extensions],
            "calendar": {str(year): version for year, version in sorted((self.calendar or {}).items())},
        }


def limit_of(name: str, limits: Mapping[str, str], *, urgent: bool) -> Limit:
    """The limit of a clock: the kind's own, else the usual one."""
    return read_limit(limits.get(name) or (URGENT_LIMITS if urgent else LIMITS)[name])


def started(name: str, limit: Limit, at: datetime, calendar: Calendar) -> Clock:
    """A clock that starts now."""
    return _due(Clock(name, limit, at, None), calendar)


def paused_until(clock: Clock, start: datetime, end: datetime, calendar: Calendar) -> Clock:
    """The clock after a pause, which shifts what was left of it."""
    return _due(replace(clock, pauses=(*clock.pauses, (start, end))), calendar)


def extended(clock: Clock, by: Limit, calendar: Calendar) -> Clock:
    """The clock with more time."""
    return _due(replace(clock, extensions=(*clock.extensions, by)), calendar)


def with_limit(clock: Clock, limit: Limit, calendar: Calendar) -> Clock:
    """The clock under another limit, as after a kind was corrected: it has run since it started."""
    return _due(replace(clock, limit=limit), calendar)


def missing_year(clock: Clock, calendar: Calendar) -> int | None:
    """The year that keeps a clock from having a deadline, because nobody imported its calendar."""
    try:
        _runs_out(clock, calendar)
    except NoCalendar as missing:
        return missing.year
    return None


def dated(clock: Clock, calendar: Calendar) -> Clock:
    """A clock without a deadline, by a calendar that may cover the year it waited for."""
    return _due(clock, calendar)


def _due(clock: Clock, calendar: Calendar) -> Clock:
    try:
        moment = _runs_out(clock, calendar)
    except NoCalendar:
        return replace(clock, due_at=None, calendar=calendar.versions)
    years = range(clock.started_at.year - 1, moment.year + 2)
    used = {year: version for year, version in calendar.versions.items() if year in years}
    return replace(clock, due_at=moment, calendar=used)


def _runs_out(clock: Clock, calendar: Calendar) -> datetime:
    moment = deadline(clock.limit, clock.started_at, calendar, pauses=clock.pauses)
    for extension in clock.extensions:
        moment = deadline(extension, moment, calendar, pauses=clock.pauses)
    return moment


def read_clock(facts: Mapping[str, Any] | None) -> Clock | None:
    """The clock an entry states."""
    if facts is None:
        return None
    return Clock(
        name=facts["name"],
        limit=read_limit(facts["limit"]),
        started_at=datetime.fromisoformat(facts["started_at"]),
        due_at=_moment(facts["due_at"]),
        pauses=tuple((datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in facts["pauses"]),
        extensions=tuple(read_limit(one) for one in facts["extensions"]),
        calendar={int(year): version for year, version in facts["calendar"].items()},
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def proof_of(clock: Clock, calendar: Calendar, *, now: datetime, suspended_at: datetime | None) -> list[Stretch]:
    """What counted since a clock started, until it is due; for one that rests, until it came to rest."""
    end = clock.due_at or suspended_at or now
    if end <= clock.started_at:
        return []
    return stretches(clock.limit.unit, clock.started_at, end, calendar, pauses=clock.pauses)
