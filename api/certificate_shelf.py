"""Certificates of editions, made once: an edition that came into force never changes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from api.database import Database
from api.schemas.areas import CertificateTold
from layers.areas.certificates import certificate
from layers.areas.drafts_rows import load_levels
from layers.areas.records import Edition
from layers.districts.records import District

MOST_KEPT = 64


class CertificateShelf:
    """Makes a certificate when it is first asked for; whoever asks meanwhile waits for the same one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[int, asyncio.Task[bytes]] = OrderedDict()

    async def certificate(self, district: District, edition: Edition) -> bytes:
        """The certificate of an edition that is, or was, in force, as JSON."""
        task = self._kept.get(edition.id)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._kept[edition.id] = asyncio.create_task(self._make(district, edition))
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(edition.id)
        # Who asked may go away; the others still wait.
        return await asyncio.shield(task)

    async def _make(self, district: District, edition: Edition) -> bytes:
        async with self._database.reading() as connection:
            levels = await load_levels(connection, district, edition)
        told = await asyncio.to_thread(certificate, district, edition, levels)
        return CertificateTold.of(told).model_dump_json().encode()
