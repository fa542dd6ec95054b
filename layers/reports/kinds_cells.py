"""From the cells of one row to the kind it states."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from layers.calendars.limits import BadLimit
from layers.districts.records import District, UnknownLevel
from layers.read.yes_no import yes_or_no
from layers.reports.kinds_codes import full_code, range_named
from layers.reports.kinds_limits import clock_of, read_limits
from layers.reports.kinds_stating import CLOCKS, RANGES, BadKind, StatedKind, checked_extra_fields

FLAGS = {"group": "is_group", **{name: name for name in ("urgent", "straight", "checked", "photos")}}
TEXTS = ("name_en", "filing_standard", "closing_standard")
Cells = Mapping[str, str]


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


class BadCell(Exception):  # noqa: N818 - never leaves the reading of rows
    """Why a row cannot be used: the field, what is wrong with it, and what to do."""

    def __init__(self, name: str, why: str, remedy: str) -> None:
        super().__init__(name, why, remedy)
        self.name, self.why, self.remedy = name, why, remedy

    def said(self, cells: Cells, reference: Reference) -> str:
        """The sentence, with the column and what stands in it."""
        column = reference.columns.get(self.name, self.name)
        return f"{column} is {cells.get(self.name, '')!r}: {self.why}. {self.remedy}"


def code_of(cells: Cells, reference: Reference) -> str:
    """The code in full.

    Raises:
        BadCell: there is none, or nothing says its range.
    """
    code = cells["code"]
    if not code:
        raise BadCell("code", "the row has none", "Give it one, or leave the row out.")
    if not code.isdecimal():
        return code
    letter = range_named(cells["range"]) if cells.get("range") else reference.letter
    if letter is None:
        raise BadCell("range", "it is no range", f"Write one of: {', '.join(words[0] for words in RANGES.values())}.")
    return full_code(code, letter, reference.code_digits)


def kind_of(code: str, cells: Cells, reference: Reference) -> StatedKind:
    """The kind a row states; what the table has no column for stays as it is stored.

    Raises:
        BadCell: a cell cannot be read as a whole.
    """
    if not cells["name"]:
        raise BadCell("name", "it is empty", "Name the kind.")
    stored = reference.stored.get(code)
    before = stored or StatedKind(code, cells["name"], "", reference.district.cell_depth)
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
    one = replace(before, **given, limits=_limits(cells, before, reference))
    return replace(one, name_en=one.name_en or one.name)


def _limits(cells: Cells, before: StatedKind, reference: Reference) -> dict[str, str]:
    found = {key: text for key, text in before.limits.items() if f"limit_{clock_of(key)}" not in cells}
    for clock in CLOCKS:
        name = f"limit_{clock}"
        try:
            found |= read_limits(clock, cells.get(name, ""), reference.columns.get(name, ""))
        except BadLimit as error:
            raise BadCell(name, "it cannot be read whole", error.remedy or "") from error
    return found


def _flag(cells: Cells, name: str) -> bool:
    found = yes_or_no(cells[name])
    if found is None:
        raise BadCell(name, "it is neither yes nor no", "Write 是 or 否, or leave it empty for no.")
    return found


def _level(cells: Cells, district: District) -> int:
    if not cells["level"]:
        return district.cell_depth
    try:
        return district.level(cells["level"]).depth
    except UnknownLevel as error:
        raise BadCell("level", "the district has no such level", error.remedy or "") from error


def _unit(cells: Cells, reference: Reference) -> str | None:
    if not cells["unit"]:
        return None
    if cells["unit"] not in reference.units:
        remedy = "Write the code or the name of one unit; import units first: --as units."
        raise BadCell("unit", "there is no such unit", remedy)
    return reference.units[cells["unit"]]


def _extra_fields(code: str, cells: Cells) -> dict[str, Any]:
    try:
        given = json.loads(cells["extra_fields"] or "{}")
    except ValueError:
        given = None
    if not isinstance(given, Mapping):
        remedy = 'Write {"floor": {"type": "integer", "required": true}}.'
        raise BadCell("extra_fields", "it is no JSON of fields", remedy)
    try:
        return checked_extra_fields(code, given)
    except BadKind as error:
        raise BadCell("extra_fields", error.message.rstrip("."), error.remedy or "") from error
