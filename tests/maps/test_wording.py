"""Ranges and numbers in words: what the browser writes (tests/js/wording.test.js), and paper as well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from layers.workload.metrics import METRICS
from maps.breaks import ClassBreaks, Method
from maps.wording import number_text, range_texts

WHOLE = METRICS["open"]
RATIO = replace(WHOLE, decimals=2)


def made(limits: tuple[float, ...], low: float | None, high: float | None, **more: bool) -> ClassBreaks:
    method: Method = "fixed" if more.get("fixed") else "quantile"
    return ClassBreaks(method, limits, low, high, zero_class=more.get("zero", False))


@pytest.mark.parametrize(
    ("breaks", "metric", "texts"),
    [
        (made((0, 2, 5), 0, 19, zero=True), WHOLE, ["0", "1–2", "3–5", "6–19"]),
        (made((1, 2), 1, 3), WHOLE, ["1", "2", "3"]),
        (made((0, 8.624, 20.1), 0, 41.449, zero=True), RATIO, ["0", "> 0–8.62", "8.62–20.1", "20.1–41.45"]),
        (made((0.121, 0.124), 0.1, 0.2), RATIO, ["0.1–0.121", "0.121–0.124", "0.124–0.2"]),
        (made((1, 5), 2, 3, fixed=True), WHOLE, ["≤ 1", "2–5", "≥ 6"]),
        (made((1, 5), 2, 3, fixed=True), RATIO, ["≤ 1", "1–5", "> 5"]),
        (made((), None, None), WHOLE, []),
        (made((), 0, 0, zero=True), WHOLE, ["0"]),
        (made((), 2, 7), WHOLE, ["2–7"]),
    ],
)
def test_ranges_are_worded_as_the_browser_does(breaks: ClassBreaks, metric: object, texts: list[str]) -> None:
    assert range_texts(breaks, metric) == texts  # type: ignore[arg-type]


def test_numbers() -> None:
    assert number_text(1234.56, 1) == "1,234.6"
    assert number_text(1200.0, 2) == "1,200"
    assert number_text(None) == "–"
