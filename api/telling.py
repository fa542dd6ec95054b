"""From records to what goes over the wire: reports with the names of their areas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.locators import Ready
from api.schemas.common import AreaRef, Position
from api.schemas.reports import (
    AssigneeTold,
    CandidateTold,
    Located,
    MatchTold,
    ReasonTold,
    ReportTold,
    ReportWithReasons,
    WhereTold,
)
from geo.positions import LonLat
from layers.areas.queries import UnknownArea
from layers.areas.records import Area, CompiledEdition
from layers.districts.records import District
from layers.reports.queries import area_names
from layers.reports.records import Location, StoredReport

Names = Mapping[tuple[int, int], AreaRef]


def level_keys(district: District) -> tuple[str, ...]:
    """The keys of the district's levels, by depth."""
    return tuple(level.key for level in district.levels)


async def told_reports(connection: AsyncConnection, ready: Ready, reports: Sequence[StoredReport]) -> list[ReportTold]:
    """Reports as they are told; the database is asked only for names of editions that are no longer in force."""
    wanted = {at for one in reports for at in _named(one, ready.compiled)}
    names = _names_in_force(wanted, ready.compiled)
    former = [at for at in wanted if at[0] != ready.compiled.edition.number]
    keys = level_keys(ready.district)
    found = await area_names(connection, ready.district.id, former)
    names |= {at: AreaRef(level=keys[one.depth], code=one.code, name=one.name) for at, one in found.items()}
    return [told_report(one, ready.compiled, names) for one in reports]


def with_reasons(
    told: ReportTold, considered: Iterable[Mapping[str, Any]], rule: str | None, district: District
) -> ReportWithReasons:
    """The report with everyone its assignment considered."""
    reasons = ReasonTold.all_of(considered, level_keys(district))
    return ReportWithReasons(**dict(told), reasons=reasons, rule=rule)


def without_people(told: ReportWithReasons) -> ReportWithReasons:
    """The report for those who may not read who answers for what: without its holder's number and the reasons."""
    return told.model_copy(update={"assignee": None, "reasons": [], "rule": None})


def told_report(report: StoredReport, compiled: CompiledEdition, names: Names) -> ReportTold:
    """One report, with the areas named in `names`."""
    edition = report.edition_number
    assignee = report.assignee_number
    holder = None if report.holder_area_id is None else names.get((edition, report.holder_area_id))
    return ReportTold(
        number=report.number,
        status=report.status,
        kind=report.kind_code,
        kind_name=report.kind_name,
        urgent=report.urgent,
        source=report.source,
        external_ref=report.external_ref,
        extra=dict(report.extra),
        subject=report.subject,
        occurred_at=report.occurred_at,
        filed_at=report.filed_at,
        where=_where(report, compiled, names),
        assignee=None if assignee is None else AssigneeTold(number=assignee, role=report.assignee_role or ""),
        unassigned=report.located and assignee is None,
        holder=holder,
        edition=edition,
    )


def told_location(location: Location, compiled: CompiledEdition) -> Located:
    """Where a position lies, as `/locate` answers it."""
    chain = reversed(compiled.chain(location.area)) if location.area else ()
    return Located(
        located=location.located,
        by=location.by,
        position=_position(location.position),
        accuracy_m=location.accuracy_m,
        certainty=location.certainty,
        path=[AreaRef.of(area, compiled.district) for area in chain],
        candidates=[
            _candidate(asdict(one), AreaRef.of(compiled.cell(one.code), compiled.district))
            for one in location.candidates
        ],
        matches=[],
        flags=list(location.flags),
        border_m=None if location.border_m is None else round(location.border_m, 2),
        edition=compiled.edition.number,
    )


def _named(report: StoredReport, compiled: CompiledEdition) -> set[tuple[int, int]]:
    """The areas a report names, by edition number and id: those it lies in, its holder, its candidates."""
    candidates = (_cell(compiled, one["code"]) for one in report.candidates if "share" in one)
    ids = {*report.area_ids, report.holder_area_id, *(one.id for one in candidates if one)}
    return {(report.edition_number, area) for area in ids if area is not None}


def _names_in_force(wanted: Iterable[tuple[int, int]], compiled: CompiledEdition) -> dict[tuple[int, int], AreaRef]:
    return {
        (edition, area): AreaRef.of(compiled.areas[area], compiled.district)
        for edition, area in wanted
        if edition == compiled.edition.number and area in compiled.areas
    }


def _cell(compiled: CompiledEdition, code: str) -> Area | None:
    """The cell with this code; codes are never reused, so its id is the same in every edition."""
    return compiled.by_code.get((compiled.district.cell_depth, code))


def _where(report: StoredReport, compiled: CompiledEdition, names: Names) -> WhereTold:
    path = [names.get((report.edition_number, area)) for area in report.area_ids]
    return WhereTold(
        located=report.located,
        by=report.located_by,
        position=_position(report.position),
        accuracy_m=report.accuracy_m,
        certainty=report.certainty,
        path=[one for one in path if one is not None],
        candidates=[
            _candidate(one, names.get((report.edition_number, cell.id)) if cell else None)
            for one in report.candidates
            if "share" in one
            for cell in [_cell(compiled, one["code"])]
        ],
        matches=[MatchTold(**one) for one in report.candidates if "what" in one],
        flags=list(report.flags),
    )


def _candidate(one: Mapping[str, Any], named: AreaRef | None) -> CandidateTold:
    share, distance_m = round(one["share"], 4), round(one["distance_m"], 2)
    return CandidateTold(code=one["code"], name=named.name if named else None, share=share, distance_m=distance_m)


def _position(position: LonLat | None) -> Position | None:
    return None if position is None else Position.of(position)


def named_area(compiled: CompiledEdition, named: tuple[str, str] | None) -> str | None:
    """The path of an area named by level and code, None for none.

    Raises:
        UnknownLevel, UnknownArea: there is none of this name.
    """
    return None if named is None else found_area(compiled, *named).path


def found_area(compiled: CompiledEdition, level: str, code: str) -> Area:
    """The area with this level and code in the edition in force; raises `UnknownLevel` and `UnknownArea`."""
    area = compiled.by_code.get((compiled.district.level(level).depth, code))
    if area is None:
        raise UnknownArea(f"There is no {level} {code!r} in the edition in force.", field="code", value=code)
    return area
