"""Copies what the pages need from others out of `node_modules` into `maps/static/vendor`.

    npm install --ignore-scripts --omit-lockfile-registry-resolved
    python -m maps.vendoring

The copies are committed with their versions, licences and SHA-256 (`MANIFEST.json`), so that neither node nor a network
is needed to run, test or deploy.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parent.parent
VENDOR = Path(__file__).parent / "static" / "vendor"

#: Package → the files taken from it; its licence file comes along.
TAKEN: dict[str, tuple[str, ...]] = {
    "leaflet": ("dist/leaflet.js", "dist/leaflet.css", "dist/images/*.png"),
}


def vendor(packages: Path, target: Path) -> list[dict[str, Any]]:
    """Replace `target` by fresh copies and their manifest; raises `FileNotFoundError` naming what is not there."""
    shutil.rmtree(target, ignore_errors=True)
    entries = [_copy(packages / name, target / name, patterns) for name, patterns in TAKEN.items()]
    (target / "MANIFEST.json").write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
    return entries


def _copy(source: Path, target: Path, patterns: tuple[str, ...]) -> dict[str, Any]:
    described = json.loads((source / "package.json").read_text(encoding="utf-8"))
    files = {}
    for pattern in (*patterns, "LICEN[CS]E*"):
        found = sorted(source.glob(pattern))
        if not found:
            raise FileNotFoundError(
                f"{source.name} {described['version']} has no {pattern}; mend TAKEN in this module."
            )
        for file in found:
            copy = target / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
            files[copy.relative_to(target).as_posix()] = hashlib.sha256(file.read_bytes()).hexdigest()
    return {
        "package": described["name"],
        "version": described["version"],
        "licence": described["license"],
        "sha256": files,
    }


if __name__ == "__main__":
    vendor(CHECKOUT / "node_modules", VENDOR)
