"""Codes of a level against those that are known: doubled rows, other codes for the same places, codes given again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import shapely

from geo.coverage import made_valid
from geo.positions import Geometries
from layers.areas.defects import Finding
from layers.areas.drafts import LevelDraft
from layers.districts.records import Level
from layers.read.codes import lost_digits
from layers.read.features import FeatureTable
from layers.read.fields import compound
from layers.read.values import text

#: Two areas that share this much of what they cover together are the same place.
SAME_PLACE = 0.8
#: An area that shares less than this of the smaller one with its former self is another place.
OTHER_PLACE = 0.1
#: From this share of a file on, other codes for known places are another system of codes.
OTHER_SYSTEM = 0.5
MOST_TRIED_FIELDS = 12


def without_doubles(table: FeatureTable) -> tuple[FeatureTable, tuple[tuple[int, int], ...]]:
    """The table without rows that repeat an earlier one in everything, and which rows (from 0) repeat which."""
    columns = [[text(value) for value in column] for column in table.fields.values()]
    outlines = shapely.to_wkb(table.geometry)
    first: dict[object, int] = {}
    doubles = []
    for row, key in enumerate(zip(outlines, *columns, strict=True)):
        if first.setdefault(key, row) != row:
            doubles.append((row, first[key]))
    kept = np.setdiff1d(np.arange(len(table)), [row for row, _ in doubles])
    fields = {name: column[kept] for name, column in table.fields.items()}
    return replace(table, fields=fields, geometry=table.geometry[kept]), tuple(doubles)


def doubled_findings(
    level: Level, codes: Sequence[str], doubles: Sequence[tuple[int, int]], *, is_mended: bool
) -> list[Finding]:
    """One defect for each row that repeats another; a repair leaves it out."""
    return [
        Finding(
            level=level.key,
            kind="doubled_row",
            codes=(codes[row],),
            message=f"Row {row + 1}, code {codes[row]!r}, repeats row {first + 1}: --repair leaves it out.",
            is_mended=is_mended,
        )
        for row, first in doubles
    ]


def spoilt_findings(level: Level, codes: Sequence[str]) -> list[Finding]:
    """Codes that a spreadsheet has turned into powers of ten."""
    return [
        Finding(
            level.key,
            "lost_digits",
            (code,),
            f"Row {row}: the code {code} lost its digits in a spreadsheet; take it as text from its source.",
        )
        for row, code in enumerate(codes, 1)
        if lost_digits(code)
    ]


def name_findings(level: Level, read: LevelDraft) -> list[Finding]:
    """One warning when names are given to several areas: only the code tells these apart."""
    named: dict[str, list[str]] = {}
    for code, name in zip(read.codes, read.names, strict=True):
        named.setdefault(name, []).append(code)
    shared = {name: codes for name, codes in named.items() if len(set(codes)) > 1}
    if not shared:
        return []
    first, codes = next(iter(shared.items()))
    message = f"{len(shared):,} names are given to several areas, the first is {first!r}; their codes tell them apart."
    return [Finding(level.key, "same_name", tuple(codes), message)]


def recoded(before: LevelDraft | None, after: LevelDraft) -> tuple[tuple[str, str], ...]:
    """Areas that lie where an area with another code lies now: pairs of the file's code and the known one."""
    if before is None or not len(before) or not len(after):
        return ()
    old, new = made_valid(before.polygons), made_valid(after.polygons)
    row, place = shapely.STRtree(old).query(new, predicate="intersects")
    shared = shapely.area(shapely.intersection(new[row], old[place]))
    together = shapely.area(new[row]) + shapely.area(old[place]) - shared
    same = shared > SAME_PLACE * together
    pairs = [(after.codes[i], before.codes[j]) for i, j in zip(row[same], place[same], strict=True)]
    return tuple((code, known) for code, known in pairs if code != known)


def system_findings(level: Level, pairs: Sequence[tuple[str, str]], count: int) -> list[Finding]:
    """One defect when most of a file's areas are known ones under other codes."""
    if len(pairs) <= OTHER_SYSTEM * count:
        return []
    shown = ", ".join(f"{known} → {code}" for code, known in pairs[:3])
    message = f"{len(pairs):,} of {count:,} areas are known ones under other codes: {shown}."
    return [Finding(level.key, "other_codes", tuple(code for code, _ in pairs), message)]


def reuse_findings(
    level: Level, after: LevelDraft, former: Mapping[str, object], confirmed: Collection[str]
) -> list[Finding]:
    """Codes that a file gives to a place quite different from the one they had; `former` holds that place by code."""
    both = [row for row, code in enumerate(after.codes) if code in former]
    if not both:
        return []
    new = made_valid(after.polygons[both])
    old = made_valid(np.array([former[after.codes[row]] for row in both], dtype=object))
    shares = _shares(new, old)
    return [
        Finding(
            level=level.key,
            kind="reuse_confirmed" if after.codes[row] in confirmed else "reused_code",
            codes=(after.codes[row],),
            message=f"{after.codes[row]} {after.names[row]} lies {share:.0%} where the area of this code lay; "
            f"codes are never given again: number it anew, or add --reused {after.codes[row]} if the place did move.",
            geometry=after.polygons[row],
        )
        for row, share in zip(both, shares, strict=True)
        if share < OTHER_PLACE
    ]


def propose_code(table: FeatureTable) -> str | None:
    """One field, or two joined, that tell all rows apart; None when none do."""
    names = [name for name, column in table.fields.items() if column.dtype.kind in "OUiu"][:MOST_TRIED_FIELDS]
    for count in (1, 2):
        for chosen in combinations(names, count):
            field = "+".join(chosen)
            codes = [text(value) for value in compound(table.fields, field)]
            if all(codes) and len(set(codes)) == len(codes):
                return field
    return None


def _shares(new: Geometries, old: Geometries) -> Geometries:
    """How much of the smaller one of each pair both cover."""
    with np.errstate(invalid="ignore", divide="ignore"):
        smaller = np.minimum(shapely.area(new), shapely.area(old))
        return np.asarray(np.nan_to_num(shapely.area(shapely.intersection(new, old)) / smaller, nan=1.0))
