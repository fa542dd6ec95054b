"""Importing a level of polygons into the draft edition: first prepared and shown, then stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from geo.crs import Plane, plane_for, plane_from_srid
from geo.errors import LayerError
from geo.positions import Datum, Geometries
from geo.repairs import Change, repair, snap
from layers.areas.defects import DefectsFound, Finding
from layers.areas.drafts import (
    DraftLevels,
    LevelDraft,
    Redrawn,
    district_plane,
    levels_bounds,
    redraw_upward,
    sorted_level,
)
from layers.areas.drafts_rows import Draft, load_draft, store_draft
from layers.areas.importing_checks import coverage_findings, fit_findings, pending_finding
from layers.areas.importing_codes import (
    doubled_findings,
    name_findings,
    propose_code,
    recoded,
    reuse_findings,
    spoilt_findings,
    system_findings,
    without_doubles,
)
from layers.areas.importing_difference import Difference, difference
from layers.areas.importing_features import Fields, Parenting, choose_fields, code_findings, read_codes, read_level
from layers.areas.importing_history import former_polygons
from layers.areas.importing_numbering import codes_ever_given, numbered
from layers.areas.importing_positions import placed_polygons, polygonal
from layers.areas.records import Edition
from layers.districts.records import District, Level
from layers.read.coordinates import bounds_of
from layers.read.features import FeatureTable
from layers.read.refusals import UnreadableFile
from layers.refusals import Refusal

#: Features that no repair can make polygons of.
NO_POLYGON = frozenset({"not_polygon", "empty_geometry"})


@dataclass(frozen=True, slots=True)
class LevelRequest:
    """What a person asks of an import; fields that are not named are looked for by their names.

    `instead` holds the known code for codes of the file, `recoded` says that other codes for known places are meant,
    `reused` that these codes are meant for other places. A `datum` that is named is believed. `number` gives every area
    a code by its community and place; the file's own fields are then all kept.
    """

    level: Level
    code: str | None = None
    name: str | None = None
    parent: str | None = None
    under: Mapping[str, str] = field(default_factory=dict)
    crs: str | None = None
    repair: bool = False
    datum: Datum | None = None
    code_digits: int | None = None
    parent_digits: int | None = None
    instead: Mapping[str, str] = field(default_factory=dict)
    recoded: bool = False
    reused: Collection[str] = ()
    number: bool = False


class BrokenLayer(Refusal):
    """Polygons that cannot be brought into one coverage."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """An import that was read, checked and compared, and is not stored yet.

    `recoded` pairs the file's code and the known one of areas that are known under another; `proposed_code` is a field
    that would tell all rows apart, where the chosen one does not.
    """

    district: District
    level: Level
    fields: Fields
    draft: Draft
    levels: DraftLevels
    difference: Difference
    findings: tuple[Finding, ...]
    mended: tuple[Change, ...]
    redrawn: tuple[Redrawn, ...]
    recoded: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    proposed_code: str | None = None

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that keep the level out."""
        return tuple(one for one in self.findings if one.is_error)

    @property
    def changes_nothing(self) -> bool:
        """Whether the draft, or the edition in force, already is what this import would make of it."""
        return _told(self.levels) == _told(self.draft.levels)


async def prepare_level(
    connection: AsyncConnection, *, district: District, table: FeatureTable, request: LevelRequest
) -> Preparation:
    """Read a table as a level and check it together with the district's other levels; nothing is written.

    Raises:
        FieldNeeded: a field is missing, or several could be meant.
        CrsNeeded: the coordinate system is missing or impossible; the refusal proposes one.
    """
    draft = await load_draft(connection, district)
    if request.number:
        ever_given = await codes_ever_given(connection, district, request.level)
        table, code, parent = numbered(
            table,
            request.level,
            drafted=draft.levels,
            ever_given=ever_given,
            parent=request.parent,
            parent_digits=request.parent_digits,
            crs=request.crs,
            datum=request.datum,
        )
        request = replace(request, code=code, parent=parent)
    read = _read(table, district=district, request=request, draft=draft)
    levels: DraftLevels = {**draft.levels, request.level.depth: sorted_level(read.level)}
    known = draft.levels.get(request.level.depth)
    pairs = recoded(known, read.level) if request.level.depth else ()
    findings = list(read.findings)
    findings += [] if request.recoded else system_findings(request.level, pairs, len(read.level))
    if request.level.depth:
        former = await former_polygons(connection, district, request.level, read.level.codes)
        findings += reuse_findings(request.level, read.level, former, request.reused)
    redrawn: list[Redrawn] = []
    if not any(one.is_error for one in findings):
        levels, together, redrawn = _fitted(district, levels, request)
        findings += together
    return Preparation(
        district=district,
        level=request.level,
        fields=read.fields,
        draft=draft,
        levels=levels,
        difference=difference(draft.levels.get(request.level.depth), levels[request.level.depth]),
        findings=tuple(findings),
        mended=read.mended,
        redrawn=tuple(redrawn),
        recoded=pairs,
        notes=table.notes,
        proposed_code=propose_code(table) if any(one.kind == "duplicate_code" for one in findings) else None,
    )


async def store_level(connection: AsyncConnection, preparation: Preparation, *, actor: str, now: datetime) -> Edition:
    """Store what was prepared, in the transaction that prepared it; the draft is begun when there is none.

    An import that changes nothing begins no draft: the edition that already holds it is given back.

    Raises:
        DefectsFound: errors keep the level out.
    """
    if preparation.errors:
        raise DefectsFound(
            preparation.findings,
            remedy="Mend the file, or let --repair mend the coverage; --defects FILE.geojson shows every place.",
        )
    base = preparation.draft.base
    if base is not None and preparation.changes_nothing:
        return base
    return await store_draft(
        connection,
        preparation.draft,
        district=preparation.district,
        levels=preparation.levels,
        actor=actor,
        now=now,
    )


def _told(levels: DraftLevels) -> dict[int, list[tuple[str, str]]]:
    """Every area by its code and by what makes its version."""
    return {depth: list(zip(level.codes, level.digests(), strict=True)) for depth, level in levels.items()}


@dataclass(frozen=True, slots=True)
class _Read:
    level: LevelDraft
    fields: Fields
    findings: tuple[Finding, ...]
    mended: tuple[Change, ...]


def _read(table: FeatureTable, *, district: District, request: LevelRequest, draft: Draft) -> _Read:
    """The table as a level whose rings and borders were checked, and mended when that is asked for."""
    level = request.level
    others = {depth: areas for depth, areas in draft.levels.items() if depth != level.depth}
    fields = choose_fields(table, depth=level.depth, code=request.code, name=request.name, parent=request.parent)
    near = levels_bounds(others) or levels_bounds(draft.levels)
    known = draft.levels.get(level.depth)
    codes = read_codes(
        table, fields, digits=request.code_digits, instead=request.instead, known=known.codes if known else ()
    )
    single, doubles = without_doubles(table)
    doubled = doubled_findings(level, codes, doubles, is_mended=request.repair)
    if request.repair and doubles:
        repeated = {row for row, _ in doubles}
        table, codes = single, [code for row, code in enumerate(codes) if row not in repeated]
    placed = placed_polygons(table, crs=request.crs, datum=request.datum, near=near, known=draft.levels)
    given, mixed = polygonal(level, codes, placed)
    plane = district_plane(district, others) if others else _plane_of(district, given)
    shapes = _shaped(level, codes, given, plane=plane, mend=request.repair)
    features = read_level(
        table,
        shapes.polygons,
        fields,
        codes=codes,
        level=level,
        asked=Parenting(district, draft.levels, request.under, request.parent_digits),
    )
    of_codes = [*code_findings(level, features.level, district=district), *spoilt_findings(level, codes), *doubled]
    of_names = name_findings(level, features.level) if fields.name else []
    findings = (*of_codes, *features.findings, *shapes.findings, *mixed, *of_names)
    return _Read(features.level, fields, findings, shapes.mended)


@dataclass(frozen=True, slots=True)
class _Shapes:
    polygons: Geometries
    findings: tuple[Finding, ...]
    mended: tuple[Change, ...] = ()


def _shaped(level: Level, codes: Sequence[str], given: Geometries, *, plane: Plane, mend: bool) -> _Shapes:
    """Defects of the coverage, and the polygons to go on with: snapped when sound, mended when asked."""
    found = coverage_findings(level, codes, given, plane)
    is_sound = not any(one.is_error for one in found)
    if any(one.kind in NO_POLYGON for one in found) or not (is_sound or mend):
        return _Shapes(given, tuple(found))
    try:
        if is_sound:
            return _Shapes(snap(given), tuple(found))
        repaired = repair(codes, given, plane)
        polygons = snap(repaired.polygons)
    except LayerError as error:
        raise BrokenLayer(f"The polygons cannot be joined: {error}.", field="file") from error
    left = coverage_findings(level, codes, polygons, plane)
    return _Shapes(
        polygons, (*(replace(one, is_mended=True) for one in found if one.is_error), *left), repaired.changes
    )


def _fitted(
    district: District, levels: DraftLevels, request: LevelRequest
) -> tuple[DraftLevels, list[Finding], list[Redrawn]]:
    """The levels with every upper area as the union of those below it, and what keeps them from fitting."""
    depth, plane = request.level.depth, district_plane(district, levels)
    findings = fit_findings(district, levels, depth, plane, is_mending=request.repair)
    if any(one.is_error for one in findings):
        return levels, findings, []
    below = fit_findings(district, levels, depth + 1, plane, is_mending=request.repair)
    unfit = [one for one in below if one.is_error]
    if unfit:
        findings.append(pending_finding(district.levels[depth + 1], unfit))
    else:
        findings += below
    has_fitting_below = depth + 1 in levels and not unfit
    drawn, redrawn = redraw_upward(district, levels, plane, deepest=depth + 1 if has_fitting_below else depth)
    return drawn, findings, redrawn


def _plane_of(district: District, polygons: Geometries) -> Plane:
    if district.plane_srid:
        return plane_from_srid(district.plane_srid)
    bounds = bounds_of(polygons)
    if bounds is None:
        raise UnreadableFile("The file holds no polygons.", field="file")
    return plane_for(bounds)
