"""The templates of all pages, with the catalogue of strings at hand as `t`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from maps.strings import LANG_ATTRIBUTE, Language, phrase

STATIC = Path(__file__).parent / "static"
STATIC_URL = "/static/"

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def fill(template: str, language: Language, **parts: object) -> str:
    """A template filled in; raises `jinja2.UndefinedError` for a part that is missing."""
    said = partial(_phrase, language)
    return _TEMPLATES.get_template(template).render(
        t=said, language=language, lang=LANG_ATTRIBUTE[language], static=STATIC_URL, **parts
    )


def _phrase(language: Language, key: str, **places: object) -> str:
    return phrase(key, language, **places)
