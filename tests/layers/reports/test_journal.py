"""The journal's chain: any entry altered, removed, inserted or moved shows, and where."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.canonical import chained, moment_text
from layers.reports.journal import GENESIS, BadEntry, Entry, broken_at, personal_digest

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


def chain(length: int) -> list[tuple[int, bytes, bytes]]:
    head, made = GENESIS, []
    for position in range(1, length + 1):
        facts = {"rule": "r/1", "holder_area": position, "reason": "nobody_answers"}
        body = Entry(20260301_0000001, position, "unassigned", NOW, "job:test", facts).body()
        head = chained(head, body)
        made.append((position, body, head))
    return made


def test_an_untouched_chain_holds() -> None:
    assert broken_at(chain(5)) is None
    assert broken_at([]) is None


@given(st.integers(1, 6), st.data())
def test_an_altered_entry_is_found_where_it_stands(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    at = data.draw(st.integers(0, length - 1))
    position, body, digest = entries[at]
    entries[at] = (position, body.replace(b"nobody", b"nobodi"), digest)
    assert broken_at(entries) == at + 1


@given(st.integers(2, 6), st.data())
def test_a_removed_or_moved_entry_is_found(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    at = data.draw(st.integers(0, length - 2))
    assert broken_at(entries[:at] + entries[at + 1 :]) == at + 1
    entries[at], entries[at + 1] = entries[at + 1], entries[at]
    assert broken_at(entries) == at + 1


def test_an_inserted_entry_is_found_even_with_positions_renumbered() -> None:
    entries = chain(3)
    forged = [(1, *entries[0][1:]), (2, *entries[0][1:]), (3, *entries[1][1:]), (4, *entries[2][1:])]
    assert broken_at(forged) == 2


def test_canonical_bytes_do_not_depend_on_order_or_time_zone() -> None:
    facts = {"rule": "r/1", "holder_area": 7, "reason": "无人"}
    east = NOW.astimezone(timezone(timedelta(hours=8)))
    one = Entry(1, 1, "unassigned", NOW, "job:test", facts).body()
    other = Entry(1, 1, "unassigned", east, "job:test", dict(reversed(facts.items()))).body()
    assert one == other
    assert "无人".encode() in one
    assert moment_text(east) == "2026-03-01T08:30:00.000000Z"


@pytest.mark.parametrize("facts", [{}, {"rule": "r/1", "holder_area": 1, "reason": "x", "more": 1}])
def test_an_entry_states_the_facts_of_its_type_no_more_no_less(facts: dict[str, object]) -> None:
    with pytest.raises(BadEntry):
        Entry(1, 1, "unassigned", NOW, "job:test", facts).body()


def test_an_unknown_type_or_version_is_refused() -> None:
    facts = {"rule": "r/1", "holder_area": 7, "reason": "x"}
    with pytest.raises(BadEntry):
        Entry(1, 1, "unassigned", NOW, "job:test", facts, version=2).body()


def test_the_personal_digest_needs_its_salt() -> None:
    fields = {"text": "漏水", "reporter_phone": None}
    assert personal_digest(b"a" * 16, fields) == personal_digest(b"a" * 16, dict(reversed(fields.items())))
    assert personal_digest(b"a" * 16, fields) != personal_digest(b"b" * 16, fields)
