"""Many reports given at once: foreseen, done, sent again, refused in part, given back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx

from tests.api.routes.towns import Town, position


def ask(town: Town, **body: Any) -> httpx.Response:
    return town.client.post("/api/v1/assignments", json=body)


def given(town: Town, **body: Any) -> dict[str, Any]:
    answer = ask(town, **body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def undo(town: Town, key: str) -> httpx.Response:
    return town.client.post(f"/api/v1/assignments/{key}/undo")


def holder(town: Town, number: str) -> str | None:
    assignee = town.get(f"/reports/{number}")["assignee"]
    return assignee and str(assignee["number"])


def loads(town: Town) -> dict[str, int]:
    rows = town.sql("select p.number, l.open from person_loads l join people p on p.id = l.person_id")
    return dict(rows)


def another(town: Town, number: str) -> str:
    """Someone who could take a report and does not have it."""
    told = town.get(f"/reports/{number}/candidates")["candidates"]
    return str(next(one["number"] for one in told if "has_it" not in one["speaks_against"]))


def test_a_dry_run_foresees_what_then_comes_and_changes_nothing(town: Town) -> None:
    numbers = [town.file()["number"] for _ in range(3)]
    first, other = holder(town, numbers[0]), another(town, numbers[0])
    before = loads(town)
    foreseen = given(town, client_key="dry", numbers=numbers, person=other, dry_run=True)
    assert loads(town) == before and foreseen["undo_until"] is None
    assert not any(one["done"] or one["refused"] for one in foreseen["reports"])
    done = given(town, client_key="dry", numbers=numbers, person=other)
    assert done["loads"] == foreseen["loads"]
    assert {one["number"]: one["after"] for one in done["loads"]}.items() <= loads(town).items()
    assert [(one["holder"], one["receiver"]) for one in done["reports"]] == [(first, other)] * 3


def test_the_same_sent_again_is_found_and_another_under_the_key_is_refused(town: Town) -> None:
    numbers = [town.file()["number"] for _ in range(2)]
    other = another(town, numbers[0])
    given(town, client_key="again", numbers=numbers, person=other)
    before = loads(town)
    again = given(town, client_key="again", numbers=numbers, person=other)
    assert all(one["done"] and one["again"] for one in again["reports"])
    assert loads(town) == before
    third = another(town, numbers[0])
    reused = given(town, client_key="again", numbers=numbers, person=third)
    assert {one["refused"]["type"] for one in reused["reports"]} == {"key-reused"}
    assert holder(town, numbers[0]) == other


def test_what_one_stands_against_loses_nothing_of_the_others(town: Town) -> None:
    fine, void = town.file()["number"], town.file()["number"]
    body = {"action": "void", "reason": "test", "client_key": "void it"}
    assert town.client.post(f"/api/v1/reports/{void}/steps", json=body).status_code == 200
    never = "20250106-9999999"
    done = given(town, client_key="part", numbers=[void, fine, never], person=another(town, fine))
    told = {one["number"]: one for one in done["reports"]}
    assert told[fine]["done"] and not told[void]["done"] and not told[never]["done"]
    assert told[void]["refused"]["type"] == "wrong-step"
    assert told[never]["refused"]["type"] == "unknown-report"
    assert told[never]["holder"] is None and told[void]["holder"] is None
    assert ask(town, client_key="nobody", numbers=[fine], person="W9999").status_code == 404


def test_by_the_rule_each_goes_to_whom_the_preview_names(town: Town) -> None:
    numbers = [town.file(subject=position(0, 2))["number"] for _ in range(4)]
    for number in numbers:
        had = holder(town, number)
        town.client.post(
            f"/api/v1/reports/{number}/steps",
            json={"action": "transfer", "person": had, "reason": "by_hand", "client_key": f"to {number}"},
        )
    in_hand = given(town, client_key="rule-held", numbers=numbers, dry_run=True)
    assert {one["refused"]["type"] for one in in_hand["reports"]} == {"wrong-step"}, "the rule takes from nobody"
    free = _in_nobodys_hands(town)
    foreseen = given(town, client_key="rule", numbers=free, dry_run=True)
    done = given(town, client_key="rule", numbers=free)
    assert [one["receiver"] for one in done["reports"]] == [one["receiver"] for one in foreseen["reports"]]
    assert all(one["receiver"] for one in done["reports"])
    kept = undo(town, "rule").json()["reports"]
    assert {one["refused"]["type"] for one in kept} == {"had_no_holder"}


def _in_nobodys_hands(town: Town) -> list[str]:
    """Reports filed while everyone was away."""
    later = town.at + timedelta(hours=1)
    town.sql("insert into absences (person_id, starts_at, ends_at) select id, %s, %s from people", town.at, later)
    numbers = [town.file()["number"] for _ in range(3)]
    town.sql("delete from absences where ends_at = %s", later)
    assert [holder(town, one) for one in numbers] == [None] * 3
    return numbers


def test_what_nobody_accepted_is_given_back_within_a_minute(town: Town) -> None:
    numbers = [town.file()["number"] for _ in range(3)]
    first, other = holder(town, numbers[0]), another(town, numbers[0])
    before = loads(town)
    given(town, client_key="undo", numbers=numbers, person=other)
    moved = {"action": "transfer", "person": first, "reason": "by_hand", "client_key": "faster"}
    assert town.client.post(f"/api/v1/reports/{numbers[0]}/steps", json=moved).status_code == 200
    told = {one["number"]: one for one in undo(town, "undo").json()["reports"]}
    assert told[numbers[0]]["refused"]["type"] == "moved_on"
    assert [told[one]["receiver"] for one in numbers[1:]] == [first, first]
    assert loads(town) == before
    town.later(minutes=5)
    again = {one["number"]: one for one in undo(town, "undo").json()["reports"]}
    assert all(again[one]["again"] and again[one]["done"] for one in numbers[1:]), "a lost answer is found again"


def test_after_a_minute_nothing_is_undone(town: Town) -> None:
    number = town.file()["number"]
    other = another(town, number)
    given(town, client_key="late", numbers=[number], person=other)
    town.later(seconds=61)
    assert undo(town, "late").json()["type"].endswith("#undo-too-late")
    assert holder(town, number) == other
    assert undo(town, "never").status_code == 404
