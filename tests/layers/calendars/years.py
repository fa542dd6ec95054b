"""Two years as they were published, years and moments at random, and the plain way of counting minutes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from layers.calendars.working_time import Calendar, Pause

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
MINUTE = timedelta(minutes=1)
COVERED = (2025, 2026)


def span(name: str, first: date, last: date) -> dict[date, str | None]:
    return {first + timedelta(days=nth): name for nth in range((last - first).days + 1)}


PUBLISHED: dict[date, str | None] = {
    **span("元旦", date(2025, 1, 1), date(2025, 1, 1)),
    **span("春节", date(2025, 1, 28), date(2025, 2, 4)),
    **span("清明节", date(2025, 4, 4), date(2025, 4, 6)),
    **span("劳动节", date(2025, 5, 1), date(2025, 5, 5)),
    **span("端午节", date(2025, 5, 31), date(2025, 6, 2)),
    **span("国庆节、中秋节", date(2025, 10, 1), date(2025, 10, 8)),
    **span("元旦", date(2026, 1, 1), date(2026, 1, 3)),
    **span("春节", date(2026, 2, 15), date(2026, 2, 23)),
    **span("清明节", date(2026, 4, 4), date(2026, 4, 6)),
    **span("劳动节", date(2026, 5, 1), date(2026, 5, 5)),
    **span("端午节", date(2026, 6, 19), date(2026, 6, 21)),
    **span("中秋节", date(2026, 9, 25), date(2026, 9, 27)),
    **span("国庆节", date(2026, 10, 1), date(2026, 10, 7)),
    **dict.fromkeys([date(2025, 1, 26), date(2025, 2, 8), date(2025, 4, 27), date(2025, 9, 28), date(2025, 10, 11)]),
    **dict.fromkeys([date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9)]),
    **dict.fromkeys([date(2026, 9, 20), date(2026, 10, 10)]),
}
CALENDAR = Calendar(SHANGHAI, PUBLISHED, {2025: 1, 2026: 1})

hours = st.sampled_from(
    [
        ((time(8), time(12)), (time(14), time(18))),
        ((time(8, 30), time(17)),),
        ((time(0), time(3)), (time(20), time(0))),
        ((time(0), time(0)),),
    ]
)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Calendars of both years with holidays and worked days anywhere in them."""
    day = st.dates(date(2025, 1, 1), date(2026, 12, 31))
    days = draw(st.dictionaries(day, st.sampled_from(["春节", None]), max_size=40))
    return Calendar(SHANGHAI, days, {2025: 1, 2026: 1}, {year: draw(hours) for year in COVERED})


def moments(first: date = date(2025, 1, 1), last: date = date(2026, 9, 30)) -> st.SearchStrategy[datetime]:
    """Moments to the microsecond, early enough that limits of some weeks run out in covered years."""
    naive = st.datetimes(datetime.combine(first, time()), datetime.combine(last, time()))
    return naive.map(lambda one: one.replace(tzinfo=UTC))


def whole_minutes() -> st.SearchStrategy[datetime]:
    return moments().map(lambda one: one.replace(second=0, microsecond=0))


def pauses() -> st.SearchStrategy[list[Pause]]:
    one = st.tuples(whole_minutes(), st.integers(1, 60 * 24 * 20))
    return st.lists(one.map(lambda pair: (pair[0], pair[0] + pair[1] * MINUTE)), max_size=3)


def counts(moment: datetime, calendar: Calendar, paused: Sequence[Pause] = ()) -> bool:
    """Whether working time runs at a moment, by looking at the clock on the wall."""
    local = moment.astimezone(calendar.zone)
    worked = local.weekday() < 5
    if local.date() in calendar.days:
        worked = calendar.days[local.date()] is None
    inside = any(
        start <= local.time() and (local.time() < end or end == time(0)) for start, end in calendar.hours_in(local.year)
    )
    return worked and inside and not any(begins <= moment < ends for begins, ends in paused)


def minutes(start: datetime) -> Iterator[datetime]:
    while True:
        yield start
        start += MINUTE
