"""From the rows of a roster to people and duties, and the rows that cannot be used."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from geo.grid_codes import normalise_digits
from layers.areas.records import Area
from layers.districts.records import District, UnknownLevel
from layers.read.refusals import FieldNeeded
from layers.read.rows import RefusedRow
from layers.read.values import whole_number
from layers.roster.duty import BadShifts, parse_shifts
from layers.roster.records import Duty, Person

NEEDED = ("number", "role", "area", "rank")
OPTIONAL = ("cap", "shifts", "valid_from", "valid_to", "level", "unit")
RANKS = ("A", "B", "O", "D")
#: Comes to a matter for a unit, and may answer for no area at all.
DEPARTMENT_HANDLER = "department_handler"


@dataclass
class Roster:
    """What the usable rows of a roster say, by key; `spoilt` are the people with a refused row."""

    people: dict[str, Person] = field(default_factory=dict)
    duties: dict[tuple[str, int, str, date | None], Duty] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)
    spoilt: set[str] = field(default_factory=set)


class _BadRow(Exception):  # noqa: N818 - never leaves this module
    """Why a row cannot be used."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows of a roster refer to: the levels of a district, areas in force by code, units by code."""

    district: District
    areas: Mapping[str, Sequence[Area]]
    units: Collection[str]


def read_roster(
    columns: Iterable[str],
    rows: Iterable[Mapping[str, str]],
    *,
    district: District,
    areas: Sequence[Area],
    units: Collection[str],
) -> Roster:
    """Read a roster: one row for each duty, or one for a department's handler who answers for no area.

    `areas` are those of the edition in force, `units` the codes of those in use.

    Raises:
        FieldNeeded: a column is missing.
    """
    _require_columns(columns)
    by_code: dict[str, list[Area]] = {}
    for area in areas:
        by_code.setdefault(area.code, []).append(area)
    known = Known(district, by_code, units)
    roster = Roster()
    first_rows: dict[object, int] = {}
    for number, row in enumerate(rows, start=1):
        cells = {name: normalise_digits(value or "") for name, value in row.items() if isinstance(name, str)}
        try:
            _take(roster, cells, number, first_rows, known)
        except _BadRow as bad:
            roster.refused.append(RefusedRow(number, str(bad), cells))
            roster.spoilt.add(cells["number"])
    return roster


def _require_columns(columns: Iterable[str]) -> None:
    present = list(columns)
    missing = [name for name in NEEDED if name not in present]
    if missing:
        raise FieldNeeded(
            f"The roster has no column {', '.join(missing)}.",
            field=missing[0],
            remedy=f"It needs {', '.join(NEEDED)} and may have {', '.join(OPTIONAL)}; it has {', '.join(present)}.",
        )


def _take(roster: Roster, cells: Mapping[str, str], number: int, first_rows: dict[object, int], known: Known) -> None:
    person = _person(cells, known)
    before = roster.people.get(person.number)
    if before is not None and before != person:
        first = first_rows[person.number]
        raise _BadRow(f"{person.number} has another role, cap, unit or shifts in row {first}; they must agree")
    if not cells["area"] and person.role == DEPARTMENT_HANDLER:
        _take_without_area(roster, person, number, first_rows)
        return
    area = _area(cells, known)
    rank = cells["rank"].upper()
    if rank not in RANKS:
        raise _BadRow(f"rank is {cells['rank']!r}; it must be one of {', '.join(RANKS)}")
    duty = Duty(person.number, area.id, rank, _day(cells, "valid_from"), _day(cells, "valid_to"))
    if duty.valid_from and duty.valid_to and duty.valid_to < duty.valid_from:
        raise _BadRow(f"valid_to {duty.valid_to} lies before valid_from {duty.valid_from}")
    key = (duty.number, duty.area_id, duty.rank, duty.valid_from)
    if key in roster.duties:
        raise _BadRow(f"the same duty stands in row {first_rows[key]} already")
    roster.people[person.number] = person
    roster.duties[key] = duty
    first_rows.setdefault(person.number, number)
    first_rows[key] = number


def _take_without_area(roster: Roster, person: Person, number: int, first_rows: dict[object, int]) -> None:
    if person.unit is None:
        raise _BadRow("it names neither an area nor a unit; name the unit in a column 'unit'")
    if person.number in roster.people:
        raise _BadRow(f"{person.number} stands in row {first_rows[person.number]} already")
    roster.people[person.number] = person
    first_rows[person.number] = number


def _person(cells: Mapping[str, str], known: Known) -> Person:
    if not cells["number"] or not cells["role"]:
        raise _BadRow(f"its {'role' if cells['number'] else 'number'} is empty")
    try:
        cap = whole_number(cells.get("cap", ""))
        parse_shifts(cells.get("shifts", ""))
    except BadShifts as error:
        raise _BadRow(str(error)) from error
    except ValueError as error:
        raise _BadRow(f"cap: {error}") from error
    unit = cells.get("unit") or None
    if unit is not None and unit not in known.units:
        raise _BadRow(f"unit is {unit!r}, which is not there; import the units first: --as units")
    return Person(cells["number"], cells["role"], cap, cells.get("shifts", ""), unit)


def _area(cells: Mapping[str, str], known: Known) -> Area:
    code = cells["area"]
    found = known.areas.get(code, ())
    if cells.get("level"):
        try:
            depth = known.district.level(cells["level"]).depth
        except UnknownLevel as error:
            raise _BadRow(str(error)) from error
        found = [area for area in found if area.depth == depth]
    if not found:
        raise _BadRow(f"the area {code!r} is not in the edition in force{_with_zeros(code, known.areas)}")
    if len(found) > 1:
        raise _BadRow(f"the area {code!r} is there at several levels; name one in a column 'level'")
    return found[0]


def _with_zeros(code: str, known: Iterable[str]) -> str:
    """What to say when the code would be known with its leading zeros."""
    full = next((one for one in known if code and one.lstrip("0") == code and one != code), None)
    return "" if full is None else f", {full} is: its leading zeros are lost; add --code-digits {len(full)}"


def _day(cells: Mapping[str, str], name: str) -> date | None:
    value = cells.get(name, "")
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise _BadRow(f"{name} is {value!r}; write a day as 2025-01-31") from error
