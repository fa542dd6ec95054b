"""Messages that were given up: listed, and sent again."""

from __future__ import annotations

import json

import psycopg
import pytest

from tests.journeys.commands import Shell

DEAD = """
with w as (
    insert into webhooks (district_id, name, url, secret, made_by, made_at)
    select id, 'x', 'https://example.org', 'x', 'x', now() from districts returning id
)
insert into deliveries (lane, webhook_id, type, body, state, attempts, made_at, due_at, ended_at, fault)
select 'webhook:' || id, id, 'closed', '{}', 'dead', 8, now(), now(), now(), 'status_500' from w, generate_series(1, 3)
"""


@pytest.fixture
def shell(toytown_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.setenv("DATABASE_URL", toytown_url)
    with psycopg.connect(toytown_url) as connection:
        connection.execute(DEAD)
    return Shell(capsys)


def test_what_was_given_up_is_listed_and_sent_again(shell: Shell) -> None:
    letters = json.loads(shell.passes("notices", "dead", "--json").out)
    assert [(one["type"], one["fault"], one["attempts"]) for one in letters] == [("closed", "status_500", 8)] * 3
    assert str(letters[0]["id"]) in shell.passes("notices", "dead", "--limit", "1").out
    assert "1 on their way again" in shell.passes("notices", "retry", str(letters[1]["id"])).out
    assert [one["id"] for one in json.loads(shell.passes("notices", "dead", "--json").out)] == [
        letters[0]["id"],
        letters[2]["id"],
    ]
    assert "2 on their way again" in shell.passes("notices", "retry", "--all").out
    assert json.loads(shell.passes("notices", "dead", "--json").out) == []


@pytest.mark.parametrize("words", [[], ["1", "--all"]])
def test_either_some_are_named_or_all(shell: Shell, words: list[str]) -> None:
    assert "say --all" in shell.run("notices", "retry", *words).err
