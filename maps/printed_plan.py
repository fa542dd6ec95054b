"""A plan on paper: its consequences with maps of before and after, and a sheet for each grid that it draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geo.four_bounds import OUTSIDE, Side, four_bounds
from geo.outlines import label_points
from geo.positions import Bounds
from geo.redraw import Cell, Coverage
from layers.plans.records import COUNTED
from layers.plans.redrawn import Redrawn
from maps.drawn import WIDE_MARGIN, Drawing, Frame, Label, Shape, labels, shape
from maps.ledger import MARKS, word
from maps.pages import fill
from maps.strings import Language, phrase
from maps.wording import number_text

PAIR_MM = (134.0, 108.0)
OWN_MM = (92.0, 84.0)
LABEL_MM = 2.8
SHOWN = (*COUNTED, "walk_m", "deviation", "area_m2", "compactness", "reock", "parts")
PER_PERSON = ("cells", "households", "open_reports", "reports_year", "walk_m")
DECIMALS = {"compactness": 2, "reock": 2}
#: Measures whose words are not `plan.` and their own name.
WORDS = {"parts": "plan.pieces"}


@dataclass(frozen=True, slots=True)
class PlanHead:
    """What a plan says about itself; moments in words. `facts`: (label, text), those without text left out."""

    number: int
    name: str
    state: str
    facts: Sequence[tuple[str, str]]
    as_of: str


@dataclass(frozen=True, slots=True)
class GridSheet:
    """One grid that a plan draws. `bounds`: for each side its name and those of the neighbours."""

    code: str
    name: str
    community: str
    change: str
    figures: Sequence[tuple[str, str]]
    bounds: Sequence[tuple[str, str]]
    people: str
    map: Drawing


def consequences_page(head: PlanHead, redrawn: Redrawn, sheet: Mapping[str, Any], language: Language) -> str:
    """The sheet of consequences as HTML for paper; `sheet` as the interface tells it."""
    frame = _frame(redrawn, PAIR_MM)
    return fill(
        "paper/plan.html",
        language,
        paper="A4 landscape",
        foot=_foot(head, language),
        head=head,
        before=_before(frame, redrawn) if frame else None,
        after=_after(frame, redrawn) if frame else None,
        moved=[(phrase(f"plan.{name}", language), number_text(sheet["moved"].get(name, 0))) for name in COUNTED],
        columns=[_word(name, language) for name in SHOWN],
        rows=[_row(one) for one in sheet["cells"]],
        left=sheet["left"],
        vacant=sheet["vacant"],
        shares=[(one["from_code"], one["to_code"], f"{one['share']:.1%}") for one in sheet["shares"]],
        person_columns=[phrase(f"plan.{name}", language) for name in PER_PERSON],
        loads=[_load(one) for one in sheet["loads"]],
    )


def grids_page(head: PlanHead, grids: Sequence[GridSheet], language: Language) -> str:
    """A sheet for each grid that a plan draws anew or changes, two to a page."""
    return fill("paper/grids.html", language, paper="A4", foot=_foot(head, language), head=head, grids=grids)


def grid_sheets(
    redrawn: Redrawn,
    names: Mapping[str, str],
    counted: Mapping[str, Mapping[str, float]],
    people: Mapping[str, Sequence[str]],
    language: Language,
) -> list[GridSheet]:
    """The sheets of a plan's new and changed grids, by code.

    `names`: of areas by code, of a grid without one its code is told; `counted`: the figures of each grid after the
    plan; `people`: numbers of those who would answer for it first.
    """
    codes = sorted({*redrawn.created, *redrawn.changed})
    return [_grid(redrawn, code, names, (counted.get(code, {}), people.get(code, ())), language) for code in codes]


def _grid(
    redrawn: Redrawn,
    code: str,
    names: Mapping[str, str],
    told: tuple[Mapping[str, float], Sequence[str]],
    language: Language,
) -> GridSheet:
    counted, people = told
    cell = redrawn.after[code]
    around = [redrawn.after[near] for near in redrawn.after.neighbours(code)]
    frame = Frame.around(_bounds([cell]), *OWN_MM, margin=WIDE_MARGIN)
    shapes = [
        shape(frame, [one.polygon for one in around], "plain"),
        shape(frame, [cell.polygon], "own"),
    ]
    drawing = Drawing(frame, tuple(shapes), _numbers(frame, [*around, cell]))
    return GridSheet(
        code=code,
        name=names.get(code, code),
        community=names.get(cell.parent, cell.parent),
        change=phrase(f"plan.change_{'created' if code in redrawn.created else 'changed'}", language),
        figures=[(_word(name, language), _number(name, counted[name])) for name in SHOWN if name in counted],
        bounds=_bounds_in_words([cell, *around], names, language),
        people=MARKS[language][0].join(people) or word("nobody", language),
        map=drawing,
    )


def _bounds_in_words(cells: Sequence[Cell], names: Mapping[str, str], language: Language) -> list[tuple[str, str]]:
    """The four bounds (四至) of the first cell: for each side its name, and the neighbours by name."""
    found = four_bounds(np.array([one.polygon for one in cells], dtype=object))[0]
    edge = word("edge", language)
    told = {
        side: [edge if one.neighbour == OUTSIDE else _named(cells[one.neighbour].code, names) for one in found[side]]
        for side in Side
    }
    return [(word(side.value, language), MARKS[language][0].join(told[side])) for side in Side]


def _named(code: str, names: Mapping[str, str]) -> str:
    return names.get(code, code)


def _frame(redrawn: Redrawn, size: tuple[float, float]) -> Frame | None:
    former = [redrawn.before[code] for code in (*redrawn.retired, *redrawn.changed)]
    latter = [redrawn.after[code] for code in (*redrawn.created, *redrawn.changed)]
    return Frame.around(_bounds([*former, *latter]), *size) if former or latter else None


def _bounds(cells: Iterable[Cell]) -> Bounds:
    return Bounds(*shapely.total_bounds([one.polygon for one in cells]).tolist())


def _before(frame: Frame, redrawn: Redrawn) -> Drawing:
    styles = dict.fromkeys(redrawn.retired, "retired") | dict.fromkeys(redrawn.changed, "changed")
    return _side(frame, redrawn.before, styles)


def _after(frame: Frame, redrawn: Redrawn) -> Drawing:
    styles = dict.fromkeys(redrawn.created, "created") | dict.fromkeys(redrawn.changed, "changed")
    former = [redrawn.before[code].polygon for code in (*redrawn.retired, *redrawn.changed)]
    return _side(frame, redrawn.after, styles, shape(frame, former, "former"))


def _side(frame: Frame, coverage: Coverage, styles: Mapping[str, str], *above: Shape) -> Drawing:
    """The cells that change in their styles, what lies around them plain."""
    cells = [coverage[code] for code in sorted(coverage.ring(styles))]
    by_style: dict[str, list[Any]] = {}
    for one in cells:
        by_style.setdefault(styles.get(one.code, "plain"), []).append(one.polygon)
    order = sorted(by_style, key=lambda style: (style != "plain", style))
    shapes = [shape(frame, by_style[style], style) for style in order]
    return Drawing(frame, (*shapes, *above), _numbers(frame, cells))


def _numbers(frame: Frame, cells: Sequence[Cell]) -> tuple[Label, ...]:
    """The ends of the cells' codes, for those whose middle is in the frame."""
    polygons = np.array([one.polygon for one in cells], dtype=object)
    named = [(one.code[-3:], at) for one, at in zip(cells, label_points(polygons), strict=True)]
    found = labels(frame, named, polygons, LABEL_MM)
    return tuple(one for one in found if 4 < one.x < frame.width - 4 and 3 < one.y < frame.height - 3)


def _row(one: Mapping[str, Any]) -> tuple[str, list[str]]:
    before, after = one["before"], one["after"]
    # A plan that came in force keeps the sheet it had then, which may tell less.
    sides = [
        [_number(name, side[name]) if side and name in side else "–" for side in (before, after)] for name in SHOWN
    ]
    return one["code"], [was if was == now else f"{was} → {now}" for was, now in sides]


def _load(one: Mapping[str, Any]) -> tuple[str, list[str]]:
    sides = [[number_text(side.get(name, 0)) for side in (one["before"], one["after"])] for name in PER_PERSON]
    return one["number"], [was if was == now else f"{was} → {now}" for was, now in sides]


def _word(name: str, language: Language) -> str:
    return phrase(WORDS.get(name, f"plan.{name}"), language)


def _number(name: str, value: float) -> str:
    return f"{value:+.0%}" if name == "deviation" else number_text(value, DECIMALS.get(name, 0))


def _foot(head: PlanHead, language: Language) -> str:
    return f"{phrase('plan.plans', language)} {head.number} · {head.as_of}"
