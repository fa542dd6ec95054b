"""What was answered was stored: a commit that fails is never reported as filed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.routes.towns import Town

BREAK = """
create function refuse_commit() returns trigger language plpgsql as $$
begin raise exception 'the commit fails'; end $$;
create constraint trigger refuse_commit after insert on reports
    deferrable initially deferred for each row execute function refuse_commit();
"""


@pytest.fixture
def commits_fail(town: Town) -> Iterator[None]:
    town.sql(BREAK)
    yield
    town.sql("drop trigger refuse_commit on reports; drop function refuse_commit()")


def test_a_failed_commit_is_no_201(town: Town, commits_fail: None) -> None:
    report = town.report()
    answer = town.client.post("/api/v1/reports", json=report)
    assert answer.status_code == 500
    assert answer.json()["type"].endswith("#internal")
    assert "the commit fails" not in answer.text
    assert town.sql("select count(*) from reports where client_key = %s", report["client_key"]) == [(0,)]


def test_a_report_is_there_for_others_when_the_answer_comes(town: Town) -> None:
    number = town.file()["number"]
    assert town.sql("select count(*) from reports where id = %s", int(number.replace("-", ""))) == [(1,)]
