"""A day from the record over HTTP: its last moment is what is open now, and what no day is, is refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.routes.towns import Town, position

#: Words of a state, by their place in it.
FROM, STATUS, KIND, PATH, HANDS, MARKS, DUE = range(7)


@pytest.fixture(scope="module")
def busy(town: Town) -> Town:
    """Reports of an hour: accepted, returned, void, overdue, moved, unlocated, of a unit, and some that wait."""
    town.sql(
        "insert into calendar_years select id, y, 1, '{}', 'test', 'test', now() from districts,"
        " generate_series(2024, 2026) y"
    )
    numbers = []
    for nth in range(8):
        town.later(minutes=3)
        numbers.append(town.file(subject=position(nth, nth % 7), kind="C01" if nth == 5 else "M01")["number"])
    town.file(kind="L02", subject={"type": "none"})
    town.later(minutes=5)
    for number, said in (
        (numbers[0], {"action": "void", "reason": "test"}),
        (numbers[1], {"action": "move", "subject": position(8, 6)}),
        (numbers[2], {"action": "correct_kind", "kind": "L01"}),
        (numbers[3], {"action": "hand_up", "reason": "needs_units"}),
        (numbers[4], {"action": "link", "lead": numbers[6]}),
    ):
        answer = town.client.post(f"/api/v1/reports/{number}/steps", json=said | {"client_key": f"s-{number}"})
        assert answer.status_code == 200, answer.text
        town.later(minutes=1)
    return town


def day_of(town: Town, date: str) -> Any:
    return town.get("/open-reports/day", date=date)


def at(told: dict[str, Any], moment: datetime) -> dict[str, dict[str, Any]]:
    """What was open then, as a list of what is open has it."""
    begin = datetime.fromisoformat(told["begin"])
    ms = (moment - begin) // timedelta(milliseconds=1)
    found = {}
    for report in told["reports"]:
        state = [one for one in report["states"] if one[FROM] <= ms][-1:]
        if not state or len(state[0]) == 1:
            continue
        one = state[0]
        due = None if one[DUE] is None else begin + timedelta(milliseconds=one[DUE])
        found[report["number"]] = {
            "number": report["number"],
            "kind": told["kinds"][one[KIND]]["code"],
            "urgent": told["kinds"][one[KIND]]["urgent"],
            "status": told["statuses"][one[STATUS]],
            "assigned": told["hands"][one[HANDS]] != "none",
            "overdue": bool(one[MARKS] & 1),
            "located": bool(one[MARKS] & 2),
            "lon": report["lon"] if one[MARKS] & 4 else None,
            "lat": report["lat"] if one[MARKS] & 4 else None,
            "areas": [] if one[PATH] is None else told["paths"][one[PATH]],
            "due_s": None if due is None else int(due.timestamp()),
        }
    return found


def test_the_record_ends_with_what_is_open_now(busy: Town) -> None:
    told = day_of(busy, busy.now().date().isoformat())
    now = busy.get("/open-reports")["reports"]
    expected = {}
    for one in now:
        due = one.pop("due_at")
        del one["filed_at"]
        expected[one["number"]] = one | {"due_s": due and int(datetime.fromisoformat(due).timestamp())}
    assert len(expected) == 7
    assert at(told, busy.now()) == expected
    assert (told["over"], told["within"], told["editions"]) == (False, None, [{"number": 1, "from_ms": 0}])


def test_figures_of_every_level_are_those_of_now(busy: Town) -> None:
    told = at(day_of(busy, busy.now().date().isoformat()), busy.now())
    for depth, level in enumerate(("district", "street", "community", "grid")):
        counted: dict[str, int] = {}
        for one in told.values():
            if len(one["areas"]) > depth:
                counted[one["areas"][depth]] = counted.get(one["areas"][depth], 0) + 1
        shown = {one["code"]: one["open"] for one in busy.get("/workload", level=level)["rows"]}
        assert {code: number for code, number in shown.items() if number} == counted


def test_earlier_there_was_less(busy: Town) -> None:
    told = day_of(busy, busy.now().date().isoformat())
    assert at(told, busy.now() - timedelta(hours=2)) == {}
    assert 0 < len(at(told, busy.now() - timedelta(minutes=20))) < 9
    assert day_of(busy, (busy.now().date() - timedelta(days=3)).isoformat())["reports"] == []


@pytest.mark.parametrize("wrong", ["2025-02-30", "20250106", "1736121600", "yesterday", "1999-12-31", ""])
def test_what_is_no_day_is_refused(busy: Town, wrong: str) -> None:
    answer = busy.client.get("/api/v1/open-reports/day", params={"date": wrong})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["date"]


def test_a_day_to_come_is_refused_and_today_named(busy: Town) -> None:
    answer = busy.client.get("/api/v1/open-reports/day", params={"date": "2025-01-09"})
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("#bad-period")
    assert "2025-01-06" in answer.json()["remedy"]


def test_it_comes_packed(busy: Town) -> None:
    params = {"date": busy.now().date().isoformat()}
    answer = busy.client.get("/api/v1/open-reports/day", params=params, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "no-store"
