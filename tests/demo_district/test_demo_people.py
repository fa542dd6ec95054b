"""Buildings, residents, service points: the published totals, in made-up places, with nobody named."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

HOUSEHOLDS, RESIDENTS = 527_000, 1_545_491
OFFERS = re.compile(r"[^;]+(;[^;]+)+")
TIMES = re.compile(r"24/7|(Mo|Tu|We|Th|Fr|Sa|Su)([-,](Mo|Tu|We|Th|Fr|Sa|Su))? \d\d:\d\d-\d\d:\d\d")
SERVICE_POINTS = {
    "service_centre": {"district": 1, "street": 25, "community": 306},
    "deputies_house": {"street": 25},
    "contact_station": {"community": 191},
    "governance_centre": {"district": 1, "street": 25, "community": 368},
}


def test_the_totals_are_the_published_ones(buildings: gpd.GeoDataFrame) -> None:
    assert len(buildings) == 42_000
    assert buildings.households.sum() == HOUSEHOLDS
    assert buildings.residents.sum() == RESIDENTS
    assert buildings.over60.sum() / RESIDENTS == pytest.approx(0.25, abs=0.001)
    assert (buildings.residents >= buildings.households).all()
    assert (buildings.residents >= buildings.over60).all()


def test_grids_hold_what_their_buildings_add_up_to(buildings: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> None:
    sums = buildings.groupby(buildings.code.str[:15])[["households", "residents", "over60"]].sum()
    stated = grids.set_index("code")[["households", "residents", "over60"]]
    assert (sums == stated).all(axis=None)
    assert (stated.households > 0).all()


def test_every_building_stands_inside_its_grid(buildings: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> None:
    polygon = grids.set_index("code").geometry
    owners = polygon.loc[buildings.code.str[:15]].to_numpy()
    assert shapely.contains_properly(owners, buildings.geometry.to_numpy()).all()
    assert not buildings.geometry.duplicated().any()


def test_building_codes_continue_their_grid(buildings: gpd.GeoDataFrame) -> None:
    assert buildings.code.is_unique
    assert buildings.code.str.fullmatch(r"\d{18}").all()
    numbers = buildings.code.str[15:].astype(int)
    assert (numbers == buildings.groupby(buildings.code.str[:15]).cumcount() + 1).all()


def test_only_homes_are_lived_in(buildings: gpd.GeoDataFrame) -> None:
    assert set(buildings.kind) == {"apartments", "yards", "shops", "public", "works"}
    assert (buildings.households[~buildings.kind.isin(["apartments", "yards"])] == 0).all()


def test_addresses_are_unique_and_made_of_street_road_and_number(
    buildings: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, communities: gpd.GeoDataFrame
) -> None:
    assert buildings.address.is_unique
    street = dict(zip(streets.code, streets.name, strict=True))
    village = dict(zip(communities.code, communities.name, strict=True))
    for code, address in zip(buildings.code, buildings.address, strict=True):
        rest = address.removeprefix(street[code[:9] + "000"])
        assert rest != address
        in_village = re.fullmatch(rf"{village[code[:12]]}\d+组\d+号", rest)
        assert in_village or re.fullmatch(r"\D\D[路街巷]\d+号(\d号楼)?", rest), address


def test_service_points_are_as_many_as_published(service_points: gpd.GeoDataFrame) -> None:
    assert service_points.code.is_unique
    level = service_points.code.str[2:].map(
        lambda area: "district" if area[6:] == "000000" else "street" if area[9:] == "000" else "community"
    )
    found = service_points.groupby(["kind", level]).size()
    assert found.to_dict() == {(kind, at): n for kind, levels in SERVICE_POINTS.items() for at, n in levels.items()}


def test_service_points_open_and_offer_something(service_points: gpd.GeoDataFrame) -> None:
    assert service_points.hours.map(lambda hours: bool(TIMES.fullmatch(hours))).all()
    assert service_points.offers.map(lambda offers: bool(OFFERS.fullmatch(offers))).all()


def test_service_points_stand_in_a_building_of_their_area(
    service_points: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, communities: gpd.GeoDataFrame
) -> None:
    assert service_points.address.isin(buildings.address).all()
    in_community = service_points[service_points.code.str[2:].isin(communities.code)]
    owners = communities.set_index("code").geometry.loc[in_community.code.str[2:]].to_numpy()
    assert shapely.contains_properly(owners, in_community.geometry.to_numpy()).all()


def test_no_file_holds_a_telephone_number_or_a_field_for_a_person(folder: Path) -> None:
    phone = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
    for path in [*sorted(folder.glob("*.dbf")), folder / "roster.csv"]:
        text = path.read_bytes().decode("utf-8", errors="replace")
        assert not phone.search(text), path.name
        assert not re.search(r"phone|mobile|surname|姓名|电话", text), path.name
