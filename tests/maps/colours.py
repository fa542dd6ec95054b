"""Colour as the eye has it: CIELAB, contrast, and the three colour-vision deficiencies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Machado, Oliveira and Fernandes 2009, severity 1.0; they act on linear RGB.
DEFICIENCIES = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}

_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour: str) -> Floats:
    """A `#rrggbb` colour as linear RGB."""
    coded = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def seen_by(colour: str, vision: str | None) -> Floats:
    """Linear RGB as an eye with this deficiency (None: none) has it."""
    plain = linear(colour)
    return plain if vision is None else np.clip(np.array(DEFICIENCIES[vision]) @ plain, 0, 1)


def lab(rgb: Floats) -> Floats:
    """CIELAB (D65) of linear RGB."""
    share = _TO_XYZ @ rgb / _WHITE
    x, y, z = np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def step(one: str, other: str, vision: str | None) -> float:
    """ΔE*ab (CIE 1976) between two colours for an eye."""
    return float(np.linalg.norm(lab(seen_by(one, vision)) - lab(seen_by(other, vision))))


def contrast(one: str, other: str) -> float:
    """Contrast ratio by WCAG 2.2."""
    light, dark = sorted((float(_TO_XYZ[1] @ linear(colour)) for colour in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
