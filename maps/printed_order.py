"""A work order on paper: one report with its place on a map, for whoever goes there without a screen.

It holds no personal data: what was asked for is read from the page that the code leads to, by whoever may.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.outlines import label_points
from geo.positions import Bounds, LonLat
from maps.drawn import WIDE_MARGIN, Drawing, Frame, Label, labels, shape
from maps.pages import fill
from maps.records import Frame as PageFrame
from maps.work import WorkReport

MAP_MM = (104.0, 92.0)
LABEL_MM = 2.8


@dataclass(frozen=True, slots=True)
class OrderGround:
    """The grid a report lies in, those around it as (end of the code, polygon), and the position where one is told."""

    own: BaseGeometry
    around: Sequence[tuple[str, BaseGeometry]]
    at: LonLat | None


def order_page(frame: PageFrame, report: WorkReport, ground: OrderGround | None, code: str) -> str:
    """The order as HTML for A4; `code`: the address of the report's page as an SVG of a QR code."""
    position = "" if ground is None or ground.at is None else f"{ground.at.lat:.6f}, {ground.at.lon:.6f}"
    return fill(
        "paper/order.html",
        frame.language,
        paper="A4",
        foot=f"{report.number} · {frame.clock(frame.now)}",
        frame=frame,
        report=report,
        map=None if ground is None else _drawing(ground),
        position=position,
        code=code,
    )


def _drawing(ground: OrderGround) -> Drawing:
    frame = Frame.around(Bounds(*shapely.bounds(ground.own).tolist()), *MAP_MM, margin=WIDE_MARGIN)
    shapes = (
        shape(frame, [polygon for _, polygon in ground.around], "plain"),
        shape(frame, [ground.own], "own"),
    )
    return Drawing(frame, shapes, _labels(frame, ground), None if ground.at is None else frame.place(ground.at))


def _labels(frame: Frame, ground: OrderGround) -> tuple[Label, ...]:
    if not ground.around:
        return ()
    polygons = np.array([polygon for _, polygon in ground.around], dtype=object)
    named = [(code, at) for (code, _), at in zip(ground.around, label_points(polygons), strict=True)]
    found = labels(frame, named, polygons, LABEL_MM)
    return tuple(one for one in found if 4 < one.x < frame.width - 4 and 3 < one.y < frame.height - 3)
