"""Plans as files: taken along and brought back, in every format; noise is no change; defects have their places."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx
import psycopg
import pytest
import shapely

from api.cluster_database import url_of
from layers.actors import Role
from tests.accounts import account, bearer
from tests.api.routes.planned import CELLS, COMMUNITY, STREET, Office
from tests.api.routes.towns import served
from tests.databases import clone

GEOJSON = "application/geo+json"


@pytest.fixture(scope="module")
def desk(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[Office]:
    with clone(admin, toytown_template, worker_id) as name, served(url_of(server_url, name)) as town:
        url = url_of(server_url, name)
        planner, other = (bearer(account(url, Role.PLANNER, areas=(STREET,))) for _ in range(2))
        yield Office(town, planner, other, bearer(account(url, Role.SUPERVISOR, areas=(STREET,))))


def split(desk: Office, number: int) -> None:
    cells = desk.told("GET", f"/plans/{number}/cells", area=COMMUNITY)["features"]
    shape = shapely.from_geojson(
        json.dumps(next(one for one in cells if one["properties"]["code"] == CELLS[0])["geometry"])
    )
    west, south, east, north = shape.bounds
    middle = (west + east) / 2
    line = [[middle, south - 0.001], [middle, north + 0.001]]
    desk.draw(number, {"operation": "split", "code": CELLS[0], "line": line})


def exported(desk: Office, number: int) -> dict[str, Any]:
    answer = desk.ask("GET", f"/plans/{number}/drawn.geojson")
    assert answer.headers["content-type"] == GEOJSON, answer.text
    told: dict[str, Any] = answer.json()
    return told


def sent(desk: Office, number: int, content: bytes, kind: str = GEOJSON, **query: Any) -> httpx.Response:
    headers = desk.planner | {"content-type": kind}
    return desk.town.client.post(f"/api/v1/plans/{number}/drawn", content=content, params=query, headers=headers)


def compared(desk: Office, number: int, content: bytes, kind: str = GEOJSON, **query: Any) -> dict[str, Any]:
    answer = sent(desk, number, content, kind, **query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_what_is_taken_along_says_where_it_stands(desk: Office) -> None:
    number = desk.opened()
    split(desk, number)
    told = exported(desk, number)
    assert told["provenance"]["plan"] == number
    assert told["provenance"]["version"] == desk.version(number)
    assert (told["provenance"]["operations"], told["provenance"]["datum"]) == (1, "wgs84")
    changes = {one["properties"]["code"]: one["properties"]["change"] for one in told["features"]}
    assert sorted(changes.values()).count("created") >= 1
    created = next(one["properties"] for one in told["features"] if one["properties"]["change"] == "created")
    assert created["compactness"] > 0 and created["parent"] == COMMUNITY and "households" in created


@pytest.mark.parametrize("file", ["geojson", "gpkg", "zip", "gbk.zip"])
def test_what_was_taken_along_comes_back_as_the_same_grids(desk: Office, tmp_path: Path, file: str) -> None:
    first, second = desk.opened("画好的"), desk.opened("导入的")
    split(desk, first)
    told = exported(desk, first)
    content, kind = written(told, tmp_path, file)
    assert compared(desk, first, content, kind)["operations"] == [], "the same as the plan it came from"
    found = compared(desk, second, content, kind)
    assert found["defects"] == []
    assert found["operations"], "what the other plan has drawn"
    desk.draw(second, *found["operations"])
    again = compared(desk, second, content, kind)
    assert (again["operations"], again["defects"]) == ([], [])
    before, after = shapes(told), shapes(exported(desk, second))
    assert before.keys() == after.keys()
    assert all(shapely.area(shapely.symmetric_difference(before[code], after[code])) < 1e-10 for code in before)


def shapes(told: dict[str, Any]) -> dict[str, Any]:
    return {one["properties"]["code"]: shapely.from_geojson(json.dumps(one["geometry"])) for one in told["features"]}


def written(told: dict[str, Any], folder: Path, file: str) -> tuple[bytes, str]:
    if file == "geojson":
        return json.dumps(told).encode(), GEOJSON
    frame = gpd.GeoDataFrame.from_features(told["features"], crs="EPSG:4326")[["code", "name", "parent", "geometry"]]
    if file == "gpkg":
        frame.to_file(folder / "drawn.gpkg", driver="GPKG")
        return (folder / "drawn.gpkg").read_bytes(), "application/geopackage+sqlite3"
    frame.to_file(folder / "drawn.shp", encoding="GBK" if file.startswith("gbk") else "UTF-8")
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        for part in folder.glob("drawn.*"):
            packed.write(part, part.name)
    return held.getvalue(), "application/zip"


def test_the_same_plan_digitised_twice_is_no_change(desk: Office) -> None:
    """The whole layer, each corner drawn up to 0.3 m beside where it was."""
    number = desk.opened()
    told = whole(desk)
    chance, moved = random.Random(5), dict[tuple[float, float], tuple[float, float]]()
    for one in told["features"]:
        for ring in (ring for part in parts(one["geometry"]) for ring in part):
            for at, (x, y) in enumerate(ring):
                near = moved.setdefault((x, y), (x + chance.uniform(-3e-6, 3e-6), y + chance.uniform(-3e-6, 3e-6)))
                ring[at] = list(near)
    found = compared(desk, number, json.dumps(told).encode())
    assert (found["operations"], found["defects"]) == ([], [])


def whole(desk: Office) -> dict[str, Any]:
    """The layer in force, as a planner has it in another tool."""
    found = desk.town.sql("""
        select a.code, v.name, p.code, st_asgeojson(v.geom, 7)::json from edition_areas e
        join area_versions v on v.id = e.version_id join areas a on a.id = e.area_id
        join areas p on p.id = split_part(e.path, '.', 3)::bigint join editions d on d.id = e.edition_id
        where d.status = 'in_force' and e.depth = 3
    """)
    features = [
        {"type": "Feature", "properties": {"code": code, "name": name, "parent": parent}, "geometry": shape}
        for code, name, parent, shape in found
    ]
    return {"type": "FeatureCollection", "features": features}


def parts(geometry: dict[str, Any]) -> list[list[list[list[float]]]]:
    found: list[list[list[list[float]]]] = (
        [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    )
    return found


def test_a_gap_and_an_overlap_are_told_with_their_places(desk: Office) -> None:
    number = desk.opened()
    told = exported(desk, number)
    told["features"] = [one for one in told["features"] if one["properties"]["code"] != CELLS[1]]
    wide = shapely.buffer(shapely.from_geojson(json.dumps(told["features"][0]["geometry"])), 0.0005)
    told["features"][0]["geometry"] = json.loads(shapely.to_geojson(wide))
    found = compared(desk, number, json.dumps(told).encode())
    assert found["operations"] == []
    assert found["defects"]
    assert all(one["where"]["type"] for one in found["defects"])


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", GEOJSON, 422),
        (b'{"type": "FeatureCollection", "features": [', GEOJSON, 422),
        (b"PK\x03\x04 cut off", "application/zip", 422),
        (b"no database", "application/geopackage+sqlite3", 422),
        (b"{}", "application/json", 415),
    ],
)
def test_what_is_no_layer_is_refused_with_a_remedy(desk: Office, content: bytes, kind: str, status: int) -> None:
    answer = sent(desk, desk.opened(), content, kind)
    assert answer.status_code == status, answer.text
    assert "/tmp" not in answer.text


def test_a_bomb_is_not_unpacked(desk: Office) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("drawn.shp", b"\0" * 300_000_000)
    answer = sent(desk, desk.opened(), held.getvalue(), "application/zip")
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("noise_m", ["0", "-1", "nan", "101"])
def test_a_width_that_is_none_is_refused(desk: Office, noise_m: str) -> None:
    assert sent(desk, desk.opened(), b"{}", noise_m=noise_m).status_code == 422


def test_last_year_is_replayed_as_it_was_assigned_and_as_it_would_be(desk: Office) -> None:
    """Before: exactly who got what when it was filed. After a merger: whoever answers for the cell that takes it."""
    number = desk.opened()
    for cell, person in ((CELLS[0], "W0001"), (CELLS[1], "W0002")):
        desk.town.sql(
            "insert into duties (person_id, area_id, area_path, rank, valid_from)"
            " select p.id, a.id, e.path, 'A', '2024-01-01'"
            " from people p, areas a join edition_areas e on e.area_id = a.id join editions d on d.id = e.edition_id"
            " where p.number = %s and a.code = %s and d.status = 'in_force' returning id",
            person,
            cell,
        )
    filed = {code: [filed_in(desk, number, code)["assignee"]["number"] for _ in range(2)] for code in CELLS[:3]}
    had = Counter(one for numbers in filed.values() for one in numbers)
    split(desk, number)
    told = desk.told("GET", f"/plans/{number}/replay")
    assert told["reports"] == 6
    assert {one["number"]: one["before"]["reports"] for one in told["people"] if one["before"]["reports"]} == had
    assert told["changed"] == 0, "the new grid is answered for by whoever answered for its ground"
    merged = desk.opened()
    desk.draw(merged, {"operation": "merge", "codes": [CELLS[0], CELLS[1]], "into": CELLS[1]})
    told = desk.told("GET", f"/plans/{merged}/replay")
    gone = [one for one in filed[CELLS[0]] if one not in filed[CELLS[1]]]
    assert gone, "two people answer for the two grids"
    assert told["changed"] == len(gone)
    assert sum(one["after"]["reports"] for one in told["people"]) == 6 - told["nobody_after"]


def filed_in(desk: Office, number: int, code: str) -> Any:
    cells = desk.told("GET", f"/plans/{number}/cells", area=COMMUNITY)["features"]
    shape = shapes({"features": cells})[code]
    middle = {"lon": round(shape.centroid.x, 7), "lat": round(shape.centroid.y, 7)}
    return desk.town.file(subject={"type": "position", "datum": "wgs84", "accuracy_m": 5.0, **middle})
