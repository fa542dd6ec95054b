"""What the service refuses, in Chinese: the sentences of the steps, of filing and of reading, by their English text.

The code raises one English sentence for each refusal; `refusals_zh.json` has it with `{}` where it names something, and
its Chinese with `{0}`, `{1}` … in their place, or `{status:0}` for a word of the catalogue. What is not there stays as
it is: a sentence in English says more than none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from maps.strings import Language, phrase

SENTENCES: Mapping[str, str] = json.loads(Path(__file__).with_name("refusals_zh.json").read_text(encoding="utf-8"))
PLACE = re.compile(r"\{(?:(?P<words>\w+):)?(?P<at>\d)\}")


def translated(sentence: str, language: Language) -> str:
    """The sentence in the language, as it is where the list does not have it."""
    return known(sentence, language) or sentence


def known(sentence: str, language: Language) -> str | None:
    """The sentence in the language; None where the list does not have it."""
    if language == "en":
        return sentence
    if sentence in SENTENCES:
        return SENTENCES[sentence]
    for pattern, chinese in _patterns():
        found = pattern.fullmatch(sentence)
        if found:
            return _filled(chinese, found.groups())
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Those with places, the longest first: it says most."""
    open_ones = sorted((one for one in SENTENCES if "{}" in one), key=lambda one: (-len(one), one))
    return tuple((re.compile("(.+?)".join(map(re.escape, one.split("{}")))), SENTENCES[one]) for one in open_ones)


def _filled(chinese: str, values: tuple[str, ...]) -> str:
    def value(place: re.Match[str]) -> str:
        told = values[int(place["at"])].strip("'")
        return told if place["words"] is None else _word(place["words"], told)

    return PLACE.sub(value, chinese)


def _word(words: str, told: str) -> str:
    try:
        return phrase(f"{words}.{told}", "zh")
    except KeyError:
        return told
