"""What the service shows to whoever comes: headers of every answer, whose requests are taken, and how many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from starlette.requests import Request

from api.limits import Limits
from api.peers import Peers
from maps.base_map import BaseMap

RawHeader = tuple[bytes, bytes]

#: Answers that are no pages may load and run nothing at all; pages bring a policy of their own.
NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
#: No page of ours asks a browser for any of these.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope"),
        *("magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "usb"),
    )
)
_SAFE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": NOTHING,
    "permissions-policy": PERMISSIONS,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
#: As they are sent: a dictionary of headers costs every answer more than all else about them.
SAFE: tuple[RawHeader, ...] = tuple((name.encode(), value.encode()) for name, value in _SAFE.items())
#: A year, as the preload lists ask; other hosts of the same domain are not ours to promise for.
HSTS = "max-age=31536000"
#: What does not say how long it keeps is kept by nobody: it may be of one person alone.
KEPT_BY_NOBODY = b"no-store"
STATIC_KEPT = b"public, no-cache"
#: Consoles, pages and phones of one account.
MOST_STREAMS = 10


@dataclass(frozen=True, slots=True)
class Surface:
    """How this installation meets the world. Without `limits`, nobody is counted."""

    peers: Peers = field(default_factory=Peers)
    limits: Limits | None = None
    #: Live streams that one account may have open in one process.
    most_streams: int = MOST_STREAMS
    base_map: BaseMap | None = None

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the service over TLS."""
        return (self.peers.public_url or "").startswith("https://")

    async def admit(self, request: Request) -> None:
        """Refuse a request before anything of its body is read.

        Raises:
            WrongHost: it asks for another host.
            TooManyRequests: whoever sends it sent too many.
        """
        self.peers.check_host(request)
        if self.limits is not None:
            await self.limits.admit(request, self.peers)

    async def admit_login(self, request: Request, login: str) -> None:
        """Count an attempt to sign in under a login; raises `TooManyRequests`."""
        if self.limits is not None:
            await self.limits.admit_login(request, login)

    def complete(self, headers: Iterable[RawHeader], path: str) -> list[RawHeader]:
        """The headers of an answer with those that every answer has; what its route said of itself stays."""
        given = list(headers)
        said = {name for name, _ in given}
        kept = STATIC_KEPT if path.startswith("/static/") else KEPT_BY_NOBODY
        given += [one for one in (*SAFE, (b"cache-control", kept)) if one[0] not in said]
        if self.is_https:
            given.append((b"strict-transport-security", HSTS.encode()))
        return given


def surface(request: Request) -> Surface:
    """The surface of the application."""
    found: Surface = request.app.state.surface
    return found
