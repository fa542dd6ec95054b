"""The counts of a period in plain Python, from what journals come to: the second way to the same numbers.

Nothing here is shared with `counting`, which asks the rows, but the keys of the counts: whoever trusts neither can
compare them (`./wangge figures recompute --from-journal`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from layers.figures.definitions import COUNTS
from layers.figures.records import Counted
from layers.reports.lifecycle import Status
from layers.reports.state import State


class Life(NamedTuple):
    """A report as its journal leaves it, and under what it is counted."""

    state: State
    label: Hashable


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when, and how deep the cells lie in the tree."""

    begin: datetime
    end: datetime
    cell_depth: int


def tally(lives: Iterable[Life], span: Span) -> tuple[dict[Hashable, Counted], Counted]:
    """The counts by label, and of everything; labels under which nothing counts are left out."""
    counts: dict[Hashable, Counter[str]] = defaultdict(Counter)
    times_s: dict[Hashable, list[int]] = defaultdict(list)
    every: Counter[str] = Counter()
    every_s: list[int] = []
    for state, label in lives:
        found = facts(state, span)
        if not found:
            continue
        counts[label].update(found)
        every.update(found)
        if "closed" in found and state.closed_at is not None and state.filed_at is not None:
            took_s = int((state.closed_at - state.filed_at).total_seconds())
            times_s[label].append(took_s)
            every_s.append(took_s)
    return {label: _counted(one, times_s[label]) for label, one in counts.items()}, _counted(every, every_s)


def facts(state: State, span: Span) -> set[str]:
    """The counts a report is in."""
    if state.status is Status.VOID or state.filed_at is None or state.filed_at >= span.end:
        return set()
    filed_now = state.filed_at >= span.begin
    if state.lead is not None:
        return {"duplicates"} if filed_now else set()
    found: set[str] = set()
    if filed_now:
        found |= _filed(state)
    if state.closed_at is None or state.closed_at >= span.end:
        found.add("open_at_end")
    elif state.closed_at >= span.begin:
        found |= _closed(state, span.cell_depth)
    return found


def _filed(state: State) -> set[str]:
    found = {"filed"}
    if state.status is Status.CLOSED:
        found.add("filed_closed")
    if overdue_stands(state):
        found.add("filed_overdue")
    return found


def overdue_stands(state: State) -> bool:
    """Whether there is an overdue mark that no appeal took back."""
    return any(one.upheld is not True for one in state.overdue)


def _closed(state: State, cell_depth: int) -> set[str]:
    depth = -1 if state.settled_depth is None else state.settled_depth
    so = {
        "closed": True,
        "on_time": not overdue_stands(state),
        "reworked": state.reworks > 0,
        "returned": state.returns > 0,
        "right_first": state.dispatches == 1,
        "in_grid": depth >= cell_depth,
        "in_community": depth >= cell_depth - 1,
    }
    if state.evaluated_at is not None:
        so |= {
            "valid": True,
            "responded": state.responded is True,
            "solved": state.solved is True,
            "satisfied": state.satisfied == "satisfied",
            "basically": state.satisfied == "basically",
        }
    return {key for key, holds in so.items() if holds}


def _counted(counts: Mapping[str, int], times_s: list[int]) -> Counted:
    return Counted.of({key: counts.get(key, 0) for key in COUNTS}, times_s)
