"""Who is told what, as one table; and that every notice has its words, and nothing personal in them."""

from __future__ import annotations

import pytest

from layers.notices.audiences import TOLD, Audience, people_of, told, units_of
from layers.notices.webhooks import TYPES
from layers.notices.wording import CONFIRM, letter, short

FACTS = {
    "number": "20261122-0000017", "kind": "M01", "kind_name": "占道经营", "areas": ["区", "街道"],
    "urgent": False, "due_at": "2026-11-22T08:30:00.000000Z", "at": "2026-11-22T01:00:00.000000Z",
}  # fmt: skip


def test_only_types_of_the_journal_are_told() -> None:
    assert set(TOLD) <= set(TYPES)
    assert all(TOLD.values())


@pytest.mark.parametrize(
    ("type_", "audience"),
    [
        *((one, Audience.ASSIGNEE) for one in ("assigned", "transferred", "returned", "rejected", "overdue")),
        *((one, Audience.HOLDER) for one in ("climbed", "overdue", "handed_up")),
        ("whistled", Audience.CALLED),
        ("closed", Audience.REPORTER),
    ],
)
def test_whoever_must_act_is_told(type_: str, audience: Audience) -> None:
    assert audience in told(type_)


def test_what_concerns_nobody_is_told_to_nobody() -> None:
    assert told("photo_added") == frozenset()
    assert people_of("photo_added", 7) == []
    assert units_of("photo_added", [3], 7) == []


def test_the_first_who_is_known_is_the_assignee() -> None:
    assert people_of("returned", None, None, 9) == [9]
    assert people_of("assigned", 4, 5, 9) == [4]
    assert people_of("closed", 4) == []


def test_units_are_told_of_what_they_are_called_to_or_have_in_hand() -> None:
    assert units_of("whistled", [3, 4], None, 8) == [3, 4]
    assert units_of("assigned", [3], None, 8) == [8]


@pytest.mark.parametrize("type_", list(TOLD))
def test_every_notice_has_its_words(type_: str) -> None:
    written = letter(type_, FACTS, link="https://wangge.example/")
    assert "20261122-0000017" in written.subject
    assert "\n" not in written.subject
    assert "https://wangge.example/" in written.text
    assert "占道经营" in written.text
    said = short(type_, FACTS, link="https://wangge.example/")
    assert len(said) < 120
    assert "20261122-0000017" in said


def test_a_code_is_written_as_a_code() -> None:
    assert "ABCD2345" in letter(CONFIRM, {"code": "ABCD2345"}, link="x").text
    assert "ABCD2345" in short(CONFIRM, {"code": "ABCD2345"}, link="x")
