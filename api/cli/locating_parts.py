"""A long job in parts: each is written whole, so that an interrupted run goes on where it was and ends the same.

OUT.parts/job.json              what is being done, of which table, against which polygons
OUT.parts/00000.20000.19874.3   a part: its number, its rows, how many were located, how many cannot be read
OUT                             all parts in one, once every one is there
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from api.cli.locating_rows import Answered
from layers.refusals import Refusal
from layers.write.targets import check_target

CSV, GZIP, PARQUET, GEOPACKAGE = ".csv", ".csv.gz", ".parquet", ".gpkg"
OUTPUTS = (CSV, GZIP, PARQUET, GEOPACKAGE)
#: These know types; their parts are Parquet.
TYPED = (PARQUET, GEOPACKAGE)
JOB = "job.json"
_UNFINISHED = ".unfinished"


class UnknownOutput(Refusal):
    """The output's name ends in no format that is written here."""


class Part(NamedTuple):
    """A part that is written: its number, how many rows it has, how many were located, how many cannot be read."""

    number: int
    rows: int
    located: int
    unread: int


@dataclass(frozen=True, slots=True)
class Output:
    """Where a table goes, and what its columns are; `schema` types them where the format knows types."""

    path: Path
    columns: Sequence[str]
    schema: Any

    @property
    def ending(self) -> str:
        """The format, as the output's name says it."""
        return output_ending(self.path)

    @property
    def folder(self) -> Path:
        """Where the parts lie until all are there."""
        return self.path.with_name(f"{self.path.name}.parts")

    def begin(self, job: Mapping[str, Any]) -> list[Part]:
        """The parts that an interrupted run of the same job has left, from the first on without a gap.

        Parts of another job are cleared away.
        """
        said = json.dumps(job, sort_keys=True)
        told = self.folder / JOB
        if not told.is_file() or told.read_text(encoding="utf-8") != said:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            told.write_text(said, encoding="utf-8")
        parts = self._parts()
        return [part for number, part in enumerate(parts) if part.number == number]

    def write(self, part: Part, answered: Answered) -> None:
        """Write a part; it has its name only once it is whole."""
        unfinished = self.folder / _UNFINISHED
        if self.ending in TYPED:
            from api.cli.locating_arrow import write_part

            write_part(unfinished, answered.rows, answered.points, self.schema)
        else:
            text = _csv_text(self.columns, answered.rows)
            unfinished.write_bytes(_packed(text) if self.ending == GZIP else text)
        unfinished.replace(self.folder / _part_name(part))

    def join(self) -> None:
        """All parts in one file under the output's name; the folder of parts goes."""
        unfinished = self.folder / _UNFINISHED
        files = [self.folder / _part_name(part) for part in self._parts()]
        if self.ending in TYPED:
            self._join_typed(unfinished, files)
        else:
            header = "\ufeff".encode() + _csv_text(self.columns, [dict(zip(self.columns, self.columns, strict=True))])
            with unfinished.open("wb") as target:
                target.write(_packed(header) if self.ending == GZIP else header)
                for file in files:
                    with file.open("rb") as source:
                        shutil.copyfileobj(source, target)
        unfinished.replace(self.path)
        shutil.rmtree(self.folder)

    def _parts(self) -> list[Part]:
        names = (one.name.split(".") for one in self.folder.iterdir() if one.name[0].isdigit())
        return sorted(Part(*map(int, name)) for name in names)

    def _join_typed(self, file: Path, parts: Sequence[Path]) -> None:
        from api.cli.locating_arrow import join_geopackage, join_parquet

        if self.ending == PARQUET:
            join_parquet(parts, file, self.schema)
            return
        # GDAL looks at the ending.
        named = file.with_name(_UNFINISHED + GEOPACKAGE)
        join_geopackage(parts, named, self.schema, layer=self.path.stem)
        named.replace(file)


def output_ending(path: Path) -> str:
    """The format that a file's name ends in.

    Raises:
        UnknownOutput: it is none that is written here.
    """
    ending = next((one for one in OUTPUTS if path.name.lower().endswith(one)), None)
    if ending is None:
        raise UnknownOutput(
            f"{path.name} ends in no format that is written here.",
            field="output",
            value=str(path),
            remedy=f"End it in one of: {', '.join(OUTPUTS)}.",
        )
    return ending


def check_output(path: Path) -> None:
    """Refuse, before anything is done, a file that cannot be written.

    Raises:
        UnknownOutput: its name ends in no format that is written here.
        UnwritableTarget: it cannot be made or replaced where it should lie.
    """
    output_ending(path)
    check_target(path)


def _part_name(part: Part) -> str:
    return f"{part.number:05d}.{part.rows}.{part.located}.{part.unread}"


def _csv_text(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.DictWriter(text, columns, extrasaction="ignore").writerows(rows)
    return text.getvalue().encode()


def _packed(text: bytes) -> bytes:
    """Compressed without the time, so that the same rows are the same bytes."""
    return gzip.compress(text, mtime=0)
