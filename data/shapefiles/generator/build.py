"""Builds every file of the demo district."""

from __future__ import annotations

from pathlib import Path

from district import District
from drawing import Progress, draw_grids
from files import read_grids, write_csv, write_shapefile
from people import DEDICATED_USES, Buildings, erect_buildings, grid_uses
from roster import COLUMNS, roster_rows
from services import ServicePoint, open_service_points
from shapely import points
from sources import DISTRICT_CODE, DISTRICT_NAME, communities, streets


def build(folder: Path, *, kept: Path | None, say: Progress) -> None:
    """Write all files into a folder; with `kept`, the grids' polygons come from that folder's files."""
    folder.mkdir(parents=True, exist_ok=True)
    district = _drawn(say) if kept is None else District(streets(), communities(), *read_grids(kept))
    say("streets and communities as unions")
    _write_upper_levels(folder, district)
    say("buildings and residents")
    uses = grid_uses(district)
    buildings = erect_buildings(district, uses)
    _write_grids(folder, district, uses, buildings)
    _write_buildings(folder, buildings)
    say("service points")
    _write_service_points(folder, open_service_points(district, buildings))
    say("roster")
    write_csv(folder / "roster.csv", COLUMNS, roster_rows(district))


def _drawn(say: Progress) -> District:
    known_streets, known_communities = streets(), communities()
    coverage = draw_grids(known_streets, known_communities, say)
    return District(known_streets, known_communities, coverage.codes, coverage.polygons)


def _write_upper_levels(folder: Path, district: District) -> None:
    write_shapefile(
        folder / "communities.shp",
        district.community_polygons,
        "Polygon",
        {
            "code": [c.code for c in district.communities],
            "name": [c.name for c in district.communities],
            "parent": [c.parent for c in district.communities],
            "kind": [c.kind for c in district.communities],
        },
    )
    write_shapefile(
        folder / "streets.shp",
        district.street_polygons,
        "Polygon",
        {
            "code": [s.code for s in district.streets],
            "name": [s.name for s in district.streets],
            "parent": [DISTRICT_CODE] * len(district.streets),
        },
    )
    write_shapefile(
        folder / "district.shp",
        [district.outline],
        "MultiPolygon",
        {"code": [DISTRICT_CODE], "name": [DISTRICT_NAME], "parent": [""]},
    )


def _write_grids(folder: Path, district: District, uses: list[str], buildings: Buildings) -> None:
    count = len(district.codes)
    owners = [district.communities[k] for k in district.community_of_grid]
    write_shapefile(
        folder / "grids.shp",
        district.polygons,
        "Polygon",
        {
            "code": district.codes,
            "name": [f"{o.name}第{code[12:]}网格" for o, code in zip(owners, district.codes, strict=True)],
            "parent": [owner.code for owner in owners],
            "kind": ["dedicated" if use in DEDICATED_USES else "basic" for use in uses],
            "use": uses,
            "households": buildings.per_grid(buildings.households, count).tolist(),
            "residents": buildings.per_grid(buildings.residents, count).tolist(),
            "over60": buildings.per_grid(buildings.over_60, count).tolist(),
        },
    )


def _write_buildings(folder: Path, buildings: Buildings) -> None:
    write_shapefile(
        folder / "buildings.shp",
        list(points(buildings.lonlat)),
        "Point",
        {
            "code": buildings.codes,
            "address": buildings.addresses,
            "kind": buildings.kinds,
            "households": buildings.households.tolist(),
            "residents": buildings.residents.tolist(),
            "over60": buildings.over_60.tolist(),
        },
    )


def _write_service_points(folder: Path, found: list[ServicePoint]) -> None:
    fields = ("code", "kind", "name", "address", "hours", "offers")
    write_shapefile(
        folder / "service_points.shp",
        [points(point.lon, point.lat) for point in found],
        "Point",
        {name: [getattr(point, name) for point in found] for name in fields},
    )
