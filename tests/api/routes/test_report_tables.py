"""The list of reports as CSV and XLSX: the same reports as the list, defused, traced, refused where too long."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import openpyxl
import pytest

from api.routes import report_tables
from layers.actors import Role
from tests.api.routes.test_traces import signed_in
from tests.api.routes.towns import Town, position

FORMULA = "=1+1"


@pytest.fixture(scope="module")
def filed(town: Town) -> list[dict[str, Any]]:
    """Reports over the town, one with a reference that a spreadsheet would compute."""
    reports = []
    for number in range(6):
        town.later(minutes=1)
        reports.append(town.file(subject=position(number, number), kind="L01" if number % 2 else "M01"))
    return [*reports, town.file(external_ref=FORMULA, reporter={"phone": "13900001234"}, subject={"type": "none"})]


def table(town: Town, ending: str, **parameters: Any) -> list[dict[str, Any]]:
    answer = town.client.get(f"/api/v1/reports.{ending}", params=parameters)
    assert answer.status_code == 200, answer.text
    assert f'.{ending}"' in answer.headers["content-disposition"]
    if ending == "csv":
        assert answer.content.startswith(b"\xef\xbb\xbf")
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    heading, *rows = openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("parameters", [{}, {"order": "oldest"}, {"kind": "L01"}, {"open": "true", "located": "true"}])
def test_the_table_holds_what_the_list_shows(
    town: Town, filed: list[dict[str, Any]], ending: str, parameters: dict[str, str]
) -> None:
    listed = town.get("/reports", limit=200, **parameters)["reports"]
    rows = table(town, ending, **parameters)
    assert [row["number"] for row in rows] == [one["number"] for one in listed]
    assert listed and all("13900001234" not in str(row.values()) for row in rows)
    for row, one in zip(rows, listed, strict=True):
        assert (row["area"] or None) == (one["where"]["path"][-1]["code"] if one["where"]["path"] else None)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_batches_join_without_a_gap(
    town: Town, filed: list[dict[str, Any]], ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.reports.listing_rows.BATCH", 2)
    assert sorted(row["number"] for row in table(town, ending)) == sorted(one["number"] for one in filed)


def test_nothing_in_a_table_is_computed(town: Town, filed: list[dict[str, Any]]) -> None:
    [as_text] = [row for row in table(town, "csv") if row["number"] == filed[-1]["number"]]
    assert as_text["external_ref"] == f"'{FORMULA}"
    answer = town.client.get("/api/v1/reports.xlsx")
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(answer.content)).active for cell in row]
    [formula] = [cell for cell in cells if cell.value == FORMULA]
    assert formula.data_type == "s"


def test_an_export_is_in_the_trail_without_what_was_typed(town: Town, filed: list[dict[str, Any]]) -> None:
    table(town, "csv", open="true", kind="L01")
    [(event, subject, body)] = town.sql("select event, subject, body from traces order by place desc limit 1")
    assert (event, subject) == ("exported", "reports")
    assert json.loads(body)["facts"] == {"by": ["kind"], "format": "csv", "open": True, "order": "newest"}


@pytest.mark.parametrize(
    ("parameters", "status"),
    [({"kind": "nothing"}, 404), ({"level": "street", "area": "1"}, 404), ({"limit": "5"}, 422), ({"bbox": "1"}, 422)],
)
def test_what_cannot_be_meant_is_refused_and_leaves_no_trace(
    town: Town, filed: list[dict[str, Any]], parameters: dict[str, str], status: int
) -> None:
    before = town.sql("select count(*) from traces where event = 'exported'")
    for ending in ("csv", "xlsx"):
        assert town.client.get(f"/api/v1/reports.{ending}", params=parameters).status_code == status
    assert town.sql("select count(*) from traces where event = 'exported'") == before


def test_a_workbook_that_would_be_too_long_is_refused(
    town: Town, filed: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_tables, "MOST_SHEET_ROWS", len(filed) - 1)
    answer = town.client.get("/api/v1/reports.xlsx")
    assert (answer.status_code, answer.json()["type"].rpartition("#")[2]) == (422, "table-too-long")
    assert len(table(town, "csv")) == len(filed)


def test_residents_have_lists_and_no_tables(town: Town) -> None:
    with signed_in(town, Role.RESIDENT, areas=[]) as resident:
        assert resident.get("/api/v1/reports").status_code == 200
        assert resident.get("/api/v1/reports.csv").status_code == 403
