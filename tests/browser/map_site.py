"""A small server of the workload map's page, its two halves and the static files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from layers.workload.records import Elsewhere
from maps.figures import ClassChoice, figures_json
from maps.outlines import outlines_json
from maps.pages import STATIC
from maps.workload import LevelLink, workload_page
from tests.maps.pictures import district

PLAIN, AREAS = district(12, 10)
SHEET = replace(PLAIN, held_above=Elsewhere(open=7, unassigned=2), unlocated=Elsewhere(open=1234, unassigned=0))
OUTLINES = outlines_json(AREAS)
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}
LEVELS = [
    LevelLink("street", "街道", "Street", "/streets?level=street"),
    LevelLink("grid", "网格", "Grid", "/map?level=grid"),
]


@dataclass
class Site:
    """A server of the map's page, its two halves and the static files."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    failing: bool = False
    sheet = SHEET

    def answer(self, path: str, query: dict[str, str]) -> tuple[str, bytes] | None:
        if path == "/map":
            return "text/html; charset=utf-8", _page(query).encode()
        if path == "/outlines.json":
            return "application/geo+json", OUTLINES.body
        if path == "/figures" and not self.failing:
            return "application/json", figures_json(self.sheet, shown=[(query["metric"], _choice(query))])
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            return TYPES[file.suffix], file.read_bytes()
        return None


def _page(query: dict[str, str]) -> str:
    return workload_page(
        SHEET,
        metric="open",
        choice=_choice(query),
        outlines_url="/outlines.json",
        figures_url="/figures?level=grid",
        levels=LEVELS,
        home_url="/?district=1",
        file_url="/file?district=1&level=grid",
        refresh_s=0,
    )


def _choice(query: dict[str, str]) -> ClassChoice:
    limits = tuple(float(limit) for limit in query.get("limits", "").split(",") if limit)
    return ClassChoice(query.get("breaks", "quantile"), int(query.get("classes", "5")), limits)  # type: ignore[arg-type]


@contextmanager
def open_site() -> Iterator[Site]:
    """The site on a free loopback port, as long as the `with` lasts."""
    served = Site()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            served.asked.append(parts.path)
            found = served.answer(parts.path, {name: given[0] for name, given in parse_qs(parts.query).items()})
            self.send_response(200 if found else 503)
            self.send_header("Content-Type", found[0] if found else "text/plain")
            self.end_headers()
            self.wfile.write(found[1] if found else b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    served.address = f"http://127.0.0.1:{server.server_port}"
    yield served
    server.shutdown()
    server.server_close()
