"""Who is above whom: the ladder of levels and the stored path of containment.

小事不出网格、大事不出社区 is a climb in a tree of areas. The levels of a district are data, root first, any number:

    district ── street ── community ── grid          city ── ward          district

An area's place in the tree is a path of ids, root first, each id followed by a dot:

    1.            the district
    1.5.          a street in it
    1.5.23.       a community in that street

The closing dot makes "begins with" mean "lies in", and in C collation an area and all below it are one range:
``low <= path < high`` with ``low, high = below_bounds(path)``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from geo.errors import PathError

_PATH = re.compile(r"(?:[1-9][0-9]*\.)+")


@dataclass(frozen=True)
class Ladder:
    """The levels that a district declares, root first; raises `PathError` when empty, unnamed or repeated."""

    levels: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.levels:
            raise PathError("levels is empty: declare at least one level, root first")
        if any(not name.strip() for name in self.levels):
            raise PathError(f"levels is {self.levels!r}: give every level a name")
        if len(set(self.levels)) < len(self.levels):
            raise PathError(f"levels is {self.levels!r}: give every level a name of its own")

    @property
    def root(self) -> str:
        """The level of the whole district."""
        return self.levels[0]

    @property
    def finest(self) -> str:
        """The level that positions are located to."""
        return self.levels[-1]

    def rank(self, level: str) -> int:
        """The level's distance from the root; raises `PathError` for a level that is not declared."""
        if level not in self.levels:
            raise PathError(f"level is {level!r}: this district declares {', '.join(self.levels)}")
        return self.levels.index(level)

    def above(self, level: str) -> str | None:
        """The next level towards the root, None at the root."""
        rank = self.rank(level)
        return self.levels[rank - 1] if rank else None

    def below(self, level: str) -> str | None:
        """The next finer level, None at the finest."""
        rank = self.rank(level)
        return self.levels[rank + 1] if rank + 1 < len(self.levels) else None

    def climb(self, level: str) -> tuple[str, ...]:
        """The levels a matter passes on its way up, from `level` itself to the root."""
        return self.levels[self.rank(level) :: -1]

    def level_of(self, path: str) -> str:
        """The level of the area at `path`; raises `PathError` when the path is longer than the ladder."""
        steps = depth(path)
        if steps > len(self.levels):
            raise PathError(f"path is {path!r}: it has {steps} steps, this district {len(self.levels)} levels")
        return self.levels[steps - 1]


def path_of(ids: Iterable[int]) -> str:
    """The path of the area whose ids, root first and itself last, are `ids`."""
    steps = tuple(ids)
    if not steps or any(step < 1 for step in steps):
        raise PathError(f"ids is {steps!r}: give one or more positive ids, root first")
    return "".join(f"{step}." for step in steps)


def ids_of(path: str) -> tuple[int, ...]:
    """The ids in a path, root first; raises `PathError` for text that is no path."""
    if not _PATH.fullmatch(path):
        raise PathError(f"path is {path!r}: write ids root first, each followed by a dot, like '1.5.23.'")
    return tuple(int(step) for step in path[:-1].split("."))


def depth(path: str) -> int:
    """How many areas the path names, itself included."""
    return len(ids_of(path))


def ancestors(path: str) -> tuple[str, ...]:
    """The paths of every area above, root first, without the area itself."""
    ids = ids_of(path)
    return tuple(path_of(ids[:steps]) for steps in range(1, len(ids)))


def climb(path: str) -> tuple[str, ...]:
    """The paths from the area itself up to the root."""
    return (path, *reversed(ancestors(path)))


def parent_of(path: str) -> str | None:
    """The path of the area directly above, None for a root."""
    above = ancestors(path)
    return above[-1] if above else None


def lies_in(path: str, area: str) -> bool:
    """Whether the area at `path` is `area` itself or below it."""
    low, high = below_bounds(area)
    return low <= path < high


def below_bounds(path: str) -> tuple[str, str]:
    """`low` and `high` so that ``low <= x < high`` selects, in C collation, the area and all below it."""
    ids_of(path)
    # "/" is the character after "." in ASCII, so nothing that begins with the path reaches it.
    return path, path[:-1] + "/"
