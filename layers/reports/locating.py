"""From what a report says about its place to the area it lies in, with certainty, candidates and flags.

position ──► the cell under it, by the compiled edition          place ──► the position of the service point
address  ──► the register, by likeness                           area  ──► that area            none ──► the district
"""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import DictRow, dict_row

from geo.datum import position_to_storage
from geo.placement import Placement, place
from geo.positions import LonLat
from layers.areas.queries import UnknownArea
from layers.areas.records import Area, CompiledEdition
from layers.places.matching import LONGEST_SEARCHED, AddressMatch, Decision, decide, normalised
from layers.refusals import NotFound
from layers.reports.records import AtAddress, AtPlace, AtPosition, InArea, Location, Subject
from layers.reports.statements import ADDRESS_CANDIDATES, EXACT_ADDRESS

#: Least trigram likeness at which a place is preselected at all; the district's threshold then decides.
PRESELECTED = 0.3


class UnknownPlace(NotFound):
    """The register has no service point with this code."""


async def locate(connection: AsyncConnection[Any], subject: Subject, *, compiled: CompiledEdition) -> Location:
    """Locate a subject; only an address or a place asks the database.

    Raises:
        UnknownArea, UnknownPlace: the subject names one that does not exist.
    """
    match subject:
        case AtAddress():
            return await _at_address(connection, subject.address, compiled=compiled)
        case AtPlace():
            return await _at_place(connection, subject.code, compiled=compiled)
    known = without_asking(subject, compiled=compiled)
    assert known is not None
    return known


def without_asking(subject: Subject, *, compiled: CompiledEdition) -> Location | None:
    """Locate what needs no look into the database; None for an address or a place.

    Raises:
        UnknownArea: the subject names one that does not exist.
    """
    match subject:
        case AtPosition():
            return at_position(subject, compiled=compiled)
        case InArea():
            return _in_area(_named_area(subject, compiled), by="area")
        case AtAddress() | AtPlace():
            return None
    return _in_area(_root(compiled), by="none")


def at_position(subject: AtPosition, *, compiled: CompiledEdition) -> Location:
    """Locate a position in its datum; pure, from the compiled edition alone."""
    position = position_to_storage(subject.given, subject.datum)
    placement = _place(compiled, position, subject.accuracy_m)
    return _placed(compiled, placement, position, by="position")


def _place(compiled: CompiledEdition, position: LonLat, accuracy_m: float | None) -> Placement:
    settings = compiled.district.settings
    return place(
        compiled.locator,
        position,
        accuracy_m=accuracy_m,
        assumed_accuracy_m=settings.assumed_accuracy_m,
        reach_m=settings.reach_m,
    )


def _placed(
    compiled: CompiledEdition,
    placement: Placement,
    position: LonLat,
    *,
    by: str,
    matches: tuple[AddressMatch, ...] = (),
    place_id: int | None = None,
) -> Location:
    return Location(
        located=placement.code is not None,
        by=by,
        position=position,
        area=None if placement.code is None else compiled.cell(placement.code),
        certainty=placement.certainty if placement.code is not None else None,
        accuracy_m=placement.accuracy_m,
        candidates=placement.candidates,
        matches=matches,
        flags=tuple(flag.value for flag in placement.flags),
        border_m=placement.border_m,
        place_id=place_id,
    )


def _in_area(area: Area, *, by: str, certainty: float = 1.0, matches: tuple[AddressMatch, ...] = ()) -> Location:
    return Location(
        located=True,
        by=by,
        position=None,
        area=area,
        certainty=certainty,
        accuracy_m=None,
        candidates=(),
        matches=matches,
        flags=(),
        border_m=None,
    )


def _root(compiled: CompiledEdition) -> Area:
    return compiled.by_code[0, compiled.district.code]


def _named_area(subject: InArea, compiled: CompiledEdition) -> Area:
    depth = compiled.district.level(subject.level).depth
    area = compiled.by_code.get((depth, subject.code))
    if area is None:
        raise UnknownArea(
            f"There is no {subject.level} with code {subject.code!r} in the edition in force.",
            field="subject.code",
            value=subject.code,
        )
    return area


async def _at_place(connection: AsyncConnection[Any], code: str, *, compiled: CompiledEdition) -> Location:
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(
        "select id, st_x(geom) as lon, st_y(geom) as lat from service_points where district_id = %s and code = %s",
        (compiled.district.id, code),
    )
    row = await cursor.fetchone()
    if row is None:
        raise UnknownPlace(f"There is no service point {code!r}.", field="subject.code", value=code)
    position = LonLat(row["lon"], row["lat"])
    # The register's own position is taken as exact to a metre: it was surveyed or drawn, not fixed by a phone.
    return _placed(compiled, _place(compiled, position, 1.0), position, by="place", place_id=row["id"])


async def _at_address(connection: AsyncConnection[Any], address: str, *, compiled: CompiledEdition) -> Location:
    decision = await match_address(connection, address, compiled=compiled)
    taken = decision.taken
    if taken is None:
        flags = (decision.flag,) if decision.flag else ()
        return Location(
            located=False,
            by="address",
            position=None,
            area=None,
            certainty=None,
            accuracy_m=None,
            candidates=(),
            matches=decision.best,
            flags=flags,
            border_m=None,
        )
    if taken.what == "area" and taken.area_id is not None:
        return _in_area(compiled.areas[taken.area_id], by="address", certainty=taken.score, matches=decision.best)
    placement = _place(compiled, taken.position, 1.0)
    return _placed(compiled, placement, taken.position, by="address", matches=decision.best)


async def match_address(connection: AsyncConnection[Any], address: str, *, compiled: CompiledEdition) -> Decision:
    """The places of the register an address may mean, and the one it means if that is beyond doubt.

    An address written as the register has it means that building: what is merely like it is not looked for.
    """
    cursor = connection.cursor(row_factory=dict_row)
    written = [address, normalised(address)]
    await cursor.execute(EXACT_ADDRESS, {"district": compiled.district.id, "written": written})
    rows = await cursor.fetchall() or await _alike(cursor, address, compiled)
    found = [
        AddressMatch(
            row["what"],
            row["code"],
            row["text"],
            round(row["score"], 4),
            LonLat(row["lon"], row["lat"]),
            row["area_id"],
        )
        for row in rows
    ]
    return decide(address, found, threshold=compiled.district.settings.address_threshold)


async def _alike(cursor: AsyncCursor[DictRow], address: str, compiled: CompiledEdition) -> list[DictRow]:
    async with cursor.connection.transaction():
        await cursor.execute("select set_config('pg_trgm.similarity_threshold', %s, true)", (str(PRESELECTED),))
        await cursor.execute(
            ADDRESS_CANDIDATES,
            {
                "district": compiled.district.id,
                "address": normalised(address)[:LONGEST_SEARCHED],
                "edition": compiled.edition.id,
                "cell_depth": compiled.district.cell_depth,
            },
        )
        return await cursor.fetchall()
