"""Known weaknesses of the packages we are built on, as far as somebody who knows them can be asked from here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from api.settings import CHECKOUT

LOCKS = ("requirements.lock", "requirements-dev.lock")
ASK_S = 25
#: What is told where nobody could be asked; `./wangge check` shows it beside a check that passed.
NOT_AUDITED = "not audited"


class Findings(NamedTuple):
    """`weak`: package, version and the names of its weaknesses; `unknown`: packages nobody could be asked about."""

    weak: list[str]
    unknown: list[str]
    asked: int

    @property
    def sentence(self) -> str:
        """What was found, in a line."""
        if self.weak:
            return f"known weaknesses: {'; '.join(self.weak)}"
        if self.unknown:
            return (
                f"{NOT_AUDITED}: the source of advisories knows nothing of {len(self.unknown)} of {self.asked} packages"
            )
        return f"{self.asked} packages, no known weakness"


def findings(dependencies: Iterable[Mapping[str, Any]]) -> Findings:
    """What a report of pip-audit (its `dependencies`) says."""
    every = {(one["name"], one.get("version")): one for one in dependencies}
    weak = [
        f"{one['name']} {one['version']} ({', '.join(found['id'] for found in one['vulns'])})"
        for one in every.values()
        if one.get("vulns")
    ]
    unknown = [one["name"] for one in every.values() if "skip_reason" in one]
    return Findings(sorted(weak), sorted(unknown), len(every))


def audit() -> Findings | None:
    """Ask about every package of the locks; None where the source of advisories does not answer."""
    dependencies = []
    for lock in LOCKS:
        told = _asked(lock)
        if told is None:
            return None
        dependencies += told
    return findings(dependencies)


def _asked(lock: str) -> list[dict[str, Any]] | None:
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--format", "json"]
    quiet = ["--progress-spinner", "off", "--timeout", "5", "--requirement", lock]
    try:
        done = subprocess.run(  # noqa: S603 - this program; no shell # nosec B603
            [*command, *quiet], cwd=CHECKOUT, capture_output=True, timeout=ASK_S, check=False
        )
        told: list[dict[str, Any]] = orjson.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, orjson.JSONDecodeError):
        return None
    return told


def main() -> int:
    """Say what was found; 1 where a package has a known weakness."""
    found = audit()
    sentence = f"{NOT_AUDITED}: the source of advisories does not answer" if found is None else found.sentence
    print(sentence)  # noqa: T201 - the check speaks
    return int(found is not None and bool(found.weak))


if __name__ == "__main__":
    sys.exit(main())
