"""Starting and stopping: what stands in the way is one sentence, and a stop is a clean one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psycopg
import pytest

from api.cluster_database import url_of
from api.serving import PortTaken, SchemaBehind, listen, require_current, usual_processes
from tests.servers import CHECKOUT, free_port, serving


def test_a_taken_port_is_named_with_the_remedy() -> None:
    with listen("127.0.0.1", 0) as first, pytest.raises(PortTaken, match="--port") as refused:
        listen("127.0.0.1", first.getsockname()[1])
    assert refused.value.field == "port"


def test_a_port_is_free_again_right_after_a_stop() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            first.accept()[0].close()
    listen("127.0.0.1", port).close()


def test_a_database_that_is_behind_names_the_command(admin: psycopg.Connection, server_url: str) -> None:
    name = f"wangge_test_{os.getpid()}_empty"
    admin.execute(f"create database {name}")
    try:
        with pytest.raises(SchemaBehind, match=r"\./wangge migrate"):
            require_current(url_of(server_url, name))
    finally:
        admin.execute(f"drop database {name}")


def test_a_migrated_database_is_current(db_url: str) -> None:
    require_current(db_url)


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_an_unreachable_database_ends_the_start_with_one_sentence(command: str, tmp_path: Path) -> None:
    port = free_port()
    started = run(command, f"postgresql://nobody:hidden@127.0.0.1:{port}/none", tmp_path)
    _, said = started.communicate(timeout=30)
    assert started.returncode == 1
    assert said.startswith(f"wangge: The database at 127.0.0.1:{port}/none cannot be used")
    assert "DATABASE_URL" in said
    assert "hidden" not in said
    assert said.count("\n") == 1


def run(command: str, database_url: str, var: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"DATABASE_URL": database_url, "WANGGE_VAR": str(var), "PYTHONPATH": str(CHECKOUT)}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "api.cli", command], env=environment, stderr=subprocess.PIPE, text=True, cwd=var
    )


def test_the_worker_ends_its_round_and_stops(toytown_url: str, tmp_path: Path) -> None:
    worker = run("worker", toytown_url, tmp_path)
    assert worker.stderr
    while "worker_started" not in worker.stderr.readline():
        assert worker.poll() is None
    time.sleep(0.3)
    worker.send_signal(signal.SIGTERM)
    _, said = worker.communicate(timeout=15)
    assert worker.returncode == 0
    assert "worker_stopped" in said
    assert "Traceback" not in said


def test_the_service_finishes_what_it_began_when_asked_to_stop(toytown_url: str, tmp_path: Path) -> None:
    with serving(toytown_url, var=tmp_path, command=("serve", "--workers", "2")) as url:
        assert httpx.get(f"{url}/api/v1/levels", trust_env=False).status_code == 200
    log = next(tmp_path.glob("service-*.log")).read_text()
    assert "Traceback" not in log
    assert "route=/api/v1/levels status=200" in log


@pytest.mark.parametrize(("processors", "processes"), [(1, 1), (2, 2), (3, 3), (64, 4)])
def test_as_many_processes_as_processors_and_no_more_than_four(
    monkeypatch: pytest.MonkeyPatch, processors: int, processes: int
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: processors)
    assert usual_processes() == processes
