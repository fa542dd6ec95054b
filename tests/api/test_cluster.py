"""The private cluster: made once, found again, repaired, and refused with a remedy where it cannot be."""

from __future__ import annotations

import os
import signal
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

import api.cluster
from api.cluster import Cluster
from api.cluster_programs import ClusterRefused, postgis_programs, reason_in


@pytest.fixture(scope="module")
def home(walkable: Path) -> Path:
    """A place with a space and Chinese letters in its path, which the cluster's user can walk to."""
    base = walkable / "集群 home"
    base.mkdir()
    return base / "postgres"


@pytest.fixture
def cluster(home: Path) -> Cluster:
    return Cluster(home, fast=True)


@pytest.fixture(scope="module", autouse=True)
def stopped_afterwards(home: Path) -> Iterator[None]:
    yield
    Cluster(home, fast=True).stop()


def test_nothing_is_written_before_the_start(cluster: Cluster, home: Path) -> None:
    assert not home.exists()
    assert not cluster.running()
    cluster.stop()
    assert not home.exists()


def test_two_starts_at_once_make_one_cluster(home: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: Cluster(home, fast=True).start(), range(2))
    assert first == second


def test_it_is_utf8_on_loopback_with_a_private_password(cluster: Cluster) -> None:
    with psycopg.connect(cluster.start()) as connection:
        shown = [connection.execute(f"SHOW {name}").fetchone() for name in SHOWN]
    assert [row[0] for row in shown if row] == ["UTF8", "127.0.0.1", "", "UTC", "off"]
    password = cluster.home / "password"
    assert stat.S_IMODE(password.stat().st_mode) == 0o600
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(cluster.url("postgres").replace(password.read_text().strip(), "wrong"))


SHOWN = ("server_encoding", "listen_addresses", "unix_socket_directories", "timezone", "jit")


def test_a_foreign_pg_environment_does_not_reach_its_programs(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c nonsense=1")
    cluster.start()
    environment = cluster._run("/usr/bin/env").stdout
    assert "LC_ALL=C.UTF-8" in environment
    assert "PGOPTIONS" not in environment


def test_stop_and_start_keep_what_was_stored(cluster: Cluster) -> None:
    with psycopg.connect(cluster.start(), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
    cluster.stop()
    assert not cluster.running()
    with pytest.raises(ClusterRefused, match=r"not running\. \./wangge cluster start"):
        cluster.url("postgres")
    with psycopg.connect(cluster.start()) as connection:
        assert connection.execute("SELECT to_regclass('kept')::text").fetchone() == ("kept",)


def test_a_killed_server_is_started_again(cluster: Cluster) -> None:
    cluster.start()
    os.kill(_pid(cluster), signal.SIGKILL)
    _wait_until_down(cluster)
    with psycopg.connect(cluster.start()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_pid_taken_by_another_process_is_no_server(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    (cluster.folder / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.folder}\n0\n5432\n\n127.0.0.1\n\nready\n")
    assert not cluster.running()
    cluster.start()
    assert cluster.running()


@pytest.mark.parametrize(
    ("stat", "stands_in", "works"),
    [
        ("42 (postgres) S 1 42", "pgdata", True),
        ("42 (postgres) Z 1 42", "pgdata", False),
        ("42 (postgres) S 1 42", "elsewhere", False),
        ("42 (tmux: (a b)) S 1 42", "pgdata", False),
    ],
)
def test_a_process_is_believed_by_its_state_name_and_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stat: str, stands_in: str, works: bool
) -> None:
    monkeypatch.setattr(api.cluster, "PROC", tmp_path)
    (tmp_path / "42").mkdir()
    (tmp_path / "42" / "stat").write_text(stat)
    (tmp_path / "42" / "cwd").symlink_to(tmp_path / stands_in)
    assert api.cluster._works_in(42, tmp_path / "pgdata") is works
    assert not api.cluster._works_in(43, tmp_path / "pgdata")


def test_in_a_container_that_forbids_to_look_a_living_server_is_believed(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(_: Path) -> Path:
        raise PermissionError

    cluster.start()
    monkeypatch.setattr(Path, "readlink", forbidden)
    assert cluster.running()


def test_half_an_initialisation_is_made_anew(cluster: Cluster, home: Path) -> None:
    half = Cluster(home.with_name("half"), fast=True)
    half_made = half.home / "pgdata.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("15\n")
    try:
        half.start()
        assert half.running()
        assert not half_made.exists()
    finally:
        half.stop()


def test_data_of_another_major_version_is_refused_and_kept(home: Path) -> None:
    other = home.with_name("other")
    (other / "pgdata").mkdir(parents=True)
    (other / "pgdata" / "PG_VERSION").write_text("9\n")
    with pytest.raises(ClusterRefused, match=r"PostgreSQL 9; this machine has \d+.* Install postgresql-9-postgis-3"):
        Cluster(other).start()
    assert (other / "pgdata" / "PG_VERSION").read_text() == "9\n"


def test_no_postgis_on_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.cluster_programs.VERSIONED", tmp_path)
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(ClusterRefused, match=r"not installed. As root: apt-get install .*postgresql-postgis"):
        postgis_programs(tmp_path / "pgdata")


def test_too_little_space_is_said_before_anything_is_made(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.cluster, "SPACE_NEEDED_BYTES", 10**18)
    tight = Cluster(home.with_name("tight"))
    with pytest.raises(ClusterRefused, match=r"MB are free .* WANGGE_VAR"):
        tight.start()
    assert not tight.folder.exists()


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("initdb: error: could not write: No space left on device", "initdb failed: the disk is full."),
        ("LOG: x\nFATAL:  could not open file\nLOG: y", "initdb failed: could not open file."),
        ("pg_ctl: cannot be run", "initdb failed: pg_ctl: cannot be run."),
        ("", "initdb failed: it gave no reason."),
    ],
)
def test_what_a_program_printed_becomes_a_sentence(output: str, sentence: str, tmp_path: Path) -> None:
    assert reason_in("initdb failed", output, tmp_path / "server.log")[0] == sentence


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the cluster as another user")
def test_as_root_it_goes_where_its_user_can_walk(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    hidden = Cluster(private / "var" / "postgres")
    assert hidden.home.parent != private / "var"
    assert hidden.home == Cluster(private / "var" / "postgres").home
    assert hidden.home != Cluster(private / "var" / "other").home
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


def _pid(cluster: Cluster) -> int:
    return int((cluster.folder / "postmaster.pid").read_text().splitlines()[0])


def _wait_until_down(cluster: Cluster) -> None:
    for _ in range(500):
        if not cluster.running():
            return
        time.sleep(0.01)
    pytest.fail("the killed server still counts as running")
