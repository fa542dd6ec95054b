"""`./wangge district`, `import`, `publish` and `locate` on the toy town's files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import geopandas
import psycopg
import pytest
import shapely

from api.cli.app import main
from geo.positions import Geometries
from tests.toytown import people, polygons

DISTRICT = """
code = "{code}"
name = "玩具城"
time_zone = "Asia/Shanghai"
levels = [
    {{ key = "district", name = "区" }},
    {{ key = "street", name = "街道" }},
    {{ key = "community", name = "社区" }},
    {{ key = "grid", name = "网格" }},
]

[[kinds]]
code = "general"
name = "事件"
"""


def run(*words: object) -> int:
    """Run one command line; its exit code."""
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    return int(end.value.code or 0)


@pytest.fixture
def town(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the town's files, a declared district in an own database, and that database in use."""
    monkeypatch.setenv("DATABASE_URL", db_url)
    (tmp_path / "district.toml").write_text(DISTRICT.format(code=polygons.DISTRICT_CODE), encoding="utf-8")
    for name, level in (
        ("street", polygons.streets()),
        ("community", polygons.communities()),
        ("grid", polygons.grids()),
    ):
        write(tmp_path / f"{name}.geojson", level.codes, level.names, level.parents, level.polygons)
    assert run("district", tmp_path / "district.toml", "--commit") == 0
    return tmp_path


def write(file: Path, codes: list[str], names: list[str], parents: list[str], shapes: Geometries) -> None:
    columns = {"code": codes, "name": names, "parent": parents}
    geopandas.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(file, COORDINATE_PRECISION=7)


def count(url: str, table: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute(f"select count(*) from {table}").fetchone()
    assert found is not None
    return int(found[0])


def import_all(town: Path, *levels: str) -> None:
    for level in levels or ("street", "community", "grid"):
        assert run("import", town / f"{level}.geojson", "--as", level, "--commit") == 0


def test_a_dry_run_shows_what_would_change_and_stores_nothing(
    town: Path, db_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", town / "street.geojson", "--as", "street") == 0
    shown = capsys.readouterr().out
    assert "new" in shown
    assert "add --commit" in shown
    assert count(db_url, "editions") + count(db_url, "areas") == 0


def test_levels_are_imported_published_and_staffed(town: Path, db_url: str) -> None:
    import_all(town)
    assert run("publish", "--note", "first") == 0
    assert count(db_url, "editions where status = 'in_force'") == 0
    assert run("publish", "--note", "first", "--commit") == 0
    assert count(db_url, "editions where status = 'in_force' and note = 'first'") == 1
    roster = town / "roster.csv"
    with roster.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, people.ROSTER_COLUMNS)
        writer.writeheader()
        writer.writerows([*people.roster(), people.roster()[0] | {"area": "nowhere"}])
    assert run("import", roster, "--as", "roster", "--refused", town / "refused.csv", "--commit") == 0
    assert count(db_url, "people") == 40
    refused = list(csv.DictReader((town / "refused.csv").open(encoding="utf-8-sig")))
    assert [(row["row"], row["area"]) for row in refused] == [(str(len(people.roster()) + 1), "nowhere")]


def test_defects_refuse_with_one_sentence_and_are_written_out(
    town: Path, db_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import_all(town)
    grids = polygons.grids()
    shapes = grids.polygons
    shapes[4] = shapely.buffer(shapes[4], 1e-4, join_style="mitre")
    write(town / "broken.geojson", grids.codes, grids.names, grids.parents, shapes)
    before = count(db_url, "area_versions")
    capsys.readouterr()
    words = ("import", town / "broken.geojson", "--as", "grid", "--commit")
    assert run(*words, "--defects", town / "defects.geojson") == 1
    error = capsys.readouterr().err
    assert "overlap" in error
    assert "--repair" in error
    assert "Traceback" not in error
    written = json.loads((town / "defects.geojson").read_text(encoding="utf-8"))
    assert {"overlap"} <= {one["properties"]["kind"] for one in written["features"]}
    assert count(db_url, "area_versions") == before
    assert run(*words, "--repair") == 0
    assert "Mended" in capsys.readouterr().out


def test_an_unknown_level_is_answered_with_the_levels_there_are(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", town / "street.geojson", "--as", "parish") == 1
    assert "district, street, community, grid" in capsys.readouterr().err


def test_the_parent_of_one_area_is_written_code_and_parent(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", town / "street.geojson", "--as", "street", "--under", "7") == 1
    assert "CODE=PARENT" in capsys.readouterr().err


def points_table(folder: Path) -> Path:
    """The middles of the first three grids, a row without a position, and a point far away."""
    rows = [(f"{shape.centroid.x:.7f}", f"{shape.centroid.y:.7f}", code) for code, shape in _first_three()]
    lines = ["lon,lat,true", *(",".join(row) for row in rows), ",,nobody", "118,36,nobody"]
    (folder / "points.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "points.csv"


def _first_three() -> list[tuple[str, shapely.Polygon]]:
    grids = polygons.grids()
    return list(zip(grids.codes[:3], grids.polygons[:3], strict=True))


def located(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as table:
        return list(csv.DictReader(table))


def test_points_are_located_against_a_file_without_a_database(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    table = points_table(town)
    words = ("locate", table, "--lon", "lon", "--lat", "lat", "--datum", "wgs84", "-o", town / "out.csv")
    assert run(*words, "--grids", town / "grid.geojson") == 0
    rows = located(town / "out.csv")
    assert [row["wangge_code"] for row in rows] == [row["true"] for row in rows[:3]] + ["", ""]
    assert rows[3]["wangge_reason"] == "lon is empty"
    assert "unlocated" in rows[4]["wangge_flags"]
    assert {row["wangge_certainty"] for row in rows[:3]} == {"1.0"}
    assert float(rows[0]["wangge_border_m"]) > 50


def test_points_are_located_against_the_edition_in_force(town: Path) -> None:
    import_all(town)
    assert run("publish", "--commit") == 0
    table = points_table(town)
    words = ("locate", table, "--lon", "lon", "--lat", "lat", "--datum", "wgs84", "-o", town / "out.csv")
    assert run(*words) == 0
    rows = located(town / "out.csv")
    assert [row["wangge_code"] for row in rows[:3]] == [row["true"] for row in rows[:3]]
    first = rows[0]["true"]
    assert rows[0]["wangge_path"] == f"{polygons.DISTRICT_CODE}/{first[:9]}000/{first[:12]}/{first}"


def test_locating_refuses_an_unknown_column_and_datum(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = points_table(town)
    common = ("--lat", "lat", "--grids", town / "grid.geojson", "-o", town / "out.csv")
    assert run("locate", table, "--lon", "x", "--datum", "wgs84", *common) == 1
    assert "lon, lat, true" in capsys.readouterr().err
    assert run("locate", table, "--lon", "lon", "--datum", "gps", *common) == 1
    assert "gcj02" in capsys.readouterr().err
    assert not (town / "out.csv").exists()


def test_grids_without_codes_are_numbered_on_demand(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for level in ("street", "community"):
        assert run("import", town / f"{level}.geojson", "--as", level, "--commit") == 0
    grids = polygons.grids()
    bare = geopandas.GeoDataFrame({"label": grids.names}, geometry=grids.polygons, crs=4326)
    bare.to_file(town / "bare.geojson", COORDINATE_PRECISION=7)
    capsys.readouterr()
    assert run("import", town / "bare.geojson", "--as", "grid", "--parent", "spatial") == 1
    assert "--number" in capsys.readouterr().err
    assert run("import", town / "bare.geojson", "--as", "grid", "--number", "--code", "label") == 1
    assert "Give one of them" in capsys.readouterr().err
    assert run("import", town / "bare.geojson", "--as", "grid", "--number", "--name", "label", "--commit") == 0
    capsys.readouterr()
    assert run("import", town / "grid.geojson", "--as", "grid") == 0
    assert "Nothing changes" in capsys.readouterr().out
