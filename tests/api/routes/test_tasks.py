"""What those who act ask first, over HTTP."""

from __future__ import annotations

from typing import Any

import httpx

from layers.actors import Role
from tests.api.routes.people import Visitor, visitor
from tests.api.routes.towns import Town, position
from tests.toytown import polygons


def here(column: int, row: int) -> dict[str, Any]:
    return {name: value for name, value in position(column, row).items() if name != "type"}


KNOWN: dict[tuple[str, str], Visitor] = {}


def worker(town: Town, number: str) -> Visitor:
    """Whoever has this number, signed in; each has one account."""
    known = KNOWN.get((town.database_url, number))
    if known is None:
        known = KNOWN[town.database_url, number] = visitor(town, Role.GRID_WORKER, person=number)
        known.sign_in()
    return known


def test_ones_tasks_are_those_in_hand_and_the_nearest_first(town: Town) -> None:
    near, far = town.file(), town.file(subject=position(0, 1))
    mine = worker(town, near["assignee"]["number"])
    told = mine.get("/my/tasks").json()["tasks"]
    assert {near["number"]} <= {one["number"] for one in told}
    assert all(one["clock"] == "handle" and one["away_m"] is None for one in told)
    asked = mine.post("/my/tasks/near", here(0, 0)).json()["tasks"]
    assert asked[0]["number"] == near["number"]
    away = [one["away_m"] for one in asked]
    assert away == sorted(away) and away[0] < 1.0
    assert far["number"] not in {one["number"] for one in asked} or len(asked) > 1


def test_a_position_is_read_in_its_datum_and_not_kept(town: Town) -> None:
    filed = town.file()
    mine = worker(town, filed["assignee"]["number"])
    before = town.sql("select count(*) from positions")
    there = mine.post("/my/tasks/near", here(0, 0) | {"datum": "gcj02"}).json()["tasks"]
    assert 300 < min(one["away_m"] for one in there) < 900, "the datum was converted"
    assert mine.post("/my/tasks/near", {"lon": 117.2, "lat": 36.6}).status_code == 422, "none is guessed"
    assert town.sql("select count(*) from positions") == before


def test_the_area_one_stands_in_and_whether_it_is_ones_own(town: Town) -> None:
    cell = town.file()["where"]["path"][-1]["code"]
    officer = visitor(town, Role.COMMUNITY_OFFICER, areas=[f"{cell[:12]}"])
    officer.sign_in()
    told = officer.post("/my/area", here(0, 0)).json()
    assert told["path"][-1]["code"] == cell and told["mine"]
    other = visitor(town, Role.COMMUNITY_OFFICER, areas=[polygons.community_code(2, 2)])
    other.sign_in()
    assert not other.post("/my/area", here(0, 0)).json()["mine"]


def test_candidates_have_reasons_and_those_shown_near_can_see_it(town: Town) -> None:
    filed = town.file()
    path = f"/reports/{filed['number']}/candidates"
    told = town.get(path)["candidates"]
    assert [one["number"] for one in told][-1] == filed["assignee"]["number"] or len(told) > 1
    by_number = {one["number"]: one for one in told}
    assert len(by_number) == len(told), "once each"
    assert "has_it" in by_number[filed["assignee"]["number"]]["speaks_against"]
    assert {one["nearness"] for one in told} == {None}
    holder = worker(town, filed["assignee"]["number"])
    until = town.at.replace(hour=9).isoformat()
    shared = holder.post("/my/position", here(0, 0) | {"purpose": "patrol", "until": until})
    assert shared.status_code == 204, shared.text
    again = {one["number"]: one for one in town.get(path)["candidates"]}
    assert again[filed["assignee"]["number"]]["nearness"] == "near"
    looks = town.sql("select count(*) from traces where event = 'position_read' and account_id = %s", holder.id)
    assert looks == [(1,)]
    by_worker = httpx.Client(base_url=town.client.base_url, trust_env=False)
    told_worker = by_worker.get(f"/api/v1{path}", headers=bearer_of(holder)).json()["candidates"]
    assert {one["nearness"] for one in told_worker} == {None}, "a grid worker sees no positions"


def bearer_of(someone: Visitor) -> dict[str, str]:
    return {"Cookie": f"wangge_session={someone.token}"}


def test_a_unit_sees_its_matters_and_its_calls(town: Town) -> None:
    town.sql("insert into units (district_id, code, name) select id, 'urban', '城管' from districts limit 1")
    town.sql(
        "insert into people (district_id, number, role, unit_id) select district_id, 'U1', 'department_handler', id"
        " from units where code = 'urban'"
    )
    theirs = visitor(town, Role.DEPARTMENT_HANDLER, person="U1")
    theirs.sign_in()
    assert theirs.get("/my/unit/tasks").json() == {"tasks": [], "calls": []}
    given, whistled = town.file()["number"], town.file()["number"]
    for number, body in (
        (given, {"action": "transfer", "unit": "urban", "reason": "needs_unit"}),
        (whistled, {"action": "whistle", "units": ["urban"], "reason": "needs_units"}),
    ):
        taken = town.client.post(f"/api/v1/reports/{number}/steps", json=body | {"client_key": f"key of {number}"})
        assert taken.status_code == 200, taken.text
    told = theirs.get("/my/unit/tasks").json()
    assert [one["number"] for one in told["tasks"]] == [given]
    assert [(one["number"], one["purpose"]) for one in told["calls"]] == [(whistled, "whistle")]
    answered = theirs.post(f"/reports/{whistled}/steps", {"action": "report_in", "client_key": "here we are"})
    assert answered.status_code == 200, answered.text
    assert theirs.get("/my/unit/tasks").json()["calls"] == []
