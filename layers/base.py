"""What every table shares: one metadata with fixed constraint names, and the column types used more than once."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, DateTime, Identity, MetaData, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

from geo.crs import STORAGE_SRID

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All rows; they never leave `layers/` (records do)."""

    metadata = MetaData(naming_convention=NAMING)


def point_type() -> Geometry:
    """A position in the storage datum; the SRID is checked by the column."""
    return Geometry("POINT", srid=STORAGE_SRID, spatial_index=False)


def area_type() -> Geometry:
    """A polygon of an area: always multi, so that an island needs no second type."""
    return Geometry("MULTIPOLYGON", srid=STORAGE_SRID, spatial_index=False)


Id = Annotated[int, mapped_column(BigInteger, Identity(always=True), primary_key=True)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
#: Containment path such as '1.5.23.': compared byte by byte, so that everything below an area is one range.
Path = Annotated[str, mapped_column(Text(collation="C"))]
#: Starts at 1 and grows with every change of the row: the ETag.
RowVersion = Annotated[int, mapped_column(BigInteger, server_default=text("1"))]
Facts = Annotated[dict[str, Any], mapped_column(JSONB, server_default=text("'{}'::jsonb"))]
