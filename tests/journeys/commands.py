"""Running commands as a person does, in this process."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from api.cli.app import main


@dataclass(frozen=True, slots=True)
class Told:
    """How a command ended: its exit code and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs command lines on one database."""

    capsys: pytest.CaptureFixture[str]

    def run(self, *words: object) -> Told:
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        told = self.capsys.readouterr()
        return Told(int(end.value.code or 0), told.out, told.err)

    def passes(self, *words: object) -> Told:
        """Run a command that must succeed."""
        told = self.run(*words)
        assert told.code == 0, told.err
        return told
