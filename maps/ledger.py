"""The ledger of grids (网格台账) in words, and as a page for paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from geo.four_bounds import Side
from layers.roster.ledger import Answers, Ledger, LedgerRow
from maps.strings import LANG_ATTRIBUTE, LANGUAGES, Language, catalogue, phrase

#: Word of the ledger → its text.
WORDS: Mapping[Language, Mapping[str, str]] = {
    language: {key.removeprefix("ledger."): text for key, text in catalogue(language, "ledger.").items()}
    for language in LANGUAGES
}
#: What stands between names, and between people.
MARKS: Mapping[Language, tuple[str, str]] = {"zh": ("、", "；"), "en": (", ", "; ")}
BELOW = " › "
COLUMNS = ("code", "name", "parents", *(side.value for side in Side), "area_m2", "households", "residents", "people")
#: Widths of the columns in a sheet, in characters.
WIDTHS = (18, 26, 26, 24, 24, 24, 24, 14, 10, 10, 48)

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def word(key: str, language: Language, **places: object) -> str:
    """The text of a key with its {places} filled in; what the catalogue does not know, such as a role, is itself."""
    return WORDS[language].get(key, key).format_map(places)


def headings(language: Language) -> list[str]:
    """The headings of the ledger's columns."""
    return [word(key, language) for key in COLUMNS]


def cells(row: LedgerRow, language: Language) -> list[str | int | None]:
    """A row of the ledger, one value for each column; None where nobody counted."""
    comma, semicolon = MARKS[language]
    return [
        row.code,
        row.name,
        BELOW.join(row.parents),
        *(comma.join(names) for names in bounds(row, language)),
        round(row.area_m2),
        row.households,
        row.residents,
        semicolon.join(people(row, language)) or word("nobody", language),
    ]


def bounds(row: LedgerRow, language: Language) -> list[list[str]]:
    """The names on each of the four sides: east, south, west, north."""
    edge = word("edge", language)
    return [[edge if name is None else name for name in row.bounds[side]] for side in Side]


def people(row: LedgerRow, language: Language) -> list[str]:
    """Everyone who answers for the cell, each as rank, number and role."""
    return [_person(one, language) for one in row.people]


def ledger_page(ledger: Ledger, language: Language) -> str:
    """The ledger as one HTML file for A4 across: a sheet begins with each area below the district."""
    return _TEMPLATES.get_template("ledger.html").render(
        ledger=ledger,
        level=ledger.level_name_en.lower() if language == "en" else ledger.level_name,
        sections=list(_sections(ledger)),
        lang=LANG_ATTRIBUTE[language],
        t=lambda key, **places: phrase(key, language, **places),
        bounds=lambda row: bounds(row, language),
        people=lambda row: people(row, language),
    )


def _person(one: Answers, language: Language) -> str:
    rank, role = word(one.rank, language), word(one.role, language)
    return f"{rank} {one.number}" if rank == role else f"{rank} {one.number} {role}"


def _sections(ledger: Ledger) -> Iterator[tuple[str, list[tuple[str, list[LedgerRow]]]]]:
    """The rows by the area below the district, and in it by the area directly above the cell."""
    for top, rows in groupby(ledger.rows, key=lambda row: row.parents[:1]):
        parts = groupby(rows, key=lambda row: row.parents[1:])
        yield BELOW.join(top), [(BELOW.join(names), list(part)) for names, part in parts]
