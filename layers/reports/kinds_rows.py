"""From the rows of a table to kinds, and the rows that cannot be used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from geo.grid_codes import normalise_digits
from layers.districts.records import District, UnknownLevel
from layers.read.rows import RefusedRow
from layers.read.yes_no import yes_or_no
from layers.reports.kinds_codes import class_code, full_code, range_named
from layers.reports.kinds_stating import (
    CLOCKS,
    RANGES,
    BadKind,
    StatedKind,
    checked_extra_fields,
    range_of,
    tree_faults,
)

NEEDED = ("code", "name")
#: `class` and `class_code` name the group a row lies in; `range` the letter in front of codes of digits alone.
OPTIONAL = (
    *("name_en", "parent", "group", "level", "urgent", "unit"),
    *(f"limit_{clock}" for clock in CLOCKS),
    *("filing_standard", "closing_standard", "straight", "checked", "photos", "extra_fields"),
    *("class", "class_code", "range"),
)
FLAGS = {"group": "is_group", **{name: name for name in ("urgent", "straight", "checked", "photos")}}
TEXTS = ("name_en", "filing_standard", "closing_standard")
Row = tuple[int, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Reference:
    """What rows of kinds refer to: the district's levels, units by code and by name, the kinds stored.

    `columns` gives the column of each field that has one. `letter` and `code_digits` are what a person said of codes
    that are digits alone.
    """

    district: District
    units: Mapping[str, str]
    stored: Mapping[str, StatedKind]
    columns: Mapping[str, str]
    letter: str | None = None
    code_digits: int | None = None


@dataclass
class KindsRead:
    """What the usable rows state, by code; `spoilt` are codes with a refused row, '' for a row without a code."""

    stated: dict[str, StatedKind] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)
    spoilt: set[str] = field(default_factory=set)
    rows: dict[str, Row] = field(default_factory=dict)


class _BadCell(Exception):  # noqa: N818 - never leaves this module
    """Why a row cannot be used: the field, what is wrong with it, and what to do."""

    def __init__(self, name: str, why: str, remedy: str) -> None:
        super().__init__(name, why, remedy)
        self.name, self.why, self.remedy = name, why, remedy


def read_kinds(rows: Iterable[Row], reference: Reference, known_groups: frozenset[str]) -> KindsRead:
    """Read a table of kinds, its rows by fields; `known_groups` are stored ones that kinds may lie in."""
    read = KindsRead()
    for number, given in rows:
        cells = {name: normalise_digits(value or "").strip() for name, value in given.items() if isinstance(name, str)}
        code = ""
        try:
            code = _code(cells, reference)
            _take(read, code, cells, number, reference)
        except _BadCell as bad:
            _refuse(read, code, (number, given), _said(bad, cells, reference))
    for code, fault in tree_faults(read.stated, known_groups).items():
        del read.stated[code]
        if code in read.rows:
            _refuse(read, code, read.rows[code], fault)
    return read


def _refuse(read: KindsRead, code: str, row: Row, reason: str) -> None:
    number, cells = row
    read.refused.append(RefusedRow(number, reason, dict(cells)))
    read.spoilt.add(code)


def _said(bad: _BadCell, cells: Mapping[str, str], reference: Reference) -> str:
    column = reference.columns.get(bad.name, bad.name)
    return f"{column} is {cells.get(bad.name, '')!r}: {bad.why}. {bad.remedy}"


def _code(cells: Mapping[str, str], reference: Reference) -> str:
    code = cells["code"]
    if not code:
        raise _BadCell("code", "the row has none", "Give it one, or leave the row out.")
    if not code.isdecimal():
        return code
    letter = range_named(cells["range"]) if cells.get("range") else reference.letter
    if letter is None:
        raise _BadCell("range", "it is no range", f"Write one of: {', '.join(words[0] for words in RANGES.values())}.")
    return full_code(code, letter, reference.code_digits)


def _take(read: KindsRead, code: str, cells: Mapping[str, str], number: int, reference: Reference) -> None:
    if code in read.rows:
        raise _BadCell("code", f"it stands in row {read.rows[code][0]} already", "Leave one of them out.")
    if not cells["name"]:
        raise _BadCell("name", "it is empty", "Name the kind.")
    group = _class(code, cells, read, reference)
    one = _kind(code, cells, reference)
    if group is not None:
        read.stated.setdefault(group.code, group)
        one = replace(one, parent_code=group.code)
    read.stated[code] = one
    read.rows[code] = (number, cells)


def _class(code: str, cells: Mapping[str, str], read: KindsRead, reference: Reference) -> StatedKind | None:
    """The group that a row names by the name of its class."""
    name = cells.get("class", "")
    if not name:
        return None
    if not range_of(code):
        raise _BadCell("class", f"{code} is of no range with classes", "Name its group in a column parent.")
    above = class_code(code, cells.get("class_code", "")) or _stored_class(name, code, reference)
    if above is None:
        raise _BadCell("class", "nothing says its code", "Add a column class_code (大类代码).")
    known = read.stated.get(above) or reference.stored.get(above)
    if known is None:
        depth = reference.district.cell_depth
        return StatedKind(above, name, name, depth, is_group=True)
    if above in read.stated and known.name != name:
        raise _BadCell("class", f"the class {above} is called {known.name!r} in a row above", "Write it alike.")
    return replace(known, name=name, is_group=True)


def _stored_class(name: str, code: str, reference: Reference) -> str | None:
    found = [
        one.code
        for one in reference.stored.values()
        if one.is_group and one.name == name and range_of(one.code) == range_of(code)
    ]
    return found[0] if len(found) == 1 else None


def _kind(code: str, cells: Mapping[str, str], reference: Reference) -> StatedKind:
    """The kind a row states; what the table has no column for stays as it is stored."""
    stored = reference.stored.get(code)
    before = stored or StatedKind(code, cells["name"], cells["name"], reference.district.cell_depth)
    given: dict[str, Any] = {"name": cells["name"]}
    given |= {name: cells[name] for name in TEXTS if name in cells}
    given |= {target: _flag(cells, name) for name, target in FLAGS.items() if name in cells}
    if "parent" in cells:
        given["parent_code"] = cells["parent"] or None
    if "level" in cells:
        given["level_depth"] = _level(cells, reference.district)
    if "unit" in cells:
        given["unit_code"] = _unit(cells, reference)
    if "extra_fields" in cells:
        given["extra_fields"] = _extra_fields(code, cells)
    one = replace(before, **given, limits=_limits(cells, before))
    return replace(one, name_en=one.name_en or one.name)


def _limits(cells: Mapping[str, str], before: StatedKind) -> dict[str, str]:
    found = {clock: text for clock, text in before.limits.items() if f"limit_{clock}" not in cells}
    for clock in CLOCKS:
        if cells.get(f"limit_{clock}"):
            found[clock] = cells[f"limit_{clock}"]
    return found


def _flag(cells: Mapping[str, str], name: str) -> bool:
    found = yes_or_no(cells[name])
    if found is None:
        raise _BadCell(name, "it is neither yes nor no", "Write 是 or 否, or leave it empty for no.")
    return found


def _level(cells: Mapping[str, str], district: District) -> int:
    if not cells["level"]:
        return district.cell_depth
    try:
        return district.level(cells["level"]).depth
    except UnknownLevel as error:
        raise _BadCell("level", "the district has no such level", error.remedy or "") from error


def _unit(cells: Mapping[str, str], reference: Reference) -> str | None:
    if not cells["unit"]:
        return None
    if cells["unit"] not in reference.units:
        raise _BadCell(
            "unit", "there is no such unit", "Write the code or the name of one unit; import units first: --as units."
        )
    return reference.units[cells["unit"]]


def _extra_fields(code: str, cells: Mapping[str, str]) -> dict[str, Any]:
    try:
        given = json.loads(cells["extra_fields"] or "{}")
    except ValueError:
        given = None
    if not isinstance(given, Mapping):
        remedy = 'Write {"floor": {"type": "integer", "required": true}}.'
        raise _BadCell("extra_fields", "it is no JSON of fields", remedy)
    try:
        return checked_extra_fields(code, given)
    except BadKind as error:
        raise _BadCell("extra_fields", error.message.rstrip("."), error.remedy or "") from error
