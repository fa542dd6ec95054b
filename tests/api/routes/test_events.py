"""Live events: within one's territory, in order, from where one left off, whatever happens to a connection."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

import httpx
import psycopg
import pytest

from api import listening as listening_module
from api.listening import Listener
from layers.actors import Role
from layers.reports.appending import append
from tests.accounts import account, bearer
from tests.api.routes.people import visitor
from tests.api.routes.towns import Town, position
from tests.listeners import Ear, listening, pump, replayed
from tests.toytown import polygons

HERE, THERE = polygons.street_code(0), polygons.street_code(2)
LISTENING = "select pid from pg_stat_activity where query = 'listen wangge_stream' and datname = current_database()"
FAR_CELL = "select path from edition_areas join areas a on a.id = area_id where a.code = %s"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks and grants are felt sooner than they have to be."""
    monkeypatch.setattr(Listener, "look_who_s", 0.2)


def officer(town: Town, street: str, **more: Any) -> httpx.Client:
    token = account(town.database_url, Role.STREET_OFFICER, areas=[street], **more)
    return httpx.Client(base_url=town.client.base_url, headers=bearer(token), trust_env=False)


def filed(town: Town, **changes: Any) -> str:
    """The number of a new report, pumped."""
    number: str = town.file(**changes)["number"]
    pump(town.database_url)
    return number


def appended(town: Town, number: str, type_: str, facts: dict[str, Any], **changes: Any) -> None:
    """An entry as a step writes it, with what it changes of the report's row; pumped."""

    async def write() -> None:
        report = int(number.replace("-", ""))
        async with await psycopg.AsyncConnection.connect(town.database_url) as connection:
            for column, value in changes.items():
                statement = f"update reports set {column} = %s where id = %s"
                await connection.execute(statement.encode(), [value, report])
            await append(connection, report, type_, facts, actor="test", now=town.at)

    asyncio.run(write())
    pump(town.database_url)


def moved(town: Town, number: str, to_path: str) -> None:
    facts = {"edition": 1, "area_path": to_path, "certainty": 1.0, "located": True, "flags": [], "holder_area": None}
    appended(town, number, "relocated", facts | {"before": {}}, area_path=to_path)


def names(ear: Ear, count: int) -> list[str]:
    return [one.name if one else "end" for one in (ear.next() for _ in range(count))]


def test_a_change_is_told_to_whoever_sees_the_report(town: Town) -> None:
    with contextlib.ExitStack() as open_here:
        here, there = (open_here.enter_context(officer(town, street)) for street in (HERE, THERE))
        near, far, desk = (open_here.enter_context(listening(one)) for one in (here, there, town.client))
        number = filed(town, reporter={"name": "canary", "phone": "canary"})
        other = filed(town, subject=position(8, 0))
        first, second = near.next(), near.next()
        assert first is not None and second is not None
        assert (first.name, second.name) == ("filed", "assigned")
        assert first.id < second.id
        told = second.told
        assert told | {"assignee": "", "areas": 0} == {
            "number": number,
            "type": "assigned",
            "at": "2025-01-06T02:00:00Z",
            "entry": 2,
            "status": "dispatched",
            "kind": "M01",
            "urgent": False,
            "areas": 0,
            "assignee": "",
            "unit": None,
            "due_at": told["due_at"],
        }
        assert told["assignee"].startswith("W")
        assert told["areas"][:2] == [polygons.DISTRICT_CODE, HERE]
        assert len(told["areas"]) == 4
        assert {one.told["number"] for one in (far.next(), far.next()) if one} == {other}
        assert {one.told["number"] for one in (desk.next() for _ in range(4)) if one} == {number, other}
        assert "canary" not in str(first) + str(second)


def test_nobody_listens_without_the_right(town: Town) -> None:
    with httpx.Client(base_url=town.client.base_url, trust_env=False) as nobody:
        assert nobody.get("/api/v1/events").status_code == 401
    token = account(town.database_url, Role.SYSTEM_ADMINISTRATOR)
    assert town.client.get("/api/v1/events", headers=bearer(token)).status_code == 403


def test_whoever_comes_back_is_told_what_they_missed(town: Town) -> None:
    with listening(town.client) as ear:
        filed(town)
        seen = ear.next()
        assert seen is not None
    missed = filed(town)
    for answer in (replayed(town.client, seen.id), replayed(town.client, 0, headers={"Last-Event-ID": str(seen.id)})):
        assert [one.name for one in answer] == ["assigned", "filed", "assigned"]
        assert answer[-1].told["number"] == missed
        assert [one.id for one in answer] == sorted({one.id for one in answer})
    with listening(town.client, headers={"Last-Event-ID": str(seen.id)}) as again:
        assert names(again, 3) == ["assigned", "filed", "assigned"]


def test_how_far_one_is_is_told_without_an_event(town: Town) -> None:
    with officer(town, THERE) as there, listening(there) as ear:
        before = ear.last_id
        filed(town)
        [last] = town.sql("select max(place) from journal_stream")
        assert ear.heard.empty()
        answer = there.get("/api/v1/events", params={"after": str(before), "wait": "false"})
        assert f"id: {last[0]}\n\n" in answer.text
        assert "event:" not in answer.text


def test_a_lost_connection_loses_nothing(town: Town) -> None:
    with listening(town.client) as ear:
        [(process,)] = town.sql(LISTENING)
        town.sql("select pg_terminate_backend(%s)", process)
        numbers = [filed(town) for _ in range(3)]
        heard = [ear.next() for _ in range(6)]
        assert [one.told["number"] for one in heard if one] == [one for number in numbers for one in (number, number)]
        number = filed(town)
        assert {one.told["number"] for one in (ear.next(), ear.next()) if one} == {number}
    assert town.sql(LISTENING) != [(process,)]


def test_a_report_that_leaves_is_gone_for_whoever_saw_it(town: Town) -> None:
    [(path,)] = town.sql(FAR_CELL, f"{polygons.community_code(2, 0)}001")
    number = filed(town)
    with officer(town, HERE) as here, officer(town, THERE) as there:
        with listening(here) as near, listening(there) as far:
            moved(town, number, path)
            gone, come = near.next(), far.next()
            assert gone is not None and come is not None
            assert (gone.name, gone.told) == ("gone", {"number": number, "at": "2025-01-06T02:00:00Z"})
            assert (come.name, come.told["areas"][1]) == ("relocated", THERE)
            appended(town, number, "personal_erased", {"reason": "x", "fields": [], "photos": 0})
            assert names(far, 1) == ["personal_erased"]
            elsewhere = filed(town)
            told = near.next()
            assert told is not None and told.told["number"] == elsewhere, "what it does there is not their matter"
        # Nothing of it is told to whoever comes back, but that it left.
        assert {one.name for one in replayed(here, 0) if one.told["number"] == number} == {"gone"}


def test_whoever_had_it_in_hand_is_told_that_it_is_gone(town: Town) -> None:
    number = filed(town)
    [(person,)] = town.sql(
        "select p.number from reports r join people p on p.id = r.assignee_id where r.id = %s",
        int(number.replace("-", "")),
    )
    token = account(town.database_url, Role.DEPARTMENT_HANDLER, person=person)
    with listening(town.client, headers=bearer(token)) as ear:
        facts = {"rule": "x", "holder_area": None, "reason": "x"}
        appended(town, number, "unassigned", facts, assignee_id=None)
        assert names(ear, 1) == ["gone"]


def test_a_hand_over_shows_it_and_its_end_takes_it_away(town: Town) -> None:
    number = filed(town)
    address, to = f"/api/v1/reports/{number}/hand-overs", {"level": "street", "code": THERE}
    with officer(town, THERE) as there, listening(there) as ear:
        assert town.client.post(address, json=to | {"reason": "the drain begins there"}).status_code == 204
        pump(town.database_url)
        assert names(ear, 1) == ["handed_over"]
        assert town.client.post(f"{address}/end", json=to).status_code == 204
        pump(town.database_url)
        assert names(ear, 1) == ["gone"]


def test_whoever_is_too_far_behind_looks_anew(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    live = town.app.state.live
    monkeypatch.setattr(live, "_most_kept", 2)
    before = live.last
    with listening(town.client) as ear:
        filed(town), filed(town)
        assert "end" not in names(ear, 2)
    [anew] = replayed(town.client, before)
    assert (anew.name, anew.told) == ("resynchronise", {"reason": "behind"})
    assert anew.id == live.last
    assert replayed(town.client, anew.id) == []
    [anew] = replayed(town.client, live.last + 1_000)
    assert anew.name == "resynchronise", "a place that never was"


def test_another_territory_is_told_and_felt(town: Town) -> None:
    token = account(town.database_url, Role.STREET_OFFICER, areas=[HERE])
    with listening(town.client, headers=bearer(token)) as ear:
        town.sql(
            "update territories set area_id = (select id from areas where code = %s) where account_id = "
            "(select max(id) from accounts)",
            THERE,
        )
        anew = ear.next()
        assert anew is not None and (anew.name, anew.told) == ("resynchronise", {"reason": "scope"})
        filed(town)
        there = filed(town, subject=position(8, 0))
        told = ear.next()
        assert told is not None and told.told["number"] == there


@pytest.mark.parametrize(
    "statement",
    ["update accounts set locked_at = %s", "update devices set revoked_at = %s", "update devices set lost_at = %s"],
)
def test_whoever_is_locked_out_hears_no_more(town: Town, statement: str) -> None:
    token = account(town.database_url, Role.DISPATCHER, areas=[polygons.DISTRICT_CODE])
    of_account = "id" if "accounts" in statement else "account_id"
    with listening(town.client, headers=bearer(token)) as ear:
        town.sql(f"{statement} where {of_account} = (select max(id) from accounts)", town.at)
        assert ear.next() is None


def test_a_stream_does_not_keep_a_session_alive(town: Town) -> None:
    someone = visitor(town, Role.STREET_OFFICER, areas=[HERE])
    someone.sign_in()
    with listening(someone.client) as ear:
        seen = town.sql("select max(seen_at) from sessions where account_id = %s", someone.id)
        town.later(minutes=29)
        filed(town)
        assert names(ear, 2) == ["filed", "assigned"]
        assert town.sql("select max(seen_at) from sessions where account_id = %s", someone.id) == seen
        town.later(minutes=2)
        assert ear.next() is None


def test_an_account_has_so_many_streams(town: Town) -> None:
    token = account(town.database_url, Role.DISPATCHER, areas=[polygons.DISTRICT_CODE])
    ears = [listening(town.client, headers=bearer(token)) for _ in range(10)]
    for one in ears:
        one.__enter__()
    answer = town.client.get("/api/v1/events", headers=bearer(token))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    for one in ears:
        one.__exit__(None, None, None)
    # The service learns that they left when it looks for them.
    for _ in range(200):
        time.sleep(0.05)
        if town.client.get("/api/v1/events?wait=false", headers=bearer(token)).status_code == 200:
            break
    else:
        pytest.fail("the streams that were closed are still counted")


def test_whoever_asks_for_the_head_gets_it_and_no_stream(town: Town) -> None:
    answer = town.client.head("/api/v1/events")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "content-encoding" not in town.client.get("/api/v1/events?wait=false").headers


def test_a_sign_of_life_comes_where_nothing_happens(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_module.Listener, "sign_of_life_s", 0.1)
    with town.client.stream("GET", "/api/v1/events") as answer:
        lines = answer.iter_lines()
        assert [next(lines) for _ in range(2)] == ["retry: 3000", ""]
        last = town.app.state.live.last
        assert [next(lines) for _ in range(6)] == [":", f"id: {last}", ""] * 2 or [": ", f"id: {last}", ""] * 2
