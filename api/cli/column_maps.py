"""Column maps on the command line: typed as FIELD=COLUMN, shown as a proposal, confirmed by typing it."""

from __future__ import annotations

import csv
import shlex
from collections.abc import Mapping, Sequence

import typer

from api.cli.tables import print_table
from layers.read.columns import ColumnMap, UnconfirmedColumns
from layers.refusals import Refusal

OPTION, COMMIT = "--map", "--commit"
PROGRAM = "./wangge"


class BadOption(Refusal):
    """An option is not written as it should be."""


def read_pairs(given: Sequence[str], option: str, written: str) -> dict[str, str]:
    """What is named for single fields or areas, written NAME=VALUE, several by commas or by repetition.

    A pair that holds a comma or begins with a quotation mark is quoted whole, as in CSV: "NAME=VALUE, MORE".

    Raises:
        BadOption: something else is written; `written` says how it should be.
    """
    try:
        rows = list(csv.reader(given, skipinitialspace=True, strict=True))
    except csv.Error as error:
        raise BadOption(
            f"The quotation marks of {option} do not match.",
            field=option,
            value=" ".join(given),
            remedy=f"Write {option} {written}; quote a pair whole, and double a mark inside it.",
        ) from error
    pairs = [piece.partition("=") for row in rows for piece in row if piece.strip()]
    for name, sign, value in pairs:
        if not (name.strip() and sign and value.strip()):
            raise BadOption(
                f"{option} is {name + sign + value!r}.", field=option, value=name, remedy=f"Write {option} {written}."
            )
    return {name.strip(): value.strip() for name, _, value in pairs}


def show_columns(columns: ColumnMap, sample: Sequence[Mapping[str, str]]) -> None:
    """Print which column holds what, with the first value of each, and how it was found."""
    if not columns.option:
        return
    rows = [
        (name, column, _first(sample, column), "proposed" if name in columns.proposed else "")
        for name, column in columns.columns.items()
    ]
    print_table("Columns", ["field", "column", "first value", ""], rows)
    if columns.unused:
        typer.echo(f"Columns without a field: {', '.join(columns.unused)}.")


def confirm(columns: ColumnMap, typed: Sequence[str], *, commit: bool) -> None:
    """Say what to type when columns are only proposed; refuse to store on a proposal. `typed` is the command line.

    Raises:
        UnconfirmedColumns: something would be stored, and nobody has said that the columns are right.
    """
    if not columns.proposed:
        return
    command = shlex.join([PROGRAM, *typed, OPTION, columns.option, COMMIT])
    if commit:
        raise UnconfirmedColumns(
            f"The columns of {', '.join(columns.proposed)} are only proposed, by their names.",
            field="map",
            value=columns.option,
            remedy=f"Confirm them: {command}",
        )
    typer.echo(f"When these columns are right, type: {command}")


def typed_words(context: typer.Context) -> tuple[str, ...]:
    """The words of a command line, as its options are understood; without the map and --commit."""
    words = [str(context.info_name)]
    for parameter in context.command.params:
        value, option = context.params.get(str(parameter.name)), parameter.opts[0]
        if value is None or value is False or value == [] or option in {OPTION, COMMIT}:
            continue
        for one in value if isinstance(value, list | tuple) else [value]:
            words += [str(one)] if parameter.param_type_name == "argument" else [option, *_value(one)]
    return tuple(words)


def _value(one: object) -> list[str]:
    return [] if one is True else [str(one)]


def _first(sample: Sequence[Mapping[str, str]], column: str) -> str:
    return next((row[column] for row in sample if row[column]), "")[:40]
