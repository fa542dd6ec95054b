"""From the rows of a table to kinds, and the rows that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from geo.grid_codes import normalise_digits
from layers.read.rows import RefusedRow
from layers.reports.kinds_cells import BadCell, Cells, Reference, code_of, kind_of
from layers.reports.kinds_codes import class_code
from layers.reports.kinds_stating import CLOCKS, StatedKind, range_of, tree_faults

NEEDED = ("code", "name")
#: `class` and `class_code` name the group a row lies in; `range` the letter in front of codes of digits alone.
OPTIONAL = (
    *("name_en", "parent", "group", "level", "urgent", "unit"),
    *(f"limit_{clock}" for clock in CLOCKS),
    *("filing_standard", "closing_standard", "straight", "checked", "photos", "extra_fields"),
    *("class", "class_code", "range"),
)
Row = tuple[int, Mapping[str, str]]


@dataclass
class KindsRead:
    """What the usable rows state, by code; `spoilt` are codes with a refused row, '' for a row without a code.

    `carried` are numbers of rows without a class, which are in the class of the row above.
    """

    stated: dict[str, StatedKind] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)
    spoilt: set[str] = field(default_factory=set)
    carried: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Line:
    """A row with its number, as it is given, and its cells by field."""

    number: int
    given: Mapping[str, str]
    cells: dict[str, str]


def read_kinds(rows: Iterable[Row], reference: Reference, known_groups: frozenset[str]) -> KindsRead:
    """Read a table of kinds, its rows by fields; `known_groups` are stored ones that kinds may lie in.

    A kind that stands in several rows is refused in all of them: none of them states it whole.
    """
    read = KindsRead()
    lines = _by_code([_line(number, given) for number, given in rows], read, reference)
    _carry_classes(lines, read)
    for code, same in lines.items():
        try:
            _take(read, code, same, reference)
        except BadCell as bad:
            for line in same:
                _refuse(read, code, line, bad.said(line.cells, reference))
    for code, fault in tree_faults(read.stated, known_groups).items():
        del read.stated[code]
        for line in lines.get(code, ()):
            _refuse(read, code, line, fault)
    return read


def _line(number: int, given: Mapping[str, str]) -> _Line:
    cells = {name: normalise_digits(value or "").strip() for name, value in given.items() if isinstance(name, str)}
    return _Line(number, given, cells)


def _by_code(lines: Sequence[_Line], read: KindsRead, reference: Reference) -> dict[str, list[_Line]]:
    found: dict[str, list[_Line]] = {}
    for line in lines:
        try:
            found.setdefault(code_of(line.cells, reference), []).append(line)
        except BadCell as bad:
            _refuse(read, "", line, bad.said(line.cells, reference))
    return found


def _carry_classes(lines: Mapping[str, Sequence[_Line]], read: KindsRead) -> None:
    """Give rows without a class that of the row above, where their code is of the same class."""
    above: tuple[str | None, Cells] | None = None
    for code, line in ((code, line) for code, same in lines.items() for line in same):
        cells = line.cells
        if "class" not in cells:
            return
        if cells["class"]:
            above = (class_code(code, ""), cells)
        elif above is not None and not cells.get("parent") and above[0] == class_code(code, ""):
            cells |= {name: above[1][name] for name in ("class", "class_code") if name in above[1]}
            read.carried.append(line.number)


def _refuse(read: KindsRead, code: str, line: _Line, reason: str) -> None:
    read.refused.append(RefusedRow(line.number, reason, dict(line.given)))
    read.spoilt.add(code)


def _take(read: KindsRead, code: str, lines: Sequence[_Line], reference: Reference) -> None:
    if len(lines) > 1:
        rows = ", ".join(str(line.number) for line in lines)
        raise BadCell("code", f"it stands in rows {rows}", "State a kind in one row.")
    cells = lines[0].cells
    group = _class(code, cells, read, reference)
    one = kind_of(code, cells, reference)
    if group is not None:
        read.stated.setdefault(group.code, group)
        one = replace(one, parent_code=group.code)
    read.stated[code] = one


def _class(code: str, cells: Cells, read: KindsRead, reference: Reference) -> StatedKind | None:
    """The group that a row names by the name of its class."""
    name = cells.get("class", "")
    if not name:
        return None
    if not range_of(code):
        raise BadCell("class", f"{code} is of no range with classes", "Name its group in a column parent.")
    above = class_code(code, cells.get("class_code", "")) or _stored_class(name, code, reference)
    if above is None:
        raise BadCell("class", "nothing says its code", "Add a column class_code (大类代码).")
    stated = read.stated.get(above)
    if stated is not None and stated.name != name:
        raise BadCell("class", f"the class {above} is called {stated.name!r} in a row above", "Write it alike.")
    known = stated or reference.stored.get(above)
    if known is not None and not known.is_group:
        remedy = "Add a column class_code (大类代码) with codes that are no kind's."
        raise BadCell("class", f"{above} is the kind {known.name!r}, and no class", remedy)
    if known is None:
        return StatedKind(above, name, name, reference.district.cell_depth, is_group=True)
    return replace(known, name=name)


def _stored_class(name: str, code: str, reference: Reference) -> str | None:
    found = [
        one.code
        for one in reference.stored.values()
        if one.is_group and one.name == name and range_of(one.code) == range_of(code)
    ]
    return found[0] if len(found) == 1 else None
