"""What commands leave in the trail, and the trail verified, listed and cut off where it is kept no longer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api.cli.tracing import changed
from api.published import counts
from layers.places.importing import PlacesImported
from tests.journeys.commands import Shell

KINDS = '[[kinds]]\ncode = "{code}"\nname = "{name}"\n'
DISTRICT = """
code = "900000"
name = "试验区"
time_zone = "Asia/Shanghai"
[[levels]]
key = "district"
name = "区"
[[levels]]
key = "grid"
name = "网格"
"""


@pytest.fixture
def shell(db_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.setenv("DATABASE_URL", db_url)
    return Shell(capsys)


@pytest.fixture
def owner(db_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(db_url, autocommit=True) as connection:
        yield connection


def traced(owner: psycopg.Connection[Any]) -> list[tuple[str, str, dict[str, Any]]]:
    rows = owner.execute("select event, actor, body from traces order by place").fetchall()
    return [(event, actor, json.loads(body)["facts"]) for event, actor, body in rows]


def declared(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "district.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_rules_are_traced_with_before_and_after(shell: Shell, owner: psycopg.Connection[Any], tmp_path: Path) -> None:
    file = declared(tmp_path, DISTRICT + KINDS.format(code="M01", name="垃圾"))
    shell.passes("district", file)
    assert traced(owner) == [], "a dry run changes nothing, and leaves nothing"
    shell.passes("district", file, "--commit")
    [district, kinds] = traced(owner)
    assert district[0] == "district_changed" and kinds[0] == "kinds_changed"
    assert district[1].startswith("operator:") and district[1].removeprefix("operator:").isdigit()
    assert district[2]["name"] == {"before": None, "after": "试验区"}
    shell.passes("district", file, "--commit")
    assert len(traced(owner)) == 2, "nothing changed"
    settings = "[settings.retention]\ntraces_months = 12\n"
    shell.passes(
        "district", declared(tmp_path, DISTRICT + settings + KINDS.format(code="M01", name="暴露垃圾")), "--commit"
    )
    [_, _, district, kinds] = traced(owner)
    assert district[2].keys() == {"settings"}
    assert district[2]["settings"]["before"]["retention"]["traces_months"] == 36
    assert district[2]["settings"]["after"]["retention"]["traces_months"] == 12
    assert kinds[2].keys() == {"M01"}
    assert (kinds[2]["M01"]["before"]["name"], kinds[2]["M01"]["after"]["name"]) == ("垃圾", "暴露垃圾")


def test_a_retention_shorter_than_the_law_asks_for_is_refused(shell: Shell, tmp_path: Path) -> None:
    told = shell.run("district", declared(tmp_path, DISTRICT + "[settings.retention]\ntraces_months = 5\n"), "--commit")
    assert told.code == 1
    assert "traces_months must be a whole number from 6" in told.err


def test_the_trail_is_verified_listed_and_its_head_printed(
    shell: Shell, owner: psycopg.Connection[Any], tmp_path: Path
) -> None:
    shell.passes("district", declared(tmp_path, DISTRICT + KINDS.format(code="M01", name="垃圾")), "--commit")
    head = shell.passes("audit", "head").out.strip()
    assert head.startswith("2:")
    assert "2 traces, up to 2: the chain holds." in shell.passes("audit", "verify", "--head", head).out
    told = shell.passes("audit", "list", "--event", "kinds_changed", "--since", "2020-01-01T00:00+08:00").out
    assert "kinds_changed" in told and "district_changed" not in told
    assert "kinds_changed" not in shell.passes("audit", "list", "--until", "2020-01-01T00:00+08:00").out
    assert "There are more" in shell.passes("audit", "list", "--limit", "1").err
    owner.execute("alter table traces disable trigger all")
    owner.execute("update traces set actor = 'operator:1' || actor where place = 1")
    broken = shell.run("audit", "verify")
    assert broken.code == 1
    assert "At 1: the columns of trace 1 say other than its body." in broken.out
    owner.execute("delete from traces where place = 2")
    assert "At 2: at the end, trace 2 is missing." in shell.run("audit", "verify", "--head", head).out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("verify", "--head", "2"), "A kept head is a place and a digest."),
        (("list", "--since", "yesterday"), "--since is no time with its offset."),
        (("list", "--until", "2026-11-22T00:00"), "--until is no time with its offset."),
        (("list", "--since", "2026-11-22T00:00Z", "--until", "2026-11-21T00:00Z"), "The period ends before it begins."),
    ],
)
def test_what_cannot_be_meant_is_said(shell: Shell, words: tuple[str, ...], sentence: str) -> None:
    told = shell.run("audit", *words)
    assert told.code == 1
    assert sentence in told.err


def test_nothing_is_due_in_a_new_district(shell: Shell, tmp_path: Path) -> None:
    shell.passes("district", declared(tmp_path, DISTRICT), "--commit")
    assert shell.passes("retention", "--dry-run").out.splitlines() == [
        "       0  last known positions due",
        "       0  ended sessions due",
        "       0  closed reports to anonymise due",
        "       0  traces to give up due",
    ]


def test_counts_hold_no_names() -> None:
    outcome = PlacesImported(1, 2, 3, (), ("A", "B"), (), 0, is_located=True)
    assert counts(outcome) == {
        "new": 1,
        "changed": 2,
        "unchanged": 3,
        "refused": 0,
        "outside": 2,
        "at_zero": 0,
        "only_stored": 0,
    }
    assert changed({"a": 1, "b": 2}, {"b": 3, "c": 4}) == {
        "a": {"before": 1, "after": None},
        "b": {"before": 2, "after": 3},
        "c": {"before": None, "after": 4},
    }
