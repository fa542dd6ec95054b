"""`./wangge test` and `./wangge check`: everything that must hold before a change is taken."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import typer

from api.cli.advisories import NOT_AUDITED
from api.settings import CHECKOUT

PYTHON = (sys.executable, "-m")
CHECKS: dict[str, tuple[str, ...]] = {
    "shell syntax": ("bash", "-n", "wangge", ".ci/run"),
    "ruff": (*PYTHON, "ruff", "check", "."),
    "ruff format": (*PYTHON, "ruff", "format", "--check", "."),
    "imports": (sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"),
    "rules": (*PYTHON, "pytest", "tests/rules"),
    "mypy": (*PYTHON, "mypy"),
    "bandit": (*PYTHON, "bandit", "-q", "-r", "api", "geo", "layers", "maps", "-c", "pyproject.toml"),
    "advisories": (*PYTHON, "api.cli.advisories"),
}


def test(context: typer.Context) -> None:
    """Run every test: pytest (the browser's too) and `node --test`. Further arguments go to pytest alone.

    Paths are relative to the checkout: `./wangge test tests/geo -k datum`.
    """
    failed = run_to_end((*PYTHON, "pytest", "-n", "2", *context.args)) != 0
    scripts = [] if context.args else _scripts()
    if scripts:
        failed = run_to_end(("node", "--test", *scripts)) != 0 or failed
    raise typer.Exit(int(failed))


def check() -> None:
    """Run every check, each with its time; what a failing one printed follows its line."""
    failed = [name for name, command in CHECKS.items() if not _passes(name, command)]
    if failed:
        typer.echo(f"failed: {', '.join(failed)}", err=True)
    raise typer.Exit(bool(failed))


def run_to_end(command: tuple[str, ...]) -> int:
    """Run a command in the checkout; on Ctrl-C, which it receives too, wait until it has cleaned up."""
    typer.echo(f"==> {' '.join(Path(part).name if part == sys.executable else part for part in command)}", err=True)
    with subprocess.Popen(command, cwd=CHECKOUT) as process:  # noqa: S603 - commands listed here # nosec B603
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            raise


def _passes(name: str, command: tuple[str, ...]) -> bool:
    began_s = time.monotonic()
    done = subprocess.run(  # noqa: S603 - commands listed here # nosec B603
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    passed = done.returncode == 0
    told = f" {done.stdout.strip()}" if passed and done.stdout.startswith(NOT_AUDITED) else ""
    typer.echo(f"{'ok    ' if passed else 'FAILED'} {name} ({time.monotonic() - began_s:.1f} s){told}")
    if not passed:
        typer.echo(done.stdout)
    return passed


def _scripts() -> list[str]:
    """Named one by one: what `node --test FOLDER` means differs between node's versions."""
    return [str(path.relative_to(CHECKOUT)) for path in sorted((CHECKOUT / "tests" / "js").rglob("*.test.*js"))]
