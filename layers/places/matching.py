"""Matching an address as people write it against the register: how alike two addresses are, and which one is meant.

The database preselects by trigrams; what decides also looks at the numbers: 和平路12号 and 和平路112号 are nearly the
same text and quite different doors.

    preselected by trigrams ──► likeness × number check = score ──► over the threshold? ──► all of the best in one cell?
                                                                         │ no                    │ no
                                                                     unmatched               ambiguous
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from geo.positions import LonLat

#: No address is longer: what follows is a story, and the search takes time by its length.
LONGEST_SEARCHED = 100
#: A candidate whose numbers contradict the address keeps this much of its likeness.
WRONG_NUMBER = 0.5
#: Two candidates in different areas closer than this in score: nobody can tell which is meant.
TOO_CLOSE = 0.08

_NUMBERS = re.compile(r"\d+")
_CHINESE_NUMBER = re.compile(r"[一二三四五六七八九十]+(?=[号栋幢楼单弄巷室])")
_CHINESE_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九", start=1)}


@dataclass(frozen=True, slots=True)
class AddressMatch:
    """A place an address may mean: what it is (building, service_point, area), its text, score 0–1 and position."""

    what: str
    code: str
    text: str
    score: float
    position: LonLat
    area_id: int | None


@dataclass(frozen=True, slots=True)
class Decision:
    """The match taken, or none, with the flag that says why; and the best candidates, best first."""

    taken: AddressMatch | None
    flag: str | None
    best: tuple[AddressMatch, ...]


def normalised(address: str) -> str:
    """The address with full-width forms folded, small letters, no spare white space, and 三号楼 written 3号楼."""
    text = " ".join(unicodedata.normalize("NFKC", address).lower().split())
    return _CHINESE_NUMBER.sub(lambda found: str(_number(found.group())), text)


def _number(chinese: str) -> int:
    tens, ten, ones = chinese.rpartition("十")
    if not ten:
        return int("".join(str(_CHINESE_DIGITS[digit]) for digit in chinese))
    return (_CHINESE_DIGITS.get(tens, 1) if tens else 1) * 10 + _CHINESE_DIGITS.get(ones, 0)


def same_numbers(asked: str, held: str) -> bool:
    """Whether the numbers agree as far as both go: 12号 agrees with 12号3号楼, not with 13号."""
    ours, theirs = _NUMBERS.findall(asked), _NUMBERS.findall(held)
    common = min(len(ours), len(theirs))
    return ours[:common] == theirs[:common]


def decide(address: str, preselected: Sequence[AddressMatch], *, threshold: float, keep: int = 5) -> Decision:
    """Which of the preselected places (scored by likeness) the address means; never a guess between two areas."""
    asked = normalised(address)
    scored = [
        one if same_numbers(asked, normalised(one.text)) else replace(one, score=one.score * WRONG_NUMBER)
        for one in preselected
    ]
    scored.sort(key=lambda one: (-one.score, one.what, one.code))
    best = tuple(scored[:keep])
    if not best or best[0].score < threshold:
        return Decision(None, "address_unmatched", best)
    rivals = {one.area_id for one in scored if best[0].score - one.score < TOO_CLOSE}
    if len(rivals) > 1 and best[0].score < 1:
        return Decision(None, "address_ambiguous", best)
    exact = [one for one in scored if one.score >= 1]
    if len({one.area_id for one in exact}) > 1:
        return Decision(None, "address_ambiguous", best)
    return Decision(best[0], None, best)
