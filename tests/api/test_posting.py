"""What goes out arrives, signed; what is slow or dead harms nobody else; and whoever is killed sends it once more."""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from ipaddress import ip_network

import pytest

from api.clock import now
from api.outbound import Outbound
from layers.notices.deliveries import DELAYS, LEASE, dead_letters, retry, tidy
from tests.api.outgoing import FACTS, KEY, Town, opened, sent
from tests.gateways import Posted, web_server
from tests.servers import CHECKOUT


@pytest.fixture
async def town(toytown_url: str) -> AsyncIterator[Town]:
    async with opened(toytown_url) as town:
        yield town


async def test_a_webhook_arrives_signed(town: Town) -> None:
    async with web_server() as there:
        added, secret = await town.webhook(there.url("/hook?a=b"))
        await town.wait_for(added)
        assert await sent(town.post()) == 1
    [posted] = there.posted
    assert posted.path == "/hook?a=b"
    assert posted.headers["host"] == f"127.0.0.1:{there.port}"
    assert json.loads(posted.body) == FACTS | {"id": 1}
    signed = f"{posted.headers['wangge-timestamp']}.".encode() + posted.body
    assert posted.headers["wangge-signature"] == f"v1={hmac.new(secret, signed, sha256).hexdigest()}"
    assert abs(int(posted.headers["wangge-timestamp"]) - time.time()) < 30
    assert posted.headers["wangge-event"] == "closed"
    [row] = await town.rows("select id, state, body from deliveries")
    assert (row["state"], row["body"]) == ("sent", "")
    assert posted.headers["wangge-delivery"] == str(row["id"])


@pytest.mark.parametrize(
    ("status", "fault"), [(500, "status_500"), (302, "redirect"), (404, "status_404"), (None, "unreachable")]
)
async def test_what_does_not_arrive_is_tried_again_later(town: Town, status: int | None, fault: str) -> None:
    answers = iter([status, 204])

    async def answer(_: Posted) -> int | None:
        return next(answers)

    async with web_server(answer) as there:
        added, _ = await town.webhook(there.url())
        await town.wait_for(added)
        assert await sent(town.post()) == 1
        assert await town.states() == [("waiting", 1, fault)]
        assert await sent(town.post()) == 0, "not at once"
        town.ahead += DELAYS[0] + timedelta(seconds=1)
        assert await sent(town.post()) == 1
        assert await town.states() == [("sent", 2, None)]
    assert len({one.headers["wangge-delivery"] for one in there.posted}) == 1
    assert await town.rows("select failures, paused_until from delivery_lanes") == [
        {"failures": 0, "paused_until": None}
    ]


async def test_what_never_arrives_is_given_up_and_can_be_sent_again(town: Town) -> None:
    async def broken(_: Posted) -> int:
        return 500

    async with web_server(broken) as there:
        added, _ = await town.webhook(there.url())
        await town.wait_for(added)
        for delay in DELAYS:
            assert await sent(town.post()) == 1
            town.ahead += delay + timedelta(seconds=1)
        assert await sent(town.post()) == 1
    assert await town.states() == [("dead", len(DELAYS) + 1, "status_500")]
    [letter] = await dead_letters(town.connection, limit=10)
    assert (letter.lane, letter.fault) == (f"webhook:{added}", "status_500")
    assert await retry(town.connection, [letter.id + 1], now=town.now()) == 0
    assert await retry(town.connection, [letter.id], now=town.now()) == 1
    assert (await town.states())[0][:2] == ("waiting", 0)


async def test_whoever_says_gone_is_not_asked_again(town: Town) -> None:
    async def gone(_: Posted) -> int:
        return 410

    async with web_server(gone) as there:
        added, _ = await town.webhook(there.url())
        await town.wait_for(added)
        assert await sent(town.post()) == 1
    assert await town.states() == [("dead", 1, "gone")]


async def test_slow_and_dead_endpoints_hold_up_nobody(town: Town) -> None:
    async def slow(_: Posted) -> int:
        await asyncio.sleep(60)
        return 204

    async with web_server(slow) as tarpit, web_server() as good:
        for there in (tarpit.url(), tarpit.url("/2"), "http://127.0.0.1:1/nobody"):
            await town.wait_for((await town.webhook(there))[0], 50)
        quick, _ = await town.webhook(good.url())
        await town.wait_for(quick, 50)
        post = town.post()
        began_s = time.monotonic()
        while len(good.posted) < 50 and time.monotonic() - began_s < 8:
            await post.send_due()
        assert len(good.posted) == 50
        assert time.monotonic() - began_s < 8, "sooner than one of the slow ones is given up"
        assert len(tarpit.posted) == 8, "four at once in each lane, and no more"
        rows = await town.rows("select attempts, count(*) from deliveries where fault = 'unreachable' group by 1")
        assert sum(row["count"] for row in rows) <= 4, "a lane that fails rests"
        for task in list(post._under_way):
            task.cancel()


async def test_a_lane_that_failed_gets_one_message_alone(town: Town) -> None:
    async def broken(_: Posted) -> int:
        return 500

    async with web_server(broken) as there:
        added, _ = await town.webhook(there.url())
        await town.wait_for(added, 20)
        await sent(town.post())
        first = len(there.posted)
        assert first <= 4
        town.ahead += timedelta(minutes=6)
        await sent(town.post())
        assert len(there.posted) == first + 1


async def test_two_posts_send_each_message_once(town: Town) -> None:
    async with web_server() as there:
        added, _ = await town.webhook(there.url())
        await town.wait_for(added, 60)
        posts = [town.post(), town.post()]
        while sum([await post.send_due() for post in posts]):
            pass
        await asyncio.gather(*(post.send_due() for post in posts))
        for post in posts:
            await post.close()
    ids = [one.headers["wangge-delivery"] for one in there.posted]
    assert (len(ids), len(set(ids))) == (60, 60)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:{port}/", "https://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/"],
)
async def test_nothing_goes_to_this_machine_or_its_networks(town: Town, url: str) -> None:
    async with web_server() as there:
        outbound = Outbound()
        outcome = await outbound.post(url.format(port=there.port), b"{}", {})
        assert outcome.fault == "address_refused"
        # Allowed networks are no others.
        outcome = await Outbound([ip_network("10.0.0.0/8")]).post(url.format(port=there.port), b"{}", {})
        assert outcome.fault == "address_refused"
    assert there.posted == []


async def test_the_secret_of_an_endpoint_opens_nothing_at_another_address(town: Town) -> None:
    async with web_server() as there:
        added, _ = await town.webhook("https://example.org/hook")
        await town.connection.execute("update webhooks set url = %s where id = %s", [there.url(), added])
        await town.wait_for(added)
        assert await sent(town.post()) == 1
    assert there.posted == []
    assert await town.states() == [("dead", 1, "seal_broken")]


async def test_what_was_sent_is_forgotten_after_a_week(town: Town) -> None:
    async with web_server() as there:
        added, _ = await town.webhook(there.url())
        await town.wait_for(added)
        await sent(town.post())
    assert await tidy(town.connection, now=now() + timedelta(days=6)) == 0
    assert await tidy(town.connection, now=now() + timedelta(days=8)) == 1


async def test_whoever_is_killed_after_sending_sends_once_more_under_the_same_id(town: Town) -> None:
    """The worker dies between the endpoint's answer and the mark; another one goes on when the lease is over."""
    killed = asyncio.Event()

    async def kills(_: Posted) -> int:
        if not killed.is_set():
            process.send_signal(signal.SIGKILL)
            await process.wait()
            killed.set()
        return 204

    async with web_server(kills) as there:
        added, _ = await town.webhook(there.url())
        await town.wait_for(added)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")},
            "DATABASE_URL": town.url,
            "WANGGE_SECRET_KEY": KEY.decode(),
            "WANGGE_WEBHOOK_NETWORKS": "127.0.0.0/8",
            "PYTHONPATH": str(CHECKOUT),
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "api.cli", "worker"),
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(60):
            await killed.wait()
        assert await town.states() == [("waiting", 1, None)]
        assert await sent(town.post()) == 0, "the lease of whoever died is not over"
        town.ahead += LEASE + timedelta(seconds=1)
        assert await sent(town.post()) == 1
    assert await town.states() == [("sent", 2, None)]
    assert len(there.posted) == 2
    assert len({one.headers["wangge-delivery"] for one in there.posted}) == 1
