"""What pages say, in both languages: one catalogue, `strings.json`, of [Chinese, English]."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

#: Our language → the `lang` attribute of a page.
LANG_ATTRIBUTE: dict[Language, str] = {"zh": "zh-CN", "en": "en"}

_CATALOGUE: dict[str, list[str]] = json.loads(Path(__file__).with_name("strings.json").read_text(encoding="utf-8"))


def phrase(key: str, language: Language, **places: object) -> str:
    """The text of a key with its {places} filled in; raises `KeyError` for an unknown key or a missing place."""
    return _CATALOGUE[key][LANGUAGES.index(language)].format_map(places)


def catalogue(language: Language, prefix: str = "") -> dict[str, str]:
    """Key → text for every key that starts with a prefix, its {places} still open."""
    at = LANGUAGES.index(language)
    return {key: texts[at] for key, texts in _CATALOGUE.items() if key.startswith(prefix)}
