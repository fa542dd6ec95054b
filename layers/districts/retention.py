"""How long what is personal is kept: what a district sets, and what is due at a moment."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from layers.districts.refusals import BadDistrict

#: (least, most) of each period. Traces are kept for half a year at least, which the law asks for.
BOUNDS: dict[str, tuple[int, int]] = {
    "position_minutes": (1, 720),
    "closed_reports_months": (1, 1200),
    "sessions_days": (1, 3650),
    "traces_months": (6, 1200),
}


@dataclass(frozen=True, slots=True)
class Retention:
    """Periods, each in the unit of its name."""

    #: Where someone on duty was last.
    position_minutes: int = 30
    #: Reports, after they came to their end; then they are anonymised.
    closed_reports_months: int = 24
    #: Sessions of browsers, after they ended.
    sessions_days: int = 30
    #: The access log and the audit trail.
    traces_months: int = 36

    @classmethod
    def read(cls, given: object) -> Retention:
        """The periods from a declaration.

        Raises:
            BadDistrict: an unknown period, or one that is too short or too long.
        """
        if not isinstance(given, Mapping):
            raise BadDistrict("The retention must be a table of periods.", field="settings.retention", value=given)
        for name, value in given.items():
            _check(str(name), value)
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Due:
    """Moments: what came to its end before them is due to be erased."""

    positions: datetime
    closed_reports: datetime
    sessions: datetime
    traces: datetime


def due_at(retention: Retention, now: datetime) -> Due:
    """What is due at a moment."""
    return Due(
        positions=now - timedelta(minutes=retention.position_minutes),
        closed_reports=months_before(now, retention.closed_reports_months),
        sessions=now - timedelta(days=retention.sessions_days),
        traces=months_before(now, retention.traces_months),
    )


def months_before(moment: datetime, months: int) -> datetime:
    """The same day of the month so many months earlier, or the last there is."""
    count = moment.year * 12 + moment.month - 1 - months
    year, month = divmod(count, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _check(name: str, value: Any) -> None:
    if name not in BOUNDS:
        known = ", ".join(BOUNDS)
        raise BadDistrict(
            f"Unknown period {name!r}.", field=f"settings.retention.{name}", value=value, remedy=f"Known: {known}."
        )
    least, most = BOUNDS[name]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadDistrict(
            f"The period {name} must be a whole number from {least} to {most}, not {value!r}.",
            field=f"settings.retention.{name}",
            value=value,
        )


assert BOUNDS.keys() == {one.name for one in fields(Retention)}, "every period has its bounds"
