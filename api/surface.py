"""What the service shows to whoever comes: headers of every answer, whose requests are taken, and how many."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.datastructures import MutableHeaders
from starlette.requests import Request

from api.limits import Limits
from api.peers import Peers

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
SAFE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": NOTHING,
    "permissions-policy": PERMISSIONS,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
#: A year, as the preload lists ask; other hosts of the same domain are not ours to promise for.
HSTS = "max-age=31536000"
#: What does not say how long it keeps is kept by nobody: it may be of one person alone.
KEPT_BY_NOBODY = "no-store"
STATIC_KEPT = "public, no-cache"


@dataclass(frozen=True, slots=True)
class Surface:
    """How this installation meets the world. Without `limits`, nobody is counted."""

    peers: Peers = field(default_factory=Peers)
    limits: Limits | None = None

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

    def complete(self, headers: MutableHeaders, path: str) -> None:
        """Give an answer the headers that every answer has; what its route said of itself stays."""
        for name, value in SAFE.items():
            headers.setdefault(name, value)
        headers.setdefault("cache-control", STATIC_KEPT if path.startswith("/static/") else KEPT_BY_NOBODY)
        if self.is_https:
            headers["strict-transport-security"] = HSTS


def surface(request: Request) -> Surface:
    """The surface of the application."""
    found: Surface = request.app.state.surface
    return found
