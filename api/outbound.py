"""Posting to addresses that others chose: to no host of our own networks, without redirects, and never for long.

url ──► https, or a network that is allowed ──► every address of the host is looked at ──► that very address is asked

The name is looked up once, and the connection goes to what was looked at: a name that answers otherwise the second time
leads nowhere.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx
from pydantic import IPvAnyNetwork

from layers.refusals import Refusal

WHOLE_S = 10.0
CONNECT_S = 5.0
LONGEST_URL = 2_000
USER_AGENT = "wangge"
#: Where other networks put addresses of version 4 into those of version 6.
TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("2002::/16"))
#: Lookups that hang keep threads of their own waiting, and nobody else's.
LOOKUPS = 16


class BadEndpoint(Refusal):
    """The address is none that may be posted to."""


class Result(StrEnum):
    """What became of a message."""

    SENT = "sent"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result, and in one word of ours why it is none."""

    result: Result
    fault: str = ""


SENT = Outcome(Result.SENT)


class Outbound:
    """Posts to other systems. `networks`: those of one's own that may be reached, also without TLS."""

    def __init__(self, networks: Sequence[IPvAnyNetwork] = ()) -> None:
        self._networks = tuple(networks)
        self._threads = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="lookup")
        self._tls = ssl.create_default_context()

    def check(self, url: str) -> None:
        """Refuse an address that could never be posted to; where it leads is looked at each time.

        Raises:
            BadEndpoint: not an https address, or with a name and password in it.
        """
        parsed = _parsed(url)
        allowed = {"https", "http"} if self._networks else {"https"}
        if parsed is None or parsed.scheme not in allowed or not parsed.host or parsed.userinfo or parsed.fragment:
            raise BadEndpoint(
                "This is no address to post to.",
                field="url",
                remedy="Write https://host/path, without name and password; docs/notices.md says more.",
            )

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Post JSON, and look at nothing but the status of the answer."""
        try:
            async with asyncio.timeout(WHOLE_S):
                return await self._post(url, body, headers)
        except TimeoutError:
            return Outcome(Result.FAILED, "timeout")
        except ssl.SSLError:
            return Outcome(Result.FAILED, "tls")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError):
            return Outcome(Result.FAILED, "unreachable")

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        parsed = httpx.URL(url)
        address = await self._address(parsed)
        if address is None:
            return Outcome(Result.FAILED, "address_refused")
        sent = {**headers, "Content-Type": "application/json", "User-Agent": USER_AGENT, "Host": _host(parsed)}
        request = httpx.Request(
            "POST",
            parsed.copy_with(host=str(address)),
            content=body,
            headers=sent,
            extensions={"sni_hostname": parsed.host, "timeout": httpx.Timeout(WHOLE_S, connect=CONNECT_S).as_dict()},
        )
        # A transport of its own for each: nothing that one endpoint does to its connections is felt by another.
        async with httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False, retries=0) as transport:
            answer = await transport.handle_async_request(request)
            await answer.aclose()
        return _outcome(answer.status_code)

    async def _address(self, url: httpx.URL) -> IPv4Address | IPv6Address | None:
        """The address to connect to; None where any of the host's is one that may not be reached."""
        loop = asyncio.get_running_loop()
        port = url.port or (443 if url.scheme == "https" else 80)
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        )
        addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
        ours = [any(one in network for network in self._networks) for one in addresses]
        if url.scheme != "https" and not all(ours):
            return None
        if not all(mine or is_public(one) for mine, one in zip(ours, addresses, strict=True)):
            return None
        return addresses[0] if addresses else None


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the open network, and not of this machine or one's own networks."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.teredo is not None or any(address in network for network in TRANSLATED):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _parsed(url: str) -> httpx.URL | None:
    if len(url) > LONGEST_URL:
        return None
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError):
        return None


def _host(url: httpx.URL) -> str:
    return url.netloc.decode("ascii")


def _outcome(status: int) -> Outcome:
    if 200 <= status < 300:
        return SENT
    if status == 410:
        return Outcome(Result.REFUSED, "gone")
    return Outcome(Result.FAILED, "redirect" if 300 <= status < 400 else f"status_{status}")
