"""Reports as the rest of the service sees them: what is filed, what came of it, and what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from geo.placement import Candidate
from geo.positions import Datum, LonLat
from layers.areas.records import Area
from layers.places.matching import AddressMatch
from layers.reports.state import Told


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of report: at which depth of the tree it is settled, whether it is urgent, which extra fields it takes.

    A group (`is_group`) holds kinds and is not filed under; `groups` are the codes of those a kind lies in, from the
    top. `filing_standard` and `closing_standard` say what filing and closing rest on (立案条件, 结案条件). `limits`:
    clock (dispatch, handle, verify) → how long, as layers/calendars/limits.py writes it. `unit_id` is the unit in use
    that comes to the matter. A `straight` kind goes to its level at once, a `checked` one is looked at before it is
    filed, and one with `photos` is closed only with photos of before and after.
    """

    id: int
    code: str
    name: str
    name_en: str
    level_depth: int
    urgent: bool
    extra_fields: Mapping[str, Any]
    parent_code: str | None = None
    is_group: bool = False
    groups: tuple[str, ...] = ()
    filing_standard: str = ""
    closing_standard: str = ""
    limits: Mapping[str, str] = field(default_factory=dict)
    unit_id: int | None = None
    unit_code: str | None = None
    straight: bool = False
    checked: bool = False
    photos: bool = False


@dataclass(frozen=True, slots=True)
class AtPosition:
    """The matter is at a position, given in its datum, with the fix's accuracy in metres (None or 0: unknown)."""

    given: LonLat
    datum: Datum
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class AtAddress:
    """The matter is at an address, to be matched against buildings, areas and service points."""

    address: str


@dataclass(frozen=True, slots=True)
class InArea:
    """The matter concerns a whole area, named by level and code."""

    level: str
    code: str


@dataclass(frozen=True, slots=True)
class AtPlace:
    """The matter is at a service point of the register, named by its code."""

    code: str


@dataclass(frozen=True, slots=True)
class NoSubject:
    """The matter has no place at all: an opinion, a petition. It is not unlocated; it goes to the district's desk."""


Subject = AtPosition | AtAddress | InArea | AtPlace | NoSubject


@dataclass(frozen=True, slots=True)
class Filing:
    """A report as it is handed in. `sender` and `client_key` together make it safe to send again."""

    kind: str
    text: str
    source: str
    sender: str
    client_key: str
    subject: Subject
    occurred_at: datetime | None = None
    address: str | None = None
    reporter_name: str | None = None
    reporter_phone: str | None = None
    external_ref: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Location:
    """Where a report was located, how sure that is, and what else it could be."""

    located: bool
    by: str
    position: LonLat | None
    area: Area | None
    certainty: float | None
    accuracy_m: float | None
    candidates: tuple[Candidate, ...]
    matches: tuple[AddressMatch, ...]
    flags: tuple[str, ...]
    border_m: float | None
    place_id: int | None = None


@dataclass(frozen=True, slots=True)
class Considered:
    """Someone the assignment rule looked at: the facts it saw, and why it took them or passed them over."""

    person_id: int
    number: str
    role: str
    area_id: int
    depth: int
    rank: str
    on_duty: bool
    absent: bool
    open: int
    cap: int | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the assignment rule decided: who (or nobody), which area holds the report, and everyone it considered."""

    rule: str
    assignee: Considered | None
    holder_area_id: int | None
    holder_depth: int | None
    reason: str
    considered: tuple[Considered, ...]


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report as it is stored, without what it holds of persons."""

    id: int
    number: str
    kind_code: str
    kind_name: str
    urgent: bool
    source: str
    external_ref: str | None
    extra: Mapping[str, Any]
    status: str
    subject: str
    occurred_at: datetime
    filed_at: datetime
    position: LonLat | None
    given: LonLat | None
    given_datum: str | None
    accuracy_m: float | None
    located: bool
    located_by: str
    edition_number: int
    area_path: str | None
    area_ids: tuple[int, ...]
    certainty: float | None
    flags: tuple[str, ...]
    candidates: tuple[Mapping[str, Any], ...]
    assignee_number: str | None
    assignee_role: str | None
    holder_area_id: int | None
    entries: int
    row_version: int


@dataclass(frozen=True, slots=True)
class Filed:
    """The answer to a filing: the stored report and its assignment, or, filed before, only the first one's id."""

    report_id: int
    report: StoredReport | None
    location: Location | None
    outcome: Outcome | None
    #: The entries its journal begins with, and the digest of the last of them; none for one filed before.
    entries: tuple[Told, ...] = ()
    digest: bytes = b""

    @property
    def again(self) -> bool:
        """Whether this had been filed before under the same key with the same content."""
        return self.report is None


def report_number(report_id: int) -> str:
    """The number people use: the filing date in front, 20261122-0012345."""
    day, serial = divmod(report_id, 10_000_000)
    return f"{day:08d}-{serial:07d}"


def report_id(number: str) -> int | None:
    """The id behind a report number, None when the text is no number."""
    day, dash, serial = number.partition("-")
    if not dash or len(day) != 8 or len(serial) != 7 or not (day + serial).isascii() or not (day + serial).isdigit():
        return None
    return int(day) * 10_000_000 + int(serial)
