"""Notices, where else one is told, and webhooks, through the real service."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import httpx
import psycopg
import pytest

from api.database import Database
from api.gateways import Gateways
from api.mailing import Mail, MailServer
from api.outbound import Outbound
from api.posting import Post
from api.worker import Worker
from layers.actors import Role
from layers.reports.appending import append
from tests.accounts import account, bearer
from tests.api.routes.towns import Town
from tests.gateways import mail_server, web_server

REASON = {"reason": "x", "note": None, "clock": None}


def signed_in(town: Town, role: Role, **more: Any) -> httpx.Client:
    token = account(town.database_url, role, **more)
    return httpx.Client(base_url=f"{town.client.base_url}/api/v1", headers=bearer(token), trust_env=False)


@pytest.fixture
def administrator(town: Town) -> Iterator[httpx.Client]:
    with signed_in(town, Role.SYSTEM_ADMINISTRATOR) as client:
        yield client


def rejected(town: Town, number: str) -> None:
    """The report comes back to whoever has it."""

    async def write() -> None:
        async with await psycopg.AsyncConnection.connect(town.database_url) as connection:
            await append(connection, int(number.replace("-", "")), "rejected", REASON, actor="test", now=town.at)

    asyncio.run(write())


def worked(town: Town, gateways: Gateways | None = None) -> None:
    """What the worker does: places are given, notices made, messages sent."""
    asyncio.run(work(town, gateways))


async def work(town: Town, gateways: Gateways | None = None) -> None:
    database = Database(town.database_url, size=4)
    post = Post(database, gateways or town.app.state.gateways, town.app.state.front_desk.seal, clock=town.now)
    worker = Worker(database, post=post, clock=town.now)
    await database.open()
    try:
        await worker.pump()
        while await worker.make_notices():
            pass
        await post.send_due()
        await post.close()
    finally:
        await database.close()


@pytest.fixture
def holder(town: Town) -> Iterator[tuple[httpx.Client, str]]:
    """Whoever got a report, and its number."""
    told = town.file()
    town.sql("update accounts set person_id = null")
    worked(town)
    with signed_in(town, Role.GRID_WORKER, person=told["assignee"]["number"]) as client:
        yield client, told["number"]


def test_whoever_has_it_reads_what_happened(town: Town, holder: tuple[httpx.Client, str]) -> None:
    client, number = holder
    for _ in range(3):
        rejected(town, number)
    worked(town)
    page = client.get("/my/notices", params={"limit": "2"}).json()
    assert [one["type"] for one in page["notices"]] == ["rejected"] * 2
    assert page["unread"] == 3
    told = page["notices"][0]
    assert (told["number"], told["kind"], told["read_at"]) == (number, "M01", None)
    assert len(told["areas"]) == 4
    [older] = client.get("/my/notices", params={"cursor": page["next"]}).json()["notices"]
    assert client.post("/my/notices/read", json={"places": [older["place"]]}).status_code == 204
    assert client.get("/my/notices").json()["unread"] == 2
    assert [one["place"] for one in client.get("/my/notices?unread=true").json()["notices"]] == [
        one["place"] for one in page["notices"]
    ]
    assert client.post("/my/notices/read", json={"up_to": told["place"]}).status_code == 204
    assert client.get("/my/notices").json()["unread"] == 0
    assert client.post("/my/notices/read", json={}).status_code == 422
    with signed_in(town, Role.GRID_WORKER) as another:
        assert another.get("/my/notices").json()["notices"] == []


def test_an_address_is_told_when_it_is_proven(
    town: Town, holder: tuple[httpx.Client, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, number = holder
    assert client.post("/my/subscriptions", json={"channel": "email", "address": "a@b.cn"}).status_code == 409

    async def prove() -> list[str]:
        async with mail_server() as there:
            mail = Mail(MailServer("127.0.0.1", there.port, "wangge@wangge.example", tls="none"))
            gateways = Gateways(mail=mail, public_url="https://wangge.example")
            monkeypatch.setitem(town.app.state._state, "gateways", gateways)
            await asyncio.to_thread(subscribe)
            await asyncio.to_thread(rejected, town, number)
            await work(town, gateways)
            [letter] = there.letters
            code = letter.get_content().split()[1][:8]  # type: ignore[attr-defined]
            await asyncio.to_thread(confirm, code)
            await asyncio.to_thread(rejected, town, number)
            await work(town, gateways)
            return [str(one["Subject"]) for one in there.letters]

    def subscribe() -> None:
        answer = client.post("/my/subscriptions", json={"channel": "email", "address": "someone@example.org"})
        assert answer.status_code == 204, answer.text
        [told] = client.get("/my/subscriptions").json()["subscriptions"]
        assert (told["channel"], told["confirmed"]) == ("email", False)

    def confirm(code: str) -> None:
        path = "/my/subscriptions/email/confirm"
        assert client.post(path, json={"code": "WRONG234"}).status_code == 422
        assert client.post(path, json={"code": code.lower()}).status_code == 204
        assert client.get("/my/subscriptions").json()["subscriptions"][0]["confirmed"] is True

    assert asyncio.run(prove()) == ["[网格] 验证码 / code", f"[网格] {number} 核查未通过，须返工"]
    [(address,)] = town.sql("select address from subscriptions")
    assert b"someone" not in bytes(address)
    assert client.delete("/my/subscriptions/email").status_code == 204
    assert town.sql("select count(*) from deliveries where subscription_id is not null") == [(0,)]


def test_a_code_lasts_half_an_hour(
    town: Town, holder: tuple[httpx.Client, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = holder
    mail = Mail(MailServer("127.0.0.1", 1, "wangge@wangge.example"))
    monkeypatch.setitem(town.app.state._state, "gateways", Gateways(mail=mail))
    for wrong in ("someone", "a b@example.org", "a@b", "a@example.org\r\nBcc: b@example.org"):
        answer = client.post("/my/subscriptions", json={"channel": "email", "address": wrong})
        assert answer.status_code == 422, wrong
        assert wrong not in answer.text
    client.post("/my/subscriptions", json={"channel": "email", "address": "someone@example.org"})
    [(body,)] = town.sql("select body from deliveries where type = 'confirm' and state = 'waiting'")
    town.later(minutes=31)
    code = body.split('"')[3]
    assert client.post("/my/subscriptions/email/confirm", json={"code": code}).json()["type"].endswith("#wrong-proof")


def test_a_webhook_is_told_of_its_types_until_it_is_ended(
    town: Town, administrator: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateways = Gateways(Outbound([ip_network("127.0.0.0/8")]))
    monkeypatch.setitem(town.app.state._state, "gateways", gateways)
    bodies: list[Any] = []

    async def hear() -> None:
        async with web_server() as there:
            added = await asyncio.to_thread(add, there.url())
            number = (await asyncio.to_thread(town.file, reporter={"name": "canary", "phone": "canary"}))["number"]
            await work(town, gateways)
            bodies.extend([number, [one.body.decode() for one in there.posted]])
            await asyncio.to_thread(end, added)
            await asyncio.to_thread(town.file)
            await work(town, gateways)
            assert len(there.posted) == 1

    def add(url: str) -> int:
        answer = administrator.post("/webhooks", json={"name": "数据中台", "url": url, "types": ["assigned"]})
        assert answer.status_code == 201, answer.text
        assert answer.json()["secret"].startswith("whs_")
        [listed] = administrator.get("/webhooks").json()["webhooks"]
        assert (listed["url"], listed["types"], listed["waiting"]) == (url, ["assigned"], 0)
        assert "whs_" not in str(listed)
        added: int = answer.json()["id"]
        return added

    def end(added: int) -> None:
        assert administrator.delete(f"/webhooks/{added}").status_code == 204
        assert administrator.delete(f"/webhooks/{added}").status_code == 404
        assert administrator.get("/webhooks").json()["webhooks"] == []

    asyncio.run(hear())
    number, [body] = bodies
    assert f'"number":"{number}"' in body
    assert '"type":"assigned"' in body
    assert "canary" not in body
    kept = town.sql("select event from traces where event like 'webhook%%' order by place")
    assert [event for (event,) in kept] == ["webhook_added", "webhook_ended"]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "https://user:secret@example.org/", "ftp://example.org/", "https:///hook",
        "https://example.org/#part", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_addresses_that_cannot_be_posted_to_are_refused(administrator: httpx.Client, url: str) -> None:
    answer = administrator.post("/webhooks", json={"name": "x", "url": url})
    assert (answer.status_code, answer.json()["type"]) == (422, "/api/v1/problems#bad-endpoint")
    assert "secret" not in answer.text


def test_unknown_types_are_refused(administrator: httpx.Client) -> None:
    body = {"name": "x", "url": "https://example.org/", "types": ["no_such_type"]}
    assert administrator.post("/webhooks", json=body).status_code == 422
