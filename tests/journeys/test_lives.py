"""Whole lives on the running service, over HTTP, each by the people whose steps they are; time is moved by hand."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from layers.actors import Role
from layers.reports.lifecycle import Action
from tests.accounts import account, bearer
from tests.api.routes.towns import Town, position, served
from tests.layers.reports.steps.life import furnish, life_at

KEYS = itertools.count(1)
DESK = "the desk"


class Journey:
    """A town, its people by their numbers in the roster, and one report at a time."""

    def __init__(self, town: Town, tokens: dict[str, str]) -> None:
        self.town = town
        self.tokens = tokens
        self.number = ""

    def file(self, **changes: Any) -> dict[str, Any]:
        filed = self.town.file(**changes)
        self.number = filed["number"]
        return filed

    def by(self, person: str) -> dict[str, str]:
        """The header of someone of the roster; of another dispatcher, who handles nothing, for `DESK`."""
        if person == DESK:
            return {}
        if person not in self.tokens:
            [(role,)] = self.town.sql("select role from people where number = %s", person)
            self.tokens[person] = account(self.town.database_url, Role(role), person=person)
        return bearer(self.tokens[person])

    def try_step(self, who: str, action: Action, **said: Any) -> Any:
        """A step by someone, a minute later; the answer."""
        self.town.later(minutes=1)
        body = {"action": action.value, "client_key": f"journey-{next(KEYS)}", **said}
        path = f"/api/v1/reports/{self.number}/steps"
        return self.town.client.post(path, json=body, headers=self.by(who))

    def step(self, who: str, action: Action, **said: Any) -> dict[str, Any]:
        """A step that is taken."""
        answer = self.try_step(who, action, **said)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    @property
    def report(self) -> dict[str, Any]:
        told: dict[str, Any] = self.town.get(f"/reports/{self.number}")
        return told

    @property
    def holder(self) -> str:
        return str(self.report["assignee"]["number"])

    @property
    def entries(self) -> list[str]:
        record = self.town.get(f"/reports/{self.number}/record")
        assert record["holds"]
        return [one["type"] for one in record["entries"]]

    def settle(self, outcome: str = "settled") -> None:
        """Handled by whoever has it, verified by someone else."""
        holder = self.holder
        self.step(holder, Action.ACCEPT)
        self.step(holder, Action.REPORT_BACK, outcome=outcome)
        self.step(DESK, Action.VERIFY)

    def sweep(self) -> None:
        """What the worker does about time."""

        async def once() -> None:
            async with life_at(self.town.database_url, furnished=True) as life:
                life.now = self.town.at
                await life.sweep()

        asyncio.run(once())


@pytest.fixture(scope="module")
def town(toytown_lives_url: str) -> Iterator[Town]:
    async def furnished() -> None:
        async with await psycopg.AsyncConnection.connect(toytown_lives_url, autocommit=True) as owner:
            await furnish(owner)

    asyncio.run(furnished())
    with served(toytown_lives_url) as running:
        yield running


@pytest.fixture(scope="module")
def tokens() -> dict[str, str]:
    """What people show, by their number."""
    return {}


@pytest.fixture
def journey(town: Town, tokens: dict[str, str]) -> Journey:
    town.at = datetime(2025, 1, 6, 2, 0, tzinfo=UTC)
    return Journey(town, tokens)


def test_an_ordinary_report_settled_in_the_grid(journey: Journey) -> None:
    filed = journey.file()
    journey.settle()
    assert (journey.report["status"], journey.entries[-1]) == ("closed", "closed")
    given = {"number": filed["number"], "secret": filed["secret"], "client_key": f"judge-{next(KEYS)}"}
    said = {"action": "evaluate", "responded": True, "solved": True, "satisfied": "satisfied"}
    assert journey.town.client.post("/api/v1/follow/steps", json=given | said).status_code == 200
    assert journey.entries[-1] == "evaluated"


def test_one_that_climbs_to_the_district(journey: Journey) -> None:
    journey.file(subject=position(1, 1))
    levels = []
    for _ in range(3):
        journey.step(journey.holder, Action.HAND_UP, reason="beyond_powers", note="需上级处理")
        levels.append(journey.report["holder"]["level"])
    assert levels == ["community", "street", "district"]
    journey.settle()
    assert journey.entries.count("handed_up") == 3


def test_a_whistle_with_one_unit_missing(journey: Journey) -> None:
    journey.file(subject=position(2, 0))
    until = journey.town.at.replace(hour=9).isoformat()
    journey.step("D0001", Action.WHISTLE, units=["U01", "U02"], reason="needs_units", until=until)
    came = journey.try_step("U01-1", Action.REPORT_IN)
    assert came.status_code == 200, came.text
    assert journey.try_step("U03-1", Action.REPORT_IN).status_code == 404, "who was not called does not see it"
    journey.town.later(hours=12)
    journey.sweep()
    assert journey.entries.count("whistle_missed") == 1
    record = journey.town.get(f"/reports/{journey.number}/record")
    [missed] = [one for one in record["entries"] if one["type"] == "whistle_missed"]
    [(code,)] = journey.town.sql("select code from units where id = %s", missed["facts"]["unit"])
    assert code == "U02"


def test_a_dispute_with_mediation(journey: Journey) -> None:
    """Of a kind that the community settles: whoever looks first hands it up."""
    journey.file(kind="L01", subject=position(3, 1))
    journey.step(journey.holder, Action.HAND_UP, reason="kind")
    holder = journey.holder
    journey.step(holder, Action.ACCEPT)
    journey.step(holder, Action.JOIN, units=["U03"], note="请司法所参与调解")
    assert journey.try_step(holder, Action.REPORT_BACK, outcome="mediated").status_code == 409
    journey.step("U03-2", Action.PART_DONE, note="已达成调解协议")
    journey.step(holder, Action.REPORT_BACK, outcome="mediated")
    journey.step("D0001", Action.VERIFY)
    assert journey.report["status"] == "closed"
    assert "调解协议" not in str(journey.town.get(f"/reports/{journey.number}/record")), "words are kept apart"


def test_a_return_can_only_be_dispatched_anew(journey: Journey) -> None:
    journey.file(subject=position(4, 0))
    first = journey.holder
    journey.step(first, Action.RETURN, reason="not_my_area")
    assert journey.report["status"] == "returned"
    assert journey.try_step("D0001", Action.VERIFY).status_code == 409
    journey.step("D0001", Action.ASSIGN, person="W0002", reason="knows_the_matter")
    journey.settle()
    assert journey.report["status"] == "closed"


def test_a_suspension_over_a_holiday(journey: Journey) -> None:
    """The festival and the pause count as nothing; the proof says which is which."""
    journey.town.at = datetime(2025, 1, 24, 2, 0, tzinfo=UTC)
    journey.file(subject=position(5, 0))
    journey.step(journey.holder, Action.ACCEPT)
    until = datetime(2025, 2, 3, 2, 0, tzinfo=UTC)
    journey.step("D0001", Action.SUSPEND, reason="waits_for_party", until=until.isoformat())
    journey.town.at = until.replace(hour=3)
    journey.sweep()
    assert journey.report["status"] == "accepted"
    clock = journey.town.get(f"/reports/{journey.number}/clock")
    reasons = {one["why"] for one in clock["proof"]}
    assert {"counted", "paused"} <= reasons
    assert clock["pauses"][0][1] == "2025-02-03T02:00:00Z"
    spent_s = sum(_seconds(one) for one in clock["proof"] if one["counted"])
    assert spent_s == pytest.approx(float(clock["limit"].split()[0]) * 8 * 3600)
    # The second day worked for the festival is among what counted.
    assert any(one["start"].startswith(("2025-02-08", "2025-02-07")) for one in clock["proof"] if one["counted"])


def _seconds(one: dict[str, Any]) -> float:
    return (datetime.fromisoformat(one["end"]) - datetime.fromisoformat(one["start"])).total_seconds()


def test_a_reopening_by_the_reporter(journey: Journey) -> None:
    filed = journey.file(subject=position(6, 0))
    journey.settle()
    given = {"number": filed["number"], "secret": filed["secret"], "client_key": f"again-{next(KEYS)}"}
    answer = journey.town.client.post("/api/v1/follow/steps", json=given | {"action": "reopen", "reason": "not_solved"})
    assert answer.status_code == 200, answer.text
    assert journey.report["status"] == "dispatched"
    journey.settle()
    assert journey.entries.count("closed") == 2


def test_a_duplicate_closed_with_its_lead(journey: Journey) -> None:
    lead = journey.file(subject=position(7, 0))["number"]
    twin = journey.file(subject=position(7, 0))["number"]
    assert journey.town.get(f"/reports/{twin}/nearby")["open_same_kind"][0]["number"] == lead
    journey.step("D0001", Action.LINK, lead=lead)
    assert journey.report["status"] == "linked"
    journey.number = lead
    journey.settle()
    assert journey.town.get(f"/reports/{twin}")["status"] == "closed"


def test_an_appeal_against_an_overdue_mark_is_upheld_and_the_mark_stays(journey: Journey) -> None:
    journey.file(subject=position(8, 0))
    holder = journey.holder
    journey.step(holder, Action.ACCEPT)
    journey.town.later(days=20)
    journey.step(holder, Action.REPORT_BACK, outcome="settled")
    record = journey.town.get(f"/reports/{journey.number}/record")
    [mark] = [one for one in record["entries"] if one["type"] == "overdue"]
    said = {"overdue": mark["position"]}
    journey.step(holder, Action.APPEAL, reason="waited_for_others", **said)
    journey.step("D0001", Action.DECIDE_APPEAL, upheld=True, **said)
    assert [one for one in journey.entries if one in {"overdue", "appealed", "appeal_decided"}] == [
        "overdue", "appealed", "appeal_decided",
    ]  # fmt: skip
    assert journey.town.sql(
        "select overdue, excused from reports where id = %s", int(journey.number.replace("-", ""))
    ) == [(1, 1)]


def test_a_position_moved_into_another_street(journey: Journey) -> None:
    before = journey.file(subject=position(0, 0))
    journey.step("D0001", Action.MOVE, subject=position(8, 6))
    after = journey.report
    street = [one["code"] for one in after["where"]["path"] if one["level"] == "street"]
    assert street != [one["code"] for one in before["where"]["path"] if one["level"] == "street"]
    assert after["assignee"]["number"] != before["assignee"]["number"]
    assert after["holder"] != before["holder"]
    record = journey.town.get(f"/reports/{journey.number}/record")
    [moved] = [one for one in record["entries"] if one["type"] == "moved"]
    assert moved["facts"]["clock"]["name"] == "dispatch"
    assert not {"position", "lon", "lat"} & moved["facts"].keys()
