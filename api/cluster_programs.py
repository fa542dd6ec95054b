"""Which PostgreSQL programs serve a data folder, and what their complaints mean."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from layers.refusals import Refusal

VERSIONED = Path("/usr/lib/postgresql")
SHARED = Path("/usr/share/postgresql")
PACKAGE = "apt-get install --no-install-recommends postgresql-postgis"


class ClusterRefused(Refusal):
    """The private cluster cannot be made, started or reached as it is."""

    def __init__(self, message: str, remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)


def postgis_programs(folder: Path) -> Path:
    """The folder of initdb and pg_ctl: of the version that made `folder`, else the newest with PostGIS."""
    found = _versions_with_postgis()
    made_by = version_of(folder)
    if made_by is None:
        if not found:
            raise ClusterRefused("PostgreSQL with PostGIS is not installed.", f"As root: {PACKAGE}")
        return found[max(found)]
    if made_by not in found:
        raise ClusterRefused(
            f"{folder} holds data of PostgreSQL {made_by}; this machine has {_listed(found)} with PostGIS.",
            f"Install postgresql-{made_by}-postgis-3, or move that folder away to start with an empty database.",
        )
    return found[made_by]


def version_of(folder: Path) -> int | None:
    """The major version that made a data folder; None where there is none."""
    try:
        return int((folder / "PG_VERSION").read_text())
    except (OSError, ValueError):
        return None


def reason_in(what: str, output: str, log: Path) -> tuple[str, str]:
    """A sentence and a remedy from what a PostgreSQL program printed."""
    if "No space left on device" in output:
        return f"{what}: the disk is full.", f"Free some space at {log.parent}, then run again."
    if "could not resize shared memory" in output or "could not create shared memory" in output:
        return f"{what}: the machine has too little shared memory.", "Give it at least 256 MB of /dev/shm."
    telling = re.findall(r"(?:FATAL|ERROR|error|PANIC):\s*(.+)", output)
    last = telling[-1] if telling else output.strip().rpartition("\n")[2]
    return f"{what}: {last or 'it gave no reason'}.", f"The whole story is in {log}."


def _listed(found: dict[int, Path]) -> str:
    return ", ".join(str(version) for version in sorted(found)) or "none"


def _versions_with_postgis() -> dict[int, Path]:
    """Major version → folder of its programs, for those that have PostGIS."""
    folders = {int(p.parts[-3]): p.parent for p in VERSIONED.glob("*/bin/initdb") if p.parts[-3].isdigit()}
    found = {v: p for v, p in folders.items() if (SHARED / str(v) / "extension/postgis.control").exists()}
    return found or _configured()


def _configured() -> dict[int, Path]:
    """The PostgreSQL that `pg_config` speaks of, where it is not laid out as on Debian."""
    program = shutil.which("pg_config")
    if program is None:
        return {}
    asked = subprocess.run(  # noqa: S603 - found in PATH, no input from outside # nosec B603
        [program, "--bindir", "--sharedir", "--version"], capture_output=True, text=True, check=False
    )
    if asked.returncode:
        return {}
    programs, shared, version = asked.stdout.splitlines()
    number = re.search(r"\d+", version)
    has_postgis = Path(shared, "extension/postgis.control").exists()
    return {int(number.group()): Path(programs)} if number and has_postgis else {}
