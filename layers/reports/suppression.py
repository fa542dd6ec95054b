"""Counts of areas that everybody may see: those under five are left out, and so is what would give them away.

    a parent that is shown, one child under five      what is shown
        37                                             37
        ├── 20                                         ├── 20
        ├── 14                                         ├── ·    the smallest of the others, so that nobody can subtract
        └──  3                                         └── ·    under five

Below an area that is left out, all are. Where every child is under five and their sum admits only one answer (all of
them four), the parent is left out too. The rule treats siblings alike, so whatever is shown would be the same if the
counts left out stood in another order; whoever knows the rule still finds at least two possible for each of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from geo.jurisdiction import depth, parent_of

#: Fewer are not shown.
LEAST = 5


def suppressed(counts: Mapping[str, int]) -> frozenset[str]:
    """The paths that are left out, of all areas of some levels from the root down.

    `counts`: reports by path; each count holds those of everything below.
    """
    children: dict[str, list[str]] = defaultdict(list)
    for path in counts:
        children[parent_of(path) or ""].append(path)
    in_order = sorted(counts, key=lambda path: (depth(path), path))
    hidden = {path for path in in_order if _too_few(path, counts, children)}
    for path in in_order:
        below = children[path]
        if path in hidden:
            hidden.update(below)
        elif any(one in hidden for one in below):
            least_shown = min((counts[one] for one in below if one not in hidden), default=0)
            # All of the smallest: an order among equals would tell which of those left out is not under five.
            hidden.update(one for one in below if counts[one] == least_shown)
    return frozenset(hidden)


def _too_few(path: str, counts: Mapping[str, int], children: Mapping[str, list[str]]) -> bool:
    below = [counts[one] for one in children.get(path, ())]
    only_answer = bool(below) and all(count == LEAST - 1 for count in below)
    return counts[path] < LEAST or only_answer
