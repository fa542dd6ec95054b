"""`./wangge locate` on tables of every format, interrupted and not."""

from __future__ import annotations

import csv
import gzip
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas
import numpy as np
import openpyxl
import pandas
import pyarrow
import pyarrow.parquet
import pytest

from api.cli.app import main
from api.cli.locating_parts import JOB
from tests.conftest import CHECKOUT
from tests.toytown import polygons

ROWS = 60


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    return int(end.value.code or 0)


@pytest.fixture
def grids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The town's grids as a file, and no database."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    town = polygons.grids()
    frame = geopandas.GeoDataFrame({"code": town.codes}, geometry=town.polygons, crs=4326)
    frame.to_file(tmp_path / "grids.gpkg")
    return tmp_path / "grids.gpkg"


def points(count: int = ROWS) -> list[tuple[str, float, float]]:
    """Points all over the town and beyond it, the first three in a grid's middle."""
    west, south, east, north = (float(side) for side in geopandas.GeoSeries(polygons.grids().polygons).total_bounds)
    random = np.random.default_rng(7)
    lon, lat = random.uniform(west, east + 0.01, count), random.uniform(south, north, count)
    middles = [(shape.centroid.x, shape.centroid.y) for shape in polygons.grids().polygons[:3]]
    rest = list(zip(lon.tolist(), lat.tolist(), strict=True))[3:]
    return [(f"p{row:03d}", round(x, 7), round(y, 7)) for row, (x, y) in enumerate([*middles, *rest])]


def write_long(file: Path, count: int) -> Path:
    """Points around the middles of grids, which are located fast."""
    random = np.random.default_rng(3)
    middles = np.array([(shape.centroid.x, shape.centroid.y) for shape in polygons.grids().polygons])
    at = middles[random.integers(0, len(middles), count)] + random.uniform(-1e-4, 1e-4, (count, 2))
    lines = [f"p{row},{x:.7f},{y:.7f}\n" for row, (x, y) in enumerate(at.tolist())]
    file.write_text("".join(["id,lon,lat\n", *lines]), encoding="utf-8")
    return file


def write_csv(file: Path, count: int = ROWS) -> Path:
    with file.open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table)
        writer.writerows([("id", "lon", "lat"), *points(count), ("bad", "", "")])
    return file


def write_gzip(file: Path) -> Path:
    file.write_bytes(gzip.compress(write_csv(file.with_name("plain.csv")).read_bytes()))
    return file


def write_xlsx(file: Path) -> Path:
    book = openpyxl.Workbook()
    for row in [("id", "lon", "lat"), *points(), ("bad", None, None)]:
        book.active.append(row)
    book.save(file)
    return file


def write_parquet(file: Path) -> Path:
    rows = [*points(), ("bad", None, None)]
    columns = dict(zip(("id", "lon", "lat"), map(list, zip(*rows, strict=True)), strict=True))
    pyarrow.parquet.write_table(pyarrow.table(columns), file)
    return file


def write_geopackage(file: Path) -> Path:
    rows = points()
    lon, lat = [row[1] for row in rows], [row[2] for row in rows]
    shapes = [*geopandas.points_from_xy(lon, lat), None]
    frame = geopandas.GeoDataFrame({"id": [*(row[0] for row in rows), "bad"]}, geometry=shapes, crs=4326)
    frame.to_file(file)
    return file


WRITERS = {
    "points.csv": write_csv,
    "points.csv.gz": write_gzip,
    "points.xlsx": write_xlsx,
    "points.parquet": write_parquet,
    "points.gpkg": write_geopackage,
}


def words(table: Path, grids: Path, output: Path) -> tuple[object, ...]:
    at = () if table.suffix == ".gpkg" else ("--lon", "lon", "--lat", "lat")
    return ("locate", table, *at, "--datum", "wgs84", "--grids", grids, "-o", output)


def located(file: Path) -> list[dict[str, str]]:
    """What was written, as text, whatever the format."""
    if file.suffix == ".parquet":
        rows = pyarrow.parquet.read_table(file).to_pylist()
        return [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]
    if file.suffix == ".gpkg":
        frame = geopandas.read_file(file)
        rows = frame.drop(columns="geometry").to_dict("records")
        return [{name: "" if pandas.isna(value) else str(value) for name, value in row.items()} for row in rows]
    content = file.read_bytes()
    text = (gzip.decompress(content) if file.suffix == ".gz" else content).decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize("output", ["out.csv", "out.csv.gz", "out.parquet", "out.gpkg"])
@pytest.mark.parametrize("name", WRITERS)
def test_every_format_goes_in_and_out_alike(grids: Path, tmp_path: Path, name: str, output: str) -> None:
    assert run(*words(WRITERS[name](tmp_path / name), grids, tmp_path / output)) == 0
    assert run(*words(write_csv(tmp_path / "same.csv"), grids, tmp_path / "same_out.csv")) == 0
    rows, expected = located(tmp_path / output), located(tmp_path / "same_out.csv")
    answers = [column for column in expected[0] if column.startswith("wangge_")]
    assert [[row["id"], *(row[name] for name in answers)] for row in rows] == [
        [row["id"], *(row[name] for name in answers)] for row in expected
    ]
    assert [row["wangge_code"] for row in rows[:3]] == list(polygons.grids().codes[:3])
    assert rows[-1]["wangge_reason"] == "lon is empty"
    assert not (tmp_path / f"{output}.parts").exists()


def test_typed_columns_stay_typed_in_parquet(grids: Path, tmp_path: Path) -> None:
    assert run(*words(write_parquet(tmp_path / "points.parquet"), grids, tmp_path / "out.parquet")) == 0
    schema = pyarrow.parquet.read_schema(tmp_path / "out.parquet")
    assert schema.field("lon").type == pyarrow.float64()
    assert schema.field("wangge_border_m").type == pyarrow.float64()


def test_a_geopackage_holds_each_row_at_its_point(grids: Path, tmp_path: Path) -> None:
    assert run(*words(write_csv(tmp_path / "points.csv"), grids, tmp_path / "out.gpkg")) == 0
    frame = geopandas.read_file(tmp_path / "out.gpkg")
    assert frame.crs.equals("EPSG:4326")
    here = frame.geometry.notna()
    assert list(here) == [True] * ROWS + [False]
    given = np.array([row[1:] for row in points()])
    assert np.abs(np.column_stack([frame.geometry[here].x, frame.geometry[here].y]) - given).max() < 1e-9
    assert frame["wangge_certainty"].dtype == np.float64


def test_columns_keep_their_types_from_geopackage_to_geopackage(grids: Path, tmp_path: Path) -> None:
    columns = {"fid_": [1, 2, None], "note": ["a", None, "c"], "share": [0.5, None, 1.5], "open": [True, False, True]}
    frame = geopandas.GeoDataFrame(
        columns, geometry=geopandas.points_from_xy(*zip(*[p[1:] for p in points(3)], strict=True)), crs=4326
    )
    frame["fid_"] = frame["fid_"].astype("Int64")
    frame.to_file(tmp_path / "points.gpkg")
    assert run(*words(tmp_path / "points.gpkg", grids, tmp_path / "out.gpkg")) == 0
    back = geopandas.read_file(tmp_path / "out.gpkg")
    assert back["share"].tolist()[::2] == [0.5, 1.5]
    assert back["fid_"].tolist()[:2] == [1, 2]
    assert pandas.isna(back["fid_"][2])
    assert back["note"].tolist()[::2] == ["a", "c"]
    assert back["open"].tolist() == [True, False, True]
    assert back.geometry.geom_equals(frame.geometry).all()


def test_columns_called_like_those_of_a_geopackage_are_kept(grids: Path, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("fid,geom,lon,lat\n7,x,121.1,39.1\n", encoding="utf-8")
    assert run(*words(tmp_path / "points.csv", grids, tmp_path / "out.gpkg")) == 0
    [row] = located(tmp_path / "out.gpkg")
    assert (row["fid"], row["geom"]) == ("7", "x")


def test_a_geopackage_that_is_open_elsewhere_is_refused_before_the_work(
    grids: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out.gpkg").write_bytes(b"old")
    (tmp_path / "out.gpkg-wal").write_bytes(b"")
    assert run(*words(write_csv(tmp_path / "points.csv"), grids, tmp_path / "out.gpkg")) == 1
    assert "open in another program" in capsys.readouterr().err
    assert not (tmp_path / "out.gpkg.parts").exists()


@pytest.mark.parametrize(
    "output",
    ["out.csv", "out.parquet", *(pytest.param(one, marks=pytest.mark.long) for one in ("out.csv.gz", "out.gpkg"))],
)
def test_a_killed_run_goes_on_where_it_was_and_ends_in_the_same_bytes(
    grids: Path, tmp_path: Path, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write_long(tmp_path / "points.csv", 90_000)
    assert run(*words(table, grids, tmp_path / f"whole_{output}")) == 0
    command = [sys.executable, "-m", "api.cli", *map(str, words(table, grids, tmp_path / output))]
    parts = tmp_path / f"{output}.parts"
    with subprocess.Popen(command, cwd=CHECKOUT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as killed:
        began_s = time.monotonic()
        while not list(parts.glob("00001.*")) and time.monotonic() - began_s < 60:
            time.sleep(0.005)
        killed.send_signal(signal.SIGKILL)
    assert not (tmp_path / output).exists()
    left = len(list(parts.glob("0*")))
    assert 2 <= left < 5
    (parts / ".unfinished").write_bytes(b"half a part")
    capsys.readouterr()
    assert run(*words(table, grids, tmp_path / output)) == 0
    assert f"Going on after {20_000 * left:,} rows" in capsys.readouterr().out
    if output == "out.gpkg":  # it holds the moment it was written
        assert located(tmp_path / output) == located(tmp_path / f"whole_{output}")
    else:
        assert (tmp_path / output).read_bytes() == (tmp_path / f"whole_{output}").read_bytes()


def test_parts_of_another_job_are_not_taken_up(grids: Path, tmp_path: Path) -> None:
    table = write_csv(tmp_path / "points.csv")
    parts = tmp_path / "out.csv.parts"
    parts.mkdir()
    (parts / JOB).write_text("{}", encoding="utf-8")
    (parts / "00000.60.60.0").write_text("of another job", encoding="utf-8")
    assert run(*words(table, grids, tmp_path / "out.csv")) == 0
    assert len(located(tmp_path / "out.csv")) == ROWS + 1


def test_a_row_with_more_cells_than_columns_is_kept_with_the_reason(grids: Path, tmp_path: Path) -> None:
    table = write_csv(tmp_path / "points.csv")
    with table.open("a", encoding="utf-8") as file:
        file.write("long,121.1,39.1,what is this\n")
    assert run(*words(table, grids, tmp_path / "out.csv")) == 0
    assert "more cells" in located(tmp_path / "out.csv")[-1]["wangge_reason"]


@pytest.mark.parametrize(
    ("output", "at", "said"),
    [
        ("out.xlsx", ("--lon", "lon", "--lat", "lat"), ".csv, .csv.gz, .parquet"),
        ("out.csv", ("--lon", "lon"), "--lat COLUMN"),
        ("out.csv", ("--lon", "x", "--lat", "lat"), "has no column 'x'"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(
    grids: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], output: str, at: tuple[str, ...], said: str
) -> None:
    table = write_csv(tmp_path / "points.csv")
    command = ("locate", table, *at, "--datum", "wgs84", "--grids", grids, "-o", tmp_path / output)
    assert run(*command) == 1
    assert said in capsys.readouterr().err
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize("name", ["broken.parquet", "broken.gpkg", "broken.csv.gz", "broken.xlsx", "broken.pdf"])
def test_damaged_tables_are_refused(grids: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (tmp_path / name).write_bytes(b"PAR1 and nothing more")
    assert run(*words(tmp_path / name, grids, tmp_path / "out.csv")) == 1
    error = capsys.readouterr().err
    assert name in error
    assert "Traceback" not in error


PEAK = "import resource, sys; from api.cli.app import main\ntry: main(sys.argv[1:])\nexcept SystemExit: \
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"


@pytest.mark.parametrize("ending", ["csv", *(pytest.param(one, marks=pytest.mark.long) for one in ("parquet", "gpkg"))])
def test_a_table_four_times_as_long_takes_the_same_memory(grids: Path, tmp_path: Path, ending: str) -> None:
    peaks_kb = []
    for count in (40_000, 160_000):
        table = write_long(tmp_path / f"points_{count}.csv", count)
        command = [sys.executable, "-c", PEAK, *map(str, words(table, grids, tmp_path / f"out_{count}.{ending}"))]
        told = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
        peaks_kb.append(int(told.stdout.split()[-1]))
    assert peaks_kb[1] < 1.1 * peaks_kb[0]


def test_a_sheet_among_several_is_named(grids: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_xlsx(tmp_path / "points.xlsx"))
    book.active.title = "points"
    book.create_sheet("notes").append(["nothing here"])
    book.save(tmp_path / "points.xlsx")
    command = words(tmp_path / "points.xlsx", grids, tmp_path / "out.csv")
    assert run(*command) == 1
    assert run(*command, "--layer", "points") == 0
    assert len(located(tmp_path / "out.csv")) == ROWS + 1
