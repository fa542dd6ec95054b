"""Make-believe machines for the bootstrap: a checkout, and stand-ins for apt and pip that note their calls."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.servers import CHECKOUT

NOBODY = 65534
TOOLS = (
    *("bash", "basename", "cat", "chmod", "dirname", "env", "flock", "getent", "grep", "id", "install", "mkdir"),
    *("readlink", "rm", "sed", "sha256sum", "sleep", "tail", "tee", "touch"),
)
CALLED = '#!/usr/bin/env bash\nprintf "%s\\n" "${0##*/} $*" >>"$CALLS"\n'
PACKAGES = (
    *("python3", "python3-venv", "postgresql-postgis"),
    *("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-wqy-microhei"),
    *("chromium", "libatomic1", "nodejs"),
)
SUDO = CALLED + 'case "$1" in -*) ;; *) exec "$@" ;; esac\n'
DPKG_QUERY = CALLED + 'case "$*" in *Package*) cat "$STATUSES" ;; *) printf "${OTHERS:-installed}" ;; esac\n'
APT_GET = CALLED + 'case "$1" in install) [ -z "${APT_FAILS:-}" ] || { echo "$APT_FAILS"; exit 100; } ;; esac\n'
PYTHON3 = (
    CALLED
    + r"""
case "$*" in
    "-c import ensurepip"*) [ -z "${OLD_PYTHON:-}" ] ;;
    -V) echo "Python 3.9.2" ;;
    "-m venv --clear "*) rm -rf "$4"; mkdir -p "$4/bin"
        cat "$VENV_PYTHON" >"$4/bin/python"; chmod +x "$4/bin/python" ;;
esac
"""
)
VENV_PYTHON = (
    CALLED
    + r"""
here=${0%/*}
case "$*" in
    "-m pip config list") printf '%s' "${PIP_CONFIG:-}" ;;
    *requirements-uv.lock) [ -z "${NO_NETWORK:-}" ] || { echo "ERROR: no route"; exit 1; }
        cat "$UV" >"$here/uv"; chmod +x "$here/uv" ;;
    "-m pip install"*) [ -z "${NO_NETWORK:-}" ] || { echo "ERROR: no route"; exit 1; } ;;
    "-P -m api.cli"*) printf 'ran in %s with PYTHONPATH %s: %s\n' "$PWD" "$PYTHONPATH" "${*:4}" ;;
esac
"""
)
UV = (
    CALLED
    + 'env | grep -E "^(UV_|SSL_CERT_FILE|ALL_PROXY)" >>"$CALLS"\nsleep "${UV_TAKES_S:-0}"\n[ -z "${UV_FAILS:-}" ]\n'
)


@dataclass
class Machine:
    """A checkout at `home` on a machine that has the stand-ins in `tools` and nothing else."""

    home: Path
    tools: Path
    ordinary_user: bool = False

    def set_up(self) -> None:
        """Copy the bootstrap and its locks, link the plain tools, write the stand-ins."""
        self.home.mkdir(parents=True)
        self.tools.mkdir(parents=True)
        for name in ("wangge", "requirements.lock", "requirements-dev.lock", "requirements-uv.lock"):
            shutil.copy(CHECKOUT / name, self.home / name)
        for tool in TOOLS:
            (self.tools / tool).symlink_to(str(shutil.which(tool)))
        stand_ins = {"dpkg-query": DPKG_QUERY, "dpkg": CALLED, "apt-get": APT_GET, "python3": PYTHON3, "sudo": SUDO}
        for name, text in stand_ins.items():
            (self.tools / name).write_text(text)
            (self.tools / name).chmod(0o755)
        for name, text in {"venv-python": VENV_PYTHON, "uv": UV}.items():
            (self.tools.parent / name).write_text(text)
        self.packages()

    def packages(self, **others: str) -> None:
        """State what dpkg knows: all installed, but for `others` (names with _ for -)."""
        changed = {name.replace("_", "-"): status for name, status in others.items()}
        statuses = dict.fromkeys(PACKAGES, "installed") | changed
        text = "".join(f"{name} {status}\n" for name, status in statuses.items())
        (self.tools.parent / "statuses").write_text(text)

    def edit(self, old: str, new: str) -> None:
        """Change what the bootstrap says, such as a path it looks at."""
        script = self.home / "wangge"
        text = script.read_text()
        assert old in text
        script.write_text(text.replace(old, new))

    def start(self, *words: str, cwd: Path | None = None, **changes: str) -> subprocess.Popen[str]:
        """`wangge WORDS` with a bare environment and `changes` to it."""
        base = self.tools.parent
        dropped = self.ordinary_user and os.geteuid() == 0
        environment = {
            "PATH": str(self.tools),
            "CALLS": str(base / "calls"),
            "STATUSES": str(base / "statuses"),
            "VENV_PYTHON": str(base / "venv-python"),
            "UV": str(base / "uv"),
        }
        return subprocess.Popen(
            [self.home / "wangge", *words],
            cwd=cwd or self.home,
            env=environment | changes,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            user=NOBODY if dropped else None,
            group=NOBODY if dropped else None,
            extra_groups=[] if dropped else None,
        )

    def run(self, *words: str, cwd: Path | None = None, **changes: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of `wangge WORDS`."""
        process = self.start(*words, cwd=cwd, **changes)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def calls(self, *beginnings: str) -> list[str]:
        """What the stand-ins were called with, since the last question; only lines with one of `beginnings`."""
        path = self.tools.parent / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [line for line in lines if line.startswith(beginnings)]
