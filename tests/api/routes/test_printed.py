"""What is put on paper: read back from the documents themselves."""

from __future__ import annotations

import io

import httpx
import pypdfium2
import pytest
from PIL import Image

from layers.actors import Role
from tests.accounts import account, bearer
from tests.api.routes.planned import CELLS, COMMUNITY, Office, office, split
from tests.api.routes.towns import Town
from tests.toytown import polygons

A3_POINTS = (1190.55, 841.89)
A4_POINTS = (595.28, 841.89)
SECRET = "三单元老人跌倒 13812345678"


@pytest.fixture(scope="module")
def desk(town: Town) -> Office:
    return office(town)


def printed(answer: httpx.Response) -> tuple[list[tuple[float, float]], str]:
    """The sizes of the pages in points, and all text with white space taken out."""
    assert answer.status_code == 200, answer.text
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("application/pdf", "no-store")
    document = pypdfium2.PdfDocument(answer.content)
    pages = [document[n] for n in range(len(document))]
    text = "".join(page.get_textpage().get_text_range() for page in pages)
    return [page.get_size() for page in pages], "".join(text.split())


def test_a_map_is_a_sheet_of_a3_with_all_that_a_map_must_say(town: Town) -> None:
    town.file()
    sizes, text = printed(town.client.get("/maps/workload.pdf", params={"level": "grid", "metric": "open"}))
    assert sizes == [pytest.approx(A3_POINTS, abs=0.5)]
    edition = town.get("/editions")["editions"][0]["number"]
    for said in ("未结事件", "区域数", f"第{edition}版边界", "截至2025-01-06", "北", "无数据"):
        assert said in text
    counted = town.client.get("/maps/figures", params={"level": "grid", "metric": "open"}).json()["count"]
    assert f"{counted:,}个" in text


def test_a_part_is_printed_with_the_classes_of_the_whole(town: Town) -> None:
    whole = printed(town.client.get("/maps/workload.pdf", params={"level": "grid"}))[1]
    part = printed(town.client.get("/maps/workload.pdf", params={"level": "grid", "area": COMMUNITY, "lang": "en"}))[1]
    assert f"{len(CELLS)}grid" in part and "Noareasof" not in part
    assert f"{len(CELLS)}个" not in whole
    refused = town.client.get("/maps/workload.pdf", params={"area": "nowhere"})
    assert (refused.status_code, refused.json()["type"]) == (404, "/api/v1/problems#unknown-area")


def test_the_same_sheet_as_a_picture(town: Town) -> None:
    answer = town.client.get("/maps/workload.png", params={"level": "community"})
    assert answer.headers["content-type"] == "image/png"
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size == (2481, 1754)
    colours = picture.convert("RGB").getcolors(1 << 24)
    assert colours is not None and len(colours) > 20


def test_whoever_holds_a_street_prints_that_street(town: Town) -> None:
    officer = bearer(account(town.database_url, Role.STREET_OFFICER, areas=[polygons.street_code(0)]))
    with httpx.Client(base_url=town.client.base_url, headers=officer, trust_env=False, timeout=30) as client:
        mine = printed(client.get("/maps/workload.pdf", params={"level": "grid"}))[1]
    cells = sum(code.startswith(polygons.street_code(0)[:9]) for code in polygons.grids().codes)
    assert f"{cells}个网格" in mine


def test_the_consequences_of_a_plan_on_paper_are_those_of_the_interface(desk: Office) -> None:
    number = desk.opened("调整东侧网格")
    desk.draw(number, split(CELLS[0]))
    path = f"/api/v1/plans/{number}/consequences.pdf"
    sizes, text = printed(desk.town.client.get(path, headers=desk.planner))
    assert all(size == pytest.approx(A4_POINTS[::-1], abs=0.5) for size in sizes)
    sheet = desk.told("GET", f"/plans/{number}/consequences")
    assert "调整东侧网格·影响分析" in text
    for one in sheet["cells"]:
        assert one["code"] in text
    for one in sheet["shares"]:
        assert f"{one['share']:.1%}" in text
    for one in sheet["loads"]:
        assert one["number"] in text
    english = printed(desk.town.client.get(path, headers=desk.planner, params={"lang": "en"}))[1]
    assert "Gridbygrid" in english


def test_each_grid_that_a_plan_draws_has_its_sheet_with_borders_in_words(desk: Office) -> None:
    number = desk.opened()
    drawn = desk.draw(number, split(CELLS[0]))
    told = [one["properties"] for one in drawn["cells"]["features"]]
    names = {one["code"]: one["name"] for one in told}
    new = next(one["code"] for one in told if one["change"] == "created")
    _, text = printed(desk.town.client.get(f"/api/v1/plans/{number}/grids.pdf", headers=desk.planner))
    assert CELLS[0] in text and new in text
    # The line runs from south to north: each half bounds on the other.
    named = names[new]
    assert f"东至{named}" in text or f"西至{named}" in text


def test_an_empty_plan_is_printed_too(desk: Office) -> None:
    number = desk.opened()
    for document in ("consequences", "grids"):
        _, text = printed(desk.town.client.get(f"/api/v1/plans/{number}/{document}.pdf", headers=desk.planner))
        assert "方案尚无改动" in text


def test_a_work_order_has_its_place_and_nothing_personal(town: Town) -> None:
    filed = town.file(text=SECRET, reporter={"name": "某某", "phone": "13812345678"})
    sizes, text = printed(town.client.get(f"/api/v1/reports/{filed['number']}/order.pdf"))
    assert sizes == [pytest.approx(A4_POINTS, abs=0.5)]
    where = filed["where"]
    assert filed["number"] in text and where["path"][-1]["name"].replace(" ", "") in text
    assert f"{where['position']['lat']:.6f}" in text
    assert "138" not in text.replace(filed["number"], "") and "跌倒" not in text and "某某" not in text


def test_a_matter_without_a_place_has_an_order_too(town: Town) -> None:
    filed = town.file(subject={"type": "address", "address": "不知何处"})
    _, text = printed(town.client.get(f"/api/v1/reports/{filed['number']}/order.pdf", params={"lang": "en"}))
    assert filed["number"] in text and "Workorder" in text
