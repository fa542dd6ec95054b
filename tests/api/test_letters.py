"""Letters and short messages: handed in at real servers, tried again or given up by what those say."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from api import mailing
from api.gateways import ShortMessages
from api.mailing import Mail
from api.mailing import MailServer as Server
from api.outbound import Outbound
from layers.notices.deliveries import DELAYS
from tests.api.outgoing import HERE, Town, opened, sent
from tests.gateways import MailServer, mail_server, web_server


@pytest.fixture
async def town(toytown_url: str) -> AsyncIterator[Town]:
    async with opened(toytown_url) as town:
        yield town


async def test_a_letter_arrives(town: Town) -> None:
    async with mail_server() as there:
        await town.letter("email", "someone@example.org")
        assert await sent(town.post(mail=mail_at(there))) == 1
    [letter] = there.letters
    assert (letter["To"], letter["From"]) == ("someone@example.org", "wangge@wangge.example")
    assert letter["Subject"] == "[网格] 20250106-0000001 已办结"
    assert letter["Message-ID"].startswith("<notice-")
    text = letter.get_content()  # type: ignore[attr-defined]
    assert "https://wangge.example/tasks/20250106-0000001" in text
    assert "占道经营" in text


async def test_a_mailbox_that_is_not_there_is_given_up_and_others_are_not(town: Town) -> None:
    async with mail_server() as there:
        there.refuses = frozenset({"nobody@"})
        await town.letter("email", "nobody@example.org")
        await town.letter("email", "someone@example.org")
        assert await sent(town.post(mail=mail_at(there))) == 2
    assert await town.states() == [("dead", 1, "smtp_550"), ("sent", 1, None)]


async def test_a_mail_server_that_is_busy_is_asked_again(town: Town) -> None:
    async with mail_server() as there:
        there.busy = True
        await town.letter("email", "someone@example.org")
        await sent(town.post(mail=mail_at(there)))
        assert await town.states() == [("waiting", 1, "smtp_451")]
        there.busy = False
        town.ahead += DELAYS[0] + timedelta(seconds=1)
        await sent(town.post(mail=mail_at(there)))
    assert await town.states() == [("sent", 2, None)]


async def test_a_short_message_goes_through_the_gateway_that_is_set(town: Town) -> None:
    async with web_server() as there:
        template = {"to": ["{to}"], "message": {"text": "{text}"}, "kind": 3}
        gateway = ShortMessages(there.url("/sms"), template, "Bearer secret", Outbound(HERE))
        await town.letter("sms", "+8613800000000")
        assert await sent(town.post(short_messages=gateway)) == 1
    [posted] = there.posted
    body = json.loads(posted.body)
    assert (body["to"], body["kind"]) == (["+8613800000000"], 3)
    assert body["message"]["text"].startswith("【网格】20250106-0000001")
    assert posted.headers["authorization"] == "Bearer secret"


@pytest.mark.parametrize("silent", [True, False])
async def test_a_mail_server_that_says_nothing_or_is_not_there_is_asked_again(
    town: Town, silent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "WORD_S", 0.3)
    async with mail_server() as there:
        there.silent = silent
        mail = mail_at(there) if silent else Mail(Server("127.0.0.1", 1, "wangge@wangge.example", tls="none"))
        await town.letter("email", "someone@example.org")
        await sent(town.post(mail=mail))
    assert await town.states() == [("waiting", 1, "unreachable")]


def mail_at(there: MailServer) -> Mail:
    return Mail(Server("127.0.0.1", there.port, "wangge@wangge.example", tls="none"))
