"""Importing the roster: people by number, and the duties of those who are in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from layers.areas.drafts_rows import lock_boundaries
from layers.areas.queries import areas, edition_in_force
from layers.districts.records import District
from layers.read.rows import RefusedRow
from layers.roster.importing_rows import Roster, read_roster
from layers.roster.records import Duty, RosterDifference
from layers.roster.units import units


@dataclass(frozen=True, slots=True)
class RosterImported:
    """What importing a roster changed, and the rows that were refused."""

    difference: RosterDifference
    refused: tuple[RefusedRow, ...]


async def import_roster(
    connection: AsyncConnection,
    *,
    district: District,
    columns: Iterable[str],
    rows: Iterable[Mapping[str, str]],
    now: datetime,
) -> RosterImported:
    """Store a roster, one row for each duty; rows that cannot be used are given back, the rest is stored.

    For each person in the file the file is the whole truth: duties that it no longer states end the day before. People
    who are not in it, or who have a refused row, keep theirs. Without a column for units everyone keeps theirs.

    Raises:
        NoEdition: no edition is in force whose areas the duties could name.
        FieldNeeded: a column is missing.
    """
    await lock_boundaries(connection, district)
    known_areas = await areas(connection, (await edition_in_force(connection, district)).id)
    header = list(columns)
    known_units = {one.code: one.id for one in await units(connection, district)}
    roster = read_roster(header, rows, district=district, areas=known_areas, units=known_units)
    today = now.astimezone(district.zone).date()
    held = known_units if "unit" in header else None
    people_new, people_changed = await _store_people(connection, district, roster, units=held)
    ids = await _people_ids(connection, district)
    duties_new, duties_changed, ended = await _store_duties(connection, roster, ids=ids, today=today)
    difference = RosterDifference(
        new_people=people_new,
        changed_people=people_changed,
        unchanged_people=len(roster.people) - people_new - people_changed,
        new_duties=duties_new,
        changed_duties=duties_changed,
        ended_duties=ended,
        unchanged_duties=len(roster.duties) - duties_new - duties_changed,
    )
    return RosterImported(difference, tuple(roster.refused))


async def _store_people(
    connection: AsyncConnection, district: District, roster: Roster, *, units: Mapping[str, int] | None
) -> tuple[int, int]:
    """Write the people; how many were new and changed. `units`: ids by code, None where the file has no such column."""
    people = roster.people.values()
    written = await connection.execute(
        _UPSERT_PEOPLE,
        {
            "district": district.id,
            "numbers": [one.number for one in people],
            "roles": [one.role for one in people],
            "caps": [one.cap for one in people],
            "shifts": [one.shifts for one in people],
            "units": [None if one.unit is None or units is None else units[one.unit] for one in people],
            "states_units": units is not None,
        },
    )
    is_new = written.scalars().all()
    return sum(is_new), len(is_new) - sum(is_new)


async def _people_ids(connection: AsyncConnection, district: District) -> dict[str, int]:
    rows = await connection.execute(
        text("select number, id from people where district_id = :district"), {"district": district.id}
    )
    return {row.number: row.id for row in rows}


async def _store_duties(
    connection: AsyncConnection, roster: Roster, *, ids: Mapping[str, int], today: date
) -> tuple[int, int, int]:
    """Write the duties; how many were new, changed and ended."""
    whole = [ids[number] for number in roster.people if number not in roster.spoilt]
    begun = await _open_duties(connection, [ids[number] for number in roster.people])
    starts = [_start(duty, begun, ids, today) for duty in roster.duties.values()]
    parameters = {
        "people": [ids[one.number] for one in roster.duties.values()],
        "areas": [one.area_id for one in roster.duties.values()],
        "ranks": [one.rank for one in roster.duties.values()],
        "starts": starts,
        "ends": [one.valid_to for one in roster.duties.values()],
        "whole": whole,
        "today": today,
        "yesterday": today - timedelta(days=1),
    }
    written = (await connection.execute(_UPSERT_DUTIES, parameters)).scalars().all()
    ended = await connection.scalar(_STALE, parameters)
    return sum(written), len(written) - sum(written), ended or 0


async def _open_duties(connection: AsyncConnection, people: list[int]) -> dict[tuple[int, int, str], date]:
    """When the duties of these people that have not ended began, by person, area and rank."""
    rows = await connection.execute(
        text("""
            select person_id, area_id, rank, max(valid_from) as began from duties
            where person_id = any(cast(:people as bigint[])) and valid_to is null
            group by person_id, area_id, rank
        """),
        {"people": people},
    )
    return {(row.person_id, row.area_id, row.rank): row.began for row in rows}


def _start(duty: Duty, begun: Mapping[tuple[int, int, str], date], ids: Mapping[str, int], today: date) -> date:
    """The day a duty begins: as stated, else when it began in an earlier import, else today."""
    return duty.valid_from or begun.get((ids[duty.number], duty.area_id, duty.rank)) or today


_UPSERT_PEOPLE = text("""
    insert into people as p (district_id, number, role, cap, shifts, unit_id)
    select :district, number, role, cap, shifts, unit
    from unnest(cast(:numbers as text[]), cast(:roles as text[]), cast(:caps as int[]), cast(:shifts as text[]),
                cast(:units as bigint[])) as given (number, role, cap, shifts, unit)
    on conflict (district_id, number) do update set
        role = excluded.role, cap = excluded.cap, shifts = excluded.shifts, active = true,
        unit_id = case when :states_units then excluded.unit_id else p.unit_id end, row_version = p.row_version + 1
    where (p.role, p.cap, p.shifts, p.active) is distinct from (excluded.role, excluded.cap, excluded.shifts, true)
       or (:states_units and p.unit_id is distinct from excluded.unit_id)
    returning (xmax = 0) as is_new
""")
_UPSERT_DUTIES = text("""
    insert into duties as d (person_id, area_id, rank, valid_from, valid_to)
    select person, area, rank, starts, ends
    from unnest(cast(:people as bigint[]), cast(:areas as bigint[]), cast(:ranks as text[]), cast(:starts as date[]),
                cast(:ends as date[])) as given (person, area, rank, starts, ends)
    on conflict (person_id, area_id, rank, valid_from) do update set valid_to = excluded.valid_to
    where d.valid_to is distinct from excluded.valid_to
    returning (xmax = 0) as is_new
""")
#: Duties of the file's people that it no longer states: one that has not begun is withdrawn, the others end.
_STALE = text("""
    with stale as (
        select d.id, d.valid_from < :today as has_begun from duties d
        where d.person_id = any(cast(:whole as bigint[])) and (d.valid_to is null or d.valid_to >= :today)
          and not exists (
            select from unnest(cast(:people as bigint[]), cast(:areas as bigint[]), cast(:ranks as text[]),
                               cast(:starts as date[])) as given (person, area, rank, starts)
            where given.person = d.person_id and given.area = d.area_id and given.rank = d.rank
              and given.starts = d.valid_from)
    ), withdrawn as (
        delete from duties d using stale where d.id = stale.id and not stale.has_begun
    ), ended as (
        update duties d set valid_to = :yesterday from stale where d.id = stale.id and stale.has_begun
    )
    select count(*) from stale
""")
