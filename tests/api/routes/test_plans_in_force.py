"""Plans come in force: in one step, with everything that hangs on the grids, or not at all and saying why."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from tests.api.routes.planned import CELLS, COMMUNITY, Office, office, split, within
from tests.api.routes.towns import Town, served

KILLS = 50 if os.environ.get("WANGGE_LONG") == "1" else 5
NEW = f"{COMMUNITY}{len(CELLS) + 1:03d}"


@pytest.fixture
def desk(toytown_url: str) -> Iterator[Office]:
    with served(toytown_url) as town:
        yield office(town)


def in_force(town: Town) -> list[int]:
    return [number for (number,) in town.sql("select number from editions where status = 'in_force'")]


def east_of(code: str) -> dict[str, Any]:
    """A subject in the eastern fifth of a cell."""
    subject = within(code)
    return {**subject, "lon": round(subject["lon"] + 0.0008, 7)}


def test_an_approved_plan_comes_in_force_and_everything_follows(desk: Office) -> None:
    filed = desk.town.file(subject=east_of(CELLS[0]))
    assert filed["where"]["path"][-1]["code"] == CELLS[0]
    still = desk.town.file(subject=within(CELLS[4]))
    number = desk.opened()
    desk.draw(number, split(CELLS[0]))
    desk.approved(number)
    sheet = desk.told("GET", f"/plans/{number}/consequences")
    assert desk.enforce() == 1
    kept = desk.told("GET", f"/plans/{number}/consequences")
    assert {name: kept[name] for name in kept if name != "as_of"} == {
        name: sheet[name] for name in sheet if name != "as_of"
    }
    plan = desk.plan(number)
    assert (plan["state"], plan["edition"]) == ("in_force", 2) and in_force(desk.town) == [2]
    assert [one["step"] for one in plan["steps"]] == ["check", "submit", "approve", "put_in_force"]
    desk.followed(2)
    moved = desk.town.get(f"/reports/{filed['number']}")
    assert moved["where"]["path"][-1]["code"] == NEW
    assert moved["assignee"] == filed["assignee"]
    record = desk.town.get(f"/reports/{filed['number']}/record")
    assert record["holds"] and record["entries"][-1]["type"] == "relocated"
    assert desk.town.get(f"/reports/{still['number']}/record")["entries"][-1]["type"] != "relocated"
    new = desk.town.get(f"/areas/grid/{NEW}")
    former = desk.town.get(f"/areas/grid/{CELLS[0]}")
    assert new["name"].endswith(NEW[-3:] + "网格") or new["name"] == NEW
    assert [one["number"] for one in new["answering"]] == [one["number"] for one in former["answering"]] != []
    assert desk.town.file(subject=east_of(CELLS[0]))["where"]["path"][-1]["code"] == NEW
    [(links,)] = desk.town.sql("select count(*) from lineage where edition_id = (select max(id) from editions)")
    assert links == 1
    [(facts,)] = desk.town.sql("select convert_from(body, 'utf-8') from traces where event = 'published'")
    assert f'"plan":{number}' in str(facts)


def test_a_former_edition_comes_back_as_a_new_one(desk: Office) -> None:
    filed = desk.town.file(subject=east_of(CELLS[0]))
    number = desk.opened()
    desk.draw(number, split(CELLS[0]))
    desk.approved(number)
    desk.enforce()
    desk.followed(2)
    back = desk.opened("恢复原边界", area=None, restores=1)
    answer = desk.ask("POST", f"/plans/{back}/operations", version=1, operations=[split(CELLS[1])])
    assert answer.json()["type"] == "/api/v1/problems#not-drawn"
    sheet = desk.told("GET", f"/plans/{back}/consequences")
    assert {one["code"]: one["after"] is None for one in sheet["cells"]}[NEW]
    desk.approved(back)
    assert desk.enforce() == 1
    desk.followed(3)
    assert desk.town.get(f"/reports/{filed['number']}")["where"]["path"][-1]["code"] == CELLS[0]
    digests = dict(desk.town.sql("select number, digest from editions"))
    assert digests[3] == digests[1] != digests[2]
    assert desk.plan(number)["replaced"] and not desk.plan(back)["replaced"]


def test_nothing_comes_in_force_before_its_moment(desk: Office) -> None:
    number = desk.opened()
    desk.draw(number, split(CELLS[0]))
    desk.town.later(hours=1)
    at = desk.town.now()
    desk.town.later(hours=-1)
    desk.approved(number, effective_at=at.isoformat())
    assert desk.enforce() == 0 and in_force(desk.town) == [1]
    desk.town.later(hours=1)
    assert desk.enforce() == 1 and in_force(desk.town) == [2]


def test_what_cannot_come_in_force_goes_back_to_its_draft_and_says_why(desk: Office) -> None:
    number = desk.opened()
    desk.draw(number, split(CELLS[0]))
    desk.approved(number)
    desk.town.sql(
        "insert into editions (district_id, number, status, made_by, made_at) "
        "select id, 2, 'draft', 'test', now() from districts limit 1"
    )
    assert desk.enforce() == 1
    plan = desk.plan(number)
    assert plan["state"] == "draft" and "draft" in plan["steps"][-1]["note"] and in_force(desk.town) == [1]
    assert desk.town.sql("select count(*) from editions") == [(2,)]


def test_a_plan_is_carried_over_where_nothing_was_drawn_and_conflicts_where_something_was(desk: Office) -> None:
    first, apart, same = desk.opened("一"), desk.opened("二"), desk.opened("三")
    desk.draw(first, split(CELLS[0]))
    desk.draw(apart, split(CELLS[8]))
    desk.draw(same, split(CELLS[0], 0.3))
    desk.approved(first)
    desk.enforce()
    desk.followed(2)
    assert desk.plan(apart)["outdated"]
    moved = desk.told("POST", f"/plans/{apart}/rebase", version=desk.version(apart))
    assert moved["plan"]["base"] == 2
    after = f"{COMMUNITY}{len(CELLS) + 2:03d}"
    created = [
        one["properties"]["code"] for one in moved["cells"]["features"] if one["properties"]["change"] == "created"
    ]
    assert created == [after]
    problem = desk.ask("POST", f"/plans/{same}/rebase", version=desk.version(same)).json()
    assert problem["type"] == "/api/v1/problems#plan-conflict" and problem["where"]["type"] == "MultiPolygon"
    desk.approved(same)
    desk.enforce()
    assert desk.plan(same)["state"] == "draft" and "carry" in desk.plan(same)["steps"][-1]["note"].lower()
    desk.approved(apart)
    desk.enforce()
    assert in_force(desk.town) == [3]
    desk.followed(3)
    assert {one["code"] for one in desk.town.get("/areas", level="grid", parent=COMMUNITY)["areas"]} >= {NEW, after}


def test_three_workers_put_a_plan_in_force_once(desk: Office) -> None:
    number = desk.opened()
    desk.draw(number, split(CELLS[0]))
    desk.approved(number)
    with ThreadPoolExecutor(3) as pool:
        for one in [pool.submit(desk.enforce) for _ in range(3)]:
            one.result()
    assert in_force(desk.town) == [2]
    assert [one["step"] for one in desk.plan(number)["steps"]].count("put_in_force") == 1


WORKER = """
import asyncio, sys
from api.clock import now
from api.database import Database
from api.enforcing import enforce_due

async def main():
    database = Database(sys.argv[1], size=2)
    print("ready", flush=True)
    sys.stdin.readline()
    await enforce_due(database, now)
    print("done", flush=True)
asyncio.run(main())
"""


def test_killed_at_any_moment_it_leaves_the_old_edition_or_the_new_one(toytown_url: str) -> None:
    with served(toytown_url) as town:
        desk = office(town)
        filed = [town.file(subject=east_of(code)) for code in CELLS[:3]]
        pick, took_s = random.Random(20261123), 0.6
        number = _ready_plan(desk, 0)
        for nth in range(KILLS):
            before = in_force(town)
            finished = _killed(toytown_url, pick.uniform(0.0, took_s))
            edition = in_force(town)
            assert len(edition) == 1
            state = desk.plan(number)["state"]
            assert (state == "in_force") == (edition != before), (nth, state, edition, before)
            assert not finished or state == "in_force"
            _nothing_mixed(toytown_url, edition[0])
            if state == "in_force":
                town.app.state.locators._look_now.set()
                desk.followed(edition[0])
                number = _ready_plan(desk, nth + 1)
        for one in filed:
            assert town.get(f"/reports/{one['number']}/record")["holds"]


def _ready_plan(desk: Office, nth: int) -> int:
    """An approved plan that splits a cell no plan has split before, or merges it again."""
    number = desk.opened(f"第{nth}次")
    desk.draw(number, split(CELLS[nth % len(CELLS)], 0.3 + 0.4 * (nth % 7) / 7))
    desk.approved(number)
    return number


def _killed(url: str, after_s: float) -> bool:
    """Run a worker and kill it after a while; whether it had come to its end."""
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdin is not None and worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    worker.stdin.write("\n")
    worker.stdin.flush()
    time.sleep(after_s)
    worker.kill()
    told = worker.stdout.read()
    worker.wait()
    return "done" in told


def _nothing_mixed(url: str, number: int) -> None:
    """Every open report lies in an area of the edition in force, and no half-made edition is left."""
    with psycopg.connect(url) as connection:
        others = connection.execute("select count(*) from editions where status in ('draft', 'checked')").fetchone()
        strays = connection.execute(
            "select count(*) from reports r where r.area_path is not null and not exists ("
            " select from edition_areas ea join editions e on e.id = ea.edition_id"
            " where e.number = %s and ea.area_id = r.area_id and ea.path = r.area_path)",
            [number],
        ).fetchone()
    assert others == (0,) and strays == (0,)
