"""Rows of a table: what is filed, and what is refused by field, value and remedy."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from geo.positions import Datum, LonLat
from layers.reports.records import AtAddress, AtPlace, AtPosition, InArea, NoSubject
from layers.reports.rows import BadMap, BadRow, ColumnMap, RowReader, read_map

HEADER = ["id", "what", "x", "y", "street", "opened"]
PARTS = ["kind=what", "lon=x", "lat=y", "address=street", "occurred_at=opened", "external_ref=id"]


def reader(parts: list[str] = PARTS, header: list[str] = HEADER) -> RowReader:
    return RowReader(
        mapped=read_map(parts, header),
        zone=ZoneInfo("America/New_York"),
        source="import",
        sender="file:test",
        datum=Datum.WGS84,
        key_prefix="test",
    )


def row(**given: str) -> dict[str, str]:
    return {"id": "7", "what": "Graffiti", "x": "-71.06", "y": "42.36", "street": "", "opened": ""} | given


def test_a_row_becomes_a_report() -> None:
    filing = reader().read(row(opened="2011-07-01 01:32:33", street="39 Lorraine St"), 12)
    assert filing.subject == AtPosition(LonLat(-71.06, 42.36), Datum.WGS84, None)
    assert (filing.kind, filing.external_ref, filing.address) == ("Graffiti", "7", "39 Lorraine St")
    assert filing.client_key == "test:12"
    assert filing.occurred_at == datetime(2011, 7, 1, 5, 32, 33, tzinfo=UTC)


def test_without_a_position_the_address_counts_and_zeros_are_no_position() -> None:
    assert reader().read(row(x="", y="", street="5 Elm St"), 1).subject == AtAddress("5 Elm St")
    assert reader().read(row(x="0", y="0", street="5 Elm St"), 1).subject == AtAddress("5 Elm St")


def test_a_table_without_places_files_matters_without_one() -> None:
    assert reader(["kind=what"]).read(row(), 1).subject == NoSubject()


def test_areas_and_places_by_constant_or_column() -> None:
    assert reader(["kind:=general", "place=id"]).read(row(), 1).subject == AtPlace("7")
    assert reader(["kind:=general", "level:=ward", "area=id"]).read(row(), 1).subject == InArea("ward", "7")


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        ({"x": "east"}, "lon", "east"),
        ({"x": "inf"}, "lon", "inf"),
        ({"x": "875854.9", "y": "998434.9"}, "lon", "875855, 998435"),
        ({"opened": "last week"}, "occurred_at", "last week"),
        ({"what": " "}, "kind", None),
        ({"x": "nan", "y": "", "street": "-"}, "lon", None),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(given: dict[str, str], field: str, value: str | None) -> None:
    with pytest.raises(BadRow) as refused:
        reader().read(row(**given), 1)
    assert (refused.value.field, refused.value.value) == (field, value)
    assert refused.value.remedy


def test_the_tables_own_coordinates_are_brought_to_degrees() -> None:
    own = RowReader(
        mapped=ColumnMap({"lon": "x", "lat": "y"}, {"kind": "general"}),
        zone=ZoneInfo("UTC"),
        source="import",
        sender="file:test",
        datum=Datum.WGS84,
        key_prefix="t",
        place_on_earth=lambda x, y: LonLat(x / 1000, y / 1000),
    )
    subject = own.read({"x": "100000", "y": "40000"}, 1).subject
    assert isinstance(subject, AtPosition)
    assert subject.given == LonLat(100, 40)


@pytest.mark.parametrize("part", ["lon", "colour=x", "lon=z"])
def test_a_map_names_fields_and_columns_that_exist(part: str) -> None:
    with pytest.raises(BadMap) as refused:
        read_map(["kind=what", part], HEADER)
    assert refused.value.value == part


def test_a_map_must_say_the_kind() -> None:
    with pytest.raises(BadMap, match="kind"):
        read_map(["lon=x", "lat=y"], HEADER)
