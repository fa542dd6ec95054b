"""GDAL's, geopandas' and the spreadsheets' own readers open what is written, and see what is stored."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from pathlib import Path

import geopandas
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.areas.drafts_rows import load_levels
from layers.areas.queries import edition_in_force
from layers.districts.queries import district as district_of
from layers.write.refusals import UnfitValue, UnusableSystem
from tests.layers.write.exports import FURTHER, export, furnish
from tests.layers.write.test_round_trips import PLANE
from tests.toytown import polygons

pytestmark = pytest.mark.anyio

FORMATS = (".gpkg", ".shp", ".zip", ".geojson", ".csv", ".xlsx")
CODES = polygons.grids().codes


@pytest.mark.parametrize("crs", [None, PLANE])
@pytest.mark.parametrize("ending", [".gpkg", ".shp", ".zip", ".geojson"])
async def test_geopandas_sees_the_stored_areas(
    toytown: AsyncConnection, tmp_path: Path, ending: str, crs: str | None
) -> None:
    edition = await furnish(toytown)
    stored = (await load_levels(toytown, await district_of(toytown, None), edition))[3]
    frame = geopandas.read_file(await export(toytown, "grid", tmp_path / f"grid{ending}", crs=crs))
    assert frame.crs is not None
    assert frame.crs.equals(crs or "EPSG:4326", ignore_axis_order=True)
    assert list(frame["code"]) == list(stored.codes)
    assert list(frame["name"]) == list(stored.names)
    back = frame.geometry.to_crs(4326).to_numpy()
    rounded = shapely.transform(back, lambda points: np.round(points, 7))
    assert shapely.equals(shapely.normalize(rounded), stored.polygons).all()
    assert frame.geometry.is_valid.all()
    assert list(frame["old_code"]) == FURTHER["old_code"]
    assert frame["remark"].isna().sum() == 31


@pytest.mark.parametrize("layer", ["district", "grid", "service-points", "buildings"])
@pytest.mark.parametrize("ending", FORMATS)
async def test_gdal_opens_every_layer_in_every_format(
    toytown: AsyncConnection, tmp_path: Path, layer: str, ending: str
) -> None:
    rows = {"district": 1, "grid": 63, "service-points": 12, "buildings": 189}[layer]
    info = pyogrio.read_info(await export(toytown, layer, tmp_path / f"out{ending}"), force_feature_count=True)
    assert info["features"] == rows
    assert info["fields"][0] == "code"


@pytest.mark.parametrize("ending", FORMATS)
async def test_a_layer_without_rows_is_a_file_all_the_same(
    toytown: AsyncConnection, tmp_path: Path, ending: str
) -> None:
    file = await export(toytown, "reports", tmp_path / f"out{ending}")
    if ending in {".gpkg", ".shp", ".zip"}:
        info = pyogrio.read_info(file, force_feature_count=True)
        assert (info["features"], info["fields"][0], info["geometry_type"]) == (0, "number", "Point")
    elif ending == ".geojson":
        assert json.loads(file.read_text(encoding="utf-8"))["features"] == []
    else:
        frame = pd.read_csv(file) if ending == ".csv" else pd.read_excel(file)
        assert (len(frame), frame.columns[0]) == (0, "number")


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".csv", ".xlsx"])
async def test_gdal_opens_the_roster(toytown: AsyncConnection, tmp_path: Path, ending: str) -> None:
    file = await export(toytown, "roster", tmp_path / f"roster{ending}")
    assert pyogrio.read_info(file, force_feature_count=True)["features"] == 202
    assert pyogrio.read_dataframe(file)["number"].nunique() == 40


async def test_a_shapefile_has_no_place_for_the_roster(toytown: AsyncConnection, tmp_path: Path) -> None:
    with pytest.raises(UnfitValue, match=r"\.csv"):
        await export(toytown, "roster", tmp_path / "roster.shp")
    assert not list(tmp_path.iterdir())


async def test_a_shapefile_says_that_it_is_utf_8_and_in_which_system(toytown: AsyncConnection, tmp_path: Path) -> None:
    file = await export(toytown, "grid", tmp_path / "grid.shp")
    assert sorted(one.suffix for one in tmp_path.iterdir()) == [".cpg", ".dbf", ".prj", ".shp", ".shx"]
    assert file.with_suffix(".cpg").read_text() == "UTF-8"
    assert "GCS_WGS_1984" in file.with_suffix(".prj").read_text()
    packed = zipfile.ZipFile(await export(toytown, "grid", tmp_path / "packed.zip"))
    assert {Path(name).suffix for name in packed.namelist()} == {".cpg", ".dbf", ".prj", ".shp", ".shx"}


async def test_a_text_too_long_for_a_shapefile_is_refused_and_nothing_replaced(
    toytown: AsyncConnection, tmp_path: Path
) -> None:
    (tmp_path / "grid.shp").write_text("old")
    await furnish(toytown, remark=["", "长" * 85] + ["x"] * 61)
    with pytest.raises(UnfitValue, match="remark has 255 bytes") as refusal:
        await export(toytown, "grid", tmp_path / "grid.shp")
    assert CODES[1] in str(refusal.value)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]


async def test_geojson_follows_its_standard_with_seven_decimals(toytown: AsyncConnection, tmp_path: Path) -> None:
    await furnish(toytown)
    written = (await export(toytown, "grid", tmp_path / "grid.geojson")).read_text(encoding="utf-8")
    content = json.loads(written)
    assert "crs" not in content
    numbers = re.findall(r"\[(-?[\d.]+), (-?[\d.]+)\]", written)
    assert len(numbers) > 500
    assert {len(number.partition(".")[2]) for pair in numbers for number in pair} == {7}
    shapes = [shapely.geometry.shape(one["geometry"]) for one in content["features"]]
    assert {shape.geom_type for shape in shapes} == {"Polygon", "MultiPolygon"}
    parts = shapely.get_parts(shapes)
    assert shapely.is_ccw(shapely.get_exterior_ring(parts)).all()
    holes = shapely.get_interior_ring(parts[shapely.get_num_interior_rings(parts) > 0], 0)
    assert len(holes) == 1
    assert not shapely.is_ccw(holes).any()
    assert content["features"][3]["properties"]["height"] is None
    assert content["features"][4]["properties"]["floors"] == 5


async def test_geojson_in_another_system_names_it(toytown: AsyncConnection, tmp_path: Path) -> None:
    content = json.loads((await export(toytown, "grid", tmp_path / "grid.geojson", crs=PLANE)).read_text())
    assert content["crs"]["properties"]["name"] == f"urn:ogc:def:crs:EPSG::{PLANE[5:]}"


async def test_csv_begins_with_a_mark_and_holds_outlines_as_wkt(toytown: AsyncConnection, tmp_path: Path) -> None:
    await furnish(toytown)
    file = await export(toytown, "grid", tmp_path / "grid.csv")
    assert file.read_bytes()[:3] == b"\xef\xbb\xbf"
    csv.field_size_limit(10_000_000)
    rows = list(csv.DictReader(file.open(encoding="utf-8-sig", newline="")))
    assert [row["code"] for row in rows] == CODES
    assert [row["remark"] or None for row in rows] == FURTHER["remark"]
    edition = await edition_in_force(toytown, await district_of(toytown, None))
    stored = (await load_levels(toytown, await district_of(toytown, None), edition))[3].polygons
    assert shapely.equals_exact(shapely.from_wkt([row["WKT"] for row in rows]), stored, tolerance=0).all()
    assert pyogrio.read_info(file)["geometry_type"] == "Unknown"
    assert pyogrio.read_dataframe(file).geometry.area.min() > 0


async def test_csv_of_points_has_two_columns_for_the_position(toytown: AsyncConnection, tmp_path: Path) -> None:
    stored = (await toytown.execute(text("select code, ST_X(geom), ST_Y(geom) from buildings order by code"))).all()
    frame = pd.read_csv(await export(toytown, "buildings", tmp_path / "b.csv"), dtype={"code": str})
    assert list(frame["code"]) == [row[0] for row in stored]
    assert np.abs(frame[["lon", "lat"]].to_numpy() - [tuple(row)[1:] for row in stored]).max() < 1e-7
    frame = pd.read_csv(await export(toytown, "buildings", tmp_path / "b.csv", crs=PLANE))
    assert (frame["y"] > 4_000_000).all()


async def test_xlsx_holds_codes_as_text_and_no_formulas(toytown: AsyncConnection, tmp_path: Path) -> None:
    await furnish(toytown, remark=["=1+1", "+7", "@x"] + ["-"] * 60)
    file = await export(toytown, "grid", tmp_path / "grid.xlsx")
    sheet = openpyxl.load_workbook(file).active
    heading, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    at = {name: place for place, name in enumerate(heading)}
    assert [row[at["code"]] for row in rows] == CODES
    assert [row[at["old_code"]] for row in rows] == FURTHER["old_code"]
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    assert {cell.number_format for cell in sheet["A"]} == {"@"}
    assert [rows[place][at["remark"]] for place in range(3)] == ["=1+1", "+7", "@x"]
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert [row[at["floors"]] for row in rows] == FURTHER["floors"]
    assert {row[at["WKT_cells"]] for row in rows} == {1}
    drawn = shapely.from_wkt([row[at["WKT"]] for row in rows])
    edition = await edition_in_force(toytown, await district_of(toytown, None))
    stored = (await load_levels(toytown, await district_of(toytown, None), edition))[3].polygons
    assert shapely.equals(shapely.normalize(drawn), stored).all()
    frame = pd.read_excel(file, dtype={"code": str})
    assert list(frame["code"]) == CODES


async def test_a_character_that_no_sheet_holds_is_refused(toytown: AsyncConnection, tmp_path: Path) -> None:
    await furnish(toytown, remark=["\x01"] * 63)
    with pytest.raises(UnfitValue, match="fits in no cell"):
        await export(toytown, "grid", tmp_path / "grid.xlsx")
    assert not list(tmp_path.iterdir())


async def test_attributes_called_like_what_gdal_adds_are_kept(toytown: AsyncConnection, tmp_path: Path) -> None:
    await furnish(toytown, fid=list(range(100, 163)), GEOM=["x"] * 63)
    frame = geopandas.read_file(await export(toytown, "grid", tmp_path / "grid.gpkg"))
    assert list(frame["fid"]) == list(range(100, 163))
    assert set(frame["GEOM"]) == {"x"}


async def test_attributes_of_places_are_columns(toytown: AsyncConnection, tmp_path: Path) -> None:
    facts = """{"lift": true, "floors": 3, "height": 9.5, "colour": "红"}"""
    await toytown.execute(text(f"update buildings set attributes = '{facts}' where id % 2 = 0"))
    frame = geopandas.read_file(await export(toytown, "buildings", tmp_path / "b.gpkg"))
    assert set(frame["height"].dropna()) == {9.5}
    assert set(frame["colour"].dropna()) == {"红"}
    assert frame["floors"].isna().sum() == frame["lift"].isna().sum() == 95


@pytest.mark.parametrize("crs", ["nonsense", "EPSG:5773", "+proj=tmerc +lon_0=117"])
async def test_a_system_without_a_number_or_a_plane_is_refused(
    toytown: AsyncConnection, tmp_path: Path, crs: str
) -> None:
    with pytest.raises(UnusableSystem):
        await export(toytown, "grid", tmp_path / "grid.gpkg", crs=crs)
