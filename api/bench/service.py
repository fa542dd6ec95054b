"""The service as a process of its own, on a scratch database, for as long as a bench lasts."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from api.serving import usual_processes
from api.settings import CHECKOUT, environment_without
from layers.refusals import Refusal

READY_S = 60.0
STOP_S = 30


class BenchFailed(Refusal):
    """Something answered otherwise than a bench can go on with."""


@contextmanager
def serving(url: str, var: Path, *, processes: int | None = None) -> Iterator[int]:
    """Run `wangge serve` as an operator gets it, but for `processes`, and yield its port.

    Raises:
        BenchFailed: it does not come up.
    """
    port = free_port()
    environment = environment_without(
        "WANGGE_",
        DATABASE_URL=url,
        WANGGE_VAR=str(var),
        WANGGE_PORT=str(port),
        WANGGE_LOG_LEVEL="warning",
        PYTHONPATH=str(CHECKOUT),
    )
    command = [sys.executable, "-P", "-m", "api.cli", "serve", *(["--workers", str(processes)] if processes else [])]
    with (var / "bench-service.log").open("w") as log:
        service = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603 - this program # nosec B603
    try:
        _wait_until_ready(service, port, processes or usual_processes())
        yield port
    finally:
        service.terminate()
        service.wait(STOP_S)


def _wait_until_ready(service: subprocess.Popen[bytes], port: int, processes: int) -> None:
    """Ready several times in a row on new connections: each server process answers for itself."""
    deadline = time.monotonic() + READY_S
    in_a_row = 0
    while in_a_row < 8 * processes:
        if time.monotonic() > deadline or service.poll() is not None:
            raise BenchFailed("The service did not become ready.", remedy="Read bench-service.log in WANGGE_VAR.")
        in_a_row = in_a_row + 1 if ready(port) else 0
        time.sleep(0.01 if in_a_row else 0.2)


def ready(port: int) -> bool:
    """Whether the service at a port says it is ready."""
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
