"""Reading tables of rows, and the positions in them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from geo.positions import Datum
from layers.read.fields import choose_field, require_field
from layers.read.points import PointColumns, read_points
from layers.read.refusals import FieldNeeded, UnreadableFile, WrongEncoding
from layers.read.rows import RefusedRow, columns_of, row_chunks, write_refused


def test_reads_in_pieces_whatever_the_length(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("a,b\n" + "1,东\n" * 5, encoding="utf-8-sig")
    assert columns_of(table) == ["a", "b"]
    assert [len(chunk) for chunk in row_chunks(table, size=2)] == [2, 2, 1]


def test_another_encoding_is_refused_with_its_remedy(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes("名称\n东街\n".encode("gb18030"))
    with pytest.raises(WrongEncoding, match="--encoding GB18030"):
        columns_of(table)
    assert list(row_chunks(table, encoding="GB18030")) == [[{"名称": "东街"}]]


def test_no_file_and_no_header_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no file"):
        list(row_chunks(tmp_path / "gone.csv"))
    (tmp_path / "empty.csv").touch()
    with pytest.raises(UnreadableFile, match="header"):
        columns_of(tmp_path / "empty.csv")


def test_refused_rows_come_back_with_number_and_reason(tmp_path: Path) -> None:
    write_refused(tmp_path / "refused.csv", [RefusedRow(3, "no code", {"code": "", "name": "东街"})])
    rows = list(csv.DictReader(io.StringIO((tmp_path / "refused.csv").read_text(encoding="utf-8-sig"))))
    assert rows == [{"row": "3", "reason": "no code", "code": "", "name": "东街"}]


def test_a_row_without_a_position_keeps_its_place_with_a_reason() -> None:
    cells = ["121.5", "", "x", "181", "nan"]
    points = read_points(
        [{"x": cell, "y": "39.0"} for cell in cells], PointColumns("x", "y", accuracy=None, datum=Datum.WGS84)
    )
    assert points.lon[0] == 121.5
    assert np.isnan(points.lon[1:]).all()
    assert points.reasons == (
        "",
        "x is empty",
        "x is 'x', no number",
        "x is 181, not between -180 and 180",
        "x is nan, not between -180 and 180",
    )


def test_positions_come_out_in_the_storage_datum_and_accuracy_may_be_missing() -> None:
    columns = PointColumns("x", "y", accuracy="r", datum=Datum.GCJ02)
    points = read_points([{"x": "121.5", "y": "39.0", "r": ""}, {"x": "121.5", "y": "39.0", "r": "-3"}], columns)
    assert 0.004 < 121.5 - points.lon[0] < 0.006
    assert points.reasons == ("", "r is -3, not between 0 and inf")


def test_a_field_is_found_by_its_name_and_never_guessed_between_several() -> None:
    assert choose_field(["NAME", "CODE"], "code", None) == "CODE"
    assert choose_field(["x"], "name", None) is None
    with pytest.raises(FieldNeeded, match="code, 编码"):
        choose_field(["code", "编码"], "code", None)
    with pytest.raises(FieldNeeded, match="no field 'id'"):
        choose_field(["code"], "code", "id")
    with pytest.raises(FieldNeeded, match="--code FIELD"):
        require_field(["x"], "code", None)
    with pytest.raises(FieldNeeded, match="--map address=FIELD"):
        require_field(["x"], "address", None)
