"""How far a long job is: a bar with rate and estimate on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

LINE_EVERY_S = 5.0
Step = Callable[[int], None]


@contextmanager
def progress(label: str, *, total: int, console: Console | None = None) -> Iterator[Step]:
    """Show a job of `total` equal parts while the `with` lasts; call the step with how many were done since.

    A job that ends early, by Ctrl-C or a fault, leaves a line that says how far it came.
    """
    console = console or Console(stderr=True)
    shown = _bar if console.is_terminal else _lines
    with shown(label, total=total, console=console) as step:
        yield step


class RateColumn(ProgressColumn):
    """Parts in a second."""

    def render(self, task: Task) -> Text:
        """The rate over the last half minute."""
        return Text(f"{task.speed or 0:,.0f}/s")


@contextmanager
def _bar(label: str, *, total: int, console: Console) -> Iterator[Step]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), RateColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(label, total=total)
        yield lambda parts: bar.advance(task, parts)


@contextmanager
def _lines(label: str, *, total: int, console: Console) -> Iterator[Step]:
    lines = _Lines(label, total=total, console=console)
    try:
        yield lines.step
    finally:
        lines.tell()


class _Lines:
    """Counts parts and prints a line when the last one is old."""

    def __init__(self, label: str, *, total: int, console: Console) -> None:
        self.label = label
        self.total = total
        self.console = console
        self.done = 0
        self.began_s = self.told_s = time.monotonic()

    def step(self, parts: int) -> None:
        self.done += parts
        if time.monotonic() - self.told_s >= LINE_EVERY_S:
            self.tell()

    def tell(self) -> None:
        self.told_s = time.monotonic()
        rate = self.done / max(self.told_s - self.began_s, 1e-9)
        left = f", about {(self.total - self.done) / rate:,.0f} s left" if 0 < self.done < self.total else ""
        line = f"{self.label}: {self.done:,} of {self.total:,} ({rate:,.0f}/s{left})"
        self.console.print(line, highlight=False, soft_wrap=True)
