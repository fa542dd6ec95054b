"""Which fields of a file are read at all."""

from __future__ import annotations

from collections.abc import Sequence

from layers.read.refusals import FieldNeeded, TooManyFields

#: Every field is kept with every area: beyond this a file is a survey, and a person says what of it belongs here.
MOST_FIELDS = 255


def kept_fields(source: str, present: Sequence[str], keep: Sequence[str]) -> list[str]:
    """The fields to read: those named by `keep`, else all.

    Raises:
        FieldNeeded: a named field is not there.
        TooManyFields: there are more than can be kept, and none is named.
    """
    missing = [name for name in keep if name not in present]
    if missing:
        raise FieldNeeded(
            f"{source} has no field {missing[0]!r} to keep.",
            field="keep",
            value=missing[0],
            remedy=f"It has: {', '.join(present[:MOST_FIELDS])}.",
        )
    if not keep and len(present) > MOST_FIELDS:
        raise TooManyFields(
            f"{source} has {len(present):,} fields, and every one would be kept with every row.",
            field="keep",
            value=len(present),
            remedy=f"Name those that matter: --keep {','.join(present[:3])},… (at most {MOST_FIELDS} without naming).",
        )
    return list(keep or present)
