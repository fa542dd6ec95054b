"""Steps over HTTP: what may be done, done once, the clock with its proof, and the past."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any

import httpx
import psycopg
import pytest

from layers.reports.queries import id_of
from tests.api.routes.towns import Town, position


@pytest.fixture
def filed(town: Town) -> dict[str, Any]:
    return town.file()


def test_a_step_is_taken_once_and_told_again(town: Town, filed: dict[str, Any]) -> None:
    path = f"/api/v1/reports/{filed['number']}/steps"
    desk = town.client
    possible = desk.get(path).json()
    assert possible["status"] == "dispatched"
    actions = {one["action"]: one for one in possible["steps"]}
    assert {"void", "transfer", "hand_up", "link"} <= actions.keys()
    assert "accept" not in actions, "the dispatcher does not have it in hand"
    assert actions["void"]["must"] == ["reason"]
    body = {"action": "hand_up", "reason": "beyond_powers", "client_key": "k1", "note": "请街道处理"}
    first = desk.post(path, json=body)
    again = desk.post(path, json=body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.json()["again"], again.json()["again"]) == (False, True)
    assert first.json()["position"] == again.json()["position"]
    other = desk.post(path, json=body | {"reason": "needs_units"})
    assert (other.status_code, other.json()["type"].rpartition("#")[2]) == (409, "key-reused")


@pytest.mark.parametrize(
    ("body", "status", "kind", "field"),
    [
        ({"action": "verify"}, 409, "wrong-step", "action"),
        ({"action": "accept"}, 403, "not-allowed", "action"),
        ({"action": "void"}, 422, "bad-step", "reason"),
        ({"action": "void", "reason": "whim"}, 422, "bad-step", "reason"),
        ({"action": "void", "reason": "test", "unit": "U1"}, 422, "bad-step", "unit"),
        ({"action": "transfer", "reason": "by_hand"}, 422, "bad-step", "person"),
        ({"action": "transfer", "reason": "by_hand", "person": "NOBODY"}, 404, "unknown-person", "person"),
        ({"action": "transfer", "reason": "by_hand", "unit": "NOBODY"}, 404, "unknown-unit", "units"),
        ({"action": "dance"}, 422, "invalid", None),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    town: Town, filed: dict[str, Any], body: dict[str, Any], status: int, kind: str, field: str | None
) -> None:
    desk = town.client
    answer = desk.post(f"/api/v1/reports/{filed['number']}/steps", json={"client_key": "k"} | body)
    told = answer.json()
    assert (answer.status_code, told["type"].rpartition("#")[2]) == (status, kind)
    assert told.get("field") == field
    assert town.get(f"/reports/{filed['number']}")["status"] == "dispatched"


def test_the_clock_shows_what_counted(town: Town, filed: dict[str, Any]) -> None:
    clock = town.get(f"/reports/{filed['number']}/clock")
    assert clock["clock"] == "handle"
    assert clock["limit"]
    counted = [one for one in clock["proof"] if one["counted"]]
    if clock["due_at"] is not None:
        spent_s = sum(
            (datetime.fromisoformat(one["end"]) - datetime.fromisoformat(one["start"])).total_seconds()
            for one in counted
        )
        amount, unit = clock["limit"].split()
        hour_s = {"working_days": 8 * 3600, "working_hours": 3600, "urgent_hours": 3600, "days": 86_400}[unit]
        assert spent_s == pytest.approx(float(amount) * hour_s)


def filed_by(town: Town, version: int, days: str) -> dict[str, Any]:
    """The clock of a report filed once the service has seen a version of the year."""
    town.sql("insert into calendar_years select id, 2025, %s, %s, 'test', 'test', now() from districts", version, days)
    waited = time.monotonic() + 20
    while True:
        shown: dict[str, Any] = town.get(f"/reports/{town.file()['number']}/clock")
        if shown["calendar"].get("2025") == version:
            return shown
        assert time.monotonic() < waited, "the calendar is not seen"
        time.sleep(0.2)


def test_a_corrected_calendar_leaves_the_proof_of_a_running_clock(town: Town) -> None:
    before = filed_by(town, 1, "{}")
    assert (before["due_at"], before["missing_year"]) == ("2025-01-13T02:00:00Z", None)
    after = filed_by(town, 2, '{"2025-01-07": "停工", "2025-01-08": "停工"}')
    assert after["due_at"] == "2025-01-15T02:00:00Z"
    assert "停工" in {one["why"] for one in after["proof"]}
    assert town.get(f"/reports/{before['number']}/clock") == before


def test_a_clock_without_a_calendar_names_the_year_that_is_missing(town: Town) -> None:
    town.later(days=3 * 365)
    shown = town.get(f"/reports/{town.file()['number']}/clock")
    assert (shown["due_at"], shown["missing_year"]) == (None, 2028)
    assert {one["why"] for one in shown["proof"]} <= {"no_calendar"}


def test_the_past_is_as_it_was(town: Town, filed: dict[str, Any]) -> None:
    number = filed["number"]
    before = town.get(f"/reports/{number}")
    town.later(minutes=5)
    desk = town.client
    body = {"action": "hand_up", "reason": "beyond_powers", "client_key": "past"}
    assert desk.post(f"/api/v1/reports/{number}/steps", json=body).status_code == 200
    after = town.get(f"/reports/{number}")
    assert after["holder"] != before["holder"]
    moment = town.get(f"/reports/{number}/record")["entries"][0]["at"]
    assert town.get(f"/reports/{number}", at=moment) == before
    early = town.client.get(f"/api/v1/reports/{number}", params={"at": "2001-01-01T00:00:00Z"})
    assert early.json()["type"].endswith("#not-filed-yet")


def test_the_reporter_reopens_and_judges_by_number_and_secret(town: Town, filed: dict[str, Any]) -> None:
    given = {"number": filed["number"], "secret": filed["secret"], "client_key": "mine"}
    wrong = town.client.post("/api/v1/follow/steps", json=given | {"action": "verify"})
    assert wrong.status_code == 403
    early = town.client.post("/api/v1/follow/steps", json=given | {"action": "reopen", "reason": "not_solved"})
    assert early.json()["type"].endswith("#wrong-step")
    guessed = town.client.post("/api/v1/follow/steps", json=given | {"secret": "WRONG", "action": "reopen"})
    assert guessed.status_code == 404


def test_what_comes_back_at_the_same_place_is_counted(town: Town) -> None:
    here = [town.file(subject=position(7, 7)) for _ in range(3)]
    town.file(subject=position(7, 7), kind="L01")
    town.file(subject=position(8, 8))
    found = town.get(f"/reports/{here[-1]['number']}/nearby")
    assert found["nth"] == 3
    assert {one["number"] for one in found["open_same_kind"]} == {one["number"] for one in here[:2]}
    assert all(one["distance_m"] == 0 for one in found["earlier"])
    nowhere = town.file(subject={"type": "none"})
    assert town.get(f"/reports/{nowhere['number']}/nearby")["nth"] is None


def test_what_stands_against_a_step_is_told_in_the_language_asked_for(town: Town) -> None:
    number = town.file()["number"]
    asked = {"action": "verify", "client_key": "early"}
    for language, said in (("zh-CN", "状态的事件不能执行"), ("en", "cannot be given the step verify")):
        headers = {"accept-language": language}
        refused = town.client.post(f"/api/v1/reports/{number}/steps", json=asked, headers=headers)
        assert refused.status_code == 409
        assert said in refused.json()["detail"], refused.text


def test_a_step_that_waits_for_a_sweep_that_waits_for_it_is_taken_all_the_same(town: Town) -> None:
    number = town.file()["number"]
    holding = "(select assignee_id from reports where id = %s)"
    both = f"select id from people where number = 'W0009' or id = {holding} order by id"
    holder, other = town.sql(both, id_of(number))
    body = {"action": "transfer", "reason": "balances_load", "person": "W0009", "client_key": "k-deadlock"}
    held = "select coalesce(sum(open), 0) from person_loads where person_id = any(%s)"
    [(before,)] = town.sql(held, [*holder, *other])
    gain = "insert into person_loads values (%s, 0) on conflict (person_id) do update set open = person_loads.open"
    with psycopg.connect(town.database_url) as sweep, ThreadPoolExecutor() as thread:
        # A step takes loads in the order of people, a sweep as its reports come: the later one first, here.
        sweep.execute(gain, other)
        answer = thread.submit(town.client.post, f"/api/v1/reports/{number}/steps", json=body)
        _until_someone_waits(town, answer)
        sweep.execute(gain, holder)
        sweep.commit()
    assert answer.result().status_code == 200, answer.result().text
    assert town.get(f"/reports/{number}")["assignee"]["number"] == "W0009"
    assert town.sql(held, [*holder, *other]) == [(before,)], "one has one less, the other one more"


def _until_someone_waits(town: Town, answer: Future[httpx.Response]) -> None:
    waiting = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    while not town.sql(waiting):
        assert not answer.done(), answer.result().text
        time.sleep(0.02)
