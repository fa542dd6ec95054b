"""Where an account wants its notices too: an address that is proven by a code sent there, kept sealed."""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from psycopg import AsyncConnection

from layers.access.sealing import Seal
from layers.notices.producing import body_of
from layers.notices.records import Channel, Subscription, about_address
from layers.refusals import NotFound, Refusal

CODE_LASTS = timedelta(minutes=30)
CODE_CHARACTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 8
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
#: What the address must look like; whether it is theirs, the code shows.
SHAPES = {
    Channel.EMAIL: re.compile(rf"[A-Za-z0-9._%+-]{{1,64}}@(?:{LABEL}\.)+[A-Za-z]{{2,63}}"),
    Channel.SMS: re.compile(r"\+?[0-9]{5,15}"),
}
SUBSCRIBE = """
insert into subscriptions as s (account_id, channel, address, code_digest, code_until, made_at)
values (%(account)s, %(channel)s, %(address)s, %(digest)s, %(until)s, %(now)s)
on conflict (account_id, channel) do update set
    address = excluded.address, code_digest = excluded.code_digest, code_until = excluded.code_until,
    confirmed_at = null, made_at = excluded.made_at
returning id
"""
LIST = "select channel, confirmed_at, made_at from subscriptions where account_id = %s order by channel"
CODE = "select code_digest, code_until from subscriptions where account_id = %s and channel = %s for update"
CONFIRM = """
update subscriptions set confirmed_at = %s, code_digest = null, code_until = null where account_id = %s and channel = %s
"""
END = "delete from subscriptions where account_id = %s and channel = %s"
#: At the desk, where deliveries are written. What was on its way to the address before goes nowhere.
SEND = """
with before as (delete from deliveries where subscription_id = %(subscription)s and state <> 'sent')
insert into deliveries (lane, subscription_id, type, body, made_at, due_at)
values (%(channel)s, %(subscription)s, 'confirm', %(body)s, %(now)s, %(now)s)
"""


class BadAddress(Refusal):
    """The address cannot be one of its channel."""


class ChannelMissing(Refusal):
    """This installation sends nothing by this channel."""


class UnknownSubscription(NotFound):
    """The account has no such subscription."""


class WrongProof(Refusal):
    """The code is not the one that was sent, or it is too old."""


async def subscribe(
    connection: AsyncConnection[Any], account_id: int, channel: Channel, address: str, *, seal: Seal, now: datetime
) -> tuple[int, str]:
    """Keep an address that is still to be proven, in the account's own transaction; its id, and the code to be sent.

    Raises:
        BadAddress: it does not look like one.
    """
    if not SHAPES[channel].fullmatch(address):
        raise BadAddress(f"This is no address for {channel.value}.", field="address", remedy="Write it without a name.")
    code = "".join(secrets.choice(CODE_CHARACTERS) for _ in range(CODE_LENGTH))
    given = {
        "account": account_id,
        "channel": channel.value,
        "address": seal.close(address.encode(), about=about_address(account_id, channel.value)),
        "digest": _digest(account_id, code),
        "until": now + CODE_LASTS,
        "now": now,
    }
    [kept] = await (await connection.execute(SUBSCRIBE, given)).fetchone() or [0]
    return kept, code


async def send_code(
    connection: AsyncConnection[Any], subscription_id: int, channel: Channel, code: str, *, now: datetime
) -> None:
    """Have the code sent to the address; asked at the desk."""
    given = {"subscription": subscription_id, "channel": channel.value, "body": body_of({"code": code}), "now": now}
    await connection.execute(SEND, given)


async def subscriptions(connection: AsyncConnection[Any], account_id: int) -> list[Subscription]:
    """Where an account is told too; never the addresses."""
    rows = await (await connection.execute(LIST, [account_id])).fetchall()
    return [Subscription(Channel(channel), confirmed is not None, made) for channel, confirmed, made in rows]


async def confirm(
    connection: AsyncConnection[Any], account_id: int, channel: Channel, code: str, *, now: datetime
) -> None:
    """Prove the address by the code that came there, in the account's own transaction.

    Raises:
        UnknownSubscription: there is none.
        WrongProof: it is another code, or too old.
    """
    row = await (await connection.execute(CODE, [account_id, channel.value])).fetchone()
    if row is None:
        raise _unknown(channel)
    digest, until = row
    if digest is None:
        return
    if until < now or not hmac.compare_digest(bytes(digest), _digest(account_id, code.strip().upper())):
        raise WrongProof("The code is not the one that was sent.", field="code", remedy="Subscribe again for another.")
    await connection.execute(CONFIRM, [now, account_id, channel.value])


async def unsubscribe(connection: AsyncConnection[Any], account_id: int, channel: Channel) -> None:
    """Forget an address and what was on its way there, in the account's own transaction.

    Raises:
        UnknownSubscription: there is none.
    """
    if (await connection.execute(END, [account_id, channel.value])).rowcount == 0:
        raise _unknown(channel)


def _digest(account_id: int, code: str) -> bytes:
    return sha256(f"{account_id}:{code}".encode()).digest()


def _unknown(channel: Channel) -> UnknownSubscription:
    return UnknownSubscription("There is no such subscription.", field="channel", value=channel.value)
