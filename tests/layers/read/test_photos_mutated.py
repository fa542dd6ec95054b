"""Photos and archives with bytes changed anywhere: each is refused or made clean, and none is a crash."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from layers.read.photos import PhotoRefused, reencoded
from tests.layers.read.made_photos import CANARY, KINDS, encoded, laden, picture, require_clean, zipped

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")


def mutants(count: int, seed: int) -> Iterator[bytes]:
    """Photos and archives with bytes changed, taken out, doubled and exchanged."""
    chance = random.Random(seed)
    sources = [laden(kind) for kind in KINDS]
    sources += [encoded(picture(), progressive=True), encoded(picture("P"), "PNG"), encoded(picture("CMYK"))]
    sources += [encoded(picture("RGBA"), "WEBP", lossless=True), encoded(picture("LA"), "PNG"), zipped()]
    sources += [encoded(picture(), "MPO", save_all=True, append_images=[picture()]), encoded(picture()) + zipped()]
    for _ in range(count):
        mutant = bytearray(chance.choice(sources))
        for _ in range(chance.randint(1, 5)):
            change(mutant, chance, sources)
        yield bytes(mutant)


def change(mutant: bytearray, chance: random.Random, sources: list[bytes]) -> None:
    # Headers are short and decide most: half of the changes fall into the first bytes.
    at = chance.randrange(len(mutant) if chance.random() < 0.5 else min(len(mutant), 800))
    length = chance.randint(1, 40)
    match chance.randrange(5):
        case 0:
            mutant[at] = chance.randrange(256)
        case 1:
            mutant[at] ^= 1 << chance.randrange(8)
        case 2 if len(mutant) > 100:
            del mutant[at : at + length]
        case 3:
            mutant[at:at] = mutant[at : at + length]
        case _:
            other = chance.choice(sources)
            start = chance.randrange(len(other))
            mutant[at : at + length] = other[start : start + length]


def require_refused_or_clean(count: int, seed: int) -> None:
    taken = 0
    for mutant in mutants(count, seed):
        try:
            photo = reencoded(mutant, read_position=True)
        except PhotoRefused as refused:
            assert refused.field == "photo"
            assert refused.remedy
            assert CANARY not in str(refused)
        else:
            require_clean(photo)
            taken += 1
    assert count * 0.05 < taken < count * 0.8, "both ways are walked"


def test_two_thousand_mutants_are_refused_or_made_clean() -> None:
    require_refused_or_clean(2_000, seed=20261122)


@pytest.mark.long
def test_many_more_mutants_are_refused_or_made_clean() -> None:
    require_refused_or_clean(40_000, seed=4)
