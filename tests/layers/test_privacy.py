"""docs/privacy.md says of every column whether it is personal; what it says of erasing is what erasing does."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict
from typing import Any

import psycopg

from layers.districts.retention import BOUNDS, Retention
from layers.migrations.metadata import metadata
from layers.reports import erasing
from tests.servers import CHECKOUT

PAGE = (CHECKOUT / "docs" / "privacy.md").read_text(encoding="utf-8")
#: PostGIS's own, and the mark of the schema.
FOREIGN = {"geography_columns", "geometry_columns", "spatial_ref_sys", "alembic_version"}


def told() -> dict[str, tuple[list[str], list[str], list[str]]]:
    """Of each table: columns that are personal, that stand for a person, and the others."""
    _, _, section = PAGE.partition("## Every column")
    rows = re.findall(r"^\| ([a-z_]+) \|([a-z0-9_ ]*)\|([a-z0-9_ ]*)\|([a-z0-9_ ]*)\|$", section, re.MULTILINE)
    return {table: (one.split(), two.split(), three.split()) for table, one, two, three in rows if table != "table"}


def columns(pg: psycopg.Connection[Any]) -> dict[str, set[str]]:
    rows = pg.execute(
        "select table_name, array_agg(column_name::text) from information_schema.columns "
        "where table_schema = 'public' group by 1"
    ).fetchall()
    return {table: set(names) for table, names in rows if table not in FOREIGN}


def test_every_column_of_every_table_is_told_of_once(pg: psycopg.Connection[Any]) -> None:
    stored, page = columns(pg), told()
    assert page.keys() == stored.keys(), "say of the new table what in it is personal"
    for table, kinds in page.items():
        named = [name for kind in kinds for name in kind]
        assert set(named) == stored[table], f"{table}: say of the new column whether it is personal"
        assert max(Counter(named).values()) == 1, table


def test_the_rows_of_the_code_are_the_tables(pg: psycopg.Connection[Any]) -> None:
    stored = columns(pg)
    for table in metadata.sorted_tables:
        assert {column.name for column in table.columns} == stored[table.name], table.name


def test_everything_personal_of_a_report_is_erased() -> None:
    page = told()
    for table, statement in [("report_private", erasing.PRIVATE), ("reports", erasing.REPORT)]:
        personal, standing_for, _ = page[table]
        changed = set(re.findall(r"\b(\w+) = ", statement))
        assert set(personal) <= changed, table
        assert set(standing_for) - {"assignee_id", "content_digest"} <= changed, table


def test_the_page_shows_the_default_periods() -> None:
    for name, value in asdict(Retention()).items():
        assert re.search(rf"^    {name} = {value}\b", PAGE, re.MULTILINE), name
    assert f"# {BOUNDS['traces_months'][0]} at least" in PAGE


def test_the_page_names_only_addresses_and_files_that_exist() -> None:
    listed = (CHECKOUT / "docs" / "api.md").read_text(encoding="utf-8")
    for address in re.findall(r"`((?:GET|POST|DELETE) /api/[^`]+)`", PAGE):
        assert f"`{address}`" in listed, address
    for file in re.findall(r"`((?:layers|docs)/[^`]+)`", PAGE):
        assert (CHECKOUT / file).is_file(), file
