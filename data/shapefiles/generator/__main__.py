"""Builds the demo district's files.

Usage, from the checkout: ``.venv/bin/python data/shapefiles/generator [--to FOLDER] [--keep-grids]``
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(_FOLDER.parents[2]))  # the numbering rule is the project's own

from build import build  # noqa: E402 - needs the path above


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(prog="data/shapefiles/generator", description="Build the demo district's files.")
    parser.add_argument("--to", type=Path, default=_FOLDER.parent, help="folder to write to (default: %(default)s)")
    parser.add_argument(
        "--keep-grids", action="store_true", help="take the grids' polygons from the committed grids.shp: much faster"
    )
    given = parser.parse_args()
    start = time.monotonic()
    build(given.to, kept=_FOLDER.parent if given.keep_grids else None, say=lambda step: _say(step, start))
    _say(f"written to {given.to}", start)


def _say(step: str, start: float) -> None:
    print(f"{time.monotonic() - start:6.1f} s  {step}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
