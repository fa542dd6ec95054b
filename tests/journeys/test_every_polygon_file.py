"""Every public file of polygons ends in a correct draft edition, each refusal before it saying what to type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import shapely

from tests.journeys.commands import Shell

pytestmark = [pytest.mark.journey, pytest.mark.shared_data]

MAPS = (".shp", ".zip", ".geojson", ".json", ".gpkg")


@dataclass(frozen=True)
class Walk:
    """What a person types: the words to begin with, and what each refusal makes them add; `areas` end in the draft.

    `above` is a file that is imported one level above before, with its words.
    """

    words: Sequence[str] = ()
    refusals: Sequence[tuple[str, Sequence[str]]] = ()
    areas: int = 0
    first_code: str = ""
    above: tuple[str, Sequence[str]] | None = None
    zone: str = "Asia/Shanghai"
    names: Sequence[str] = field(default=())


OVERLAPS = ("add --repair", ["--repair"])
CODE = "Name one: --code FIELD"
WARDS = ("boston/Wards_22_wgs84.geojson", ["--code", "WARD", "--repair"])

WALKS: Mapping[str, Walk] = {
    "boston/Wards_22_wgs84.geojson": Walk(
        refusals=[(CODE, ["--code", "WARD"]), OVERLAPS], areas=22, first_code="1", zone="America/New_York"
    ),
    "boston/Boston_Neighborhoods_26.geojson": Walk(
        refusals=[(CODE, ["--code", "Neighborhood_ID"]), OVERLAPS],
        areas=26,
        first_code="10",
        zone="America/New_York",
        names=["Roslindale"],
    ),
    "boston/Police_Districts_NO_CRS_feet2249.geojson": Walk(
        refusals=[
            (CODE, ["--code", "ID"]),
            ("for a projected one, import a layer with a known system first", ["--crs", "EPSG:2249"]),
            OVERLAPS,
        ],
        areas=12,
        zone="America/New_York",
    ),
    "boston/Precincts_255_NO_CRS_feet2249.geojson": Walk(
        words=["--parent", "spatial"],
        refusals=[
            (CODE, ["--code", "WARD_PRECINCT"]),
            ("add --crs EPSG:2249", ["--crs", "EPSG:2249"]),
            OVERLAPS,
            ("--under 0115=PARENT", ["--under", "0115=1"]),
        ],
        areas=255,
        first_code="0101",
        above=WARDS,
        zone="America/New_York",
    ),
    "boston/police_districts_epsg2249_koordinates.zip": Walk(
        refusals=[(CODE, ["--code", "ID"]), OVERLAPS], areas=12, zone="America/New_York"
    ),
    "gbk_shanghai_districts/区县界_area.shp": Walk(areas=17, first_code="310101", names=["宝山区", "闵行区"]),
    "shenzhen_districts_noprj/sz.shp": Walk(
        refusals=[(CODE, ["--code", "qh"]), ("add --crs EPSG:4326", ["--crs", "EPSG:4326"])],
        areas=10,
        names=["罗湖"],
    ),
    "shenzhen_grid500_noprj/grid.shp": Walk(
        words=["--parent", "spatial"],
        refusals=[
            (CODE, ["--code", "LONCOL"]),
            ("add --crs EPSG:4326", ["--crs", "EPSG:4326"]),
            ("Add --code LONCOL+LATCOL", ["--code", "LONCOL+LATCOL"]),
            OVERLAPS,
        ],
        areas=9005,
        first_code="0-54",
        above=("shenzhen_districts_noprj/sz.shp", ["--code", "qh", "--crs", "EPSG:4326", "--repair"]),
    ),
    "stlouis/STL_POLITICS_Wards10.shp": Walk(
        refusals=[(CODE, ["--code", "WARD10"]), OVERLAPS], areas=28, first_code="1", zone="America/Chicago"
    ),
    "utf8_china_no_cpg/china.shp": Walk(
        words=["--name", "FCNAME"],
        refusals=[("add --encoding UTF-8", ["--encoding", "UTF-8"]), (CODE, ["--code", "BOUND_A_ID"])],
        areas=1367,
        names=["黑龙江省", "内蒙古自治区"],
    ),
}


def test_no_file_is_left_out(shared_data: Path) -> None:
    folder = shared_data / "polygons"
    found = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.suffix in MAPS}
    assert found == set(WALKS)


@pytest.mark.parametrize("name", WALKS)
def test_it_ends_in_a_draft(shell: Shell, db_url: str, shared_data: Path, tmp_path: Path, name: str) -> None:
    walk = WALKS[name]
    levels = ["city", *(["part"] if walk.above else []), "cell"]
    declare(shell, tmp_path, levels, walk.zone)
    folder = shared_data / "polygons"
    if walk.above is not None:
        file, words = walk.above
        shell.passes("import", folder / file, "--as", "part", *words, "--commit")
    typed = ["import", str(folder / name), "--as", "cell", *walk.words]
    for said, added in walk.refusals:
        refused = shell.run(*typed, "--commit")
        assert refused.code == 1, refused.out
        assert said in refused.err
        typed = with_option(typed, added)
    shell.passes(*typed, "--commit")
    drafted = draft(db_url, len(levels) - 1)
    assert len(drafted) == walk.areas
    assert min(drafted) == walk.first_code or not walk.first_code
    assert set(walk.names) <= {name for name, _ in drafted.values()}
    assert shapely.coverage_is_valid([shape for _, shape in drafted.values()])


def with_option(typed: list[str], added: Sequence[str]) -> list[str]:
    """The words with an option more, or with another value of one that is there."""
    if added[0] in typed and len(added) == 2:
        place = typed.index(added[0])
        return [*typed[: place + 1], added[1], *typed[place + 2 :]]
    return [*typed, *added]


def declare(shell: Shell, folder: Path, levels: Sequence[str], zone: str) -> None:
    listed = "\n".join(f'    {{ key = "{level}", name = "{level}" }},' for level in levels)
    file = folder / "district.toml"
    file.write_text(f'code = "here"\nname = "此地"\ntime_zone = "{zone}"\nlevels = [\n{listed}\n]\n', encoding="utf-8")
    shell.passes("district", file, "--commit")


def draft(url: str, depth: int) -> dict[str, tuple[str, shapely.Geometry]]:
    """Name and polygon of every area of a level in the draft, by code."""
    statement = """
        select a.code, v.name, ST_AsBinary(v.geom)
        from edition_areas e join editions n on n.id = e.edition_id and n.status = 'draft'
        join areas a on a.id = e.area_id join area_versions v on v.id = e.version_id where e.depth = %s
    """
    with psycopg.connect(url) as connection:
        rows = connection.execute(statement, [depth]).fetchall()
    return {code: (name, shapely.from_wkb(bytes(wkb))) for code, name, wkb in rows}
