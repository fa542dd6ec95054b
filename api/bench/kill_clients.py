"""Those who write and listen while things are killed: they keep what was acknowledged, and send the rest again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from api.bench.filing_scratch import Scratch
from api.bench.tokens import bearer

PAUSE_S = 0.05
#: The stream says something every fifteen seconds.
QUIET_S = 60
#: What a client sends again: the service or its database was away.
AWAY = frozenset({429, 500, 502, 503})
STEPS: tuple[Mapping[str, str], ...] = (
    {"action": "hand_up", "reason": "beyond_powers"},
    {"action": "hand_down", "reason": "can_be_settled_below"},
    {"action": "void", "reason": "test"},
)


@dataclass
class Kept:
    """What was acknowledged, by key; what each listener heard, by place; what was sent again."""

    filed: dict[str, str] = field(default_factory=dict)
    stepped: set[str] = field(default_factory=set)
    heard: dict[int, set[int]] = field(default_factory=dict)
    twice: int = 0
    again: int = 0


async def write(scratch: Scratch, port: int, nth: int, kept: Kept, stop: asyncio.Event) -> None:
    """File a report and take a few steps on it, again and again, until told to stop."""
    dice = random.Random(nth)  # noqa: S311 - the same places in every run # nosec B311
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False) as client:
        number = 0
        while not stop.is_set():
            number += 1
            key = f"kill-{nth}-{number}"
            cell = dice.choice(scratch.cells)
            told = await _surely(client, "/api/v1/reports", _report(key, cell.lon, cell.lat), scratch.machine, kept)
            kept.filed[key] = told["number"]
            for step in dice.sample(STEPS, dice.randint(0, len(STEPS))):
                step_key = f"{key}-{step['action']}"
                path = f"/api/v1/reports/{told['number']}/steps"
                done = await _surely(client, path, {**step, "client_key": step_key}, scratch.dispatcher, kept)
                if "position" in done:
                    kept.stepped.add(step_key)


def _report(key: str, lon: float, lat: float) -> dict[str, Any]:
    subject = {"type": "position", "lon": lon, "lat": lat, "datum": "wgs84", "accuracy_m": 5.0}
    return {"kind": "M01", "text": "楼道杂物", "source": "bench", "client_key": key, "subject": subject}


async def _surely(
    client: httpx.AsyncClient, path: str, body: Mapping[str, Any], secret: str, kept: Kept
) -> dict[str, Any]:
    """The answer, however often it must be asked for: the key makes it the same."""
    while True:
        try:
            answer = await client.post(path, json=dict(body), headers=bearer(secret))
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code not in AWAY:
            told: dict[str, Any] = answer.json()
            return told
        kept.again += 1
        await asyncio.sleep(PAUSE_S)


async def listen(scratch: Scratch, port: int, after: int, kept: Kept) -> None:
    """Listen to everything after a place, from where one was whenever the stream ends; until cancelled."""
    heard = kept.heard.setdefault(len(kept.heard), set())
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=QUIET_S, trust_env=False) as client:
        while True:
            try:
                after = await _stream(client, scratch.dispatcher, after, heard, kept)
            except httpx.TransportError:
                await asyncio.sleep(PAUSE_S)
            after = max(heard, default=after)


async def _stream(client: httpx.AsyncClient, secret: str, after: int, heard: set[int], kept: Kept) -> int:
    """One stream until it ends; events alone count, ids without an event say only how far one is."""
    headers = bearer(secret) | {"Last-Event-ID": str(after)}
    place = after
    async with client.stream("GET", "/api/v1/events", headers=headers) as answer:
        if answer.status_code != httpx.codes.OK:
            await asyncio.sleep(PAUSE_S)
            return after
        async for line in answer.aiter_lines():
            if line.startswith("id: "):
                place = int(line[4:])
            elif line.startswith("data: ") and "number" in orjson.loads(line[6:]):
                kept.twice += place in heard
                heard.add(place)
    return place
