"""Reading files of features."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas
import numpy as np
import pyogrio.raw
import pytest
import shapely
from shapely.geometry import mapping

from layers.read.features import read_features
from layers.read.refusals import FieldNeeded, TooManyFields, UnreadableFile, WrongEncoding
from tests.layers.read.made_files import curved_geopackage

FRAME = geopandas.GeoDataFrame(
    {"code": ["01", "02"], "name": ["东街", "西街"]},
    geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)],
    crs=4326,
)


@pytest.mark.parametrize("name", ["two.shp", "two.gpkg", "two.geojson"])
def test_reads_every_format_alike(tmp_path: Path, name: str) -> None:
    FRAME.to_file(tmp_path / name)
    table = read_features(tmp_path / name)
    assert list(table.fields["code"]) == ["01", "02"]
    assert list(table.fields["name"]) == ["东街", "西街"]
    assert len(table) == 2
    assert table.declared_crs is not None


def test_reads_a_zipped_shapefile(tmp_path: Path) -> None:
    FRAME.to_file(tmp_path / "two.shp")
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for part in tmp_path.glob("two.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    assert list(read_features(tmp_path / "two.zip").fields["name"]) == ["东街", "西街"]


def test_a_shapefile_without_prj_declares_nothing(tmp_path: Path) -> None:
    FRAME.to_file(tmp_path / "two.shp")
    (tmp_path / "two.prj").unlink()
    assert read_features(tmp_path / "two.shp").declared_crs is None


def test_the_layer_must_be_named_when_there_are_several(tmp_path: Path) -> None:
    for layer in ("streets", "grids"):
        FRAME.to_file(tmp_path / "two.gpkg", layer=layer)
    with pytest.raises(UnreadableFile, match="--layer"):
        read_features(tmp_path / "two.gpkg")
    assert len(read_features(tmp_path / "two.gpkg", layer="grids")) == 2
    with pytest.raises(UnreadableFile, match="streets, grids"):
        read_features(tmp_path / "two.gpkg", layer="cells")


def test_utf8_without_a_cpg_is_refused_instead_of_read_as_nonsense(tmp_path: Path) -> None:
    FRAME.to_file(tmp_path / "two.shp", encoding="UTF-8")
    (tmp_path / "two.cpg").unlink()
    with pytest.raises(WrongEncoding, match="--encoding UTF-8"):
        read_features(tmp_path / "two.shp")
    assert list(read_features(tmp_path / "two.shp", encoding="UTF-8").fields["name"]) == ["东街", "西街"]


def test_gbk_is_read_by_its_name(tmp_path: Path) -> None:
    FRAME.to_file(tmp_path / "two.shp", encoding="GBK")
    (tmp_path / "two.cpg").unlink()
    assert list(read_features(tmp_path / "two.shp", encoding="GB18030").fields["name"]) == ["东街", "西街"]


@pytest.mark.parametrize("content", [b"", b"not a map"])
def test_what_is_no_map_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.geojson").write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"broken\.geojson"):
        read_features(tmp_path / "broken.geojson")


def test_a_file_that_is_not_there_and_a_format_that_is_not_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no file"):
        read_features(tmp_path / "gone.shp")
    (tmp_path / "table.xlsx").write_bytes(b"")
    with pytest.raises(UnreadableFile, match=r"\.gpkg"):
        read_features(tmp_path / "table.xlsx")


@pytest.mark.parametrize("name", ["two.shp", "two.gpkg", "two.geojson"])
def test_heights_are_left_out_and_said_so(tmp_path: Path, name: str) -> None:
    high = FRAME.set_geometry(shapely.force_3d(FRAME.geometry.array, 7))
    high.to_file(tmp_path / name)
    assert read_features(tmp_path / name).notes == ("Its heights (Z) are left out.",)
    FRAME.to_file(tmp_path / "flat.gpkg")
    assert read_features(tmp_path / "flat.gpkg").notes == ()


def test_measures_are_left_out_and_said_so(tmp_path: Path) -> None:
    shape = shapely.from_wkt("POLYGON M ((0 0 5, 1 0 5, 1 1 5, 0 0 5))")
    pyogrio.raw.write(
        tmp_path / "measured.gpkg",
        shapely.to_wkb(np.array([shape]), output_dimension=4, flavor="iso"),
        [np.array(["1"], dtype=object)],
        ["code"],
        geometry_type="Measured Polygon",
        crs="EPSG:4326",
    )
    table = read_features(tmp_path / "measured.gpkg")
    assert table.notes == ("Its measures (M) are left out.",)
    assert table.geometry[0].area == 0.5


def test_curves_become_lines_of_many_corners(tmp_path: Path) -> None:
    disc = read_features(curved_geopackage(tmp_path / "disc.gpkg")).geometry[0]
    assert disc.geom_type == "Polygon"
    assert disc.area == pytest.approx(3.14159, rel=1e-3)


def test_a_damaged_geopackage_is_refused_instead_of_half_read(tmp_path: Path) -> None:
    many = geopandas.GeoDataFrame(
        {"code": [str(row) for row in range(2000)]},
        geometry=[shapely.box(row, 0, row + 1, 1) for row in range(2000)],
        crs=4326,
    )
    many.to_file(tmp_path / "many.gpkg")
    content = (tmp_path / "many.gpkg").read_bytes()
    (tmp_path / "cut.gpkg").write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(UnreadableFile, match=r"cut\.gpkg is damaged"):
        read_features(tmp_path / "cut.gpkg")


def test_a_cut_off_geojson_is_refused(tmp_path: Path) -> None:
    FRAME.to_file(tmp_path / "two.geojson")
    content = (tmp_path / "two.geojson").read_bytes()
    (tmp_path / "cut.geojson").write_bytes(content[:-40])
    with pytest.raises(UnreadableFile, match=r"cut\.geojson cannot be read.*again"):
        read_features(tmp_path / "cut.geojson")


def test_a_thousand_fields_are_refused_and_those_that_matter_can_be_named(tmp_path: Path) -> None:
    wide = geopandas.GeoDataFrame(
        {"code": ["1"], **{f"q{place}": [place] for place in range(1000)}}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326
    )
    wide.to_file(tmp_path / "wide.gpkg")
    with pytest.raises(TooManyFields, match=r"1,001 fields.*--keep code,q0,q1"):
        read_features(tmp_path / "wide.gpkg")
    assert list(read_features(tmp_path / "wide.gpkg", keep=["code", "q7"]).fields) == ["code", "q7"]
    with pytest.raises(FieldNeeded, match="no field 'q1000'"):
        read_features(tmp_path / "wide.gpkg", keep=["q1000"])


@pytest.mark.parametrize("ending", [".geojson", ".json"])
def test_texts_of_geojson_that_look_like_days_stay_as_written(tmp_path: Path, ending: str) -> None:
    days = ["2024/01/02", "2024-01-02T03:04:05", "2024-01-02", "12:30:00"]
    features = [
        {"type": "Feature", "properties": {"code": str(row), "built": day}, "geometry": mapping(shapely.Point(row, 0))}
        for row, day in enumerate(days)
    ]
    file = tmp_path / f"days{ending}"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    assert list(read_features(file).fields["built"]) == days
    one_sort = [{**one, "properties": {"code": "1", "built": "2024/01/02"}} for one in features]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": one_sort}), encoding="utf-8")
    assert set(read_features(file).fields["built"]) == {"2024/01/02"}
