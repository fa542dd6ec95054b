"""A private PostgreSQL cluster with PostGIS in a folder of the project, for root and for a normal user alike.

PostgreSQL refuses to run as root, so as root its programs run as the owner of the folder (`postgres` when it is new).
The cluster listens on 127.0.0.1 at a free port: socket paths break over 107 bytes.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from api.cluster_programs import ClusterRefused, postgis_programs, reason_in
from api.settings import environment_without

OWNER = "wangge"
SPACE_NEEDED_BYTES = 300_000_000
START_TIMEOUT_S = 60
PROC = Path("/proc")
LAUNCH_ATTEMPTS = 5
NEARBY = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "''", "timezone": "UTC", "jit": "off"}
#: One machine that also runs the service; fsync stays on.
DURABLE = {
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
}
#: For what can be thrown away: a crash may cost everything.
FAST = {
    "shared_buffers": "128MB",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


class Cluster:
    """The cluster that lives in `home`, or near `postgres`' home where that user cannot reach `home`.

    `home` itself may be any path; `fast` gives up durability (tests). Nothing is written before `start`.
    Every fault is a `ClusterRefused` with its remedy.
    """

    def __init__(self, home: Path, *, fast: bool = False) -> None:
        self.wanted = home.absolute()
        self.fast = fast
        self.user = _owner_of(self.wanted)
        self.home = self._reachable_home()
        self.folder = self.home / "pgdata"
        self.log = self.home / "server.log"

    def start(self) -> str:
        """Make the cluster if there is none, start it if it is down; the URL of its `postgres` database."""
        self._make_home()
        with self._locked():
            if not self.running():
                self._initialise_once()
                self._launch()
        return self.url("postgres")

    def stop(self) -> None:
        """Stop the server if it runs; connections are cut, nothing committed is lost."""
        if not self.home.exists():
            return
        with self._locked():
            if self.running():
                self._checked("pg_ctl", "-D", self.folder, "-m", "fast", "-w", "-s", "stop")

    def running(self) -> bool:
        """Whether a server works in this folder. A killed one can remain a zombie, or its number be taken again."""
        pid = self._postmaster_pid()
        return pid is not None and _works_in(pid, self.folder)

    def kill(self) -> None:
        """End the server at once, as a power cut would; what was committed is there when it starts again."""
        pid = self._postmaster_pid()
        if pid is None:
            return
        children = [int(one) for one in (PROC / f"{pid}/task/{pid}/children").read_text().split()]
        os.kill(pid, signal.SIGKILL)
        # They notice, and hold the memory it left until they have.
        until = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < until and any(_works_in(one, self.folder) for one in children):
            time.sleep(0.05)

    def url(self, database: str) -> str:
        """The URL of a database of the running cluster, password included."""
        if not self.running():
            raise ClusterRefused(
                f"The database cluster in {self.home} is not running.", remedy="./wangge cluster start"
            )
        port = self._pid_lines()[3].strip()
        password = quote((self.home / "password").read_text().strip(), safe="")
        return f"postgresql://{OWNER}:{password}@127.0.0.1:{port}/{database}"

    def _reachable_home(self) -> Path:
        """Decide where the cluster lives: where its data already is, else where its user can walk to."""
        fallback = self._fallback()
        if fallback is None or (self.wanted / "pgdata").exists():
            return self.wanted
        if (fallback / "pgdata").exists() or not self._walkable(self.wanted.parent):
            return fallback
        return self.wanted

    def _fallback(self) -> Path | None:
        if os.geteuid() != 0:
            return None
        name = hashlib.sha256(os.fsencode(self.wanted)).hexdigest()[:12]
        return Path(_postgres_user().pw_dir) / f"wangge-{name}"

    def _walkable(self, folder: Path) -> bool:
        """Ask the kernel as that user: the first existing parent decides, since we make the rest."""
        while not folder.exists():
            folder = folder.parent
        return self._run("/usr/bin/test", "-x", folder).returncode == 0

    def _make_home(self) -> None:
        self.home.parent.mkdir(parents=True, exist_ok=True)
        self.home.mkdir(mode=0o700, exist_ok=True)
        if self.user:
            os.chown(self.home, self.user.pw_uid, self.user.pw_gid)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            lock = (self.home / "lock").open("a")
        except PermissionError:
            owner = self.home.owner()
            raise ClusterRefused(f"{self.home} belongs to {owner}.", remedy=f"Run as {owner} or as root.") from None
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _initialise_once(self) -> None:
        """Make the data folder beside its place and move it there when whole, so that half of one is never taken."""
        if self.folder.exists():
            return
        _require_space(self.home)
        half_made = self.home / "pgdata.new"
        shutil.rmtree(half_made, ignore_errors=True)
        self._write_password()
        self._checked(
            *("initdb", "-D", half_made, "-E", "UTF8", "--locale=C.UTF-8", f"--username={OWNER}"),
            *("--auth=scram-sha-256", f"--pwfile={self.home / 'password'}", "--no-instructions"),
            *(["--no-sync"] if self.fast else []),
        )
        half_made.rename(self.folder)

    def _write_password(self) -> None:
        path = self.home / "password"
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24) + "\n")
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def _launch(self) -> None:
        """Start the server at a free port; another process may take that port first, so try again.

        After a crash it comes back at the port it had, where those who work with it look for it.
        """
        before = self._pid_lines()[3:4]
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        settings = NEARBY | (FAST if self.fast else DURABLE)
        for attempt in range(1, LAUNCH_ATTEMPTS + 1):
            port = before[0].strip() if before and attempt == 1 else _free_port()
            options = " ".join(f"-c {name}={value}" for name, value in (settings | {"port": port}).items())
            self.log.unlink(missing_ok=True)
            started = self._run(
                *(self._program("pg_ctl"), "-D", self.folder, "-l", self.log, "-w", "-t", START_TIMEOUT_S, "-s"),
                *("-o", options, "start"),
            )
            if started.returncode == 0:
                return
            if attempt == 4 or "could not bind" not in self._log_text():
                raise ClusterRefused(
                    *reason_in("PostgreSQL did not start", self._log_text() or started.stderr, self.log)
                )

    def _log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def _pid_lines(self) -> list[str]:
        try:
            return (self.folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _postmaster_pid(self) -> int | None:
        lines = self._pid_lines()
        ready = len(lines) > 7 and lines[7].strip() == "ready"
        return int(lines[0]) if ready and lines[0].strip().isdigit() else None

    def _program(self, name: str) -> Path:
        return postgis_programs(self.folder) / name

    def _checked(self, name: str, *arguments: object) -> None:
        done = self._run(self._program(name), *arguments)
        if done.returncode:
            raise ClusterRefused(*reason_in(f"{name} failed", done.stderr, self.log))

    def _run(self, *command: object) -> subprocess.CompletedProcess[str]:
        """Run a program as the cluster's user, without our PG… variables, away from a folder it may not enter."""
        return _run_as(self.user, [str(part) for part in command])


def _run_as(user: pwd.struct_passwd | None, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - fixed programs found by us; no shell # nosec B603
        command,
        cwd="/",
        env=environment_without("PG", LC_ALL="C.UTF-8"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
    )


def _works_in(pid: int, folder: Path) -> bool:
    """Whether process `pid` is a living postmaster that stands in `folder`, its data folder."""
    try:
        _, name, rest = re.split(r" \(|\) ", (PROC / str(pid) / "stat").read_text(), maxsplit=2)
        if name != "postgres" or rest[0] in "ZX":
            return False
        return (PROC / str(pid) / "cwd").readlink() == folder.resolve()
    except PermissionError:
        return True  # a container may forbid even root to look where another user's process stands
    except OSError:
        return False


def _owner_of(home: Path) -> pwd.struct_passwd | None:
    """Whom the programs run as: None for ourselves; as root the owner of the folder, else `postgres`."""
    if os.geteuid() != 0:
        return None
    owner = home.stat().st_uid if home.exists() else 0
    return pwd.getpwuid(owner) if owner else _postgres_user()


def _postgres_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise ClusterRefused(
            "As root the database must run as the user postgres, and there is none.",
            remedy="apt-get install --no-install-recommends postgresql-postgis",
        ) from None


def _require_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < SPACE_NEEDED_BYTES:
        raise ClusterRefused(
            f"Only {free // 1_000_000} MB are free at {folder}; a database needs {SPACE_NEEDED_BYTES // 1_000_000} MB.",
            remedy="Free some space, or set WANGGE_VAR to a folder on another disk.",
        )


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
