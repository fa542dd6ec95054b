"""CSV and XLSX as people save them, and columns that are proposed."""

from __future__ import annotations

import gzip
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from api.cli.column_maps import read_pairs
from layers.read.codes import eaten_zeros, lost_digits, padded
from layers.read.columns import ColumnMap, map_columns
from layers.read.point_tables import read_outlines_table, read_points_table
from layers.read.refusals import FieldNeeded, SuspiciousArchive, SystemNeeded, UnreadableFile, WrongEncoding
from layers.read.rows import columns_of, row_chunks


def workbook(file: Path, *rows: tuple[object, ...], formats: dict[str, str] | None = None) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cell, number_format in (formats or {}).items():
        book.active[cell].number_format = number_format
    book.save(file)
    return file


def rows_of(file: Path, encoding: str | None = None) -> list[dict[str, str]]:
    return [row for chunk in row_chunks(file, encoding=encoding) for row in chunk]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv_is_read_whatever_stands_between_its_cells(tmp_path: Path, mark: str, encoding: str) -> None:
    file = tmp_path / "table.csv"
    file.write_text(f"code{mark}name\n007{mark}东街\n", encoding=encoding)
    assert columns_of(file) == ["code", "name"]
    assert rows_of(file) == [{"code": "007", "name": "东街"}]


def test_compressed_csv_is_read(tmp_path: Path) -> None:
    file = tmp_path / "table.csv.gz"
    file.write_bytes(gzip.compress(b"code\n007\n"))
    assert rows_of(file) == [{"code": "007"}]
    file.write_bytes(gzip.compress(b"code\n007\n" * 1000)[:-20])
    with pytest.raises(UnreadableFile, match=r"table\.csv\.gz is no CSV, or a damaged one"):
        rows_of(file)


@pytest.mark.parametrize(
    ("encoding", "text", "proposed"),
    [
        ("GBK", "code,name\n1,拥政街道\n", "GB18030"),
        ("Big5", "code,name\n1,信義區大安\n", "Big5"),
        ("UTF-16", "code,name\n1,东街\n", "UTF-16"),
    ],
)
def test_another_encoding_is_proposed_with_a_sample(tmp_path: Path, encoding: str, text: str, proposed: str) -> None:
    file = tmp_path / "table.csv"
    file.write_text(text, encoding=encoding)
    with pytest.raises(WrongEncoding, match=f"add --encoding {proposed}") as refusal:
        columns_of(file)
    assert proposed == "UTF-16" or text.rsplit(",", maxsplit=1)[-1].strip() in str(refusal.value)
    assert rows_of(file, encoding=proposed)[0]["name"] == text.rsplit(",", maxsplit=1)[-1].strip()


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("code,name,name\n1,a,b\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="two columns named 'name'"):
        columns_of(tmp_path / "table.csv")


def test_a_sheet_gives_what_a_person_sees(tmp_path: Path) -> None:
    file = workbook(
        tmp_path / "table.xlsx",
        ("code", "padded", "long", "day", "share", "yes", "nothing"),
        ("007", 7, 210213001001001123, date(2025, 1, 31), 0.5, True, None),
        (None,) * 7,
        ("008", 8, 12, None, 2.0, False, "x"),
        formats={"B2": "00000", "B4": "00000"},
    )
    assert rows_of(file) == [
        {
            "code": "007",
            "padded": "00007",
            "long": "2.10213001001001E+17",
            "day": "2025-01-31",
            "share": "0.5",
            "yes": "true",
            "nothing": "",
        },
        {"code": "008", "padded": "00008", "long": "12", "day": "", "share": "2", "yes": "false", "nothing": "x"},
    ]
    assert lost_digits("2.10213001001001E+17")


def test_a_sheet_is_named_when_there_are_several(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.create_sheet("数据").append(["code"])
    book.save(tmp_path / "two.xlsx")
    with pytest.raises(UnreadableFile, match=r"--layer 说明 \| 数据"):
        columns_of(tmp_path / "two.xlsx")
    assert columns_of(tmp_path / "two.xlsx", sheet="数据") == ["code"]


def test_a_workbook_that_is_a_bomb_or_damaged_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    with pytest.raises(SuspiciousArchive, match="nothing was unpacked"):
        columns_of(tmp_path / "bomb.xlsx")
    with zipfile.ZipFile(tmp_path / "hollow.xlsx", "w") as target:
        target.writestr("xl/nothing.xml", b"<a/>")
    with pytest.raises(UnreadableFile, match=r"hollow\.xlsx is no workbook"):
        columns_of(tmp_path / "hollow.xlsx")
    whole = workbook(tmp_path / "whole.xlsx", ("code",), ("1",)).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableFile, match=r"cut\.xlsx"):
        columns_of(tmp_path / "cut.xlsx")


@pytest.mark.parametrize("name", ["old.xls", "open.ods"])
def test_other_spreadsheets_are_sent_to_be_saved_again(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UnreadableFile, match=r"as \.xlsx or CSV"):
        columns_of(tmp_path / name)


def test_columns_are_proposed_by_known_names_and_confirmed_by_naming_them() -> None:
    header = ["编号", "门牌地址", "code2", "户数"]
    proposed = map_columns(header, needed=("code", "address"), optional=("households",), given={})
    assert proposed.columns == {"code": "编号", "address": "门牌地址", "households": "户数"}
    assert proposed.proposed == ("code", "address", "households")
    assert proposed.unused == ("code2",)
    assert proposed.option == "code=编号,address=门牌地址,households=户数"
    given = dict(piece.split("=") for piece in proposed.option.split(","))
    assert map_columns(header, needed=("code", "address"), optional=("households",), given=given).proposed == ()


def test_a_map_with_commas_and_marks_is_typed_as_it_is_read() -> None:
    columns = {"code": "编号, 旧", "address": '"地址"', "name": "名称"}
    made = ColumnMap(columns, (), ())
    assert made.option == '"code=编号, 旧","address=""地址""",name=名称'
    assert read_pairs([made.option], "--map", "FIELD=COLUMN") == columns
    assert read_pairs(["a=1, b=2", 'c="3"'], "--map", "") == {"a": "1", "b": "2", "c": '"3"'}


def test_columns_called_like_their_fields_need_no_word() -> None:
    assert map_columns(["code", "addr", "address"], needed=("code", "address"), optional=(), given={}).proposed == ()


def test_a_map_that_cannot_be_is_refused() -> None:
    with pytest.raises(FieldNeeded, match=r"no field 'colour' here.*code, address"):
        map_columns(["code"], needed=("code", "address"), optional=(), given={"colour": "code"})
    with pytest.raises(FieldNeeded, match="no field 'x'"):
        map_columns(["code"], needed=("code",), optional=(), given={"code": "x"})
    with pytest.raises(FieldNeeded, match="--map address=FIELD"):
        map_columns(["code"], needed=("code", "address"), optional=(), given={})


def test_positions_need_a_datum_or_a_system(tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_text("code,x,y\n1,121.5,39.0\n2,,39\n3,121,39,surplus\n4,121.5,99\n", encoding="utf-8")
    with pytest.raises(SystemNeeded, match="--datum wgs84"):
        read_points_table(file, lon="x", lat="y", crs=None, has_datum=False)
    table = read_points_table(file, lon="x", lat="y", crs=None, has_datum=True)
    assert table.reasons == (
        "",
        "x is empty",
        "it has more cells than the table has columns",
        "y is 99, not between -90 and 90",
    )
    assert [shape is None for shape in table.geometry] == [False, True, True, True]
    assert list(table.fields) == ["code"]
    metres = read_points_table(file, lon="x", lat="y", crs="EPSG:4549", has_datum=False)
    assert metres.reasons[3] == ""
    assert metres.declared_crs == "EPSG:4549"


def test_outlines_as_text_are_read(tmp_path: Path) -> None:
    file = tmp_path / "areas.csv"
    file.write_text('code,WKT\n1,"POLYGON ((0 0, 1 0, 1 1, 0 0))"\n2,nonsense\n', encoding="utf-8")
    table = read_outlines_table(file)
    assert [shape is None for shape in table.geometry] == [False, True]
    assert list(table.fields) == ["code"]
    assert table.declared_crs is None


@pytest.mark.parametrize(
    ("codes", "known", "expected"),
    [
        (["101", "0102"], ["0101", "0102"], (4, (("101", "0101"),))),
        (["21021300100", "210213001001"], [], (12, (("21021300100", "021021300100"),))),
        (["1", "22"], [], None),
        (["999", "1000", "1001"], [], None),
        (["1", "22"], ["1", "2", "22"], None),
        (["0101"], ["0101"], None),
        (["A1"], ["0101"], None),
    ],
)
def test_eaten_zeros_are_told_from_short_codes(
    codes: list[str], known: list[str], expected: tuple[int, tuple[tuple[str, str], ...]] | None
) -> None:
    assert eaten_zeros(codes, known) == expected


def test_padding_restores_numbers_only() -> None:
    assert [padded(code, 4) for code in ("7", "0007", "A7", "")] == ["0007", "0007", "A7", ""]
    assert padded("7", None) == "7"
