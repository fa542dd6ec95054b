"""`./wangge import` of tables: points, households and the roster as CSV and XLSX."""

from __future__ import annotations

import csv
import gzip
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import psycopg
import pytest

from api.cli.app import main
from geo.datum import from_storage
from geo.positions import Datum
from tests.toytown import people, polygons

SITES = [(shape.centroid.x, shape.centroid.y) for shape in polygons.grids().polygons[:5]]


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    return int(end.value.code or 0)


@pytest.fixture
def url(toytown_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database of one's own with the town, in use."""
    monkeypatch.setenv("DATABASE_URL", toytown_url)
    yield toytown_url


def rows_in(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()


def write(file: Path, rows: Sequence[Sequence[object]]) -> Path:
    """The rows as a file in the format of its ending."""
    if file.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(list(row))
        book.save(file)
        return file
    text = "".join(",".join("" if cell is None else str(cell) for cell in row) + "\n" for row in rows)
    file.write_bytes(gzip.compress(text.encode()) if file.suffix == ".gz" else text.encode())
    return file


def buildings(file: Path) -> Path:
    """Buildings as a clerk's table has them; three rows cannot be used."""
    rows: list[list[object]] = [["编号", "门牌地址", "经度", "纬度", "户数", "颜色"]]
    rows += [[f"N{place}", f"新街{place}号", x, y, place, "红"] for place, (x, y) in enumerate(SITES)]
    rows += [
        ["N5", "新街5号", None, 36.6, 1, ""],
        ["N6", "新街6号", 517, 36.6, 1, ""],
        ["N0", "又一个", 117.2, 36.6, 1, ""],
    ]
    rows += [["N8", "零点", 0, 0, 1, ""]]
    return write(file, rows)


@pytest.mark.parametrize("name", ["buildings.csv", "buildings.csv.gz", "buildings.xlsx"])
def test_columns_are_proposed_confirmed_by_the_printed_command_and_the_good_rest_goes_on(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    file, refused = buildings(tmp_path / name), tmp_path / "refused.csv"
    words = ["import", file, "--as", "buildings", "--datum", "wgs84", "--refused", refused]
    assert run(*words) == 0
    shown = capsys.readouterr().out
    assert re.search(r"address\W+门牌地址\W+新街0号\W+proposed", shown)
    assert run(*words, "--commit") == 1
    said = capsys.readouterr().err
    assert "only proposed" in said
    command = shown.partition("type: ")[2].splitlines()[0]
    assert command in said
    assert "code=编号,address=门牌地址,households=户数,lon=经度,lat=纬度" in shlex.split(command)
    assert shlex.split(command)[0] == "./wangge"
    assert run(*shlex.split(command)[1:]) == 0
    columns = "code, address, households, area_id is not null, attributes"
    stored = rows_in(url, f"select {columns} from buildings where code like 'N%' order by code")
    assert stored[0] == ("N0", "新街0号", 0, True, {"颜色": "红"})
    assert [row[0] for row in stored] == ["N0", "N1", "N2", "N3", "N4", "N8"]
    assert "1 lie at 0°, 0°" in capsys.readouterr().out
    with refused.open(encoding="utf-8-sig", newline="") as written:
        back = list(csv.DictReader(written))
    assert [(row["row"], row["编号"]) for row in back] == [("6", "N5"), ("7", "N6"), ("8", "N0")]
    assert [row["reason"] for row in back] == [
        "经度 is empty",
        "经度 is 517, not between -180 and 180",
        "the code N0 stands in row 1 already",
    ]


def test_a_table_of_points_needs_its_datum(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", buildings(tmp_path / "buildings.csv"), "--as", "buildings") == 1
    assert "--datum wgs84 | cgcs2000 | gcj02 | bd09" in capsys.readouterr().err


def test_shifted_points_of_a_table_are_put_right(url: str, tmp_path: Path) -> None:
    lon, lat = (float(side) for side in from_storage(*SITES[0], Datum.BD09))
    rows = [["code", "kind", "name", "lon", "lat"], ["P1", "station", "站", f"{lon:.9f}", f"{lat:.9f}"]]
    file = write(tmp_path / "points.csv", rows)
    assert run("import", file, "--as", "service-points", "--datum", "bd09", "--commit") == 0
    x, y = rows_in(url, "select ST_X(geom), ST_Y(geom) from service_points where code = 'P1'")[0]
    assert (x, y) == pytest.approx(SITES[0], abs=1e-7)


@pytest.mark.parametrize("name", ["households.csv", "households.xlsx"])
def test_households_are_counted_for_known_buildings(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    before = rows_in(url, "select code, households, residents, over_60 from buildings order by code limit 3")
    codes = [row[0] for row in before]
    rows: list[list[object]] = [
        ["code", "households", "residents"],
        [codes[0], 40, 99],
        [codes[1], None, 7],
        ["X1", 1, 1],
        [codes[2], "many", 1],
    ]
    file = write(tmp_path / name, rows)
    assert run("import", file, "--as", "households", "--refused", tmp_path / "refused.csv", "--commit") == 0
    after = rows_in(url, "select code, households, residents, over_60 from buildings order by code limit 3")
    assert after == [(codes[0], 40, 99, before[0][3]), (codes[1], before[1][1], 7, before[1][3]), before[2]]
    assert "2 buildings changed, 0 unchanged" in capsys.readouterr().out
    back = (tmp_path / "refused.csv").read_text(encoding="utf-8-sig")
    assert "3,no building has the code 'X1'" in back
    assert "households: 'many' is no number" in back
    at_the_root = "select sum(p.residents) from area_populations p join edition_areas e using (edition_id, area_id)"
    district = rows_in(url, f"{at_the_root} where e.depth = 0")
    assert district == rows_in(url, "select sum(residents) from buildings where area_id is not null")
    assert run("import", file, "--as", "households", "--commit") == 0
    assert "0 buildings changed, 2 unchanged" in capsys.readouterr().out


def test_households_without_a_count_are_refused(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "households.csv", [["code", "x"], ["B1", 1]])
    assert run("import", file, "--as", "households") == 1
    assert "--map households=COLUMN" in capsys.readouterr().err


def test_eaten_zeros_of_buildings_are_proposed_and_restored(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    x, y = SITES[0]
    whole = write(tmp_path / "whole.csv", [["code", "address", "lon", "lat"], ["00012", "甲", x, y]])
    assert run("import", whole, "--as", "buildings", "--datum", "wgs84", "--commit") == 0
    with psycopg.connect(url) as connection:
        connection.execute("delete from buildings where code <> '00012'")
    eaten = write(tmp_path / "eaten.xlsx", [["code", "address", "lon", "lat"], [12, "甲", x, y]])
    words = ("import", eaten, "--as", "buildings", "--datum", "wgs84", "--commit")
    assert run(*words) == 1
    assert "row 1: 12 should have 5 digits, as 00012" in capsys.readouterr().err
    assert run(*words, "--code-digits", "5") == 0
    assert rows_in(url, "select count(*) from buildings") == [(1,)]


def test_codes_that_lost_digits_are_refused_by_row(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    x, y = SITES[0]
    file = write(tmp_path / "b.xlsx", [["code", "address", "lon", "lat"], [210213001001001123, "甲", x, y]])
    assert run("import", file, "--as", "buildings", "--datum", "wgs84") == 0
    assert "lost its digits" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("name", ["roster.csv", "roster.xlsx"])
def test_a_roster_under_other_names_is_mapped(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    header = ["工号", "岗位", "网格编码", "AB角", *people.ROSTER_COLUMNS[4:]]
    rows = [list(row.values()) for row in people.roster()]
    rows.append(["W9999", "grid_worker", "nowhere", "A", *rows[0][4:]])
    file = write(tmp_path / name, [header, *rows])
    words = ["import", file, "--as", "roster", "--refused", tmp_path / "refused.csv"]
    assert run(*words) == 0
    command = shlex.split(capsys.readouterr().out.partition("type: ")[2].splitlines()[0])
    assert "number=工号,role=岗位,area=网格编码,rank=AB角" in command
    assert run(*command[1:]) == 0
    assert "0 new people, 0 changed people, 40 unchanged people" in capsys.readouterr().out
    with (tmp_path / "refused.csv").open(encoding="utf-8-sig", newline="") as written:
        reader = csv.DictReader(written)
        assert [row["网格编码"] for row in reader] == ["nowhere"]
        assert reader.fieldnames == ["row", "reason", *header]


def test_a_column_with_a_comma_and_marks_in_its_name_is_mapped(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = ["code", 'address, "地址"', "lon", "lat"]
    file = write(tmp_path / "buildings.xlsx", [header, ["B1", "某路1号", "117.2", "36.6"]])
    words = ["import", file, "--as", "buildings", "--datum", "wgs84", "--map"]
    assert run(*words, '"address=address, ""地址"""', "--commit") == 0
    assert "1 new" in capsys.readouterr().out
    assert run(*words, 'address=address, "地址"') == 1
    capsys.readouterr()
    assert run(*words, '"address=address') == 1
    assert "quotation marks of --map do not match" in capsys.readouterr().err


def test_a_map_is_written_field_and_column(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = buildings(tmp_path / "buildings.csv")
    assert run("import", file, "--as", "buildings", "--datum", "wgs84", "--map", "code") == 1
    assert "Write --map FIELD=COLUMN" in capsys.readouterr().err


def test_a_level_comes_as_outlines_in_a_table_too(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grids = polygons.grids()
    file = tmp_path / "grids.csv"
    with file.open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table)
        writer.writerow(["code", "name", "parent", "WKT"])
        writer.writerows(zip(grids.codes, grids.names, grids.parents, (s.wkt for s in grids.polygons), strict=True))
    assert run("import", file, "--as", "grid") == 1
    assert "add --crs EPSG:4326" in capsys.readouterr().err
    assert run("import", file, "--as", "grid", "--crs", "EPSG:4326") == 0
    assert "Nothing changes" in capsys.readouterr().out


def test_other_codes_are_written_to_a_table_and_taken_back(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grids = polygons.grids()
    file = tmp_path / "grids.csv"
    with file.open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table)
        writer.writerow(["code", "name", "parent", "WKT"])
        rows = zip(grids.names, grids.parents, (s.wkt for s in grids.polygons), strict=True)
        writer.writerows((f"G{place}", *row) for place, row in enumerate(rows))
    words = ("import", file, "--as", "grid", "--crs", "EPSG:4326")
    assert run(*words, "--codes-to", tmp_path / "codes.csv") == 1
    assert "--use-codes TABLE.csv" in capsys.readouterr().err
    assert run(*words, "--use-codes", tmp_path / "codes.csv") == 0
    assert "Nothing changes" in capsys.readouterr().out
    assert run(*words, "--recoded") == 0
    assert "G0, G1, G10" in capsys.readouterr().out
    (tmp_path / "bad.csv").write_text("from,to\n", encoding="utf-8")
    assert run(*words, "--use-codes", tmp_path / "bad.csv") == 1
    assert "needs new and old" in capsys.readouterr().err


def test_a_table_of_a_thousand_columns_says_which_to_keep(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    x, y = SITES[0]
    header = ["code", "address", "lon", "lat", *(f"q{place}" for place in range(1000))]
    file = write(tmp_path / "wide.csv", [header, ["N1", "甲", x, y, *range(1000)]])
    words = ("import", file, "--as", "buildings", "--datum", "wgs84", "--commit")
    assert run(*words) == 1
    assert "--keep code,address,q0,…" in capsys.readouterr().err
    assert run(*words, "--keep", "code,address,q7") == 0
    assert rows_in(url, "select attributes from buildings where code = 'N1'") == [({"q7": "7"},)]
