"""A base map below the areas: only its images are let in, and shifted tiles lie where their ground is."""

from __future__ import annotations

import io
import math
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

import psycopg
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from api.cluster_database import url_of
from geo.datum import position_from_storage
from geo.positions import Datum, LonLat
from layers.actors import Role
from maps.base_map import BaseMap
from tests.api.routes.people import Visitor, visitor
from tests.api.routes.towns import Town, served
from tests.databases import clone
from tests.toytown import polygons

pytestmark = pytest.mark.browser
TILE_PX = 256


def picture() -> bytes:
    """Streets enough to tell that they are seen."""
    drawn = Image.new("RGB", (TILE_PX, TILE_PX), "#f2efe9")
    pen = ImageDraw.Draw(drawn)
    for at in range(0, TILE_PX, 64):
        pen.line([(at, 0), (at, TILE_PX)], fill="#c9b37a", width=5)
        pen.line([(0, at), (TILE_PX, at)], fill="#9fb8c9", width=3)
    held = io.BytesIO()
    drawn.save(held, "PNG")
    return held.getvalue()


@dataclass
class Tiles:
    """A tile service on another port; what it was asked for."""

    url: str = ""
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def tiles() -> Iterator[Tiles]:
    made, content = Tiles(), picture()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_port}/{{z}}/{{x}}/{{y}}.png"
    yield made
    server.shutdown()


@pytest.fixture(scope="module")
def town(admin: psycopg.Connection, toytown_template: str, server_url: str, worker_id: str) -> Iterator[Town]:
    with clone(admin, toytown_template, worker_id) as name, served(url_of(server_url, name)) as running:
        running.file()
        yield running


@pytest.fixture(scope="module")
def people(town: Town) -> dict[str, Visitor]:
    def made() -> dict[str, Visitor]:
        whole = (polygons.DISTRICT_CODE,)
        found = {
            "/console": visitor(town, Role.DISPATCHER, areas=whole, enrolled=True),
            "/planner": visitor(town, Role.PLANNER, areas=whole, enrolled=True),
        }
        for one in found.values():
            one.sign_in()
        return found

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(made).result()


def opened(browser: Browser, town: Town, who: Visitor, path: str) -> Page:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.errors = errors  # type: ignore[attr-defined]
    context.add_cookies([{"name": "wangge_session", "value": who.token, "url": str(town.client.base_url)}])
    page.goto(f"{town.client.base_url}{path}?lang=zh")
    page.wait_for_selector("body[data-ready]")
    return page


def set_base(town: Town, tiles: Tiles, datum: Literal["wgs84", "gcj02"]) -> None:
    state: Any = town.app
    state.state.surface = replace(state.state.surface, base_map=BaseMap((tiles.url,), datum, "© 某地图"))


def places(page: Page) -> dict[str, tuple[float, float, float]]:
    """Tile → where its corner is on the screen, and how wide it is: zooms lie between those of the tiles."""
    page.wait_for_function(
        "() => { const all = [...document.querySelectorAll('.leaflet-tile')];"
        " return all.length && all.every((one) => one.classList.contains('leaflet-tile-loaded')); }"
    )
    found = page.evaluate(
        "() => [...document.querySelectorAll('.leaflet-tile')]"
        ".map((one) => { const box = one.getBoundingClientRect(); return [one.src, box.x, box.y, box.width]; })"
    )
    return {re.sub(r"^.*?(\d+/\d+/\d+)\.png$", r"\1", src): (x, y, width) for src, x, y, width in found}


def pixel(lon: float, lat: float, zoom: int) -> tuple[float, float]:
    size = TILE_PX * 2**zoom
    return (lon + 180) / 360 * size, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * size


def test_tiles_lie_where_their_ground_is_in_either_datum(
    browser: Browser, town: Town, tiles: Tiles, people: dict[str, Visitor]
) -> None:
    seen = {}
    for datum in ("wgs84", "gcj02"):
        set_base(town, tiles, datum)
        page = opened(browser, town, people["/console"], "/console")
        expect(page.locator("#base-credit")).to_have_text("© 某地图")
        seen[datum] = places(page)
        assert page.errors == []  # type: ignore[attr-defined]
        page.context.close()
    both = seen["wgs84"].keys() & seen["gcj02"].keys()
    assert both
    zoom = int(next(iter(both)).partition("/")[0])
    middle = polygons.cell_polygon(0, 0).centroid
    there = position_from_storage(LonLat(middle.x, middle.y), Datum.GCJ02)
    (x, y), (shifted_x, shifted_y) = pixel(middle.x, middle.y, zoom), pixel(there.lon, there.lat, zoom)
    for one in both:
        (left, top, width), (shifted_left, shifted_top, _) = seen["wgs84"][one], seen["gcj02"][one]
        scale = width / TILE_PX
        assert shifted_left - left == pytest.approx((x - shifted_x) * scale, abs=2)
        assert shifted_top - top == pytest.approx((y - shifted_y) * scale, abs=2)
    assert abs(x - shifted_x) > 10, "the shift is seen at this zoom"


@pytest.mark.parametrize("path", ["/console", "/planner"])
def test_it_can_be_switched_off_and_lets_nothing_else_in(
    browser: Browser, town: Town, tiles: Tiles, people: dict[str, Visitor], path: str
) -> None:
    set_base(town, tiles, "wgs84")
    who = people[path]
    answer = town.client.get(path, headers={"Cookie": f"wangge_session={who.token}", "Authorization": ""})
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";"))
    host = tiles.url.partition("/{")[0]
    assert policy["img-src"].split() == ["'self'", "data:", host]
    assert all(host not in sources for name, sources in policy.items() if name != "img-src")
    page = opened(browser, town, who, path)
    if path == "/planner":
        page.fill("#new-plan [name=name]", "底图")
        page.click("#new-plan button.main")
        page.wait_for_selector("body[data-sheet]")
    places(page)
    if path == "/console":
        page.click("#extras summary")
    page.locator("#base").uncheck()
    expect(page.locator(".leaflet-tile")).to_have_count(0)
    expect(page.locator("#base-credit")).to_be_hidden()
    assert page.errors == []  # type: ignore[attr-defined]
    page.context.close()


def test_without_one_nothing_is_offered(browser: Browser, town: Town, people: dict[str, Visitor]) -> None:
    state: Any = town.app
    state.state.surface = replace(state.state.surface, base_map=None)
    page = opened(browser, town, people["/console"], "/console")
    expect(page.locator("#base")).to_have_count(0)
    assert page.errors == []  # type: ignore[attr-defined]
    page.context.close()
