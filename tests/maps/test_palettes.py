"""Palettes: told apart by every eye, also in grey; words on pages are legible."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from maps.breaks import MAX_CLASSES
from maps.pages import STATIC
from maps.palettes import LEAST_STEP, NO_DATA_FILL, NO_DATA_HATCH, PALETTES, ZERO, PaletteName, colours
from maps.refusals import UnusableClasses
from tests.maps.colours import DEFICIENCIES, contrast, lab, linear, step

names = pytest.mark.parametrize("palette", PALETTES)
numbers = pytest.mark.parametrize("classes", range(1, MAX_CLASSES + 1))


@names
@numbers
@pytest.mark.parametrize("vision", [None, *DEFICIENCIES])
def test_neighbouring_classes_are_told_apart(palette: PaletteName, classes: int, vision: str | None) -> None:
    steps = [step(a, b, vision) for a, b in pairwise(colours(palette, classes + 1, zero_class=True))]
    assert min(steps) >= LEAST_STEP


def test_the_measure_sees_what_a_deficiency_hides() -> None:
    """A red and a green that only a full eye tells apart."""
    assert step("#c23b22", "#6b6b00", None) > 40
    assert step("#c23b22", "#6b6b00", "deuteranopia") < 22


@names
@numbers
def test_classes_grow_darker(palette: PaletteName, classes: int) -> None:
    lightness = [float(lab(linear(colour))[0]) for colour in colours(palette, classes)]
    assert lightness == sorted(lightness, reverse=True)


@names
def test_one_colour_for_each_class(palette: PaletteName) -> None:
    for classes in range(MAX_CLASSES + 1):
        assert len(colours(palette, classes)) == classes
        assert colours(palette, classes + 1, zero_class=True) == (ZERO, *colours(palette, classes))
    with pytest.raises(UnusableClasses, match="up to 7"):
        colours(palette, MAX_CLASSES + 1)


def test_the_hatch_of_no_data_is_seen_by_every_eye() -> None:
    assert all(step(NO_DATA_FILL, NO_DATA_HATCH, vision) >= 25 for vision in [None, *DEFICIENCIES])


def test_words_stand_out() -> None:
    """WCAG AA for text, with the colours as the style sheet has them."""
    sheet = (STATIC / "css" / "tokens.css").read_text()
    token = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", sheet))
    for text, ground in [
        ("ink", "paper"),
        ("ink-soft", "paper"),
        ("ink-soft", "ground"),
        ("accent", "paper"),
        ("accent", "accent-soft"),
        ("alarm", "paper"),
        ("alarm", "alarm-soft"),
        ("ink-soft", "alarm-soft"),
    ]:
        assert contrast(token[text], token[ground]) >= 4.5, (text, ground)
