"""Sequential palettes that hold under the three colour-vision deficiencies, and the colours around them.

The values are the project's own: anchors mixed in CIELAB with even steps of lightness, so that each palette also reads
in grey. Adjacent classes, the class of zero included, stay `LEAST_STEP` apart (CIE 1976 ΔE*ab) for normal vision and
for simulated protanopia, deuteranopia and tritanopia (tested).
"""

from __future__ import annotations

from typing import Literal

from maps.breaks import MAX_CLASSES
from maps.refusals import UnusableClasses

PaletteName = Literal["lagoon", "ember", "heather"]

LEAST_STEP = 11.0

#: Zero as a class of its own: paler than the palest class.
ZERO = "#fbfbf9"
#: "No data" is grey with a hatch of this second grey, so that it is no class to any eye.
NO_DATA_FILL = "#dfe2e5"
NO_DATA_HATCH = "#8d959d"

_LAGOON = (
    ("#3486ab",),
    ("#6abbba", "#285188"),
    ("#cfe8bb", "#3486ab", "#1d2355"),
    ("#cfe8bb", "#4caab6", "#2a6395", "#1d2355"),
    ("#cfe8bb", "#6abbba", "#3486ab", "#285188", "#1d2355"),
    ("#cfe8bb", "#7ec4bb", "#439cb2", "#2b71a0", "#264780", "#1d2355"),
    ("#cfe8bb", "#8acbbc", "#4caab6", "#3486ab", "#2a6395", "#254179", "#1d2355"),
)
_EMBER = (
    ("#d95f36",),
    ("#f4a05f", "#a03033"),
    ("#fbe2ae", "#d95f36", "#56183a"),
    ("#fbe2ae", "#ef894d", "#b53e32", "#56183a"),
    ("#fbe2ae", "#f4a05f", "#d95f36", "#a03033", "#56183a"),
    ("#fbe2ae", "#f6ae6a", "#e67943", "#c64930", "#932934", "#56183a"),
    ("#fbe2ae", "#f8b772", "#ef894d", "#d95f36", "#b53e32", "#892635", "#56183a"),
)
_HEATHER = (
    ("#8f66af",),
    ("#b697d1", "#673988"),
    ("#dccbec", "#8f66af", "#3a1654"),
    ("#dccbec", "#a886c6", "#754796", "#3a1654"),
    ("#dccbec", "#b697d1", "#8f66af", "#673988", "#3a1654"),
    ("#dccbec", "#bda1d7", "#9e79bd", "#8053a1", "#5f3080", "#3a1654"),
    ("#dccbec", "#c3a8dc", "#a886c6", "#8f66af", "#754796", "#592b78", "#3a1654"),
)

#: Palette → colours for 1, 2, … `MAX_CLASSES` classes, palest (lowest) first.
PALETTES: dict[PaletteName, tuple[tuple[str, ...], ...]] = {"lagoon": _LAGOON, "ember": _EMBER, "heather": _HEATHER}


def colours(palette: PaletteName, classes: int, *, zero_class: bool = False) -> tuple[str, ...]:
    """One `#rrggbb` per class, lowest first; with `zero_class` the first of them is `ZERO`."""
    coloured = classes - 1 if zero_class else classes
    if not 0 <= coloured <= MAX_CLASSES:
        raise UnusableClasses(
            f"Palettes have up to {MAX_CLASSES} colours, not {coloured}.",
            field="classes",
            value=classes,
            remedy="Ask for fewer classes.",
        )
    chosen = PALETTES[palette][coloured - 1] if coloured else ()
    return (ZERO, *chosen) if zero_class else chosen
