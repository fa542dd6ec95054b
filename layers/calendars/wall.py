"""The clock on the wall, by which days of the calendar (自然日) are counted: what it shows, and when it shows it first.

    instant  ───────┬──────────────►          an hour that is skipped counts in the instant it is skipped;
    shown    01:59 │ 03:00                    an hour that is shown twice counts once

So it never runs backwards, and a day is over when the same time of day is shown on the next one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

LEAST = timedelta(microseconds=1)


def shown(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the wall shows at a moment (aware), without a zone; while an hour is shown again, the end of that hour."""
    local = moment.astimezone(zone)
    naive = local.replace(tzinfo=None, fold=0)
    if not local.fold:
        return naive
    first = local.replace(fold=0)
    turned = _turn(first.astimezone(UTC), moment.astimezone(UTC), zone)
    return (turned - LEAST).astimezone(zone).replace(tzinfo=None, fold=0) + LEAST


def first_shown(naive: datetime, zone: ZoneInfo) -> datetime:
    """The first moment, in UTC, at which the wall shows so much or more."""
    moment = naive.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == naive:
        return moment
    # Skipped: read by what was shown before it lies after the turn, by what is shown since it lies before.
    return _turn(naive.replace(tzinfo=zone, fold=1).astimezone(UTC), moment, zone)


def _turn(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment between two, in UTC, at which the zone's offset changes."""
    old = before.astimezone(zone).utcoffset()
    while after - before > LEAST:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
