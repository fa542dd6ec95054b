"""Which steps someone may take on a report now, and what stands against the others that are theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from psycopg.rows import dict_row

from layers.access.permissions import NotAllowed
from layers.actors import DESK, Actor
from layers.refusals import Refusal
from layers.reports.lifecycle import Action, Status, actions_in, cell
from layers.reports.queries import unknown_report
from layers.reports.records import report_number
from layers.reports.setting import Setting
from layers.reports.steps.guards import Asked, NotNow, check_now, check_who
from layers.reports.steps.requests import ARGUMENTS, REASONS, BadStep, StepRequest
from layers.reports.steps.step import begin
from layers.reports.steps.taking import Connection, Head
from layers.scope import ENTER

HEAD = "select id, district_id, sender, chain_head, row_version from reports where id = %s"


@dataclass(frozen=True, slots=True)
class Possible:
    """A step that is someone's to take; `against` says what must happen before."""

    action: Action
    to: Status
    must: frozenset[str]
    may: frozenset[str]
    reasons: tuple[str, ...]
    against: str | None


async def asked_now(
    connection: Connection, report: int, *, setting: Setting, actor: Actor, now: datetime
) -> tuple[Asked, int]:
    """A report as the guards look at it, in a transaction in the actor's scope; and the version of its row.

    Raises:
        UnknownReport: there is none that the actor sees.
    """
    cursor = connection.cursor(row_factory=dict_row)
    row = await (await cursor.execute(HEAD, [report])).fetchone()
    if row is None:
        raise unknown_report(report_number(report))
    await connection.execute(ENTER, DESK.settings)
    head = Head(row["id"], row["district_id"], row["sender"], bytes(row["chain_head"]))
    nothing = StepRequest(Action.ACCEPT, "possible")
    taking = await begin(connection, head, nothing, setting=setting, actor=actor, now=now)
    return Asked(nothing, taking.state, taking.kind, actor, head.sender, head.id, now), row["row_version"]


def possible_steps(asked: Asked) -> Iterator[Possible]:
    """The steps that are the actor's in the report's status, by the same rules that judge them when taken."""
    for action in actions_in(asked.state.status):
        tried = replace(asked, request=_likely(action, asked.now))
        found = cell(asked.state.status, action)
        try:
            check_who(tried, found)
        except NotAllowed:
            continue
        must, may = ARGUMENTS[action]
        yield Possible(action, found.to, must, may, REASONS.get(action, ()), _against(tried))


def _against(tried: Asked) -> str | None:
    try:
        check_now(tried)
    except NotNow as refusal:
        return refusal.message
    except BadStep:
        # Something the request must say, which it has not said yet.
        return None
    except Refusal as refusal:
        return refusal.message
    return None


def _likely(action: Action, now: datetime) -> StepRequest:
    until = now + timedelta(days=1) if action is Action.SUSPEND else None
    limit = "0.01 working_hours" if action is Action.ASK_EXTENSION else None
    return StepRequest(action, "possible", until=until, limit=limit)
