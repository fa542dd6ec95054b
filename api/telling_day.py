"""A day from the record as it is written: words told once, and named by their place in a list from there on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import orjson

from geo.jurisdiction import ids_of
from layers.districts.records import District
from layers.reports.day import HANDS, DayRecord, DayReport, Standing
from layers.reports.lifecycle import OPEN

#: Those in which a report is open, in the order of their names: an answer is the same whoever writes it.
STATUSES = sorted(one.value for one in OPEN)
OVERDUE, LOCATED, PLACED = 1, 2, 4


class _Places:
    """Words in the order in which they came up."""

    def __init__(self, words: Iterable[Any] = ()) -> None:
        self.nth = {word: nth for nth, word in enumerate(words)}

    def __call__(self, word: Any) -> int:
        return self.nth.setdefault(word, len(self.nth))


def told_day(district: District, day: date, found: DayRecord) -> bytes:
    """The answer, in the form of `DayTold`, as JSON."""
    statuses, hands, kinds, paths = _Places(STATUSES), _Places(HANDS), _Places(), _Places()

    def state(one: Standing) -> list[int | None]:
        if one.status not in OPEN:
            return [one.from_ms]
        marks = OVERDUE * one.overdue + LOCATED * one.located + PLACED * one.placed
        path = None if one.path is None else paths(one.path)
        return [one.from_ms, statuses(one.status), kinds(one.kind), path, hands(one.hands), marks, one.due_ms]

    def report(one: DayReport) -> dict[str, Any]:
        states = [state(each) for each in one.states]
        lon, lat = (None, None) if one.lon is None or one.lat is None else (round(one.lon, 7), round(one.lat, 7))
        return {"number": one.number, "lon": lon, "lat": lat, "states": states}

    reports = [report(one) for one in found.reports]
    return orjson.dumps(
        {
            "date": day,
            "begin": found.begin,
            "end": found.end,
            "over": found.over,
            "editions": [{"number": number, "from_ms": from_ms} for number, from_ms in found.editions],
            "within": _within(district, found),
            "statuses": list(statuses.nth),
            "hands": list(hands.nth),
            "kinds": [{"code": code, "urgent": found.urgent.get(code, False)} for code in kinds.nth],
            "paths": [[found.codes[id_] for id_ in ids_of(path)] for path in paths.nth],
            "reports": reports,
        }
    )


def _within(district: District, found: DayRecord) -> dict[str, list[str]] | None:
    if found.within is None:
        return None
    return {one.key: list(found.within.get(one.depth, ())) for one in district.levels}
