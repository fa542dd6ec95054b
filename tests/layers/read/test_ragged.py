"""Tables as people keep them: what stands above, merged cells, headers of two rows, footnotes."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from layers.read.ragged import RaggedTable, plain_name, read_ragged
from layers.read.refusals import SuspiciousArchive, UnreadableFile

KNOWN = {"大类", "代码", "名称", "时限"}


def workbook(file: Path, rows: Sequence[Sequence[object]], *merged: str) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for block in merged:
        book.active.merge_cells(block)
    book.save(file)
    return file


def lines(file: Path, rows: Sequence[Sequence[object]]) -> Path:
    file.write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n", encoding="utf-8")
    return file


def read(file: Path) -> RaggedTable:
    return read_ragged(file, known=KNOWN)


ROWS: list[list[object]] = [
    ["某区部件清单", "", "", ""],
    ["2026年", "", "", ""],
    ["大类", "代码", "名称", "时限"],
    ["公用", "01001", "井盖", "2紧急工作时"],
    ["", "01002", "路灯", "1工作日"],
    ["", "", "", ""],
    ["大类", "代码", "名称", "时限"],
    ["交通", "02001", "护栏", "3工作日"],
    ["注：以上均为示例", "", "", ""],
]


@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
def test_titles_repeated_headers_and_footnotes_are_told_apart(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"t{ending}"
    table = read(workbook(file, ROWS, "A4:A5") if ending == ".xlsx" else lines(file, ROWS))
    assert table.columns == ("大类", "代码", "名称", "时限")
    assert [(number, row["代码"]) for number, row in table.rows] == [(4, "01001"), (5, "01002"), (8, "02001")]
    assert [(one.number, one.reason) for one in table.refused] == [(9, "it says only '注：以上均为示例'")]
    assert table.notes == ("Above the header, left out: 某区部件清单 / 2026年.", "The header again, left out: row 7.")
    assert table.rows[1][1]["大类"] == ("公用" if ending == ".xlsx" else "")


def test_a_header_of_two_rows_is_joined_and_a_merged_name_is_numbered(tmp_path: Path) -> None:
    rows = [["大类", "", "代码", "时限", ""], ["", "", "", "一般", "紧急"], ["01", "公用", "01001", "5", "2"]]
    table = read(workbook(tmp_path / "t.xlsx", rows, "A1:B2", "C1:C2", "D1:E1"))
    assert table.columns == ("大类", "大类 2", "代码", "时限/一般", "时限/紧急")
    assert [tuple(row.values()) for _, row in table.rows] == [("01", "公用", "01001", "5", "2")]


def test_a_cell_over_several_columns_and_a_surplus_cell_are_refused(tmp_path: Path) -> None:
    rows = [["代码", "名称", "时限"], ["01001", "井盖", ""], ["01002", "路灯", "1工作日", "又"], ["01003", "箱", "1"]]
    table = read(workbook(tmp_path / "t.xlsx", rows, "B2:C2"))
    reasons = {one.number: one.reason for one in table.refused}
    assert reasons == {
        2: "one cell stands for 名称 and 时限; write each by itself",
        3: "it has more cells than the table has columns: '又'",
    }
    assert [number for number, _ in table.rows] == [4]


def test_where_no_name_is_known_the_first_row_is_the_header(tmp_path: Path) -> None:
    assert read(lines(tmp_path / "t.csv", [["a", "b"], ["1", "2"]])).columns == ("a", "b")


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="two columns named '代码'"):
        read(lines(tmp_path / "t.csv", [["代码", "名称", "代码"], ["1", "2", "3"]]))


def test_a_block_over_the_whole_sheet_costs_nothing(tmp_path: Path) -> None:
    file = workbook(tmp_path / "t.xlsx", [["代码", "名称"], ["1", "2"]])
    wide = tmp_path / "wide.xlsx"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(wide, "w") as new:
        for one in old.namelist():
            content = old.read(one)
            if one.endswith("sheet1.xml"):
                block = b'</sheetData><mergeCells count="1"><mergeCell ref="A2:XFD1048576"/></mergeCells>'
                content = content.replace(b"</sheetData>", block)
            new.writestr(one, content)
    started = time.monotonic()
    assert len(read(wide).refused) == 1
    assert time.monotonic() - started < 20


def test_what_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="more than 20,000 rows"):
        read(lines(tmp_path / "t.csv", [["代码", "名称"]] * 20_001))
    far = openpyxl.Workbook()
    far.active["A1"], far.active["A20001"] = "代码", "x"
    far.save(tmp_path / "far.xlsx")
    with pytest.raises(UnreadableFile, match="rows beyond 20,000"):
        read(tmp_path / "far.xlsx")
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b" " * 100_000_000)
    with pytest.raises(SuspiciousArchive):
        read(tmp_path / "bomb.xlsx")


@pytest.mark.parametrize(
    ("name", "plain"),
    [("处置时限（工作日）", "处置时限"), ("立案\n条件", "立案条件"), (" Code ", "code"), ("（大类）", "(大类)")],
)
def test_a_name_is_compared_without_spaces_and_brackets(name: str, plain: str) -> None:
    assert plain_name(name) == plain
