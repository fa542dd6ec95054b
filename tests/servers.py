"""The real service as its own process: started the way a newcomer starts it, on a free port, stopped by its pid."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
READY_TIMEOUT_S = 60
STOP_TIMEOUT_S = 15


#: Tests ask faster than people do; those of the limits set their own.
NO_LIMITS = {
    f"WANGGE_LIMIT_{name}": "10000000"
    for name in ("SIGN_IN", "LOGIN", "REGISTRATION", "FILING", "UPLOAD", "ACCOUNT", "MACHINE", "ADDRESS", "GUESS")
}


#: Ready says one process for itself alone.
ONE_PROCESS = ("serve", "--workers", "1")


@pytest.fixture
def service_url(db_url: str, tmp_path: Path) -> Iterator[str]:
    """Base URL of a running service on a database of its own, `db_url`."""
    with serving(db_url, var=tmp_path) as url:
        yield url


@contextmanager
def serving(
    database_url: str, *, var: Path, command: tuple[str, ...] = ONE_PROCESS, settings: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Run `wangge serve` on `database_url` and yield its base URL once /readyz says yes; `var` takes its log."""
    port = free_port()
    log = var / f"service-{port}.log"
    environment = {
        **os.environ,
        **NO_LIMITS,
        "DATABASE_URL": database_url,
        "WANGGE_VAR": str(var),
        "WANGGE_PORT": str(port),
        "PYTHONPATH": str(CHECKOUT),
        **(settings or {}),
    }
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "api.cli", *command], env=environment, stdout=output, stderr=output, cwd=var
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(process, f"{url}/readyz", log)
        yield url
    finally:
        _stop(process)


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the service ended with code {process.returncode}:\n{_end_of(log)}")
        try:
            if httpx.get(url, timeout=2, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    pytest.fail(f"the service was not ready after {READY_TIMEOUT_S} s:\n{_end_of(log)}")


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text().splitlines()[-30:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
