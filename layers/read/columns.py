"""The column map: which column of a table holds what, proposed from the names and confirmed by a person."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from layers.read.fields import KNOWN, choose_field, require_field
from layers.read.refusals import FieldNeeded
from layers.read.rows import RefusedRow
from layers.refusals import Refusal


class UnconfirmedColumns(Refusal):
    """Columns were only proposed: whether they hold what their names promise, a person says."""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The column of each field that has one; `proposed` are the fields whose column only its name suggests.

    `unused` are the columns that hold none of the fields.
    """

    columns: Mapping[str, str]
    proposed: tuple[str, ...]
    unused: tuple[str, ...]

    @property
    def option(self) -> str:
        """The map as a person types it; a pair that holds a comma is quoted, as in CSV."""
        typed = io.StringIO()
        pairs = [f"{name}={column}" for name, column in self.columns.items() if name != column]
        csv.writer(typed, lineterminator="").writerow(pairs)
        return typed.getvalue()


def map_columns(
    present: Iterable[str],
    *,
    needed: Sequence[str],
    optional: Sequence[str],
    given: Mapping[str, str],
    names: Mapping[str, Sequence[str]] = KNOWN,
) -> ColumnMap:
    """The columns of `needed` and `optional` fields: as `given`, else called like the field, else by a known name.

    `names` are the known ones by field, in small letters.

    Raises:
        FieldNeeded: a needed field has no column, several could be meant, or `given` names what is not there.
    """
    header = [name for name in present if name]
    wanted = (*needed, *optional)
    unknown = [name for name in given if name not in wanted]
    if unknown:
        raise FieldNeeded(
            f"There is no field {unknown[0]!r} here.",
            field="map",
            value=unknown[0],
            remedy=f"Map these: {', '.join(wanted)}.",
        )
    columns: dict[str, str] = {}
    proposed = []
    for name in wanted:
        if name in header and name not in given:
            columns[name] = name
            continue
        find = require_field if name in needed else choose_field
        left = [one for one in header if one not in columns.values()]
        column = find(left, name, given.get(name), names=names)
        if column is not None:
            columns[name] = column
            proposed += [] if name in given else [name]
    unused = tuple(name for name in header if name not in columns.values())
    return ColumnMap(columns, tuple(proposed), unused)


def named_as_fields(rows: Iterable[Mapping[str, str]], columns: ColumnMap) -> Iterable[dict[str, str]]:
    """The rows with each mapped column under its field's name as well."""
    for row in rows:
        yield {**row, **{name: row[column] for name, column in columns.columns.items()}}


def named_as_given(refused: Iterable[RefusedRow], header: Sequence[str]) -> list[RefusedRow]:
    """Refused rows with the table's own columns, to be mended and imported with the same map."""
    return [
        RefusedRow(one.number, one.reason, {name: cell for name, cell in one.cells.items() if name in header})
        for one in refused
    ]
