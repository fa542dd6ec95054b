"""Who is at the other end: the address a request comes from, also behind proxies, and the host it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from pydantic import IPvAnyNetwork
from starlette.requests import Request

from layers.refusals import Refusal

#: A household or an office holds a whole /64 and could change its address with every request.
IPV6_PREFIX = 64
#: Connections over a socket file come from this machine.
LOCAL = "local"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class WrongHost(Refusal):
    """The request asks for a host that is not this service."""


@dataclass(frozen=True, slots=True)
class Peers:
    """What is believed of a request's origin: the connection, and what `trusted` proxies say in X-Forwarded-For.

    `public_url` is where browsers find the service; with it, no other host is answered but this machine's own.
    """

    trusted: tuple[IPvAnyNetwork, ...] = ()
    public_url: str | None = None

    def address(self, request: Request) -> str:
        """The address of whoever asks; of IPv6 the network of 64 bits."""
        client = request.client
        if client is None:
            return LOCAL
        hops = [hop.strip() for line in request.headers.getlist("x-forwarded-for") for hop in line.split(",")]
        return _told(self._origin(client.host, hops))

    def check_host(self, request: Request) -> None:
        """Refuse a request for another host; raises `WrongHost`."""
        if self.public_url is None:
            return
        asked = request.headers.get("host", "")
        if asked.lower() == urlsplit(self.public_url).netloc.lower() or _hostname(asked) in LOOPBACK:
            return
        raise WrongHost("This service is not found under that host.", field="host", remedy="Use its public address.")

    def _origin(self, connected: str, hops: Sequence[str]) -> IPv4Address | IPv6Address | None:
        """The first address, from the near end, that is no trusted proxy; what lies behind it may be invented."""
        found = _parsed(connected)
        for hop in reversed(hops):
            if found is None or not any(found in network for network in self.trusted):
                break
            before = _parsed(hop)
            if before is None:
                break
            found = before
        return found


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _told(address: IPv4Address | IPv6Address | None) -> str:
    if address is None:
        return LOCAL
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address), IPV6_PREFIX), strict=False))
    return str(address)


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
