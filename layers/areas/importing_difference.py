"""What an import would change in a level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import shapely

from layers.areas.drafts import LevelDraft


@dataclass(frozen=True, slots=True)
class Difference:
    """Codes by what happens to them; an area may be renamed, moved, given another parent and new facts at once."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    renamed: tuple[str, ...]
    moved: tuple[str, ...]
    reparented: tuple[str, ...]
    restated: tuple[str, ...]
    unchanged: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes at all."""
        return not any(getattr(self, one.name) for one in fields(self) if one.name != "unchanged")


def difference(before: LevelDraft | None, after: LevelDraft) -> Difference:
    """What changes from `before` (None: nothing was there) to `after`."""
    former = {} if before is None else before.places
    latter = after.places
    both = [] if before is None else [(code, former[code], latter[code]) for code in latter if code in former]
    if before is None or not both:
        return Difference(tuple(latter), tuple(former), (), (), (), (), ())
    moved = _moved(before, after, both)
    changed = {
        "renamed": tuple(code for code, old, new in both if before.names[old] != after.names[new]),
        "moved": moved,
        "reparented": tuple(code for code, old, new in both if before.parents[old] != after.parents[new]),
        "restated": tuple(code for code, old, new in both if before.attributes[old] != after.attributes[new]),
    }
    touched = {code for codes in changed.values() for code in codes}
    return Difference(
        new=tuple(code for code in latter if code not in former),
        gone=tuple(code for code in former if code not in latter),
        unchanged=tuple(code for code, _, _ in both if code not in touched),
        **changed,
    )


def _moved(before: LevelDraft, after: LevelDraft, both: Sequence[tuple[str, int, int]]) -> tuple[str, ...]:
    old = before.polygons[[place for _, place, _ in both]]
    new = after.polygons[[place for _, _, place in both]]
    same = shapely.equals_exact(old, new, tolerance=0.0)
    return tuple(code for (code, _, _), is_same in zip(both, same, strict=True) if not is_same)
