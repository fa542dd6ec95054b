"""The benches run, agree with their oracles and print the one shape; no figure of time is judged here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.settings import CHECKOUT

JUDGED = {
    "locate": {
        "one_thread_to_fastest_peer",
        "two_threads_to_one",
        "single_to_strtree",
        "build_to_strtree_query_of_a_million",
        "index_mb",
    },
    "file": {"share_of_bound", "hot_to_spread", "p50_ms", "p99_ms", "load_spread", "left_out"},
    "console": {
        *("first_paint_s", "interactive_s", "transferred_kb", "recolour_to_painted_ms", "longest_task_ms"),
        *("live_update_kb", "heap_growth", "transferred_to_naive", "seen_p95_s"),
    },
    "events": {"events_p95_s", "events_p99_s", "listeners"},
    "maps": {"refresh_bytes_to_naive", "build_to_naive", "figures_p50_ms", "figures_p99_ms"},
}


def _bench(which: str, var: Path) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}
    environment |= {"WANGGE_VAR": str(var), "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-P", "-m", "api.cli", "bench", which, "--quick", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


#: All but one make a cluster and load a district, half a minute each.
BENCHES = [
    "locate",
    *(pytest.param(one, marks=pytest.mark.long) for one in ("file", "maps", "events", "console", "redraw")),
]


@pytest.mark.parametrize("which", BENCHES)
def test_a_quick_bench_prints_one_object_without_differences(which: str, walkable: Path) -> None:
    told = _bench(which, walkable)
    assert told.keys() == {"bench", "rows", "judged", "differences"}
    assert told["bench"] == which
    assert told["differences"] == 0
    assert told["judged"].keys() == JUDGED[which]
    methods = {row["method"] for row in told["rows"]}
    assert len(methods) == len(told["rows"]) > 2
    for row in told["rows"]:
        assert row.keys() == {"method", "rate", "unit", "ratio", "to"}
        assert row["rate"] > 0
        # A figure without a peer says so in both places.
        assert (row["ratio"] is None) == (row["to"] is None)
        assert row["to"] is None or row["to"] in methods
    if which == "file":
        assert told["judged"]["left_out"] == 0
