"""Importing kinds: a table brings its ranges up to date; what it leaves out is no longer in use."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from geo.grid_codes import normalise_digits
from layers.districts.records import District
from layers.read.leaving import Rest, leaving
from layers.read.rows import RefusedRow
from layers.reports.kinds_cells import Reference
from layers.reports.kinds_codes import full_code, require_digits, require_range
from layers.reports.kinds_rows import Row, read_kinds
from layers.reports.kinds_stating import RANGES, range_of
from layers.reports.kinds_storing import KindsDifference, kinds_difference, left_out, store_kinds, stored_kinds
from layers.roster.units import unit_ids, units


@dataclass(frozen=True, slots=True)
class KindsImported:
    """What importing kinds changed, the kinds it kept though the table leaves them out, and the refused rows.

    `names` are those of all kinds by code, `carried` are rows that were put into the class above.
    """

    difference: KindsDifference
    names: Mapping[str, str]
    kept: tuple[str, ...]
    carried: tuple[int, ...]
    refused: tuple[RefusedRow, ...]


@dataclass(frozen=True, slots=True)
class KindsRequest:
    """What a person may say of a table of kinds.

    `letter`: the range of codes that are digits alone; `hint`: the one its words speak of. `rest`: what becomes of
    kinds of its ranges that it does not state.
    """

    letter: str | None = None
    hint: str | None = None
    code_digits: int | None = None
    rest: Rest | None = None


async def import_kinds(
    connection: AsyncConnection,
    *,
    district: District,
    columns: Mapping[str, str],
    rows: Iterable[Row],
    request: KindsRequest,
    spoilt: Collection[str] = (),
) -> KindsImported:
    """Store a table of kinds, its rows named by fields with their numbers; rows that cannot be used are given back.

    What a table has no column for stays as it is stored. A kind with a refused row stays as it is; where such a row has
    no code, every kind stays. `spoilt` are codes, as the table writes them, of rows that were refused before.

    Raises:
        EatenZeros, RangeNeeded: codes of digits alone that are too short, or of no stated range.
        MostGone: most kinds would be left out, and nobody said that this is meant.
    """
    held = list(rows)
    codes = [normalise_digits(row["code"]).strip() for _, row in held]
    require_digits(codes, request.code_digits)
    if "range" not in columns and request.letter is None:
        require_range(codes, request.hint)
    stored = await stored_kinds(connection, district)
    known = await units(connection, district)
    named = {one.name: one.code for one in known} | {one.code: one.code for one in known}
    reference = Reference(district, named, stored.every, columns, request.letter, request.code_digits)
    groups = frozenset(code for code in stored.active if stored.every[code].is_group)
    read = read_kinds(held, reference, groups)
    doubtful = read.spoilt | _in_full(spoilt, request)
    missing = left_out(stored, read.stated, stored.active if "" in doubtful else doubtful)
    ranges = {range_of(code) for code in read.stated}
    gone = leaving(missing, sum(range_of(code) in ranges for code in stored.active), request.rest)
    difference = kinds_difference(stored, read.stated, gone)
    await store_kinds(connection, district, read.stated, difference, units=await unit_ids(connection, district))
    kept = tuple(code for code in missing if code not in gone)
    names = {code: one.name for code, one in {**stored.every, **read.stated}.items()}
    refused = tuple(sorted(read.refused, key=lambda row: row.number))
    return KindsImported(difference, names, kept, tuple(read.carried), refused)


def _in_full(codes: Collection[str], request: KindsRequest) -> set[str]:
    letters = [request.letter] if request.letter else list(RANGES)
    return {full_code(normalise_digits(code), letter, request.code_digits) for code in codes for letter in letters}
