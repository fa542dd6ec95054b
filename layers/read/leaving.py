"""What becomes of what is stored and not in a file: it stays, or is no longer in use."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from layers.refusals import Refusal


class MostGone(Refusal):
    """A file leaves out most of what is stored, which may be meant or not."""


class Rest(StrEnum):
    """What becomes of what a file does not state."""

    KEEP = "keep"
    INACTIVE = "inactive"


def leaving(left_out: Sequence[str], in_use: int, rest: Rest | None) -> tuple[str, ...]:
    """The codes that are no longer in use, of those a file leaves out; `in_use` were before.

    Raises:
        MostGone: more than half would go, and nobody said that this is meant.
    """
    if rest is Rest.KEEP:
        return ()
    if rest is None and 2 * len(left_out) > in_use:
        raise MostGone(
            f"The file leaves out {len(left_out):,} of {in_use:,} that are in use.",
            field="rest",
            value=left_out[0],
            remedy="Say what becomes of them: --rest keep, or --rest inactive when they are gone.",
        )
    return tuple(left_out)
