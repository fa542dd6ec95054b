"""Districts with their levels, editions, areas and kinds."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.access import TheActor
from api.addresses import known_parameters
from api.area_pages import Areas, area_page, edition_areas, listed
from api.certificate_shelf import CertificateShelf
from api.database import Reading, database
from api.locators import Served
from api.routes.common import API, GeoJson, TheLocators, clock, tagged
from api.schemas.areas import (
    AnsweringTold,
    AreaFeature,
    AreaList,
    AreaTold,
    CertificateTold,
    DistrictTold,
    EditionList,
    EditionTold,
    KindList,
    KindTold,
    LevelsTold,
    LevelTold,
    PopulationTold,
    UnitList,
    UnitTold,
)
from api.schemas.common import WITHOUT_NUL, AreaRef, as_json
from api.schemas.problems import problems
from api.schemas.queries import AreaQuery, EditionQuery, InDistrict
from layers.access.permissions import Action, may
from layers.actors import Actor
from layers.areas.geometry import geometry
from layers.areas.queries import NoEdition, edition, editions, populations
from layers.areas.records import Area
from layers.reports.kinds import kind_tree
from layers.roster.queries import answering
from layers.roster.units import units
from layers.scope import holds

router = APIRouter(prefix=API, tags=["areas"], dependencies=[Depends(known_parameters)])

Word = Annotated[str, Path(min_length=1, max_length=64, pattern=WITHOUT_NUL)]


UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Nothing changed since the ETag in If-None-Match."}}


@router.get("/districts", operation_id="list_districts", responses=problems())
async def get_districts(locators: TheLocators) -> list[DistrictTold]:
    """Every district the service holds."""
    return [_district(one) for one in await locators.every()]


@router.get("/levels", operation_id="list_levels", responses=problems(404))
async def get_levels(query: Annotated[InDistrict, Query()], locators: TheLocators) -> LevelsTold:
    """The levels of a district, from the top down."""
    served = await locators.district(query.district)
    counts: dict[int, int] = {}
    for area in served.compiled.areas.values() if served.compiled else ():
        counts[area.depth] = counts.get(area.depth, 0) + 1
    return LevelsTold(
        district=_district(served),
        levels=[
            LevelTold(key=one.key, name=one.name, name_en=one.name_en, depth=one.depth, areas=counts.get(one.depth, 0))
            for one in served.district.levels
        ],
    )


@router.get("/kinds", operation_id="list_kinds", responses=problems(404))
async def get_kinds(query: Annotated[InDistrict, Query()], reading: Reading, locators: TheLocators) -> KindList:
    """The tree of the kinds of report in use, groups too; reports are filed under what is no group."""
    district = (await locators.district(query.district)).district
    return KindList(kinds=[KindTold.of(one, district) for one in await kind_tree(reading, district)])


@router.get("/units", operation_id="list_units", responses=problems(404))
async def get_units(query: Annotated[InDistrict, Query()], reading: Reading, locators: TheLocators) -> UnitList:
    """The units in use: departments and other bodies that come to a matter."""
    district = (await locators.district(query.district)).district
    told = [UnitTold(code=one.code, name=one.name, name_en=one.name_en) for one in await units(reading, district)]
    return UnitList(units=told)


@router.get("/editions", operation_id="list_editions", responses=problems(404))
async def get_editions(query: Annotated[InDistrict, Query()], reading: Reading, locators: TheLocators) -> EditionList:
    """Every edition of a district's boundaries, newest first."""
    district = (await locators.district(query.district)).district
    return EditionList(
        editions=[
            EditionTold(
                number=one.number,
                status=one.status,
                note=one.note,
                made_by=one.made_by,
                made_at=one.made_at,
                published_by=one.published_by,
                effective_at=one.effective_at,
                retired_at=one.retired_at,
                digest=one.digest,
            )
            for one in await editions(reading, district)
        ]
    )


@router.get(
    "/editions/{number}/certificate",
    operation_id="edition_certificate",
    response_model=CertificateTold,
    responses=problems(404),
)
async def get_certificate(
    number: Annotated[int, Path(ge=1, le=2**31 - 1)],
    query: Annotated[InDistrict, Query()],
    request: Request,
    locators: TheLocators,
) -> Response:
    """What an edition holds, what a check of it finds, and a fingerprint that anyone can recompute from an export."""
    district = (await locators.district(query.district)).district
    async with database(request).reading() as connection:
        found = await edition(connection, district, number)
    if found.digest is None:
        raise NoEdition(f"Edition {number} never came into force: it has no certificate.", field="number", value=number)
    shelf: CertificateShelf = request.app.state.certificates
    return Response(await shelf.certificate(district, found), media_type="application/json")


@router.get("/areas", operation_id="list_areas", response_model=AreaList, responses={**UNCHANGED, **problems(404)})
async def get_areas(
    request: Request, query: Annotated[AreaQuery, Query()], reading: Reading, locators: TheLocators
) -> Response:
    """Areas of an edition by level and code: of one level, below one area, or whose name or code fits."""
    found = await edition_areas(reading, await locators.district(query.district), query.edition)
    return tagged(request, as_json(area_page(found, query)))


@router.get(
    "/areas/{level}/{code}", operation_id="get_area", response_model=AreaTold, responses={**UNCHANGED, **problems(404)}
)
async def get_area(
    *,
    request: Request,
    level: Word,
    code: Word,
    query: Annotated[EditionQuery, Query()],
    actor: TheActor,
    reading: Reading,
    locators: TheLocators,
) -> Response:
    """One area: what it lies in, who lives there, who answers for it today (told within one's territory)."""
    found = await edition_areas(reading, await locators.district(query.district), query.edition)
    area = found.area(level, code)
    told = AreaTold(
        **dict(listed(area, found)),
        edition=found.edition.number,
        chain=[AreaRef.of(one, found.district) for one in found.chain(area)],
        attributes=dict(area.attributes),
        population=await _population(reading, found, area),
        answering=await _answering(request, reading, found, area, actor),
    )
    return tagged(request, as_json(told))


@router.get(
    "/areas/{level}/{code}/geometry",
    operation_id="get_area_geometry",
    response_class=GeoJson,
    response_model=AreaFeature,
    responses={**UNCHANGED, **problems(404)},
)
async def get_geometry(
    *,
    request: Request,
    level: Word,
    code: Word,
    query: Annotated[EditionQuery, Query()],
    reading: Reading,
    locators: TheLocators,
) -> Response:
    """The polygon of one area, as a GeoJSON feature."""
    found = await edition_areas(reading, await locators.district(query.district), query.edition)
    area = found.area(level, code)
    polygon = await geometry(reading, found.edition.id, depth=area.depth, code=code)
    properties = as_json(AreaRef.of(area, found.district))
    body = b'{"type":"Feature","properties":' + properties + b',"geometry":' + polygon.geojson.encode() + b"}"
    return tagged(request, body, GeoJson.media_type)


async def _answering(
    request: Request, connection: AsyncConnection, found: Areas, area: Area, actor: Actor
) -> list[AnsweringTold]:
    if not (may(actor.role, Action.READ_PEOPLE) and holds(actor.scope, area.path)):
        return []
    today = clock(request)().astimezone(found.district.zone).date()
    return [
        AnsweringTold(number=one.number, role=one.role, rank=one.rank, open=one.open, cap=one.cap)
        for one in await answering(connection, [area.id], on=today)
    ]


async def _population(connection: AsyncConnection, found: Areas, area: Area) -> PopulationTold | None:
    one = (await populations(connection, found.edition.id)).get(area.id)
    if one is None:
        return None
    return PopulationTold(
        buildings=one.buildings,
        households=one.households,
        residents=one.residents,
        over_60=one.over_60,
        basis=one.basis,
    )


def _district(served: Served) -> DistrictTold:
    one = served.district
    return DistrictTold(code=one.code, name=one.name, name_en=one.name_en, time_zone=one.time_zone, state=served.state)
