"""The figures of a period, as they are served."""

from __future__ import annotations

import csv
import io
import re

import pytest

from tests.api.routes.towns import Town, position

PERIOD = "2025-01-01..2025-01-31"


@pytest.fixture(scope="module")
def busy(town: Town) -> Town:
    """Nine reports in cells, one of a community, one nowhere."""
    for number in range(9):
        town.file(subject=position(number, number % 7))
    town.file(subject={"type": "area", "level": "community", "code": "990101001001"}, kind="L01")
    town.file(subject=position(0, 0, lon=118.5))
    return town


@pytest.mark.parametrize(("level", "elsewhere"), [("district", 1), ("street", 1), ("community", 1), ("grid", 2)])
def test_rows_and_what_is_elsewhere_are_the_total(busy: Town, level: str, elsewhere: int) -> None:
    told = busy.get("/figures", period=PERIOD, level=level)
    assert (told["level"], told["first"], told["last"]) == (level, "2025-01-01", "2025-01-31")
    assert told["total"]["counts"]["filed"] == 11
    assert told["elsewhere"]["counts"]["filed"] == elsewhere
    assert sum(one["counts"]["filed"] for one in told["rows"]) == 11 - elsewhere


def test_by_kind_group_and_unit(busy: Town) -> None:
    kinds = {one["code"]: one["figures"]["arrivals"] for one in busy.get("/figures", period=PERIOD, by="kind")["rows"]}
    assert {code: number for code, number in kinds.items() if number} == {"M01": 10, "L01": 1}
    for by in ("group", "unit"):
        told = busy.get("/figures", period=PERIOD, by=by)
        assert (told["rows"], told["elsewhere"]["counts"]["open_at_end"]) == ([], 11)


def test_the_table_says_the_same(busy: Town) -> None:
    told = busy.get("/figures", period=PERIOD, level="street")
    answer = busy.client.get("/api/v1/figures.csv", params={"period": PERIOD, "level": "street"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [one["code"] for one in lines] == [*(one["code"] for one in told["rows"]), "", ""]
    assert [int(one["filed"]) for one in lines][:-2] == [one["counts"]["filed"] for one in told["rows"]]
    assert lines[-1]["arrivals"] == "11"


def test_another_time_has_other_figures(busy: Town) -> None:
    told = busy.get("/figures", period="2024-01-01..2024-12-31", level="street")["total"]
    assert set(told["counts"].values()) == {0}
    assert told["figures"]["closing_rate"] is None


@pytest.mark.parametrize("period", ["2025-02-30..2025-03-01", "2025-03-01..2025-02-01"])
def test_what_is_no_period_is_refused(busy: Town, period: str) -> None:
    answer = busy.client.get("/api/v1/figures", params={"period": period})
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("#bad-days")


def test_every_figure_and_count_is_defined(busy: Town) -> None:
    defined = busy.get("/figures/definitions")
    told = busy.get("/figures", period=PERIOD)["total"]
    assert [one["key"] for one in defined["figures"]] == list(told["figures"])
    assert [one["key"] for one in defined["counts"]] == list(told["counts"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_has_table_bars_and_definitions(busy: Town, lang: str) -> None:
    asked = {"period": PERIOD, "level": "street", "figure": "arrivals", "lang": lang}
    page = busy.client.get("/figures", params=asked)
    assert page.status_code == 200
    assert page.text.count('class="bar-body"') == 3
    assert len(re.findall(r'<dt id="(\w+)">', page.text)) == len(re.findall(r'<a href="#(\w+)">', page.text))
    assert "<tfoot>" in page.text
    assert "<script" not in page.text
    assert " style=" not in page.text


def test_an_unknown_figure_is_refused(busy: Town) -> None:
    answer = busy.client.get("/figures", params={"figure": "luck"}, headers={"Accept": "application/json"})
    assert answer.json()["type"].endswith("#unknown-metric")
