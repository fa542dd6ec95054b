"""The roster: every grid has someone, each person is a role and a number."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

import geopandas as gpd

Roster = list[dict[str, str]]
COLUMNS = ["number", "role", "area", "rank", "cap", "shifts", "valid_from", "valid_to", "unit"]
PEOPLE = {
    "grid_worker": ("W", 2_905),
    "information_officer": ("I", 2_941),
    "community_officer": ("C", 368),
    "street_officer": ("S", 100),
    "dispatcher": ("D", 12),
    "department_handler": ("U", 36),
}
RANKS = {
    "grid_worker": {"A", "B"},
    "information_officer": {"O"},
    "community_officer": {"D"},
    "street_officer": {"D"},
    "dispatcher": {"D"},
    "department_handler": {""},
}
DAYS = r"[1-7](-[1-7])?(,[1-7](-[1-7])?)*"
SHIFTS = re.compile(rf"{DAYS} \d\d:\d\d-\d\d:\d\d(;{DAYS} \d\d:\d\d-\d\d:\d\d)*")


def _hours_of_the_week(shifts: str) -> set[int]:
    """Hours since Monday midnight that begin inside a shift."""
    covered = set()
    for piece in shifts.split(";"):
        days, times = piece.split(" ")
        start, end = (int(time[:2]) for time in times.split("-"))
        for run in days.split(","):
            first, _, last = run.partition("-")
            for day in range(int(first), int(last or first) + 1):
                length = (end - start) % 24 or 24
                covered |= {((day - 1) * 24 + start + k) % 168 for k in range(length)}
    return covered


def test_people_are_as_many_as_published_and_only_numbered(roster: Roster) -> None:
    assert list(roster[0]) == COLUMNS
    numbers = defaultdict(set)
    for row in roster:
        numbers[row["role"]].add(row["number"])
        assert row["rank"] in RANKS[row["role"]]
    assert set(numbers) == set(PEOPLE)
    for role, (letter, count) in PEOPLE.items():
        assert numbers[role] == {f"{letter}{k:04d}" for k in range(1, count + 1)}


def test_a_person_has_the_same_terms_in_all_duties(roster: Roster) -> None:
    terms = {row["number"]: (row["role"], row["cap"], row["shifts"]) for row in roster}
    for row in roster:
        assert terms[row["number"]] == (row["role"], row["cap"], row["shifts"])
        assert 8 <= int(row["cap"]) <= (40 if row["role"] == "street_officer" else 20)
        assert SHIFTS.fullmatch(row["shifts"]), row["shifts"]
        assert (row["valid_from"], row["valid_to"]) == ("2025-01-01" if row["area"] else "", "")
    keys = [(row["number"], row["area"], row["rank"]) for row in roster]
    assert len(set(keys)) == len(keys)


def test_every_grid_has_one_first_worker_and_a_deputy_of_its_community(roster: Roster, grids: gpd.GeoDataFrame) -> None:
    first = {row["area"]: row["number"] for row in roster if row["rank"] == "A"}
    deputy = {row["area"]: row["number"] for row in roster if row["rank"] == "B"}
    assert Counter(row["rank"] for row in roster)["A"] == len(first) == len(grids)
    assert set(first) == set(deputy) == set(grids.code)
    homes = defaultdict(set)
    for area, number in first.items():
        homes[number].add(area[:12])
    assert set(map(len, homes.values())) == {1}
    for area, number in deputy.items():
        assert number != first[area]
        assert homes[number] == {area[:12]}


def test_a_stand_in_is_the_worker_of_an_adjacent_grid(roster: Roster, grids: gpd.GeoDataFrame) -> None:
    areas = defaultdict(list)
    for row in roster:
        if row["rank"] == "A":
            areas[row["number"]].append(row["area"])
    doubled = [held for held in areas.values() if len(held) > 1]
    assert len(doubled) == 3_502 - 2_905
    polygon = grids.set_index("code").geometry
    for here, there in doubled:
        assert polygon[here].intersection(polygon[there]).length > 0, (here, there)


def test_most_grids_have_a_worker_on_every_day(roster: Roster) -> None:
    days: dict[str, set[int]] = defaultdict(set)
    for row in roster:
        if row["role"] == "grid_worker":
            days[row["area"]] |= {hour // 24 for hour in _hours_of_the_week(row["shifts"])}
    assert sum(len(found) == 7 for found in days.values()) >= 0.99 * len(days)


def test_at_most_one_information_officer_for_a_grid(roster: Roster, grids: gpd.GeoDataFrame) -> None:
    areas = [row["area"] for row in roster if row["role"] == "information_officer"]
    assert len(set(areas)) == len(areas)
    assert set(areas) < set(grids.code)


def test_desks_of_streets_and_district_are_kept_round_the_clock(
    roster: Roster, streets: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, district: gpd.GeoDataFrame
) -> None:
    hours: dict[str, set[int]] = defaultdict(set)
    counts: Counter[str] = Counter()
    for row in roster:
        if row["rank"] == "D":
            hours[row["area"]] |= _hours_of_the_week(row["shifts"])
            counts[row["area"]] += 1
    for area in [*streets.code, *district.code]:
        assert hours[area] == set(range(168)), area
    assert {counts[code] for code in streets.code} == {4}
    assert {counts[code] for code in communities.code} == {1}
    assert set(hours) == {*streets.code, *communities.code, *district.code}


def test_every_unit_has_two_handlers_and_nobody_else_is_of_one(roster: Roster, folder: Path) -> None:
    with (folder / "units.csv").open(encoding="utf-8", newline="") as lines:
        units = [row["code"] for row in csv.DictReader(lines)]
    handlers = [row for row in roster if row["role"] == "department_handler"]
    assert Counter(row["unit"] for row in handlers) == dict.fromkeys(units, 2)
    assert {row["area"] for row in handlers} == {""}
    assert {row["unit"] for row in roster if row["role"] != "department_handler"} == {""}
