"""The list of commands and the one place where they are called: any fault becomes one sentence and an exit code."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NamedTuple, NoReturn

import typer


class Command(NamedTuple):
    """Where a command's function lies; its module is imported only when it is called."""

    module: str
    function: str
    help: str
    #: Arguments we do not know are handed to the function as `typer.Context.args`.
    takes_more: bool = False


COMMANDS: dict[str, Command] = {
    "demo": Command("api.cli.demo", "demo", "Serve the demo district, loaded and filled by itself."),
    "district": Command("api.cli.district", "district", "Declare a district and its kinds of report."),
    "import": Command("api.cli.importing", "import_file", "Import polygons, service points, buildings or the roster."),
    "balance": Command(
        "api.cli.balancing", "balance_grids", "Search for grid boundaries that even out households, people or reports."
    ),
    "difference": Command(
        "api.cli.differing", "layer_difference", "Tell how grids drawn in another tool differ, as a plan."
    ),
    "redraw": Command(
        "api.cli.redrawing", "redraw_plan", "Try a plan of new grid boundaries and tell what would follow."
    ),
    "export": Command("api.cli.exporting", "export", "Write a layer, all layers or the ledger of grids to files."),
    "certificate": Command(
        "api.cli.certifying", "certify", "Tell what an edition holds, with a fingerprint that anyone can recompute."
    ),
    "locate": Command(
        "api.cli.locating", "locate", "Locate a table of points against the edition in force, or a file."
    ),
    "publish": Command("api.cli.publishing", "publish", "Put the draft edition of the boundaries in force."),
    "serve": Command("api.cli.serve", "serve", "Serve the maps, the pages and the HTTP interface."),
    "worker": Command("api.cli.worker", "worker", "Do the background work in a process of its own."),
    "migrate": Command("api.cli.migrate", "migrate", "Bring the database's schema up to date."),
    "cluster": Command("api.cli.private_cluster", "cluster", "The private PostGIS cluster: start, stop, status, url."),
    "account": Command("api.cli.accounts", "account", "Accounts: add, reset, lock, unlock, list, code."),
    "device": Command("api.cli.accounts", "device", "Machines and phones: add, list, revoke."),
    "roles": Command("api.cli.roles", "roles", "Print who may do what, as docs/roles.md has it."),
    "file": Command("api.cli.filing", "file", "File a table of requests through the same code as a single report."),
    "simulate": Command("api.cli.simulate", "simulate", "Let a district live for some days: whole lives of reports."),
    "record": Command("api.cli.record", "record", "Verify the record of all reports, print its daily seals."),
    "figures": Command(
        "api.cli.figures", "figures", "Figures of a period: recompute them from the journals, define them."
    ),
    "audit": Command("api.cli.audit", "audit", "Verify the chain of traces, list them, print where the chain ends."),
    "retention": Command("api.cli.retention", "retention", "Erase what is kept no longer, or show what would go."),
    "notices": Command("api.cli.notices", "notices", "Messages to the outside that were given up: list, send again."),
    "bench": Command("api.cli.bench", "bench", "Measure locating, filing or the maps beside their peers."),
    "test": Command("api.cli.checks", "test", "Run every test: Python, JavaScript, browser.", takes_more=True),
    "check": Command("api.cli.checks", "check", "Run every check of the code: style, types, imports, rules."),
}

#: How a command ends that was stopped with Ctrl-C.
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command line (default: this process's) and exit with its code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = build(words)(words, prog_name="wangge")
    except SystemExit as left:
        if left.code == INTERRUPTED:  # typer ends Ctrl-C without a word
            print("\nInterrupted.", file=sys.stderr)  # noqa: T201 - the command line speaks
        raise
    except (Exception, KeyboardInterrupt) as fault:  # noqa: BLE001 - the outermost frame: a person reads what comes out
        from api.cli.faults import explain  # not before: it loads the settings, which --help does without

        code = explain(fault)
    sys.exit(code)


def build(words: Sequence[str]) -> typer.Typer:
    """The application, with the one command that `words` call loaded and the others as their line of help."""
    app = typer.Typer(
        help="网格化治理: reports located to their grid, assigned, and seen on the workload map.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_nothing)
    called = next((word for word in words if not word.startswith("-")), None)
    for name, command in COMMANDS.items():
        _add(app, name, command, load=name == called)
    return app


def _add(app: typer.Typer, name: str, command: Command, *, load: bool) -> None:
    function: Callable[..., object] = _nothing
    if load:
        function = getattr(import_module(command.module), command.function)
    more = {"allow_extra_args": True, "ignore_unknown_options": True} if command.takes_more else {}
    explained = inspect.getdoc(function) if load else None
    app.command(name, help=explained or command.help, short_help=command.help, context_settings=more)(function)


def _nothing() -> None:
    pass
