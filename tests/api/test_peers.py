"""Who asks: what proxies say is believed of trusted ones alone, and no other host is answered."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from starlette.requests import Request

from api.peers import LOCAL, Peers, WrongHost

PROXY = Peers((ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8"), ip_network("fd00::/8")))


def asked(client: str | None, *forwarded: str, host: str = "wangge.example") -> Request:
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded] + [(b"host", host.encode())]
    scope = {"type": "http", "client": client and (client, 4711), "headers": headers, "path": "/"}
    return Request(scope)


@pytest.mark.parametrize(
    ("client", "forwarded", "told"),
    [
        ("198.51.100.7", (), "198.51.100.7"),
        ("198.51.100.7", ("203.0.113.9",), "198.51.100.7"),
        ("127.0.0.1", ("203.0.113.9",), "203.0.113.9"),
        ("127.0.0.1", ("192.0.2.1, 203.0.113.9",), "203.0.113.9"),
        ("127.0.0.1", ("192.0.2.1, 203.0.113.9, 10.1.2.3",), "203.0.113.9"),
        ("127.0.0.1", ("192.0.2.1", "203.0.113.9"), "203.0.113.9"),
        ("127.0.0.1", ("10.1.2.3",), "10.1.2.3"),
        ("127.0.0.1", ("not an address",), "127.0.0.1"),
        ("127.0.0.1", ("203.0.113.9, unknown",), "127.0.0.1"),
        ("127.0.0.1", ("",), "127.0.0.1"),
        ("::ffff:198.51.100.7", (), "198.51.100.7"),
        ("2001:db8:1:2:aaaa::1", (), "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", (), "2001:db8:1:2::/64"),
        ("fd00::1", ("2001:db8:1:2::5",), "2001:db8:1:2::/64"),
        (None, (), LOCAL),
    ],
)
def test_the_address_is_the_first_that_no_trusted_proxy_has(
    client: str | None, forwarded: tuple[str, ...], told: str
) -> None:
    assert PROXY.address(asked(client, *forwarded)) == told


@pytest.mark.parametrize("host", ["wangge.example", "WANGGE.example", "127.0.0.1:8000", "localhost", "[::1]:8000"])
def test_the_public_host_and_this_machine_are_answered(host: str) -> None:
    Peers(public_url="https://wangge.example").check_host(asked("127.0.0.1", host=host))


@pytest.mark.parametrize(
    "host", ["", "evil.example", "wangge.example:8443", "wangge.example.evil.example", "127.0.0.1.evil.example", "[::1"]
)
def test_any_other_host_is_refused(host: str) -> None:
    with pytest.raises(WrongHost):
        Peers(public_url="https://wangge.example").check_host(asked("127.0.0.1", host=host))
    Peers().check_host(asked("127.0.0.1", host=host))
