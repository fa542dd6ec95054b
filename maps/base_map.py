"""A map of streets below ours, from a tile service that the district chooses; none unless it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

BaseDatum = Literal["wgs84", "gcj02"]
IMAGES = "img-src 'self' data:"


@dataclass(frozen=True, slots=True)
class BaseMap:
    """Tiles in Web Mercator by `{z}`, `{x}`, `{y}`, those that come later drawn above; `credit` is shown as it is."""

    urls: tuple[str, ...]
    datum: BaseDatum = "wgs84"
    credit: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """What the page's modules need."""
        return {"urls": list(self.urls), "datum": self.datum, "credit": self.credit}

    def allowed_in(self, policy: str) -> str:
        """A content security policy that lets its tiles in, and nothing else of their hosts."""
        parts = (urlsplit(one) for one in self.urls)
        origins = sorted({f"{one.scheme}://{one.netloc}" for one in parts})
        return policy.replace(IMAGES, " ".join((IMAGES, *origins)))
