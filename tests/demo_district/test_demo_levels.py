"""The four levels: real codes and names, made-up borders that join exactly."""

from __future__ import annotations

import csv
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.grid_codes import number_west_to_east, parse

GAP_WIDTH_DEG = 2e-6
PLANE = 4549
LAYERS = {"district": 1, "streets": 25, "communities": 368, "grids": 3_502}
FIELDS = {
    "district": ["code", "name", "parent"],
    "streets": ["code", "name", "parent"],
    "communities": ["code", "name", "parent", "kind"],
    "grids": ["code", "name", "parent", "kind", "use", "households", "residents", "over60"],
}


@pytest.mark.parametrize("name", LAYERS)
def test_each_level_is_whole_and_says_its_reference_system(
    name: str, folder: Path, request: pytest.FixtureRequest
) -> None:
    layer = request.getfixturevalue(name)
    assert len(layer) == LAYERS[name]
    assert list(layer.columns) == [*FIELDS[name], "geometry"]
    assert layer.crs.to_epsg() == 4490
    assert (folder / f"{name}.cpg").read_text() == "UTF-8"
    assert layer.geometry.is_valid.all()
    assert layer.code.is_unique
    assert layer.code.is_monotonic_increasing


@pytest.mark.parametrize(
    ("upper", "lower"), [("district", "streets"), ("streets", "communities"), ("communities", "grids")]
)
def test_every_level_is_the_exact_union_of_the_one_below(
    upper: str, lower: str, request: pytest.FixtureRequest
) -> None:
    above, below = request.getfixturevalue(upper), request.getfixturevalue(lower)
    members = below.groupby("parent").geometry
    assert set(members.groups) == set(above.code)
    for code, polygon in zip(above.code, above.geometry, strict=True):
        union = shapely.coverage_union_all(members.get_group(code).to_numpy())
        assert shapely.equals_identical(union.normalize(), polygon.normalize()), code


def test_grids_are_a_coverage_without_gaps_slivers_or_holes(grids: gpd.GeoDataFrame) -> None:
    polygons = grids.geometry.to_numpy()
    assert set(grids.geom_type) == {"Polygon"}
    assert shapely.get_num_interior_rings(polygons).sum() == 0
    assert shapely.coverage_is_valid(polygons, gap_width=GAP_WIDTH_DEG)


def test_no_grid_is_a_sliver(grids: gpd.GeoDataFrame) -> None:
    in_plane = grids.to_crs(PLANE)
    roundness = 4 * np.pi * in_plane.area / in_plane.length**2
    assert roundness.min() > 0.2
    assert roundness.median() > 0.6


def test_the_outline_is_two_pieces_without_holes(district: gpd.GeoDataFrame) -> None:
    outline = district.geometry.iloc[0]
    assert outline.geom_type == "MultiPolygon"
    assert [len(piece.interiors) for piece in outline.geoms] == [0, 0]


@pytest.mark.parametrize("name", ["streets", "communities"])
def test_streets_and_communities_are_of_one_piece(name: str, request: pytest.FixtureRequest) -> None:
    layer = request.getfixturevalue(name)
    assert set(layer.geom_type) == {"Polygon"}
    assert shapely.get_num_interior_rings(layer.geometry.to_numpy()).sum() == 0


def test_coordinates_lie_on_seven_decimals(grids: gpd.GeoDataFrame) -> None:
    degrees = shapely.get_coordinates(grids.geometry.to_numpy())
    assert np.array_equal(degrees, np.round(degrees, 7))


def test_grids_have_as_many_vertices_as_hand_drawn_ones(grids: gpd.GeoDataFrame) -> None:
    assert 60 <= np.median(shapely.get_num_coordinates(grids.geometry.to_numpy())) <= 90


def test_grids_are_small_in_town_and_large_in_the_country(grids: gpd.GeoDataFrame) -> None:
    km2 = grids.to_crs(PLANE).area / 1e6
    assert km2.quantile(0.25) < 0.05
    assert km2.quantile(0.95) > 1.5
    assert km2.min() > 0.003


def test_streets_and_communities_carry_the_names_and_codes_of_the_sources(
    folder: Path, streets: gpd.GeoDataFrame, communities: gpd.GeoDataFrame
) -> None:
    for layer, name in ((streets, "streets"), (communities, "communities")):
        with (folder / "sources" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
            known = {row["code"]: row["name"] for row in csv.DictReader(lines)}
        assert dict(zip(layer.code, layer.name, strict=True)) == known


def test_every_street_holds_its_office(folder: Path, streets: gpd.GeoDataFrame) -> None:
    with (folder / "sources" / "streets.csv").open(encoding="utf-8", newline="") as lines:
        offices = {
            row["code"]: shapely.Point(float(row["office_lon"]), float(row["office_lat"]))
            for row in csv.DictReader(lines)
        }
    for code, polygon in zip(streets.code, streets.geometry, strict=True):
        assert polygon.contains(offices[code]), code


def test_grid_codes_continue_their_community_and_are_numbered_as_one_reads(grids: gpd.GeoDataFrame) -> None:
    for community, members in grids.groupby("parent"):
        assert {parse(code).community_code for code in members.code} == {community}
        centres = np.round(shapely.get_coordinates(shapely.centroid(members.geometry.to_numpy())), 7)
        expected = number_west_to_east(centres[:, 0], centres[:, 1])
        assert [int(parse(code).sequence) for code in members.code] == expected.tolist()
        assert len(members) >= 3


def test_grid_names_tell_community_and_sequence(grids: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> None:
    names = dict(zip(communities.code, communities.name, strict=True))
    expected = [f"{names[p]}第{code[12:]}网格" for code, p in zip(grids.code, grids.parent, strict=True)]
    assert grids.name.tolist() == expected


def test_grids_say_their_kind_and_use(grids: gpd.GeoDataFrame) -> None:
    dedicated = {"commercial", "campus", "industrial", "scenic"}
    assert set(grids.use) == dedicated | {"residential", "mixed", "rural"}
    assert grids.use[grids.kind == "dedicated"].isin(dedicated).all()
    assert not grids.use[grids.kind == "basic"].isin(dedicated).any()
    assert set(grids.kind) == {"basic", "dedicated"}
