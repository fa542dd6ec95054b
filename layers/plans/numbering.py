"""Codes that an operation leaves open: the next of its community that was never given, in force or in the plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from geo.errors import CodeError
from geo.grid_codes import CODE_DIGITS, code_of, next_code
from geo.redraw import Change, Coverage
from layers.refusals import Refusal

#: A line may cross a cell more than once; codes that are left over stay unused.
MOST_PARTS = 4
_CODE_FIELDS = ("code", "into", "giver", "taker", "one", "other", "new_code")


class CodeNeeded(Refusal):
    """A new cell needs a code that cannot be made by the rule."""


def completed(facts: Mapping[str, Any], coverage: Coverage, ever_given: Collection[str]) -> dict[str, Any]:
    """The facts with a code for every cell that they make; `ever_given` are all codes of cells that areas ever had.

    Split parts: the largest keeps the cell's code. Merging: the first that is named stays. What is given stays.

    Raises:
        CodeNeeded: the community's code is none of 12 digits, or its numbers are used up.
    """
    full = dict(facts)
    code, kind = str(full.get("code", "")), full.get("operation")
    if kind == "split" and "codes" not in full:
        full["codes"] = [code, *_free(code, coverage, ever_given, MOST_PARTS - 1)]
    if kind == "split_balanced" and "codes" not in full:
        parts = full.get("parts")
        full["codes"] = [code, *_free(code, coverage, ever_given, parts - 1 if isinstance(parts, int) else 1)]
    if kind == "carve" and "new_code" not in full:
        full["new_code"] = _free(code, coverage, ever_given, 1)[0]
    if kind == "renumber" and "codes" not in full:
        count = sum(cell.parent == full.get("parent") for cell in coverage.cells)
        full["codes"] = next_codes(str(full.get("parent")), {*ever_given, *coverage}, count) if count else ["?"]
    if kind == "merge" and "into" not in full and full.get("codes"):
        full["into"] = full["codes"][0]
    return full


def without_unused(facts: Mapping[str, Any], made: Change) -> dict[str, Any]:
    """The facts of a split that was made, without the codes that no part took."""
    if "line" not in facts and "parts" not in facts:
        return dict(facts)
    used = {one.code for one in (*made.created, *made.changed)}
    return {**facts, **({"codes": [one for one in facts["codes"] if one in used]} if "codes" in facts else {})}


def renamed(facts: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The facts with other codes for some cells."""
    told = dict(facts)
    for field in _CODE_FIELDS:
        if field in told:
            told[field] = names.get(told[field], told[field])
    if "codes" in told:
        told["codes"] = [names.get(one, one) for one in told["codes"]]
    return told


def next_codes(community: str, used: Iterable[str], count: int) -> list[str]:
    """The next codes of a community after every one it ever had.

    Raises:
        CodeNeeded: the community's code is none of 12 digits, or its numbers are used up.
    """
    mine = [one for one in used if one.startswith(community) and len(one) == CODE_DIGITS and one.isdigit()]
    try:
        first = int(next_code(community, mine)[len(community) :])
        return [code_of(community, first + step) for step in range(count)]
    except CodeError as error:
        raise CodeNeeded(
            f"New grids of {community!r} cannot be numbered: {error}.",
            field="codes",
            value=community,
            remedy="Give the codes with the operation.",
        ) from error


def _free(code: str, coverage: Coverage, ever_given: Collection[str], count: int) -> list[str]:
    if code not in coverage:
        return ["?"] * max(count, 1)
    return next_codes(coverage[code].parent, {*ever_given, *coverage}, max(count, 1))
