"""Plans over HTTP: drawn, undone, copied, decided on, in force, taken back."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import shapely

from tests.api.routes.planned import CELLS, COMMUNITY, STREET, Office, across, office, split, within
from tests.api.routes.towns import Town
from tests.toytown import polygons


@pytest.fixture(scope="module")
def desk(town: Town) -> Office:
    return office(town)


def test_an_operation_is_stored_numbered_undone_and_redone(desk: Office) -> None:
    number = desk.opened()
    drawn = desk.draw(number, split(CELLS[0]))
    new = f"{COMMUNITY}{len(CELLS) + 1:03d}"
    assert drawn["plan"]["taken"] == 1 and drawn["gone"] == []
    changes = {one["properties"]["code"]: one["properties"]["change"] for one in drawn["cells"]["features"]}
    assert (changes[CELLS[0]], changes[new]) == ("changed", "created")
    assert set(changes.values()) <= {"changed", "created", "touched"}
    names = {one["properties"]["code"]: one["properties"]["name"] for one in drawn["cells"]["features"]}
    assert names[new] == names[CELLS[0]].replace(CELLS[0][-3:], new[-3:]) != names[CELLS[0]]
    log = desk.plan(number)["log"]
    assert log[0]["facts"]["codes"][:2] == [CELLS[0], new]
    changed = desk.told("GET", f"/plans/{number}/cells")
    assert sorted(one["properties"]["change"] for one in changed["features"]) == ["changed", "created", "former"]
    for path, taken, created in (("undo", 0, False), ("redo", 1, True)):
        told = desk.told("POST", f"/plans/{number}/{path}", version=desk.version(number))
        assert told["taken"] == taken
        codes = {one["properties"]["code"] for one in desk.told("GET", f"/plans/{number}/cells")["features"]}
        assert (new in codes) is created
    answer = desk.ask("POST", f"/plans/{number}/redo", version=desk.version(number))
    assert (answer.status_code, answer.json()["type"]) == (409, "/api/v1/problems#nothing-to-undo")


def test_what_was_undone_is_forgotten_once_something_else_is_drawn(desk: Office) -> None:
    number = desk.opened()
    desk.draw(number, split(CELLS[0]), split(CELLS[1]))
    desk.told("POST", f"/plans/{number}/undo", version=desk.version(number))
    desk.draw(number, {"operation": "merge", "codes": [CELLS[2], CELLS[5]]})
    log = desk.plan(number)["log"]
    assert [one["facts"]["operation"] for one in log] == ["split", "merge"] and all(one["counts"] for one in log)
    assert {one["code"] for one in desk.told("GET", f"/plans/{number}/consequences")["cells"]} >= {CELLS[5]}


def test_a_refused_operation_says_why_and_where_and_leaves_the_plan_alone(desk: Office) -> None:
    number = desk.opened()
    middle = polygons.grids().polygons[polygons.grids().codes.index(CELLS[0])].centroid
    line = [across(CELLS[0])[0], [round(middle.x, 7), round(middle.y, 7)]]
    short = {"operation": "split", "code": CELLS[0], "line": line}
    answer = desk.ask(
        "POST", f"/plans/{number}/operations", version=desk.version(number), operations=[split(CELLS[1]), short]
    )
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "/api/v1/problems#operation-refused")
    assert problem["field"] == "operations[1]" and problem["where"]["type"] == "MultiPoint" and problem["remedy"]
    assert desk.plan(number)["operations"] == 0


def test_nothing_is_drawn_outside_the_area_or_at_another_version(desk: Office) -> None:
    number = desk.opened()
    elsewhere = next(code for code in polygons.grids().codes if not code.startswith(COMMUNITY))
    for operations, version, status, kind in (
        ([split(elsewhere)], desk.version(number), 422, "outside-plan"),
        ([{"operation": "reparent", "code": CELLS[0], "parent": elsewhere[:12]}], 1, 422, "outside-plan"),
        ([split(CELLS[0])], 99, 409, "plan-changed"),
    ):
        answer = desk.ask("POST", f"/plans/{number}/operations", version=version, operations=operations)
        assert (answer.status_code, answer.json()["type"]) == (status, f"/api/v1/problems#{kind}"), answer.text


def test_a_code_that_an_area_had_is_not_given_again(desk: Office) -> None:
    number = desk.opened()
    again = split(CELLS[0]) | {"codes": [CELLS[0], CELLS[1]]}
    answer = desk.ask("POST", f"/plans/{number}/operations", version=1, operations=[again])
    assert answer.status_code == 422 and "code_taken" in answer.text


def test_a_locked_grid_stays_as_it_is_until_the_order_ends(desk: Office) -> None:
    number = desk.opened()
    order: dict[str, Any] = {"code": CELLS[5], "reason": "划界争议，暂缓调整"}
    assert desk.ask("POST", "/cell-locks", **order).status_code == 403
    desk.told("POST", "/cell-locks", who=desk.supervisor, **order)
    assert [one["code"] for one in desk.told("GET", "/cell-locks")["locks"]] == [CELLS[5]]
    assert desk.ask("POST", "/cell-locks", who=desk.supervisor, **order).status_code == 409
    answer = desk.ask("POST", f"/plans/{number}/operations", version=1, operations=[split(CELLS[5])])
    assert answer.json()["type"] == "/api/v1/problems#cell-locked"
    for status in (204, 404):
        assert desk.ask("DELETE", f"/cell-locks/{CELLS[5]}", who=desk.supervisor).status_code == status
    desk.draw(number, split(CELLS[5]))


def test_a_copy_goes_its_own_way(desk: Office) -> None:
    number = desk.opened()
    desk.draw(number, split(CELLS[0]))
    copy = desk.told("POST", f"/plans/{number}/copy", version=desk.version(number), name="另一方案")["plan"]
    desk.told("POST", f"/plans/{copy}/undo", version=1)
    assert (desk.plan(number)["taken"], desk.plan(copy)["taken"]) == (1, 0)
    assert desk.plan(copy)["log"][0]["facts"] == desk.plan(number)["log"][0]["facts"]


def test_whoever_drew_does_not_decide_and_steps_have_their_order(desk: Office) -> None:
    number = desk.opened()
    assert desk.step(number, "check").json()["type"] == "/api/v1/problems#empty-plan"
    desk.draw(number, split(CELLS[0]))
    assert desk.step(number, "submit").json()["type"] == "/api/v1/problems#not-a-step"
    assert desk.step(number, "check", who=desk.supervisor).status_code == 403
    for step in ("check", "submit"):
        assert desk.step(number, step).status_code == 200
    assert desk.plan(number)["possible"] == ["return", "withdraw"]
    assert desk.step(number, "approve").json()["type"] == "/api/v1/problems#own-plan"
    answer = desk.ask("POST", f"/plans/{number}/operations", version=desk.version(number), operations=[split(CELLS[1])])
    assert answer.json()["type"] == "/api/v1/problems#not-drawn"
    past = (desk.town.now() - timedelta(days=1)).isoformat()
    assert desk.step(number, "approve", who=desk.supervisor, effective_at=past).status_code == 422
    assert desk.step(number, "return", who=desk.supervisor, note="东界应沿河").status_code == 200
    told = desk.plan(number)
    assert told["state"] == "draft" and told["steps"][-1]["note"] == "东界应沿河"
    assert desk.step(number, "withdraw").json()["state"] == "withdrawn"


def test_comments_are_pinned_and_posted_plans_are_everybodys(desk: Office) -> None:
    number = desk.opened()
    desk.draw(number, split(CELLS[0]))
    place = within(CELLS[0])
    desk.told(
        "POST", f"/plans/{number}/comments", who=desk.supervisor, text="此处为学校", lon=place["lon"], lat=place["lat"]
    )
    assert desk.ask("POST", f"/plans/{number}/comments", text="？", lon=place["lon"]).status_code == 422
    [said] = desk.plan(number)["comments"]
    assert said["at"] == {"lon": place["lon"], "lat": place["lat"]}
    anyone = {"Authorization": ""}
    assert desk.told("GET", "/public/plans", who=anyone)["plans"] == []
    for step, who in (("check", None), ("submit", None), ("post", desk.supervisor)):
        assert desk.step(number, step, who=who).status_code == 200
    [posted] = desk.told("GET", "/public/plans", who=anyone)["plans"]
    assert posted["plan"] == number and "made_by" not in posted and len(posted["cells"]["features"]) == 3
    desk.step(number, "withdraw")


def test_the_sheet_counts_what_moves_and_who_answers(desk: Office) -> None:
    number = desk.opened()
    first = CELLS[0]
    desk.town.file(subject=within(first))
    desk.draw(number, split(first, 0.7))
    told = desk.told("GET", f"/plans/{number}/consequences")
    cells = {one["code"]: one for one in told["cells"]}
    new = next(code for code, one in cells.items() if one["before"] is None)
    for name in ("buildings", "households", "residents", "over_60", "open_reports", "reports_year", "area_m2"):
        after = sum(one["after"][name] for one in cells.values())
        assert after == pytest.approx(cells[first]["before"][name], rel=1e-4), name
    assert cells[first]["before"]["reports_year"] >= 1 and 0 < cells[new]["after"]["reock"] < 1
    assert told["moved"]["buildings"] == cells[new]["after"]["buildings"]
    shares = {one["to_code"]: one["share"] for one in told["shares"] if one["from_code"] == first}
    assert shares == {first: pytest.approx(0.7, abs=0.01), new: pytest.approx(0.3, abs=0.01)}
    assert told["vacant"] == [] and told["left"] == []
    [load] = [one for one in told["loads"] if one["before"]["cells"] != one["after"]["cells"]]
    assert load["after"]["cells"] == load["before"]["cells"] + 1
    assert load["after"]["households"] == load["before"]["households"]
    answer = desk.ask("GET", f"/plans/{number}/consequences.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert {one["code"] for one in rows} == set(cells)
    by_code = {one["code"]: one for one in rows}
    assert float(by_code[first]["households_before"]) == cells[first]["before"]["households"]


def test_options_even_out_a_community_and_can_be_drawn(desk: Office) -> None:
    number = desk.opened()
    told = desk.told("POST", f"/plans/{number}/options", area=COMMUNITY, by="households", locks=[CELLS[0]])
    for option in told["options"]:
        assert option["largest_deviation"] >= 0 and {*option["weights"], CELLS[0]} == set(CELLS)
        assert all(CELLS[0] not in (one.get("giver"), one.get("taker")) for one in option["operations"])
    best = next((one for one in told["options"] if one["operations"]), None)
    if best is not None:
        assert desk.draw(number, *best["operations"])["plan"]["taken"] == len(best["operations"])


def test_nothing_goes_over_a_barrier_that_is_drawn(desk: Office) -> None:
    number = desk.opened(area=STREET)
    heavier = "update buildings set households = households {} 5 where area_id = (select id from areas where code = %s)"
    desk.town.sql(heavier.format("*"), CELLS[0])
    shapes = dict(zip(polygons.grids().codes, polygons.grids().polygons, strict=True))
    west, south, east, north = shapely.total_bounds([shapes[code] for code in shapes if code.startswith(STREET[:9])])
    walls = [[[x, south - 0.01], [x, north + 0.01]] for x in np.linspace(west, east, 40)]
    walls += [[[west - 0.01, y], [east + 0.01, y]] for y in np.linspace(south, north, 9)]
    free = desk.told("POST", f"/plans/{number}/options", area=STREET, by="households")["options"]
    assert any(one["operations"] for one in free) and all(one["walk_m"] > 0 for one in free)
    walled = desk.told("POST", f"/plans/{number}/options", area=STREET, by="households", barriers=walls)["options"]
    assert not any(one["operations"] for one in walled)
    answer = desk.ask("POST", f"/plans/{number}/options", area=COMMUNITY, barriers=[[[121.0, 39.0]]])
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"].startswith("barriers")
    desk.town.sql(heavier.format("/"), CELLS[0])


def test_plans_are_seen_within_the_territory_only(desk: Office) -> None:
    other_street = polygons.street_code(2)
    answer = desk.ask("POST", "/plans", name="越界", area=other_street)
    assert answer.status_code == 404
    theirs = desk.told("POST", "/plans", who=desk.other, name="另一街道", area=other_street)["plan"]
    mine = desk.opened(area=STREET)
    seen = {one["plan"] for one in desk.told("GET", "/plans")["plans"]}
    assert mine in seen and theirs not in seen
    assert desk.ask("GET", f"/plans/{theirs}").status_code == 404
    assert {mine, theirs} <= {one["plan"] for one in desk.told("GET", "/plans", who=desk.other, state="draft")["plans"]}


def test_a_community_is_numbered_anew_with_numbers_that_nobody_ever_had(desk: Office) -> None:
    number = desk.opened()
    desk.draw(number, split(CELLS[0]), {"operation": "renumber", "parent": COMMUNITY})
    used = len(CELLS) + 1
    cells = desk.told("GET", f"/plans/{number}/cells")["features"]
    created = sorted(one["properties"]["code"] for one in cells if one["properties"]["change"] == "created")
    assert created == [f"{COMMUNITY}{used + n:03d}" for n in range(1, used + 1)]
    shares = desk.told("GET", f"/plans/{number}/consequences")["shares"]
    whole = {one["from_code"]: one["to_code"] for one in shares if one["share"] > 0.999}
    assert set(whole) == set(CELLS) - {CELLS[0]} and len(set(whole.values())) == len(whole)
    answer = desk.ask(
        "POST",
        f"/plans/{number}/operations",
        version=desk.version(number),
        operations=[{"operation": "renumber", "parent": "x"}],
    )
    assert answer.status_code == 422 and "unknown_parent" in answer.json()["detail"], answer.text
