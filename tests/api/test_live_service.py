"""The service as it runs: several processes, each of which tells its own listeners, and ends them when it stops."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

import httpx

from tests.accounts import bearer, dispatcher
from tests.api.routes.towns import position
from tests.listeners import listening
from tests.servers import serving

REPORT = {"kind": "M01", "text": "楼道内堆放杂物", "source": "app", "subject": position(0, 0)}
LISTENERS = 6


def test_every_process_tells_its_listeners_and_a_stop_ends_their_streams(toytown_url: str, tmp_path: Path) -> None:
    client = httpx.Client(headers=bearer(dispatcher(toytown_url)), trust_env=False, timeout=30)
    with ExitStack() as streams:
        with serving(toytown_url, var=tmp_path, command=("serve", "--workers", "2")) as url:
            client.base_url = httpx.URL(url)
            ears = [streams.enter_context(listening(client)) for _ in range(LISTENERS)]
            filed = [client.post("/api/v1/reports", json=REPORT | {"client_key": f"k{n}"}) for n in range(5)]
            numbers = [answer.json()["number"] for answer in filed]
            for ear in ears:
                heard = [ear.next() for _ in range(2 * len(numbers))]
                assert [one.told["number"] for one in heard if one] == [one for one in numbers for _ in range(2)]
                assert [one.name for one in heard if one] == ["filed", "assigned"] * len(numbers)
            began_s = time.monotonic()
        assert time.monotonic() - began_s < 8, "the grace for requests is ten seconds"
        assert [ear.next() for ear in ears] == [None] * LISTENERS
