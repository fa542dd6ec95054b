"""What is kept from others: unchanged, licensed, small, and nothing beside it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from maps.vendoring import CHECKOUT, TAKEN, VENDOR, vendor

ENTRIES = json.loads((VENDOR / "MANIFEST.json").read_text(encoding="utf-8"))


def test_every_file_has_its_hash_and_no_other_is_there() -> None:
    listed = {f"{entry['package']}/{name}": sha for entry in ENTRIES for name, sha in entry["sha256"].items()}
    found = {
        file.relative_to(VENDOR).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in VENDOR.rglob("*")
        if file.is_file() and file.name != "MANIFEST.json"
    }
    assert found == listed


def test_every_package_brings_version_and_licence() -> None:
    locked = json.loads((CHECKOUT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert {entry["package"] for entry in ENTRIES} == set(TAKEN)
    for entry in ENTRIES:
        assert entry["version"] == locked[f"node_modules/{entry['package']}"]["version"]
        assert entry["licence"]
        assert any("LICEN" in name for name in entry["sha256"])


def test_it_is_small_and_the_lock_names_no_host() -> None:
    assert sum(file.stat().st_size for file in VENDOR.rglob("*") if file.is_file()) < 1_500_000
    assert "http" not in (CHECKOUT / "package-lock.json").read_text(encoding="utf-8")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    package = tmp_path / "node_modules" / "leaflet"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"name": "leaflet", "version": "9.9.9", "license": "BSD"}')
    with pytest.raises(FileNotFoundError, match=r"leaflet 9\.9\.9 has no dist/leaflet\.js"):
        vendor(tmp_path / "node_modules", tmp_path / "vendor")
