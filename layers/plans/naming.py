"""What the cells of a plan are called: those that stay as they are, new ones by the rule of their community."""

from __future__ import annotations

from collections.abc import Mapping

from geo.grid_codes import CODE_DIGITS
from geo.redraw import Cell
from layers.plans.redrawn import Redrawn


def names_after(redrawn: Redrawn, names: Mapping[str, str]) -> Mapping[str, str]:
    """Names by code of all cells before and after a plan; `names` are those of the edition it stands on."""
    if not redrawn.created:
        return names
    wanted = {redrawn.after[code].parent for code in redrawn.created}
    patterns: dict[str, tuple[str, str]] = {}
    for cell in redrawn.before.values():
        if cell.parent in wanted and len(cell.code) == CODE_DIGITS and cell.code[-3:] in names.get(cell.code, ""):
            patterns[cell.parent] = (cell.code[-3:], names[cell.code])
            wanted.discard(cell.parent)
            if not wanted:
                break
    return {**names, **{code: _new(redrawn.after[code], patterns) for code in redrawn.created}}


def _new(cell: Cell, patterns: Mapping[str, tuple[str, str]]) -> str:
    """Made like a neighbour's of the community: 第001网格 → 第010网格; else its code."""
    end, name = patterns.get(cell.parent, ("", ""))
    return name.replace(end, cell.code[-3:]) if name else cell.code
