"""Steps by which others come to a report: duplicates, callers, units that are whistled for, appeals."""

from __future__ import annotations

import secrets

from psycopg.rows import dict_row

from layers.canonical import moment_text
from layers.reports.clocks import DISPATCH
from layers.reports.journal import personal_digest
from layers.reports.lifecycle import ENDED, Action, Status
from layers.reports.queries import unknown_report
from layers.reports.records import report_id
from layers.reports.steps.dispatching import dispatch
from layers.reports.steps.guards import NotNow
from layers.reports.steps.hands import units_named
from layers.reports.steps.requests import BadStep, facts_of
from layers.reports.steps.taking import SALT_BYTES, Taking

LEAD = """
select id, status, (select count(*) from reports c where c.lead_id = %(self)s) as led from reports
where id = %(lead)s and district_id = %(district)s for share
"""


async def link(taking: Taking) -> None:
    """The same matter as another report, which leads: closed with it."""
    number = taking.request.lead or ""
    lead = report_id(number)
    given = {"lead": lead, "district": taking.head.district_id, "self": taking.head.id}
    row = await (await taking.connection.cursor(row_factory=dict_row).execute(LEAD, given)).fetchone()
    if row is None or lead is None:
        raise unknown_report(number)
    if lead == taking.head.id or row["led"]:
        raise BadStep("A report that leads others, or is itself, cannot be linked.", field="lead", value=number)
    if Status(row["status"]) in ENDED | {Status.LINKED}:
        raise NotNow("The leading report must be open, and no duplicate itself.", field="lead")
    taking.add("linked", {"lead": lead})


async def unlink(taking: Taking) -> None:
    """Not the same matter after all."""
    unlinked(taking, taking.request.reason or "not_the_same")
    await dispatch(taking)


def unlinked(taking: Taking, reason: str, *, actor: str | None = None) -> None:
    """The report stands alone again."""
    taking.add("unlinked", {"reason": reason, "clock": taking.clock(DISPATCH).facts}, actor=actor)


async def attach_caller(taking: Taking) -> None:
    """Somebody else called about the same matter."""
    request, salt = taking.request, secrets.token_bytes(SALT_BYTES)
    said = {"name": request.caller_name, "phone": request.caller_phone, "text": request.note}
    if not any(said.values()):
        raise BadStep("Say who called, or what they said.", field="caller_name")
    taking.callers.append((taking.next_position, salt, request.caller_name, request.caller_phone, request.note))
    taking.add("caller_attached", {"source": "call", "personal_digest": personal_digest(salt, said)})


async def whistle(taking: Taking) -> None:
    """A street calls units to a matter (吹哨): they report in (报到) by a moment."""
    units = await _newly_called(taking, "whistle")
    until = taking.request.until
    if until is not None and until <= taking.now:
        raise BadStep("Units report in at a moment that is to come.", field="until")
    due = taking.clock(DISPATCH).due_at if until is None else until
    stated = {"units": units, "due_at": moment_text(due) if due else None}
    taking.add("whistled", stated | taking.reasoned())


async def join(taking: Taking) -> None:
    """Units handle a part of it jointly; whoever has it keeps the lead (首接负责)."""
    units = await _newly_called(taking, "joint")
    taking.add("joined", {"units": units, "note": taking.note()})


async def _newly_called(taking: Taking, purpose: str) -> list[int]:
    request = taking.request
    if len(set(request.units)) < len(request.units):
        raise BadStep("A unit is named twice.", field="units")
    units = await units_named(taking.connection, taking.head.district_id, request.units)
    called = {one.unit for one in taking.state.called if one.purpose == purpose}
    if twice := [code for code, unit in zip(request.units, units, strict=True) if unit in called]:
        raise NotNow("The unit was called already.", field="units", value=twice[0])
    return units


async def report_in(taking: Taking) -> None:
    """A unit has come."""
    taking.add("reported_in", {"unit": taking.actor.scope.unit_id})


async def part_done(taking: Taking) -> None:
    """A unit has done its part."""
    taking.add("part_done", {"unit": taking.actor.scope.unit_id, "note": taking.note()})


async def appeal(taking: Taking) -> None:
    """Against an overdue mark: the mark stays, whatever comes of it."""
    taking.add("appealed", taking.reasoned() | facts_of(taking.request, "overdue"))


async def decide_appeal(taking: Taking) -> None:
    """Upheld, it no longer counts against anyone; it is still told."""
    taking.add("appeal_decided", facts_of(taking.request, "overdue", "upheld") | {"note": taking.note()})


JOINING = {
    Action.LINK: link,
    Action.UNLINK: unlink,
    Action.ATTACH_CALLER: attach_caller,
    Action.WHISTLE: whistle,
    Action.JOIN: join,
    Action.REPORT_IN: report_in,
    Action.PART_DONE: part_done,
    Action.APPEAL: appeal,
    Action.DECIDE_APPEAL: decide_appeal,
}
