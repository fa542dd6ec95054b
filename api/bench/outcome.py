"""What every bench hands back: rows to read, judged ratios, and how many answers differed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Rate:
    """One method: its rate, and that rate's ratio to the method named `to`."""

    method: str
    rate: float
    unit: str
    ratio: float | None = None
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A whole bench. `judged` holds ratios and the few absolute figures that have a bound."""

    bench: str
    rows: tuple[Rate, ...]
    judged: Mapping[str, float]
    differences: int

    def as_json(self) -> dict[str, object]:
        """The one object that `--json` prints."""
        return {
            "bench": self.bench,
            "rows": [asdict(row) for row in self.rows],
            "judged": {name: float(f"{value:.4g}") for name, value in self.judged.items()},
            "differences": self.differences,
        }

    def as_table(self) -> Table:
        """The same for a reader."""
        table = Table(title=f"bench {self.bench}", caption=_caption(self), caption_justify="left")
        for name in ("method", "rate", "unit", "ratio", "to"):
            table.add_column(name, justify="right" if name in {"rate", "ratio"} else "left")
        for row in self.rows:
            ratio = "" if row.ratio is None else f"{row.ratio:.3g}"
            table.add_row(row.method, _shown(row.rate), row.unit, ratio, row.to or "")
        return table


def _shown(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 1000 else f"{rate:.3g}"


def _caption(outcome: Outcome) -> str:
    judged = "\n".join(f"{name}  {value:.4g}" for name, value in outcome.judged.items())
    return f"{judged}\ndifferences  {outcome.differences}"
