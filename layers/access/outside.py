"""Signing in elsewhere: a provider says who someone is; only accounts that an administrator linked to that are theirs.

provider says "subject" ──► linked account ──► session, where a second factor was shown there or is not needed
                                          └──► half session: the second factor is shown here
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
from psycopg import AsyncConnection

from layers.access.accounts import account_of, change, end_all, record
from layers.access.records import Account
from layers.access.sessions import start_session, visit_of
from layers.access.signing_in import SignedIn, complete
from layers.actors import ANYONE
from layers.refusals import Conflict, Refusal
from layers.traces.recording import trace
from layers.traces.records import Event, EventName

LONGEST_SUBJECT = 255
LINKED = "select id from accounts where outside_subject = %s"
#: A password that was made for the account and never used would stand between its owner and a session.
LINK = """
outside_subject = %(subject)s,
password_hash = case when password_expires then null else password_hash end,
password_expires = false
"""


class SubjectTaken(Conflict):
    """Another account is linked to this subject."""


class BadSubject(Refusal):
    """The subject cannot be one."""


async def link_account(
    connection: AsyncConnection[Any], account: Account, subject: str | None, *, actor: str, now: datetime
) -> None:
    """Have whoever the provider calls `subject` sign in as this account; None ends that. Their sessions end.

    Raises:
        BadSubject: the subject is empty, too long or holds what no name holds.
        SubjectTaken: another account is linked to it.
    """
    if subject is None:
        await change(connection, account.id, "outside_subject = null")
    else:
        try:
            async with connection.transaction():
                await change(connection, account.id, LINK, {"subject": _checked(subject)})
        except psycopg.errors.UniqueViolation:
            raise SubjectTaken(
                "Another account is linked to this subject.", field="subject", remedy="Unlink that one first."
            ) from None
    await end_all(connection, account.id, phones=False, now=now)
    await record(connection, EventName.ACCOUNT_LINKED, account, {"linked": subject is not None}, actor=actor, now=now)


async def sign_in_outside(
    connection: AsyncConnection[Any], subject: str, *, second_factor: bool, now: datetime
) -> SignedIn | None:
    """Begin a session for whoever the provider named; None, which is recorded, where no open account is linked.

    `second_factor`: the provider asked for one. Where it did not and the account needs one, the session is half.
    """
    row = await (await connection.execute(LINKED, [subject])).fetchone()
    if row is None:
        event = Event(EventName.SIGN_IN_REFUSED, None, "account:unknown", facts={"outside": True})
        await trace(connection, event, actor=ANYONE.name, now=now)
        return None
    account = await account_of(connection, row[0])
    token = await start_session(connection, account, half=True, now=now)
    visit = await visit_of(connection, token, now=now)
    if visit is None:
        await record(connection, EventName.SIGN_IN_REFUSED, account, {"outside": True}, actor=ANYONE.name, now=now)
        return None
    if account.needs_second_factor and not second_factor:
        return SignedIn(token, account, visit.owes)
    return await complete(connection, visit, token, now=now, outside=True)


def _checked(subject: str) -> str:
    if not subject or len(subject) > LONGEST_SUBJECT or not subject.isprintable() or subject != subject.strip():
        raise BadSubject(
            "The subject cannot be one.",
            field="subject",
            remedy=f"Take 1 to {LONGEST_SUBJECT} characters, as the provider writes it.",
        )
    return subject
