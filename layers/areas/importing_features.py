"""From a file's features to a level of a draft: codes, names, parents and attributes, and what is wrong with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geo.parents import parents_by_overlap
from geo.positions import Geometries, LonLat
from layers.areas.defects import Finding
from layers.areas.drafts import DraftLevels, LevelDraft
from layers.districts.records import District, Level
from layers.read.codes import padded, require_zeros
from layers.read.features import FeatureTable
from layers.read.fields import JOIN, choose_field, compound, require_field
from layers.read.untyped import recalled
from layers.read.values import storable, text, whole_number
from layers.refusals import Refusal

SPATIAL = "spatial"
COUNTS = ("households", "residents", "over_60")
LEAST_SHARE = 0.6


class LevelNeeded(Refusal):
    """The level above is needed, and is not in the draft."""


@dataclass(frozen=True, slots=True)
class Fields:
    """Which field of the file holds what; None where none does. `parent` may be 'spatial'."""

    code: str
    name: str | None
    parent: str | None


@dataclass(frozen=True, slots=True)
class Parenting:
    """How parents are found: those of single areas by their codes, whatever the file or the overlap says, else by the
    levels that are `drafted`; and how many digits the codes in the file's field should have."""

    district: District
    drafted: DraftLevels
    under: Mapping[str, str]
    digits: int | None


@dataclass(frozen=True, slots=True)
class Features:
    """The features of a file as areas, in the file's order, before anything is refused."""

    level: LevelDraft
    fields: Fields
    findings: tuple[Finding, ...]


def choose_fields(table: FeatureTable, *, depth: int, code: str | None, name: str | None, parent: str | None) -> Fields:
    """The fields that are named, else those whose names say what they hold.

    Raises:
        FieldNeeded: the code or the parent is in no field, or several could be meant.
    """
    present = list(table.fields)
    if parent == SPATIAL or (parent is None and depth <= 1):
        parent_field = parent
    else:
        parent_field = require_field(present, "parent", parent)
    if code is not None and code not in present and JOIN in code:
        compound(table.fields, code)
        code_field = code
    else:
        code_field = require_field(present, "code", code)
    return Fields(code_field, choose_field(present, "name", name), parent_field)


def read_codes(
    table: FeatureTable, fields: Fields, *, digits: int | None, instead: Mapping[str, str], known: Collection[str]
) -> list[str]:
    """The code of each feature, with its leading zeros, replaced where `instead` names another.

    Raises:
        EatenZeros: codes have lost leading zeros.
    """
    codes = [padded(text(value), digits) for value in compound(table.fields, fields.code)]
    codes = [instead.get(code, code) for code in codes]
    require_zeros(codes, known, field=fields.code, option="code-digits")
    return codes


def read_level(
    table: FeatureTable,
    polygons: Geometries,
    fields: Fields,
    *,
    codes: Sequence[str],
    level: Level,
    asked: Parenting,
) -> Features:
    """The table's features as areas of `level`, under their `codes`; `polygons` are in the storage system.

    Raises:
        LevelNeeded: parents are to be found by overlap, and there are none yet.
        EatenZeros: the parents' codes have lost leading zeros.
    """
    under = asked.under
    require_known(under, codes)
    names = [text(value) for value in table.fields[fields.name]] if fields.name else [""] * len(table)
    found, weak = _parents(table, polygons, fields, codes=codes, level=level, asked=asked)
    if fields.parent not in {None, SPATIAL}:
        found = [padded(parent, asked.digits) for parent in found]
        above = asked.drafted.get(level.depth - 1)
        known = () if above is None else above.codes
        if known:
            require_zeros(found, known, field=str(fields.parent), option="parent-digits")
    parents = [under.get(code, parent) for code, parent in zip(codes, found, strict=True)]
    weak = [one for one in weak if one.codes[0] not in under]
    attributes, bad_counts = _attributes(table, codes, fields, level)
    if table.is_untyped:
        attributes = _as_stored(attributes, codes, asked.drafted.get(level.depth))
    read = LevelDraft(
        codes=tuple(codes),
        names=tuple(name or code for name, code in zip(names, codes, strict=True)),
        parents=tuple(parents),
        polygons=polygons,
        attributes=tuple(attributes),
    )
    return Features(read, fields, (*weak, *bad_counts))


def require_known(under: Mapping[str, str], codes: Sequence[str]) -> None:
    """Every area whose parent is named must be in the file."""
    unknown = sorted(under.keys() - set(codes))
    if unknown:
        raise LevelNeeded(
            f"The file has no area {unknown[0]!r} to put under {under[unknown[0]]!r}.", field="under", value=unknown[0]
        )


def _parents(
    table: FeatureTable,
    polygons: Geometries,
    fields: Fields,
    *,
    codes: Sequence[str],
    level: Level,
    asked: Parenting,
) -> tuple[list[str], list[Finding]]:
    if level.depth == 0:
        return [""] * len(table), []
    if fields.parent == SPATIAL and level.depth > 1:
        return _parents_by_overlap(polygons, codes, level=level, above=asked.drafted.get(level.depth - 1))
    if fields.parent is None or fields.parent == SPATIAL:
        return [asked.district.code] * len(table), []
    return [text(value) for value in table.fields[fields.parent]], []


def _parents_by_overlap(
    polygons: Geometries, codes: Sequence[str], *, level: Level, above: LevelDraft | None
) -> tuple[list[str], list[Finding]]:
    if above is None:
        raise LevelNeeded(
            f"The level above {level.key} is not imported yet, so no parent can be found by overlap.",
            field="parent",
            value=SPATIAL,
            remedy="Import it first, or name the field that holds the parent's code: --parent FIELD.",
        )
    indices, shares = parents_by_overlap(polygons, above.polygons)
    parents = [above.codes[index] if index >= 0 else "" for index in indices]
    weak = [
        Finding(
            level=level.key,
            kind="weak_parent",
            codes=(codes[row], parents[row]),
            message=f"{codes[row]} lies only {share:.0%} in {parents[row]}, its largest overlap.",
            place=_spot(polygons[row]),
        )
        for row, share in enumerate(shares)
        if parents[row] and share < LEAST_SHARE
    ]
    return parents, weak


def _attributes(
    table: FeatureTable, codes: Sequence[str], fields: Fields, level: Level
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Every further field: the counts of people under their own names, the rest as it is."""
    counts = {meaning: choose_field(table.fields, meaning, None) for meaning in COUNTS}
    taken = {fields.code, fields.name, fields.parent, *counts.values()}
    attributes: list[dict[str, Any]] = [{} for _ in codes]
    findings = []
    for meaning, column in counts.items():
        for row, value in enumerate(table.fields[column] if column else ()):
            try:
                number = whole_number(value)
            except ValueError as error:
                message = f"Row {row + 1}, {codes[row]!r}: {column} is {error}."
                findings.append(Finding(level.key, "bad_number", (codes[row],), message))
                continue
            if number is not None:
                attributes[row][meaning] = number
    for name in (name for name in table.fields if name not in taken):
        for row, value in enumerate(table.fields[name]):
            kept = storable(value)
            if kept is not None:
                attributes[row][name] = kept
    return attributes, findings


def _as_stored(
    attributes: Sequence[Mapping[str, Any]], codes: Sequence[str], known: LevelDraft | None
) -> list[dict[str, Any]]:
    stored = {} if known is None else dict(zip(known.codes, known.attributes, strict=True))
    return [recalled(one, stored.get(code, {})) for code, one in zip(codes, attributes, strict=True)]


def code_findings(level: Level, read: LevelDraft, *, district: District) -> list[Finding]:
    """Codes that are empty or given twice, and a district's own area under another code."""
    rows = defaultdict(list)
    for row, code in enumerate(read.codes):
        rows[code].append(row)
    findings = []
    for code, same in rows.items():
        spot = _spot(read.polygons[same[0]])
        if not code:
            findings.append(Finding(level.key, "empty_code", (), f"No code in {row_list(same)}.", spot))
        elif len(same) > 1:
            message = f"The code {code} is given {len(same)} times, in {row_list(same)}."
            findings.append(Finding(level.key, "duplicate_code", (code,), message, spot))
    if level.depth == 0 and set(read.codes) != {district.code}:
        message = f"The top level is the district itself: one area with the code {district.code}."
        findings.append(Finding(level.key, "wrong_root", tuple(read.codes), message))
    return findings


def row_list(rows: Iterable[int]) -> str:
    """Row numbers as a person counts them, the first ten."""
    numbers = [str(row + 1) for row in rows]
    more = f" and {len(numbers) - 10} more" if len(numbers) > 10 else ""
    return f"row{'s' if len(numbers) > 1 else ''} {', '.join(numbers[:10])}{more}"


def _spot(polygon: Any) -> LonLat | None:
    point = None if polygon is None else shapely.point_on_surface(polygon)
    if point is None or point.is_empty or not np.isfinite([point.x, point.y]).all():
        return None
    return LonLat(point.x, point.y)
