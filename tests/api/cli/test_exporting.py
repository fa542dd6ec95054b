"""`./wangge export` on the toy town."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import openpyxl
import psycopg
import pyogrio
import pytest

from tests.api.test_import_command import run
from tests.toytown import polygons

LAYERS = [
    *("district", "street", "community", "grid", "service-points", "buildings"),
    *("units", "kinds", "roster", "reports"),
]
TABLES = {"units", "kinds", "roster"}


@pytest.fixture
def town(toytown_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder, with the toy town as the database in use."""
    monkeypatch.setenv("DATABASE_URL", toytown_url)
    return tmp_path


def test_a_level_is_written_and_importing_it_changes_nothing(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("export", "grid", "--to", town / "grid.gpkg") == 0
    assert "grid: 63 rows." in capsys.readouterr().out
    assert run("import", town / "grid.gpkg", "--as", "grid", "--commit") == 0
    assert "Nothing changes: edition 1 (in_force)" in capsys.readouterr().out


def test_a_level_may_be_named_in_chinese(town: Path) -> None:
    assert run("export", "街道", "--to", town / "s.shp") == 0
    assert pyogrio.read_info(town / "s.shp")["features"] == 3


def test_all_layers_in_one_geopackage(town: Path) -> None:
    for _ in range(2):
        assert run("export", "all", "--to", town / "all.gpkg") == 0
        assert sorted(name for name, _ in pyogrio.list_layers(town / "all.gpkg")) == sorted(LAYERS)
    assert [file.name for file in town.iterdir()] == ["all.gpkg"]


def test_all_layers_in_a_folder_or_an_archive(town: Path) -> None:
    assert run("export", "all", "--to", town / "out") == 0
    as_features = sorted(f"{name}.{'csv' if name in TABLES else 'geojson'}" for name in LAYERS)
    assert sorted(file.name for file in (town / "out").iterdir()) == as_features
    assert run("export", "all", "--to", town / "all.zip", "--each", "xlsx") == 0
    assert zipfile.ZipFile(town / "all.zip").namelist() == sorted(f"{name}.xlsx" for name in LAYERS)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("parish", "--to", "p.gpkg"), "Name one of: district, street, community, grid, service-points"),
        (("grid", "--to", "grid.kml"), ".geojson"),
        (("all", "--to", "all.csv"), "or name a folder"),
        (("ledger", "--to", "ledger.pdf"), ".xlsx, .html"),
        (("grid", "--to", "missing/grid.gpkg"), "Make it first"),
        (("grid", "--to", "grid.gpkg", "--edition", "9"), "no edition 9"),
        (("grid", "--to", "grid.gpkg", "--crs", "EPSG:999999"), "PROJ does not know it"),
        (("roster", "--to", "roster.shp"), ".csv"),
    ],
)
def test_what_cannot_be_written_is_refused_with_the_remedy(
    town: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(town)
    assert run("export", *words) == 1
    assert said in capsys.readouterr().err
    assert not list(town.iterdir())


def test_people_without_a_duty_are_counted(town: Path, toytown_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with psycopg.connect(toytown_url) as connection:
        connection.execute("update people set active = false where number = 'D0001'")
    assert run("export", "roster", "--to", town / "roster.csv") == 0
    assert "roster: 1 people without a duty" in capsys.readouterr().out
    assert "D0001" not in (town / "roster.csv").read_text(encoding="utf-8-sig")


def test_a_field_under_another_name_is_named(town: Path, toytown_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with psycopg.connect(toytown_url) as connection:
        connection.execute("""update service_points set attributes = '{"opened_in_the_year": 1999}'""")
    assert run("export", "service-points", "--to", town / "points.zip") == 0
    assert "opened_in_the_year → opened_in_" in capsys.readouterr().out


def test_an_earlier_edition_is_still_there(town: Path, toytown_url: str) -> None:
    assert run("export", "grid", "--to", town / "grid.csv") == 0
    table = (town / "grid.csv").read_text(encoding="utf-8-sig").replace("西一社区第001网格", "新名")
    rows = list(csv.DictReader(table.splitlines()))
    assert run("export", "grid", "--to", town / "grid.geojson") == 0
    renamed = (town / "grid.geojson").read_text(encoding="utf-8").replace("西一社区第001网格", "新名")
    (town / "grid.geojson").write_text(renamed, encoding="utf-8")
    assert run("import", town / "grid.geojson", "--as", "grid", "--commit") == 0
    assert run("export", "grid", "--to", town / "draft.gpkg", "--edition", 2) == 0
    assert list(pyogrio.read_dataframe(town / "draft.gpkg")["name"]) == [row["name"] for row in rows]
    assert run("export", "grid", "--to", town / "now.gpkg") == 0
    assert "新名" not in set(pyogrio.read_dataframe(town / "now.gpkg")["name"])


def test_the_ledger_as_a_workbook(town: Path) -> None:
    assert run("export", "ledger", "--to", town / "ledger.xlsx") == 0
    heading, first, *_ = openpyxl.load_workbook(town / "ledger.xlsx").active.iter_rows(values_only=True)
    row = dict(zip(heading, first, strict=True))
    area_m2 = row.pop("面积（m²）")
    assert row == {
        "编码": polygons.grids().codes[0],
        "名称": "西一社区第001网格",
        "所属": "西街道 › 西一社区",
        "东至": row["东至"],
        "南至": row["南至"],
        "西至": "区界",
        "北至": "区界",
        "户数": 60,
        "人口": 165,
        "责任人": "A角 W0001 网格员；B角 W0002 网格员；信息员 I0001",
    }
    assert row["东至"].startswith("西一社区第00")
    assert 35_000 < area_m2 < 55_000


def test_the_ledger_as_a_page(town: Path) -> None:
    assert run("export", "ledger", "--to", town / "ledger.html", "--english") == 0
    page = (town / "ledger.html").read_text(encoding="utf-8")
    assert page.count('<td class="code">') == 63
    assert "district&#39;s edge" in page
    assert '<html lang="en">' in page
