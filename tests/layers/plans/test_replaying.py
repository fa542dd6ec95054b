"""Last year replayed by hand: who, how much at once, how far; shifts, caps, and what was closed in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from layers.plans.replaying import Filed, Post, replay_year
from layers.reports.assignment import Step
from layers.roster.duty import parse_shifts

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2025, 1, 6, 2, 0, tzinfo=UTC)
WEST, EAST, COMMUNITY = 1, 2, 9


def chain(cell: int) -> tuple[Step, ...]:
    return (Step(cell, 3), Step(COMMUNITY, 2))


def post(number: str, rank: str = "A", shifts: str = "", cap: int | None = None) -> Post:
    return Post(int(number[1:]), number, "grid_worker", rank, parse_shifts(shifts), cap)


def filed(hour: int, before: int, after: int, *, lasts: int | None = 1, far: tuple[float, float] = (10, 30)) -> Filed:
    at = MONDAY + timedelta(hours=hour)
    closed = None if lasts is None else at + timedelta(hours=lasts)
    return Filed(hour, at, closed, chain(before), chain(after), *far)


POSTS = {WEST: [post("W1")], EAST: [post("W2")], COMMUNITY: [post("C3", "D")]}


def test_boundaries_that_stay_change_nothing() -> None:
    told = replay_year([filed(hour, WEST, WEST) for hour in range(5)], POSTS, ZONE)
    assert (told.reports, told.changed, told.nobody_before, told.nobody_after) == (5, 0, 0, 0)
    before, after = told.people["W1"]
    assert (before.reports, before.walk_m, after.walk_m) == (5, 10, 30)


def test_what_comes_to_lie_in_another_cell_goes_to_whoever_answers_there() -> None:
    told = replay_year([filed(0, WEST, EAST), filed(1, WEST, WEST), filed(2, EAST, EAST)], POSTS, ZONE)
    assert told.changed == 1
    assert {number: (before.reports, after.reports) for number, (before, after) in told.people.items()} == {
        "W1": (2, 1),
        "W2": (1, 2),
    }


def test_what_is_closed_is_out_of_hand_and_what_is_open_stays() -> None:
    short = replay_year([filed(hour, WEST, WEST, lasts=1) for hour in range(4)], POSTS, ZONE)
    long = replay_year([filed(hour, WEST, WEST, lasts=None) for hour in range(4)], POSTS, ZONE)
    assert short.people["W1"][0].most == 1
    assert long.people["W1"][0].most == 4


def test_caps_and_shifts_hold_as_they_do_today() -> None:
    posts = {WEST: [post("W1", cap=2)], COMMUNITY: [post("C3", "D", shifts="1-5 08:00-12:00")]}
    # 10, 11, 12 and 13 o'clock of a Monday: the third climbs, the fourth finds nobody on duty.
    told = replay_year([filed(hour, WEST, WEST, lasts=None) for hour in (0, 0, 1, 3)], posts, ZONE)
    assert (told.people["W1"][0].reports, told.people["C3"][0].reports) == (2, 1)
    assert (told.nobody_before, told.nobody_after) == (1, 1)


def test_a_cell_nobody_answers_for_falls_to_the_level_above() -> None:
    told = replay_year([filed(0, WEST, -1)], POSTS, ZONE)
    assert told.changed == 1
    assert told.people["C3"][1].reports == 1
