"""Limits on the running service: two processes count together, each kind of request apart."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from api.cluster_database import url_of
from layers.actors import Role
from tests.accounts import account, bearer
from tests.databases import clone
from tests.servers import serving

PASSWORD = {"login": "nobody-here", "password": "three wise words"}
SETTINGS = {
    "WANGGE_TRUSTED_PROXIES": "127.0.0.1/32",
    "WANGGE_PUBLIC_URL": "https://wangge.example",
    "WANGGE_LIMIT_ADDRESS": "40",
    "WANGGE_LIMIT_SIGN_IN": "5",
    "WANGGE_LIMIT_LOGIN": "8",
    "WANGGE_LIMIT_REGISTRATION": "2",
    "WANGGE_LIMIT_FILING": "4",
    "WANGGE_LIMIT_ACCOUNT": "30",
    "WANGGE_LIMIT_MACHINE": "60",
    "WANGGE_LIMIT_GUESS": "6",
}


class Service:
    """The service behind a make-believe proxy, which says for whom it asks."""

    def __init__(self, url: str, database_url: str, log: Path) -> None:
        self.url, self.database_url, self.log = url, database_url, log
        # Each request on a connection of its own: either process may take it.
        self.client = httpx.Client(limits=httpx.Limits(max_keepalive_connections=0), timeout=30, trust_env=False)

    def ask(self, address: str, method: str = "GET", path: str = "/api/v1/districts", **more: Any) -> httpx.Response:
        headers = {"X-Forwarded-For": address, **more.pop("headers", {})}
        return self.client.request(method, self.url + path, headers=headers, **more)

    def many(self, times: int, address: str, *given: str, **more: Any) -> list[int]:
        """Statuses of requests sent over connections of their own, eight at a time."""
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(self.ask, address, *given, **more) for _ in range(times)]
            return [one.result().status_code for one in asked]


@pytest.fixture(scope="module")
def service(
    admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Service]:  # fmt: skip
    var = tmp_path_factory.mktemp("limits")
    with clone(admin, toytown_template, worker_id) as name:
        url = url_of(server_url, name)
        with serving(url, var=var, command=("serve", "--workers", "2"), settings=SETTINGS) as base:
            running = Service(base, url, next(var.glob("service-*.log")))
            yield running
            running.client.close()


def test_two_processes_count_together(service: Service) -> None:
    statuses = service.many(120, "198.51.100.1")
    # What trickles in again while the test runs is one in one and a half seconds.
    assert 38 <= statuses.count(200) <= 60
    assert statuses.count(200) + statuses.count(429) == 120


def test_a_refusal_says_when_to_come_back(service: Service) -> None:
    service.many(60, "198.51.100.2")
    answer = service.ask("198.51.100.2")
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith("#too-many-requests")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert service.ask("198.51.100.3").status_code == 200


def test_a_network_of_ipv6_is_one_address(service: Service) -> None:
    for host in range(60):
        service.ask(f"2001:db8:7:7::{host:x}")
    assert service.ask("2001:db8:7:7:ffff::1").status_code == 429
    assert service.ask("2001:db8:7:8::1").status_code == 200


def test_signing_in_is_counted_by_address_and_by_login(service: Service) -> None:
    path = "/api/v1/session"
    assert service.many(7, "198.51.100.4", "POST", path, json=PASSWORD).count(401) == 5
    assert service.ask("198.51.100.4").status_code == 200
    elsewhere = [service.ask(f"198.51.101.{n}", "POST", path, json=PASSWORD).status_code for n in range(6)]
    assert elsewhere.count(401) in {3, 4}
    other = PASSWORD | {"login": "somebody-else"}
    assert service.ask("198.51.101.9", "POST", path, json=other).status_code == 401


def test_filing_and_registering_without_an_account_have_less(service: Service) -> None:
    filed = service.many(8, "198.51.100.5", "POST", "/api/v1/reports", json={})
    assert (filed.count(422), filed.count(429)) == (4, 4)
    made = service.many(4, "198.51.100.5", "POST", "/api/v1/residents", json={})
    assert (made.count(422), made.count(429)) == (2, 2)
    assert service.ask("198.51.100.5").status_code == 200


@pytest.mark.parametrize(("role", "most"), [(Role.DISPATCHER, 30), (Role.MACHINE, 60)])
def test_whoever_shows_who_they_are_is_counted_by_that(service: Service, role: Role, most: int) -> None:
    token = bearer(account(service.database_url, role))
    statuses = service.many(most, "198.51.100.6", headers=token) + service.many(most, "198.51.100.66", headers=token)
    assert most - 3 <= statuses.count(200) <= most * 1.5
    assert service.ask("198.51.100.6").status_code == 200


def test_a_device_may_have_an_allowance_of_its_own(service: Service) -> None:
    token = account(service.database_url, Role.MACHINE)
    with psycopg.connect(service.database_url) as connection:
        connection.execute("update devices set requests_per_minute = 3 where id = (select max(id) from devices)")
    assert service.many(6, "198.51.100.7", headers=bearer(token)).count(200) == 3


def test_guessing_tokens_ends_without_harm_to_neighbours(service: Service) -> None:
    token = bearer(account(service.database_url, Role.DISPATCHER))
    assert service.ask("198.51.100.8", path="/api/v1/reports", headers=token).status_code == 200
    guesses = service.many(12, "198.51.100.8", "GET", "/api/v1/reports", headers=bearer("wgd_guessed"))
    assert (guesses.count(401), guesses.count(429)) == (6, 6)
    assert service.ask("198.51.100.8", path="/api/v1/reports").status_code == 401
    assert service.ask("198.51.100.9", path="/api/v1/reports", headers=token).status_code == 200


def test_what_is_everybodys_is_not_counted(service: Service) -> None:
    for path in ("/healthz", "/static/css/tokens.css"):
        assert set(service.many(100, "198.51.100.10", "GET", path)) == {200}


def test_another_host_is_not_answered(service: Service) -> None:
    answer = service.ask("198.51.100.11", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["type"]) == (421, "/api/v1/problems#wrong-host")
    assert service.ask("198.51.100.11", headers={"Host": "wangge.example"}).status_code == 200


def test_no_address_stands_in_the_log_or_the_database(service: Service) -> None:
    service.ask("198.51.100.12")
    said = service.log.read_text()
    assert "request_over_limit rate=address" in said
    assert "198.51." not in said
    with psycopg.connect(service.database_url) as connection:
        keys = connection.execute("select key from allowances").fetchall()
    assert keys
    assert all(len(key) == 16 and b"198.51" not in key for (key,) in keys)
