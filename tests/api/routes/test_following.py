"""Following one's own report without an account."""

from __future__ import annotations

import re

import httpx
import pytest

from layers.actors import Role
from tests.api.routes.people import visitor
from tests.api.routes.towns import Town

ANYONE = {"Authorization": ""}


@pytest.fixture
def mine(town: Town) -> dict[str, str]:
    """A report of someone without an account: its number and its secret."""
    answer = town.client.post("/api/v1/reports", json=town.report(), headers=ANYONE)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert told["assignee"] is None and told["reasons"] == [], "who handles it is not told to anyone"
    return {"number": told["number"], "secret": told["secret"]}


def ask(town: Town, body: dict[str, str]) -> httpx.Response:
    return town.client.post("/api/v1/follow", json=body, headers=ANYONE)


def test_number_and_secret_open_ones_own_report(town: Town, mine: dict[str, str]) -> None:
    told = ask(town, mine).json()
    assert told["number"] == mine["number"]
    assert told["where"]["path"][-1]["level"] == "grid"
    assert told["assignee"] is None
    spoken = " ".join(mine["secret"].lower())
    assert ask(town, mine | {"secret": spoken}).status_code == 200, "as it is read out on the telephone"


def test_a_lost_answer_gives_the_same_secret_again(town: Town) -> None:
    report = town.report()
    first, again = (town.client.post("/api/v1/reports", json=report, headers=ANYONE).json() for _ in range(2))
    assert again["again"]
    assert again["secret"] == first["secret"]


def test_a_wrong_secret_and_a_number_that_never_was_are_answered_alike(town: Town, mine: dict[str, str]) -> None:
    other = town.client.post("/api/v1/reports", json=town.report(), headers=ANYONE).json()
    wrong = ask(town, mine | {"secret": other["secret"]})
    never = ask(town, {"number": "20200101-0000001", "secret": mine["secret"]})
    assert wrong.status_code == never.status_code == 404
    assert wrong.json()["type"] == never.json()["type"]
    assert mine["secret"] not in wrong.text + never.text


def test_the_page_asks_and_shows(town: Town, mine: dict[str, str]) -> None:
    page = town.client.get("/follow", headers=ANYONE)
    assert page.status_code == 200
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    shown = town.client.post("/follow", data=mine, headers=ANYONE)
    assert shown.status_code == 200
    assert mine["number"] in shown.text and mine["secret"] not in shown.text
    assert town.client.post("/follow", data=mine | {"secret": "X"}, headers=ANYONE).status_code == 404
    assert town.client.post("/follow", content=b"\xff\xfe=%", headers=ANYONE).status_code == 415


def close(town: Town, number: str) -> None:
    """Carry a report to its end, as its holder and a desk do."""
    [(person,)] = town.sql("select assignee_id from reports where id = %s", int(number.replace("-", "")))
    holder = visitor(town, Role.GRID_WORKER, person=town.sql("select number from people where id = %s", person)[0][0])
    holder.sign_in()
    for action, more in (("accept", {}), ("report_back", {"outcome": "settled"})):
        body = {"action": action, "client_key": f"{action} {number}"} | more
        assert holder.post(f"/reports/{number}/steps", body).status_code == 200
    body = {"action": "verify", "client_key": f"verify {number}"}
    assert town.client.post(f"/api/v1/reports/{number}/steps", json=body).status_code == 200


def test_whoever_reported_it_judges_and_reopens_it_on_the_page(town: Town, mine: dict[str, str]) -> None:
    before = town.client.post("/follow", data=mine, headers=ANYONE)
    assert "/follow/steps" not in before.text, "not before it is closed"
    close(town, mine["number"])
    shown = town.client.post("/follow", data=mine, headers=ANYONE).text
    key = re.search(r'name="client_key" value="([^"]+)-evaluate"', shown)
    assert key is not None and mine["secret"] not in shown

    def send(action: str, **fields: str) -> httpx.Response:
        assert key is not None
        given = mine | {"action": action, "client_key": f"{key[1]}-{action}"} | fields
        return town.client.post("/follow/steps", data=given, headers=ANYONE)

    judged = {"via": "link", "responded": "true", "solved": "false", "satisfied": "dissatisfied"}
    told = send("evaluate", **judged)
    assert told.status_code == 200 and 'role="status"' in told.text and mine["secret"] not in told.text
    assert send("evaluate", **judged).status_code == 200, "sent again after a lost answer"
    assert send("evaluate", **judged, client_key="other").status_code == 422
    assert send("verify").status_code == 422
    assert send("reopen", reason="not_solved", secret="WRONG").status_code == 404
    assert send("reopen", reason="not_solved", note="还在").status_code == 200
    types = [one["type"] for one in town.get(f"/reports/{mine['number']}/record")["entries"]]
    assert types.count("evaluated") == types.count("reopened") == 1
    assert town.get(f"/reports/{mine['number']}")["status"] != "closed"
