"""Levels, editions, areas with their polygons, service points, and where a position lies."""

from __future__ import annotations

import math
import time

import pytest
import shapely
from shapely.geometry import shape

from geo.distance import geodesic_m
from tests.api.routes.towns import Town, position
from tests.toytown import people, polygons

GRID = "990101002002001"


def test_levels_come_as_the_district_names_them(town: Town) -> None:
    told = town.get("/levels")
    assert [(one["key"], one["name"], one["areas"]) for one in told["levels"]] == [
        ("district", "区", 1),
        ("street", "街道", 3),
        ("community", "社区", 9),
        ("grid", "网格", 63),
    ]
    assert told["district"]["state"] == "ready"
    assert [one["code"] for one in town.get("/districts")] == ["990101000000"]
    assert [one["status"] for one in town.get("/editions")["editions"]] == ["in_force"]
    assert [one["code"] for one in town.get("/kinds")["kinds"]] == ["C01", "L01", "L02", "M01"]


def test_areas_are_paged_by_level_and_code(town: Town) -> None:
    seen, cursor = [], None
    while True:
        page = town.get("/areas", limit=10, **({"cursor": cursor} if cursor else {}))
        seen += [(one["level"], one["code"]) for one in page["areas"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 1 + 3 + 9 + 63
    assert [code for level, code in seen if level == "grid"] == sorted(polygons.grids().codes)


def test_areas_below_one_and_areas_by_name(town: Town) -> None:
    below = town.get("/areas", parent="990101002000")["areas"]
    assert [one["code"] for one in below] == ["990101002001", "990101002002", "990101002003"]
    assert {one["parent"]["code"] for one in below} == {"990101002000"}
    assert len(town.get("/areas", parent="990101002000", level="grid")["areas"]) == 21
    assert [one["name"] for one in town.get("/areas", q="中街")["areas"]] == ["中街道"]
    assert [one["code"] for one in town.get("/areas", q=GRID)["areas"]] == [GRID]


def test_an_area_tells_what_it_lies_in_and_who_answers(town: Town) -> None:
    told = town.get(f"/areas/grid/{GRID}")
    assert [one["level"] for one in told["chain"]] == ["district", "street", "community", "grid"]
    assert told["population"] == {
        "buildings": 3,
        "households": 60,
        "residents": 165,
        "over_60": 42,
        "basis": "buildings",
    }
    assert [(one["rank"], one["role"]) for one in told["answering"]] == [
        ("A", "grid_worker"),
        ("B", "grid_worker"),
        ("O", "information_officer"),
    ]


def test_a_polygon_is_the_one_that_was_imported(town: Town) -> None:
    answer = town.client.get(f"/api/v1/areas/grid/{GRID}/geometry")
    assert answer.headers["content-type"] == "application/geo+json"
    cells = polygons.grids()
    imported = cells.polygons[cells.codes.index(GRID)]
    assert shapely.equals(shape(answer.json()["geometry"]), imported)
    assert answer.json()["properties"]["code"] == GRID


@pytest.mark.parametrize("path", [f"/areas/grid/{GRID}/geometry", f"/areas/grid/{GRID}", "/areas?level=street"])
def test_an_unchanged_answer_is_not_sent_again(town: Town, path: str) -> None:
    first = town.client.get(f"/api/v1{path}")
    again = town.client.get(f"/api/v1{path}", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert town.client.get(f"/api/v1{path}", headers={"if-none-match": 'W/"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("/areas/grid/1", "unknown-area"),
        ("/areas/ward/1", "unknown-level"),
        ("/areas/grid/1/geometry", "unknown-area"),
        (f"/areas/grid/{GRID}?edition=7", "no-edition"),
        ("/areas?parent=1", "unknown-area"),
        ("/areas?level=ward", "unknown-level"),
        ("/levels?district=1", "unknown-district"),
    ],
)
def test_what_does_not_exist_is_not_found(town: Town, path: str, slug: str) -> None:
    answer = town.client.get(f"/api/v1{path}")
    assert (answer.status_code, answer.json()["type"].partition("#")[2]) == (404, slug)


def test_the_nearest_service_points_are_the_nearest_in_metres(town: Town) -> None:
    fields, points = people.service_points()
    lon, lat = 117.2101, 36.6061
    away_m = geodesic_m(shapely.get_x(points), shapely.get_y(points), lon, lat)
    expected = sorted(zip(away_m.tolist(), fields["code"], strict=True))
    told = town.get("/service-points", lon=lon, lat=lat, datum="wgs84", limit=5)["service_points"]
    assert [one["code"] for one in told] == [code for _, code in expected[:5]]
    for one, (distance_m, _) in zip(told, expected, strict=False):
        assert math.isclose(one["distance_m"], distance_m, abs_tol=0.06)


def test_the_nearest_hold_anywhere_on_earth_and_for_a_kind(town: Town) -> None:
    fields, points = people.service_points()
    streets = [at for at, kind in enumerate(fields["kind"]) if kind == "street_service"]
    for lon, lat in ((117.2, 36.6), (120.0, 60.0), (-70.0, -20.0), (117.2, 89.9), (179.9, -89.0)):
        away_m = geodesic_m(shapely.get_x(points[streets]), shapely.get_y(points[streets]), lon, lat)
        expected = [fields["code"][streets[at]] for at in away_m.argsort()]
        told = town.get("/service-points", lon=lon, lat=lat, datum="wgs84", kind="street_service", limit=3)
        assert [one["code"] for one in told["service_points"]] == expected, (lon, lat)


def test_service_points_of_an_area_are_paged_by_code(town: Town) -> None:
    page = town.get("/service-points", level="street", area="990101001000", limit=3)
    rest = town.get("/service-points", level="street", area="990101001000", limit=3, cursor=page["next"])
    codes = [one["code"] for told in (page, rest) for one in told["service_points"]]
    assert codes == ["P990101001000", "P990101001001", "P990101001002", "P990101001003"]
    assert rest["next"] is None
    assert page["kinds"] == ["community_service", "street_service"]


def test_a_part_of_a_position_is_refused(town: Town) -> None:
    answer = town.client.get("/api/v1/service-points", params={"lon": 117.2, "lat": 36.6})
    assert answer.status_code == 422
    assert answer.json()["field"] == "datum"


def test_a_position_is_located_by_get_and_by_post_alike(town: Town) -> None:
    given = {key: value for key, value in position(4, 3).items() if key != "type"}
    told = town.get("/locate", **given)
    assert told["path"][1]["name"] == "中街道"
    assert town.client.post("/api/v1/locate", json=given).json() == told
    assert told["certainty"] == 1.0
    assert told["border_m"] > 50


def test_the_datum_decides_where_a_position_is(town: Town) -> None:
    given = {key: value for key, value in position(4, 3).items() if key != "type"}
    shifted = town.get("/locate", **(given | {"datum": "gcj02"}))
    assert shifted["path"] != town.get("/locate", **given)["path"]
    assert town.client.get("/api/v1/locate", params={"lon": 117.2, "lat": 36.6}).status_code == 422


#: A unit in use and a former one; a group with a kind of the unit in it.
TREE = """
with unit as (
    insert into units (district_id, code, name, active)
    select d.id, given, '城管局', given = 'urban' from districts d, unnest(array['urban', 'former']) given
    returning id, code
), grouped as (
    insert into kinds (district_id, code, name, level_depth, is_group) select id, 'LA', '纠纷', 3, true from districts
)
update kinds k set parent_code = 'LA', limits = '{"handle": "5 working_days"}', unit_id = unit.id, checked = true
from unit where k.code = 'L01' and unit.code = 'urban'
"""


def test_kinds_come_as_a_tree_with_their_unit_and_limits_and_units_are_told(town: Town) -> None:
    town.sql(TREE)
    assert town.get("/units")["units"] == [{"code": "urban", "name": "城管局", "name_en": "城管局"}]
    told = {one["code"]: one for one in town.get("/kinds")["kinds"]}
    assert [told["LA"][name] for name in ("group", "level", "parent", "unit")] == [True, None, None, None]
    one = told["L01"]
    assert (one["group"], one["level"], one["parent"], one["unit"]) == (False, "community", "LA", "urban")
    assert (one["limits"], one["checked"], one["photos"]) == ({"handle": "5 working_days"}, True, False)


def test_nothing_is_filed_under_a_group(town: Town) -> None:
    columns = "district_id, code, name, level_depth, is_group"
    town.sql(f"insert into kinds ({columns}) select id, 'MA', '市容', 3, true from districts")
    town.sql("update kinds set parent_code = 'MA' where code = 'M01'")
    until = time.monotonic() + 30
    # What the service holds of kinds follows the database within seconds.
    while (refused := town.client.post("/api/v1/reports", json=town.report(kind="MA"))).status_code == 404:
        assert time.monotonic() < until
        time.sleep(0.2)
    told = refused.json()
    assert (refused.status_code, told["type"], told["field"]) == (422, "/api/v1/problems#kind-is-group", "kind")
    assert told["remedy"] == "Name one of its kinds: M01"
