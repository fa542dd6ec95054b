"""Outlines in a sheet: over several cells where one is too short, and whole again when they are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest
import shapely
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.read.point_tables import read_outlines_table
from layers.read.refusals import UnreadableFile
from layers.write import xlsx
from layers.write.refusals import UnfitValue
from layers.write.text_files import outline_texts
from layers.write.xlsx import in_cells
from tests.layers.write.exports import export, furnish

pytestmark = pytest.mark.anyio


def test_an_outline_is_cut_where_no_white_space_is_lost() -> None:
    round_one = shapely.Point(121.5, 39.0).buffer(0.1, quad_segs=1_000)
    [text] = outline_texts(np.array([round_one], dtype=object))
    cells = in_cells(text)
    assert len(cells) > 2
    assert all(len(cell) <= xlsx.LONGEST_TEXT and cell == cell.strip() for cell in cells)
    assert "".join(cells) == text
    assert in_cells("POINT (1 2)") == ["POINT (1 2)"]


async def test_an_outline_over_several_cells_comes_back(
    toytown: AsyncConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read_outlines_table(await export(toytown, "grid", tmp_path / "whole.xlsx"))
    monkeypatch.setattr(xlsx, "LONGEST_TEXT", 60)
    file = await export(toytown, "grid", tmp_path / "cut.xlsx")
    assert "WKT_2" in next(openpyxl.load_workbook(file).active.values)
    cut = read_outlines_table(file)
    assert list(cut.fields) == list(whole.fields) == ["code", "name", "parent"]
    assert shapely.equals_exact(cut.geometry, whole.geometry).all()


async def test_an_outline_that_lost_a_part_is_refused(
    toytown: AsyncConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "LONGEST_TEXT", 60)
    file = await export(toytown, "grid", tmp_path / "cut.xlsx")
    book = openpyxl.load_workbook(file)
    sheet = book.active
    sheet.delete_cols(sheet.max_column)
    book.save(file)
    with pytest.raises(UnreadableFile, match=r"row \d+: of the \d+ cells of its outline \d+ are there"):
        read_outlines_table(file)


async def test_a_text_that_no_cell_holds_is_refused_with_its_row(toytown: AsyncConnection, tmp_path: Path) -> None:
    await furnish(toytown, remark=[""] * 5 + ["长" * 32_768] + [""] * 57)
    with pytest.raises(UnfitValue, match=r"^99010\d+: a text of 32,768 characters"):
        await export(toytown, "grid", tmp_path / "grid.xlsx")


async def test_numbers_that_no_sheet_keeps_are_text(toytown: AsyncConnection, tmp_path: Path) -> None:
    await furnish(toytown, floors=[2**53 + 1] * 63)
    file = await export(toytown, "grid", tmp_path / "grid.xlsx")
    heading, first, *_ = openpyxl.load_workbook(file).active.values
    assert first[heading.index("floors")] == str(2**53 + 1)
