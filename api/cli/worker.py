"""`./wangge worker`: the background work in a process of its own."""

from __future__ import annotations

import asyncio
import signal

from api.clock import now
from api.database import Database
from api.gateways import gateways_of
from api.logs import configure, event
from api.posting import Post
from api.service_key import service_key
from api.service_login import service_url
from api.serving import check_schema
from api.settings import Settings, read_settings
from api.worker import Worker
from layers.access.sealing import Seal


def worker() -> None:
    """Do the background work (the journal's stream, reports that wait) until stopped with Ctrl-C or SIGTERM.

    The service does it itself unless started with --no-worker; several workers at once do no harm.
    """
    settings = read_settings()
    configure(settings.log_level)
    check_schema(settings)
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    database = Database(service_url(settings), size=2)
    await database.open()
    post = Post(database, gateways_of(settings), Seal(service_key(settings)), clock=now)
    rounds = asyncio.create_task(Worker(database, post=post).run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, rounds.cancel)
    event("worker_started")
    try:
        await rounds
    except asyncio.CancelledError:
        event("worker_stopped")
    finally:
        await database.close()
