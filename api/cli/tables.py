"""Tables and lists as the command line prints them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

FIRST_FEW = 5


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table under its title; numbers stand right."""
    held = [tuple(row) for row in rows]
    if not held:
        return
    console = Console()
    console.print(title, highlight=False, soft_wrap=True)
    table = Table()
    for place, column in enumerate(columns):
        is_number = all(isinstance(row[place], int | float) for row in held)
        table.add_column(column, justify="right" if is_number else "left", overflow="fold")
    for row in held:
        table.add_row(*(_cell(value) for value in row))
    console.print(table, highlight=False)


def first_few(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = f" … and {len(names) - FIRST_FEW:,} more" if len(names) > FIRST_FEW else ""
    return ", ".join(names[:FIRST_FEW]) + more


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
