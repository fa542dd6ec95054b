"""`./wangge` before Python takes over: what it installs, repairs, says, and how little it costs when all is there."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import pytest

from tests.api.machines import Machine
from tests.servers import CHECKOUT

PINNED = re.compile(r"^[\w.-]+(?:\[[\w,-]+\])?==[^\s;]+", re.MULTILINE)


@pytest.fixture
def machine(walkable: Path) -> Machine:
    base = Path(tempfile.mkdtemp(dir=walkable))
    made = Machine(home=base / "my 网格 checkout", tools=base / "machine" / "bin")
    made.set_up()
    return made


@pytest.fixture
def ready(machine: Machine) -> Machine:
    """A machine on which the runtime set is complete."""
    assert machine.run("--help")[0] == 0
    machine.calls()
    return machine


@pytest.fixture
def ordinary(ready: Machine) -> Machine:
    """The same for a user who is not root."""
    for folder in (ready.tools.parent, ready.home, ready.home.parent):
        folder.chmod(0o777)
    for path in ready.home.rglob("*"):
        path.chmod(0o777)
    ready.ordinary_user = True
    return ready


def test_the_first_run_installs_and_hands_over(machine: Machine, tmp_path: Path) -> None:
    code, out, err = machine.run("import", "my file.shp", cwd=tmp_path)
    assert (code, out) == (0, f"ran in {tmp_path} with PYTHONPATH {machine.home}: import my file.shp\n")
    assert "Python packages: requirements.lock" in err
    installs = machine.calls("python -m pip install", "uv pip install")
    assert [("--require-hashes" in call, call.rpartition("/")[2]) for call in installs] == [
        (True, "requirements-uv.lock"),
        (True, "requirements.lock"),
    ]


def test_when_all_is_there_it_only_looks(ready: Machine) -> None:
    assert ready.run("--help")[0] == 0
    assert {call.split()[0] for call in ready.calls("")} == {"dpkg-query", "python"}


def test_it_can_be_called_from_anywhere_and_through_a_link(ready: Machine, tmp_path: Path) -> None:
    link = tmp_path / "wangge"
    link.symlink_to(ready.home / "wangge")
    elsewhere = Machine(home=tmp_path, tools=ready.tools)
    assert elsewhere.run("serve", cwd=Path("/"))[1] == f"ran in / with PYTHONPATH {ready.home}: serve\n"


def test_tests_need_more_and_leave_the_runtime_set_complete(ready: Machine) -> None:
    assert ready.run("test")[0] == 0
    calls = ready.calls("uv pip install", "python3 -m venv")
    assert len(calls) == 1
    assert calls[0].endswith("requirements-dev.lock")
    assert ready.run("serve")[2] == ""
    assert ready.run("check")[2] == ""


def test_the_development_lock_holds_the_runtime_lock() -> None:
    runtime, development = (
        set(PINNED.findall((CHECKOUT / name).read_text())) for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert len(runtime) > 50
    assert not runtime - development


def test_a_changed_lock_is_installed_into_the_same_environment(ready: Machine) -> None:
    with (ready.home / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    assert ready.run("serve")[0] == 0
    assert len(ready.calls("uv pip install", "python3 -m venv")) == 1


def test_an_interrupted_installation_is_made_anew(ready: Machine) -> None:
    (ready.home / ".venv" / "wangge.stamp").unlink()
    (ready.home / ".venv" / "half").touch()
    assert ready.run("serve")[0] == 0
    assert ready.calls("python3 -m venv --clear")
    assert not (ready.home / ".venv" / "half").exists()


def test_an_update_that_broke_off_is_made_anew(ready: Machine) -> None:
    with (ready.home / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    assert ready.run("serve", NO_NETWORK="1")[0] == 1
    ready.calls()
    assert ready.run("serve")[0] == 0
    assert ready.calls("python3 -m venv --clear")


def test_two_runs_at_once_install_once(machine: Machine) -> None:
    processes = [machine.start("serve", UV_TAKES_S="0.5") for _ in range(2)]
    told = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert len(machine.calls("uv pip install")) == 1
    assert "another run is installing; waiting for it" in "".join(told)


def test_uv_hears_what_pip_is_told(machine: Machine) -> None:
    config = (
        "global.index-url='https://global.example/simple'\n"
        "install.index-url='https://mirror.example/simple'\n"
        "global.extra-index-url='\\nhttps://one.example\\nhttps://two.example'\n"
        ":env:.cert='/certificates/ours.pem'\nglobal.find-links='/wheels'\n"
    )
    assert machine.run("serve", PIP_CONFIG=config)[0] == 0
    assert set(machine.calls("UV_", "SSL_")) >= {
        "UV_DEFAULT_INDEX=https://mirror.example/simple",
        "UV_INDEX=https://one.example https://two.example",
        "SSL_CERT_FILE=/certificates/ours.pem",
        "UV_FIND_LINKS=/wheels",
    }


def test_pip_steps_in_for_uv(machine: Machine) -> None:
    assert machine.run("serve", UV_FAILS="1")[0] == 0
    last = machine.calls("python -m pip install")[-1]
    assert last.endswith("--require-hashes -r " + str(machine.home / "requirements.lock"))


def test_without_a_network_one_sentence_and_the_next_run_repairs(machine: Machine) -> None:
    code, out, err = machine.run("serve", NO_NETWORK="1")
    assert (code, out) == (1, "")
    assert "wangge: the Python packages could not be installed (no network, or pip's index does not answer?)." in err
    assert "ERROR: no route" in err
    assert machine.run("serve")[0] == 0


def test_an_old_python_is_named(machine: Machine) -> None:
    machine.edit("/usr/bin/python3", "/none/python3")
    code, _, err = machine.run("serve", OLD_PYTHON="1")
    assert code == 1
    assert "needs Python 3.11 or newer with venv; python3 here is Python 3.9.2." in err


def test_missing_packages_are_installed_in_one_call(ready: Machine) -> None:
    ready.packages(postgresql_postgis="half-configured", libatomic1="not-installed")
    assert ready.run("test")[0] == 0
    calls = ready.calls("apt-get", "dpkg --")
    assert calls[0] == "dpkg --configure -a"
    assert calls[1].startswith("apt-get update")
    assert calls[2].startswith("apt-get install -y -qq --no-install-recommends")
    assert calls[2].endswith("DPkg::Lock::Timeout=300 postgresql-postgis libatomic1")


def test_a_first_postgresql_starts_no_idle_cluster_and_certificates_are_kept(ready: Machine, tmp_path: Path) -> None:
    ready.edit("/etc/postgresql-common", f"{tmp_path}/etc")
    ready.edit("bundle=/etc/ssl/certs/ca-certificates.crt", f"bundle={tmp_path}/bundle.crt")
    ready.edit("/usr/local/share/ca-certificates", f"{tmp_path}/local")
    (tmp_path / "bundle.crt").write_text("ours\n")
    ready.packages(postgresql_postgis="not-installed", libatomic1="not-installed")
    assert ready.run("test")[0] == 0
    assert not (tmp_path / "etc").exists()
    assert ready.run("test", OTHERS="not-installed")[0] == 0
    assert (tmp_path / "etc/createcluster.d/wangge.conf").read_text() == "create_main_cluster = false\n"
    assert (tmp_path / "local/trusted-before.crt").read_text() == "ours\n"


def test_an_apt_failure_says_the_line_to_run(ready: Machine) -> None:
    ready.packages(postgresql_postgis="unpacked")
    code, _, err = ready.run("serve", APT_FAILS="E: Unable to fetch some archives")
    assert code == 1
    assert "As root, run: apt-get update && apt-get install --no-install-recommends postgresql-postgis" in err
    assert "E: Unable to fetch some archives" in err


def test_a_full_disk_is_called_so(ready: Machine) -> None:
    ready.packages(postgresql_postgis="unpacked")
    _, _, err = ready.run("serve", APT_FAILS="E: write error - No space left on device")
    assert "The disk is full" in err


def test_no_root_and_no_sudo(ordinary: Machine) -> None:
    (ordinary.tools / "sudo").unlink()
    ordinary.packages(postgresql_postgis="unpacked")
    code, _, err = ordinary.run("serve")
    assert code == 1
    assert err.endswith(
        "wangge: packages are missing and there is no sudo. "
        "As root, run: apt-get install --no-install-recommends postgresql-postgis\n"
    )


def test_a_sudo_that_refuses(ordinary: Machine) -> None:
    (ordinary.tools / "sudo").write_text("#!/usr/bin/env bash\nexit 1\n")
    ordinary.packages(postgresql_postgis="unpacked")
    code, _, err = ordinary.run("serve")
    assert code == 1
    assert "sudo refused. As root, run: apt-get install --no-install-recommends postgresql-postgis" in err


def test_a_checkout_of_someone_else(ordinary: Machine) -> None:
    (ordinary.home / ".venv" / "wangge.stamp").unlink()
    (ordinary.home / "var").chmod(0o755)
    ordinary.home.chmod(0o755)
    if os.geteuid() != 0:
        pytest.skip("only root can make a checkout that is not this user's")
    code, _, err = ordinary.run("serve")
    assert code == 1
    assert "is not writable for nobody: run as its owner, or clone a copy of your own." in err


def test_a_given_database_needs_no_postgis_here(ready: Machine) -> None:
    ready.edit("/usr/share/postgresql/", "/none/")
    ready.packages(postgresql_postgis="not-installed")
    assert ready.run("serve", DATABASE_URL="postgresql://db/wangge")[0] == 0
    assert not ready.calls("apt-get")
    assert ready.run("serve")[0] == 0
    assert ready.calls("apt-get install")
