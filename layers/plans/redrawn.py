"""The cells before and after a plan. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from geo.redraw import Coverage


@dataclass(frozen=True)
class Redrawn:
    """The cells before and after. `kept`: codes that only received a node on their border."""

    before: Coverage
    after: Coverage
    kept: frozenset[str]

    @cached_property
    def retired(self) -> list[str]:
        """Codes that are gone."""
        return sorted(set(self.before) - set(self.after))

    @cached_property
    def created(self) -> list[str]:
        """Codes that are new."""
        return sorted(set(self.after) - set(self.before))

    @cached_property
    def changed(self) -> list[str]:
        """Codes whose ground or community is another."""
        both = set(self.before) & set(self.after) - self.kept
        return sorted(code for code in both if self.before[code] != self.after[code])
