"""`./wangge bench`: the service's speed beside its peers', in one run."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from importlib import import_module
from typing import Annotated

import orjson
import typer
from rich.console import Console

from api.bench.outcome import Outcome
from api.settings import Settings, read_settings


class Bench(StrEnum):
    """What can be measured."""

    LOCATE = "locate"
    FILE = "file"
    MAPS = "maps"
    ACCESS = "access"
    EVENTS = "events"
    KILL = "kill"
    CONSOLE = "console"
    REDRAW = "redraw"


def bench(
    which: Annotated[Bench, typer.Argument(help="locate, file, maps, access, events, kill, console or redraw.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="A short run that only shows that it works.")] = False,
) -> None:
    """Measure one thing beside its peers or its bound; `kill` kills what runs and counts what is there after.

    docs/benchmarks.md says how to read it.
    """
    outcome = _run(which, read_settings(), quick=quick)
    if json:
        typer.echo(orjson.dumps(outcome.as_json()))
    else:
        Console().print(outcome.as_table())


#: Where each is; loaded only when it runs, because some of them load much.
RUNS = {
    Bench.FILE: ("api.bench.filing", "bench_file"),
    Bench.MAPS: ("api.bench.drawing", "bench_maps"),
    Bench.ACCESS: ("api.bench.access", "bench_access"),
    Bench.EVENTS: ("api.bench.events", "bench_events"),
    Bench.KILL: ("api.bench.kill", "bench_kill"),
    Bench.CONSOLE: ("api.bench.console", "bench_console"),
    Bench.REDRAW: ("api.bench.redrawing", "bench_redraw"),
}


def _run(which: Bench, settings: Settings, *, quick: bool) -> Outcome:
    settings.var.mkdir(parents=True, exist_ok=True)
    if which is Bench.LOCATE:
        from api.bench.locating import bench_locate

        return bench_locate(quick=quick)
    module, name = RUNS[which]
    run: Callable[..., Outcome] = getattr(import_module(module), name)
    return run(settings.var, quick=quick)
