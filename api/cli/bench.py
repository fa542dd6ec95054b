"""`./wangge bench`: the service's speed beside its peers', in one run."""

from __future__ import annotations

from enum import StrEnum
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


def bench(
    which: Annotated[Bench, typer.Argument(help="locate, file, maps, access, events or kill.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="A short run that only shows that it works.")] = False,
) -> None:
    """Measure locating, filing, the maps, the second wall or live events, or kill what runs and count what is there.

    docs/benchmarks.md says how to read it.
    """
    outcome = _run(which, read_settings(), quick=quick)
    if json:
        typer.echo(orjson.dumps(outcome.as_json()))
    else:
        Console().print(outcome.as_table())


def _run(which: Bench, settings: Settings, *, quick: bool) -> Outcome:
    settings.var.mkdir(parents=True, exist_ok=True)
    if which is Bench.LOCATE:
        from api.bench.locating import bench_locate

        return bench_locate(quick=quick)
    if which is Bench.FILE:
        from api.bench.filing import bench_file

        return bench_file(settings.var, quick=quick)
    if which is Bench.ACCESS:
        from api.bench.access import bench_access

        return bench_access(settings.var, quick=quick)
    if which is Bench.KILL:
        from api.bench.kill import bench_kill

        return bench_kill(settings.var, quick=quick)
    if which is Bench.EVENTS:
        from api.bench.events import bench_events

        return bench_events(settings.var, quick=quick)
    from api.bench.drawing import bench_maps

    return bench_maps(settings.var, quick=quick)
