"""The tree of kinds and the units: each kind stands in a class, with all that filing and closing need of it."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.districts.declaring import declare, read_declaration
from layers.reports.kinds_exporting import kinds_stream
from layers.reports.kinds_importing import KindsRequest, import_kinds
from layers.roster.exporting import units_stream
from layers.roster.units_importing import import_units

Rows = list[dict[str, str]]
#: Kinds that other tests, benches and pages rely on: level and urgency.
RELIED_ON = {
    "C01": ("street", True),
    "C06": ("grid", False),
    "C08": ("district", True),
    "M01": ("community", False),
    "M07": ("street", True),
    "M10": ("street", True),
    "L01": ("grid", False),
    "L03": ("grid", True),
    "L08": ("district", False),
}


def _table(file: Path) -> Rows:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def tree(folder: Path) -> Rows:
    return _table(folder / "kinds.csv")


@pytest.fixture(scope="module")
def leaves(tree: Rows) -> Rows:
    return [row for row in tree if row["group"] == "false"]


def test_every_kind_stands_in_a_class_of_its_range(tree: Rows, leaves: Rows) -> None:
    codes = [row["code"] for row in tree]
    assert len(set(codes)) == len(codes)
    groups = {row["code"] for row in tree if row["group"] == "true"}
    assert Counter(code[0] for code in groups) == {"C": 5, "M": 10, "L": 5}
    assert len(leaves) >= 60
    assert {row["parent"] for row in leaves} == groups
    assert all(row["parent"][0] == row["code"][0] for row in leaves)


def test_every_kind_says_what_filing_and_closing_rest_on_and_who_settles_it(
    folder: Path, tree: Rows, leaves: Rows
) -> None:
    levels = [one["key"] for one in tomllib.loads((folder / "district.toml").read_text(encoding="utf-8"))["levels"]]
    units = {row["code"] for row in _table(folder / "units.csv")}
    assert {row["level"] for row in leaves} == set(levels)
    assert all(row["filing_standard"].endswith("。") and row["closing_standard"].endswith("。") for row in leaves)
    assert all(row["limit_handle"] for row in leaves)
    assert {row["unit"] for row in leaves} - {""} <= units
    assert all(row["name"] and row["name_en"] for row in tree)


def test_kinds_that_others_rely_on_keep_their_level_and_urgency(leaves: Rows) -> None:
    known = {row["code"]: (row["level"], row["urgent"] == "true") for row in leaves}
    assert {code: known[code] for code in RELIED_ON} == RELIED_ON


def test_components_are_closed_with_a_photo_and_petitions_are_looked_at_first(leaves: Rows) -> None:
    assert {row["code"][0] for row in leaves if row["photos"] == "true"} == {"C"}
    assert {row["parent"] for row in leaves if row["checked"] == "true"} == {"LD"}


@pytest.mark.anyio
async def test_the_tables_are_read_whole_and_are_what_is_exported_of_them(tx: AsyncConnection, folder: Path) -> None:
    given = tomllib.loads((folder / "district.toml").read_text(encoding="utf-8"))
    district = await declare(tx, read_declaration(given))
    units, kinds = (_table(folder / f"{name}.csv") for name in ("units", "kinds"))
    assert not (await import_units(tx, district=district, rows=enumerate(units, 1))).refused
    columns = {name: name for name in kinds[0]}
    request = KindsRequest()
    read = await import_kinds(tx, district=district, columns=columns, rows=enumerate(kinds, 1), request=request)
    assert (read.refused, len(read.difference.new)) == ((), len(kinds))
    streams = await units_stream(tx, district=district), await kinds_stream(tx, district=district)
    for stream, table in zip(streams, (units, kinds), strict=True):
        [piece] = [rows async for rows in stream.pieces]
        assert [field.name for field in stream.fields] == list(table[0])
        told = [[_text(cell) for cell in row] for row in zip(*piece.columns, strict=True)]
        assert told == [list(row.values()) for row in table]


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell)
