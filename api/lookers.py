"""Who has which report open at this moment: so that two dispatchers do not call the same party twice.

Told from process to process by notification and kept in memory for a minute; written nowhere, asked by nobody but those
who have the same report open, and told by role alone.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable

import orjson

from api.database import Database
from api.logs import event
from layers.actors import Actor

CHANNEL = "wangge_lookers"
#: How long a look lasts that is not renewed; consoles renew theirs three times within it.
LASTS_S = 60.0


class Lookers:
    """The looks this process was told of."""

    def __init__(self, database: Database, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._now_s = now_s
        #: By report: who, with their role, and until when.
        self._looks: dict[int, dict[str, tuple[str, float]]] = defaultdict(dict)

    async def look(self, report: int, actor: Actor) -> list[str]:
        """Tell that someone has a report open; the roles of the others who have."""
        role = actor.role.value if actor.role else ""
        self._keep(report, actor.name, role)
        told = orjson.dumps([report, actor.name, role]).decode()
        async with self._database.statements() as connection:
            await connection.execute("select pg_notify(%s, %s)", [CHANNEL, told])
        return self.others(report, actor.name)

    def hear(self, told: str) -> None:
        """Take in what another process told."""
        try:
            report, name, role = orjson.loads(told)
        except ValueError:
            event("look_not_understood", level=logging.WARNING)
            return
        self._keep(report, name, role)

    def others(self, report: int, name: str) -> list[str]:
        """The roles of those who have it open besides `name`, sorted."""
        now = self._now_s()
        return sorted(role for who, (role, until) in self._looks[report].items() if who != name and until > now)

    def _keep(self, report: int, name: str, role: str) -> None:
        now = self._now_s()
        self._looks[report][name] = (role, now + LASTS_S)
        for one in [one for one, looks in self._looks.items() if all(until <= now for _, until in looks.values())]:
            del self._looks[one]
