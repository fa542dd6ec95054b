"""The web application: its routes, its frame, and what runs beside them while it lives."""

from __future__ import annotations

import asyncio
import gc
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from api.access import Visitors
from api.addresses import Addresses
from api.certificate_shelf import CertificateShelf
from api.clock import Clock, now
from api.darkroom import Darkroom
from api.database import Database
from api.errors import install
from api.figure_shelf import FigureShelf, Slow
from api.front_desk import FrontDesk
from api.gate import Gate
from api.gateways import Gateways
from api.live import Live
from api.locators import Locators
from api.lookers import CHANNEL as LOOKS
from api.lookers import Lookers
from api.openapi import description
from api.outline_shelf import OutlineShelf
from api.packing import Packing
from api.page_cache import PageCache
from api.plan_shelf import PlanShelf
from api.posting import Post
from api.print_room import PrintRoom
from api.public_shelf import PublicShelf
from api.recently import RecentFigures
from api.routes import (
    account_pages,
    administration,
    areas,
    assigning,
    console,
    erasing,
    events,
    figure_pages,
    figures,
    following,
    handling,
    health,
    locating,
    machines,
    maps,
    my,
    notices,
    outside_sign_in,
    pages,
    photos,
    places,
    plan_files,
    planner_page,
    planning,
    plans,
    presence,
    printed,
    public,
    report_lists,
    report_tables,
    reports,
    sign_in,
    sign_in_pages,
    steps,
    suggesting,
    tasks,
    traces,
    wall_page,
    webhooks,
    work_pages,
    workload,
)
from api.shared_reads import SharedReads
from api.standing import StandingFigures
from api.surface import Surface
from api.worker import Worker
from layers.access.sealing import Seal
from layers.reports.links import ReportLinks
from maps.pages import STATIC

VERSION = "0.1.0"
#: Smaller answers gain nothing from being packed.
PACKED_FROM_BYTES = 1024
PACKING = 5

#: More particular paths first: /reports/repeated-positions is no report number.
ROUTERS = (
    health.router,
    report_lists.router,
    report_tables.router,
    reports.router,
    following.router,
    handling.router,
    steps.router,
    tasks.router,
    assigning.router,
    console.router,
    work_pages.router,
    erasing.router,
    events.router,
    photos.router,
    locating.router,
    areas.router,
    places.router,
    plans.router,
    plan_files.router,
    planning.router,
    suggesting.router,
    planner_page.router,
    printed.router,
    wall_page.router,
    workload.router,
    figures.router,
    figure_pages.router,
    maps.router,
    pages.router,
    presence.router,
    public.router,
    traces.router,
    sign_in_pages.router,
    account_pages.router,
    sign_in.router,
    outside_sign_in.router,
    my.router,
    notices.router,
    administration.router,
    machines.router,
    webhooks.router,
)


def create_app(
    database_url: str,
    *,
    pool_size: int,
    with_worker: bool = True,
    clock: Clock = now,
    front_desk: FrontDesk | None = None,
    links: ReportLinks | None = None,
    surface: Surface | None = None,
    gateways: Gateways | None = None,
) -> FastAPI:
    """The application on a database; it starts, and says so, whether or not the database answers."""
    app = FastAPI(
        title="wangge",
        version=VERSION,
        lifespan=_alive,
        # Their pages load scripts from other hosts; the description itself is at /api/v1/openapi.json.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    app.state.database = Database(database_url, size=pool_size)
    app.state.locators = Locators(app.state.database)
    app.state.lookers = Lookers(app.state.database)
    app.state.live = Live(app.state.database, others={LOOKS: app.state.lookers.hear})
    app.state.outlines = OutlineShelf(app.state.database)
    app.state.open_reads = SharedReads()
    app.state.certificates = CertificateShelf(app.state.database)
    app.state.pages = PageCache()
    app.state.plans = PlanShelf()
    app.state.slow = Slow(StandingFigures(), RecentFigures(app.state.database))
    app.state.darkroom = Darkroom()
    app.state.print_room = PrintRoom()
    app.state.figures = FigureShelf(app.state.database, app.state.slow, clock)
    app.state.public = PublicShelf(app.state.database)
    app.state.drawing_table = plan_files.drawing_table()
    app.state.clock = clock
    app.state.surface = surface or Surface()
    app.state.visitors = Visitors()
    # Keys of the moment: second factors and links made under them are lost when this process ends.
    app.state.front_desk = front_desk or FrontDesk(Seal(secrets.token_bytes(32)))
    app.state.gateways = gateways or Gateways()
    post = Post(app.state.database, app.state.gateways, app.state.front_desk.seal, clock=clock)
    adopt = app.state.locators.adopt
    app.state.worker = Worker(app.state.database, post=post, clock=clock, adopt=adopt) if with_worker else None
    app.state.links = links or ReportLinks(secrets.token_bytes(32))
    app.router.routes.append(reports.SHORTCUT)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.state.addresses = Addresses(app, [route for router in ROUTERS for route in router.routes])
    app.openapi = description(app)  # type: ignore[method-assign]
    install(app)
    app.add_middleware(Gate)
    app.add_middleware(Packing, minimum_size=PACKED_FROM_BYTES, compresslevel=PACKING)
    return app


@asynccontextmanager
async def _alive(app: FastAPI) -> AsyncIterator[None]:
    """Open the pools, keep up with the editions, do the worker's rounds; end them all in good order."""
    await app.state.database.open()
    tasks = [
        asyncio.create_task(app.state.locators.watch(), name="locators"),
        asyncio.create_task(app.state.live.watch(), name="live"),
        asyncio.create_task(_prepare(app), name="prepare"),
    ]
    if app.state.worker is not None:
        tasks.append(asyncio.create_task(app.state.worker.run(), name="worker"))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await app.state.open_reads.end()
        await app.state.database.close()


async def _prepare(app: FastAPI) -> None:
    """Make beforehand what the first visitor would wait for: the description, and the outlines of all cells."""
    await app.state.locators.settled()
    # In no thread: fastapi keeps what it makes of a model by a cache that two threads fill with different things.
    app.openapi()
    for served in await app.state.locators.every():
        if served.compiled is not None:
            await app.state.outlines.outlines(served.compiled.edition, served.district.levels[-1])
    # What stays for good is not searched for rubbish again: each search would hold every request up for 0.15 s.
    gc.collect()
    gc.freeze()
