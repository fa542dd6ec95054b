"""Which encoding raw text is in: what a file declares is held against what its bytes make sense in.

A Chinese text read in the wrong encoding mostly gives no error, only rare characters where common ones should be:

    bytes of 东街 in GB18030      read as GB18030: 东街       read as Big5: 陲誰       read as Latin-1: ¶«½Ö

So an encoding is rated by the share of common characters it makes of the bytes. Common are the first planes of the
two national sets: 3,755 characters of GB 2312 (lead bytes B0-D7), 5,401 of Big5 (lead bytes A4-C6).
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

#: What is proposed, in this order among equals.
CANDIDATES = ("UTF-8", "GB18030", "Big5", "ISO-8859-1")
#: A reading that makes this much less sense than another is taken for a wrong one.
CLEARLY_WORSE = 0.15
MOST_SAMPLES = 2_000


class Reading(NamedTuple):
    """Texts as one encoding reads them, and how much sense they make: 0 to 1, below 0 when it cannot read them."""

    encoding: str
    sense: float
    texts: tuple[str, ...]


def readings(samples: Iterable[bytes]) -> list[Reading]:
    """How each candidate reads the samples that are not plain ASCII, the best first."""
    return sorted((read_as(samples, name) for name in CANDIDATES), key=lambda one: -one.sense)


def read_as(samples: Iterable[bytes], encoding: str) -> Reading:
    """How one encoding reads the samples; a character cut off at a sample's end is not held against it."""
    rate = _RATES.get(_canonical(encoding), _common_anywhere)
    texts = []
    for sample in samples:
        try:
            texts.append(codecs.getincrementaldecoder(encoding)("strict").decode(sample, final=False))
        except (UnicodeDecodeError, LookupError):
            return Reading(encoding, -1.0, ())
    foreign = [one for text in texts for one in text if not one.isascii()]
    return Reading(encoding, rate(foreign, texts) if foreign else 1.0, tuple(texts))


def makes_sense(reading: Reading, best: Reading) -> bool:
    """Whether a reading is as good as the best one, or nearly."""
    return reading.sense >= 0 and reading.sense >= best.sense - CLEARLY_WORSE


def not_ascii(values: Iterable[bytes]) -> list[bytes]:
    """Different values that hold more than ASCII, the first few of them."""
    found: dict[bytes, None] = {}
    for value in values:
        if not value.isascii():
            found[value] = None
            if len(found) == MOST_SAMPLES:
                break
    return list(found)


def shown(texts: Sequence[str], count: int = 3) -> str:
    """The first few different texts, as a sample for a person."""
    return ", ".join(list(dict.fromkeys(texts))[:count])


def damage_in(text: str) -> str | None:
    """What happened to a text that was once read wrongly and then saved, None when nothing shows."""
    if "\ufffd" in text or "锟斤拷" in text:
        return "characters were lost when it was read in a wrong encoding and saved"
    for wrong in ("windows-1252", "iso-8859-1", "gb18030"):
        original = _read_back(text, wrong)
        if original is not None:
            return f"it was {original!r} in UTF-8, read as {wrong.upper()} and saved so"
    return None


def _read_back(text: str, wrong: str) -> str | None:
    """The Chinese text that became `text` when its UTF-8 was read in the encoding `wrong`."""
    try:
        original = text.encode(wrong).decode("utf-8")
    except UnicodeError:
        return None
    return original if original != text and any(_is_chinese(one) for one in original) else None


def _canonical(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return encoding.lower()


def _share(texts: Sequence[str], is_common: Callable[[str], bool]) -> float:
    return sum(map(is_common, texts)) / len(texts)


def _always(_: Sequence[str], __: Sequence[str]) -> float:
    """Bytes that happen to be valid UTF-8 are UTF-8: the chance is far below one in a thousand for three letters."""
    return 1.0


def _common_in_gb(foreign: Sequence[str], _: Sequence[str]) -> float:
    return _share(foreign, lambda one: _lead_byte(one, "gb2312", 0xB0, 0xD7) or _is_punctuation(one))


def _common_in_big5(foreign: Sequence[str], _: Sequence[str]) -> float:
    return _share(foreign, lambda one: _lead_byte(one, "big5", 0xA4, 0xC6) or _is_punctuation(one))


def _common_anywhere(foreign: Sequence[str], texts: Sequence[str]) -> float:
    return max(_common_in_gb(foreign, texts), _common_in_big5(foreign, texts))


def _latin_words(foreign: Sequence[str], texts: Sequence[str]) -> float:
    """The share of accented letters that stand beside a plain letter, as in a word of a Latin script."""
    fitting = 0
    for text in texts:
        for place, one in enumerate(text):
            beside = text[max(place - 1, 0) : place] + text[place + 1 : place + 2]
            fitting += not one.isascii() and one.isalpha() and any(near.isascii() and near.isalpha() for near in beside)
    return fitting / len(foreign)


def _lead_byte(one: str, charset: str, low: int, high: int) -> bool:
    try:
        encoded = one.encode(charset)
    except UnicodeEncodeError:
        return False
    return len(encoded) == 2 and low <= encoded[0] <= high


def _is_punctuation(one: str) -> bool:
    return "\u3000" <= one <= "\u3020" or "\uff01" <= one <= "\uff5e" or one in "·—…“”‘’"


def _is_chinese(one: str) -> bool:
    return "\u4e00" <= one <= "\u9fff"


_RATES: Mapping[str, Callable[[Sequence[str], Sequence[str]], float]] = {
    "utf-8": _always,
    "utf-8-sig": _always,
    "gb18030": _common_in_gb,
    "gbk": _common_in_gb,
    "gb2312": _common_in_gb,
    "big5": _common_in_big5,
    "cp950": _common_in_big5,
    "big5hkscs": _common_in_big5,
    "iso8859-1": _latin_words,
    "cp1252": _latin_words,
}
