"""Following one's own report without an account."""

from __future__ import annotations

import httpx
import pytest

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
