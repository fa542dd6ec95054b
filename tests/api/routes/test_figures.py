"""The figures of a period, as they are served."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

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


@pytest.fixture(scope="module")
def closed(busy: Town) -> Town:
    """Two of them closed at once, one on the next day."""
    busy.sql(
        """with few as (select id, row_number() over (order by id) as nth from reports limit 3)
        update reports r set status = 'closed', closed_at = filed_at + (few.nth / 3) * interval '14 hours'
        from few where few.id = r.id returning 1"""
    )
    return busy


def test_the_course_comes_to_the_period(closed: Town) -> None:
    sheet = closed.get("/figures", period=PERIOD)
    told = closed.get("/figures/course", period=PERIOD, step="day")
    assert told["total"] == sheet["total"]
    assert [one["first"] for one in told["steps"]] == [f"2025-01-{day:02}" for day in range(1, 32)]
    in_steps = {key: [one["counts"][key] for one in told["steps"]] for key in told["total"]["counts"]}
    assert (in_steps["closed"][5], in_steps["closed"][6], sum(in_steps["closed"])) == (2, 1, 3)
    assert in_steps["open_at_end"][4:8] == [0, 9, 8, 8]
    assert sum(in_steps["filed"]) == sheet["total"]["counts"]["filed"]


def test_a_course_of_an_area_of_a_kind_and_of_one_figure(closed: Town) -> None:
    rows = closed.get("/figures", period=PERIOD, level="street")["rows"]
    for row in rows:
        told = closed.get("/figures/course", period=PERIOD, level="street", area=row["code"], figure="arrivals")
        assert (told["area"], told["level"], told["kind"], told["step"]) == (row["code"], "street", None, "day")
        assert told["total"]["figures"] == {"arrivals": row["figures"]["arrivals"]}
    told = closed.get("/figures/course", period=PERIOD, kind="L01", step="month")
    assert [one["counts"]["filed"] for one in told["steps"]] == [1]


@pytest.mark.parametrize(
    ("asked", "status", "why"),
    [
        ({"area": "990101001000"}, 422, "refused"),
        ({"level": "street", "area": "1"}, 404, "unknown-area"),
        ({"kind": "nothing"}, 404, "unknown-kind"),
        ({"figure": "luck"}, 422, "unknown-metric"),
        ({"step": "hour"}, 422, "invalid"),
        ({"period": "2020-01-01..2025-01-01", "step": "day"}, 422, "bad-days"),
        ({"by": "area"}, 422, "unknown-parameter"),
    ],
)
def test_a_course_that_cannot_be_meant_is_refused(busy: Town, asked: dict[str, str], status: int, why: str) -> None:
    answer = busy.client.get("/api/v1/figures/course", params=asked)
    assert (answer.status_code, answer.json()["type"].rpartition("#")[2]) == (status, why)


def test_the_lists_behind_a_drawing_are_what_it_counts(closed: Town) -> None:
    page = closed.client.get("/figures", params={"period": PERIOD, "step": "week", "kind": "M01"}).text
    lists = {unescape(one) for one in re.findall(r'href="(/api/v1/reports\.csv[^"]*)"', page)}
    told = closed.get("/figures/course", period=PERIOD, kind="M01")["total"]["counts"]
    lines = {one: len(closed.client.get(one).text.splitlines()) - 1 for one in lists}
    found = {
        "filed" if "filed_from" in one else "closed" if "closed_from" in one else "open": lines[one] for one in lines
    }
    assert found == {"filed": told["filed"], "closed": told["closed"], "open": told["open_at_end"]}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_draws_the_course(closed: Town, lang: str) -> None:
    page = closed.client.get("/figures", params={"period": PERIOD, "level": "street", "lang": lang}).text
    assert page.count('<svg class="chart"') == 6
    assert page.count('<svg class="chart small"') == 3
    assert page.count("<desc ") == 9
    assert page.count("<details>") == 7
    assert set(re.findall(r'class="defined" href="#(\w+)"', page)) <= set(re.findall(r'<dt id="(\w+)">', page))
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_a_row_leads_to_its_own_course(closed: Town) -> None:
    for by, of in (("area", "area"), ("kind", "kind")):
        page = closed.client.get("/figures", params={"period": PERIOD, "by": by, "lang": "en"}).text
        href = unescape(re.findall(r'class="row-name" href="([^"]*)"', page)[0])
        assert f"{of}=" in href
        narrowed = closed.client.get(href).text
        assert 'id="course-by"' not in narrowed
        assert "Show everything" in narrowed


def test_rows_inside_the_area_of_the_course_are_drawn_beside_it(closed: Town) -> None:
    asked = {"period": PERIOD, "level": "grid", "area": "street:990101001000", "kind": "M01", "figure": "arrivals"}
    page = closed.client.get("/figures", params=asked).text
    street = closed.get("/figures/course", period=PERIOD, level="street", area="990101001000", kind="M01")
    beside = [int(one) for one in re.findall(r"</a> <b>(\d+)</b>", page)]
    assert 0 < len(beside) <= 12
    assert sum(beside) == street["total"]["figures"]["arrivals"]
    assert closed.client.get("/figures", params={**asked, "area": "990101001000"}).status_code == 422


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
