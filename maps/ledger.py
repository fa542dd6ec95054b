"""The ledger of grids (网格台账) in words, and as a page for paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from geo.four_bounds import Side
from layers.roster.ledger import Answers, Ledger, LedgerRow
from maps.strings import LANG_ATTRIBUTE, LANGUAGES, Language

#: Key → [Chinese, English].
WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("{level}台账", "Ledger of {level}s"),
    "edition": ("第 {number} 版边界", "Boundary edition {number}"),
    "as_of": ("截至 {day}", "As of {day}"),
    "count": ("共 {count} 个{level}", "{count} {level}s"),
    "code": ("编码", "Code"),
    "name": ("名称", "Name"),
    "parents": ("所属", "Lies in"),
    "bounds": ("四至", "Four bounds"),
    "east": ("东至", "East"),
    "south": ("南至", "South"),
    "west": ("西至", "West"),
    "north": ("北至", "North"),
    "edge": ("区界", "district's edge"),
    "area_m2": ("面积（m²）", "Area (m²)"),
    "households": ("户数", "Households"),
    "residents": ("人口", "Residents"),
    "people": ("责任人", "Who answers"),
    "nobody": ("无人负责", "nobody"),
    "A": ("A角", "A"),
    "B": ("B角", "B"),
    "O": ("信息员", "information officer"),
    "D": ("值班", "desk"),
    "grid_worker": ("网格员", "grid worker"),
    "information_officer": ("信息员", "information officer"),
    "community_officer": ("社区值班员", "community officer"),
    "street_officer": ("街道值班员", "street officer"),
    "dispatcher": ("调度员", "dispatcher"),
    "comma": ("、", ", "),
    "semicolon": ("；", "; "),
    "arrow": (" › ", " › "),
}
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
    known = WORDS.get(key)
    return key if known is None else known[LANGUAGES.index(language)].format_map(places)


def headings(language: Language) -> list[str]:
    """The headings of the ledger's columns."""
    return [word(key, language) for key in COLUMNS]


def cells(row: LedgerRow, language: Language) -> list[str | int | None]:
    """A row of the ledger, one value for each column; None where nobody counted."""
    return [
        row.code,
        row.name,
        word("arrow", language).join(row.parents),
        *(word("comma", language).join(names) for names in bounds(row, language)),
        round(row.area_m2),
        row.households,
        row.residents,
        word("semicolon", language).join(people(row, language)) or word("nobody", language),
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
        t=lambda key, **places: word(key, language, **places),
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
        yield " › ".join(top), [(" › ".join(names), list(part)) for names, part in parts]
