"""What the cells of a plan are called: those that stay as they are, new ones by the rule of their community."""

from __future__ import annotations

from collections.abc import Mapping

from geo.grid_codes import CODE_DIGITS
from geo.redraw import Cell
from layers.plans.redrawn import Redrawn


def names_after(redrawn: Redrawn, names: Mapping[str, str]) -> dict[str, str]:
    """Names by code of all cells before and after a plan; `names` are those of the edition it stands on."""
    patterns: dict[str, tuple[str, str]] = {}
    for cell in redrawn.before.cells if redrawn.created else ():
        end, name = cell.code[-3:], names.get(cell.code, "")
        if cell.parent not in patterns and len(cell.code) == CODE_DIGITS and end in name:
            patterns[cell.parent] = (end, name)
    return dict(names) | {code: _new(redrawn.after[code], patterns) for code in redrawn.created}


def _new(cell: Cell, patterns: Mapping[str, tuple[str, str]]) -> str:
    """Made like a neighbour's of the community: 第001网格 → 第010网格; else its code."""
    end, name = patterns.get(cell.parent, ("", ""))
    return name.replace(end, cell.code[-3:]) if name else cell.code
