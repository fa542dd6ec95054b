"""`./wangge account`, `device` and `roles`: run as commands on a real database; secrets printed once, never given."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from api.cli.app import main
from api.cli.roles import roles_page
from api.demo_accounts import DemoExposed, check_hidden, is_loopback, make_demo_accounts, told
from layers.access.passwords import check_password
from layers.access.sealing import Seal
from layers.actors import SECOND_FACTOR, Role
from tests.servers import CHECKOUT
from tests.toytown.polygons import DISTRICT_CODE


@dataclass
class Done:
    """How a command ended, and what it said."""

    returncode: object
    stdout: str
    stderr: str


Run = Callable[..., Done]
NOW = datetime(2025, 1, 6, 2, 0, tzinfo=UTC)
STREET = "990101001000"


@pytest.fixture
def run(toytown_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command on the town's database."""
    monkeypatch.setenv("DATABASE_URL", toytown_url)
    monkeypatch.setenv("WANGGE_VAR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")

    def command(*words: str) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(words)
        said = capsys.readouterr()
        return Done(left.value.code or 0, said.out, said.err)

    return command


def events(url: str) -> list[tuple[str, str]]:
    with psycopg.connect(url) as connection:
        return connection.execute("select event, actor from traces order by place").fetchall()


def test_an_account_from_beginning_to_end(run: Run, toytown_url: str) -> None:
    words = ("--role", "street_officer", "--person", "S0001", "--territory", f"street:{STREET}")
    added = run("account", "add", "street-officer-1", *words)
    assert added.returncode == 0, added.stderr
    [password] = re.findall(r"shown this once: (\S+)", added.stdout)
    check_password(password, login="street-officer-1")
    with psycopg.connect(toytown_url) as connection:
        [row] = connection.execute("select password_hash, password_expires, person_id is null from accounts").fetchall()
        [(code,)] = connection.execute("select a.code from territories t join areas a on a.id = t.area_id").fetchall()
    assert row[0].startswith("$argon2id$")
    assert row[1:] == (True, False)
    assert code == STREET
    assert password not in run("account", "list").stdout
    for doing, state in (("lock", "locked"), ("unlock", "")):
        assert run("account", doing, "Street-Officer-1").returncode == 0
        [line] = [one for one in run("account", "list").stdout.splitlines() if "street-officer-1" in one]
        assert [cell.strip() for cell in line.strip("│").split("│")] == [
            "street-officer-1",
            "street_officer",
            "S0001",
            "",
            state,
        ]
    reset = run("account", "reset", "street-officer-1")
    [other] = re.findall(r"shown this once: (\S+)", reset.stdout)
    assert other != password
    actor = f"operator:{os.getuid()}"
    assert events(toytown_url) == [
        (event, actor)
        for event in ("account_added", "territory_granted", "account_locked", "account_unlocked", "password_reset")
    ]


def test_a_machine_gets_a_secret_that_is_printed_once(run: Run, toytown_url: str) -> None:
    assert "password" not in run("account", "add", "river-sensors", "--role", "machine").stdout
    added = run("device", "add", "river-sensors", "--name", "河道水位监测", "--datum", "gcj02", "--days", "30")
    [token] = re.findall(r"wgd_\S+", added.stdout)
    listed = run("device", "list")
    assert token not in listed.stdout
    assert "河道水位监测" in listed.stdout
    assert "gcj02" in listed.stdout
    with psycopg.connect(toytown_url) as connection:
        [(device, days)] = connection.execute("select id, (expires_at - made_at) from devices").fetchall()
    assert days.days == 30
    assert run("device", "revoke", str(device)).returncode == 0
    assert "revoked" in run("device", "list", "river-sensors").stdout
    assert [event for event, _ in events(toytown_url)] == ["account_added", "device_added", "device_revoked"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("account", "add", "x-1"), "account add needs a role."),
        (("account", "add"), "account add needs a login."),
        (("account", "add", "X Y", "--role", "planner"), "The login cannot be used."),
        (("account", "add", "planner-1", "--role", "planner", "--person", "P9"), "nobody with this number"),
        (("account", "add", "planner-1", "--role", "planner", "--territory", STREET), "is no territory."),
        (("account", "add", "planner-1", "--role", "planner", "--territory", "street:1"), "no such area or group."),
        (("account", "add", "planner-1", "--role", "planner", "--district", "1"), "Which district is not clear."),
        (("account", "lock", "nobody-here"), "There is no such account."),
        (("account", "code", "nobody-here"), "There is no such account."),
        (("device", "revoke", "1"), "There is no such device."),
        (("device", "revoke", "one"), "is no id of a device."),
        (("device", "add"), "device add needs a name."),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    run: Run, toytown_url: str, words: tuple[str, ...], sentence: str
) -> None:
    done = run(*words)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    with psycopg.connect(toytown_url) as connection:
        assert connection.execute("select count(*) from accounts").fetchone() == (0,), "nothing is half done"


def test_no_command_takes_a_password() -> None:
    text = (CHECKOUT / "api" / "cli" / "accounts.py").read_text(encoding="utf-8")
    options = re.findall(r"^    (\w+): Annotated\[", text, re.MULTILINE)
    assert not [one for one in options if "password" in one or "secret" in one or "token" in one]


#: Two handlers of units, the second of one that comes to a kind.
HANDLERS = """
with unit as (
    insert into units (district_id, code, name)
    select d.id, given, given from districts d, unnest(array['a', 'b']) given
    returning id, district_id, code
), hired as (
    insert into people (district_id, number, role, unit_id)
    select district_id, case code when 'a' then 'U1' else 'U2' end, 'department_handler', id from unit
)
update kinds k set unit_id = unit.id from unit where unit.code = 'b' and k.code = 'M01'
"""


def test_the_demo_has_an_account_for_each_role_once(run: Run, toytown_url: str, tmp_path: Path) -> None:
    from api.service_key import service_key
    from api.settings import Settings

    seal = Seal(service_key(Settings(var=tmp_path)))
    with psycopg.connect(toytown_url) as connection:
        connection.execute(HANDLERS)
    made = make_demo_accounts(toytown_url, DISTRICT_CODE, seal, now=NOW)
    assert [one.account.role for one in made] == list(Role)
    assert {one.account.role for one in made if one.key} == SECOND_FACTOR
    shown = "\n".join(told(made))
    for one in made:
        assert shown.count(one.password) == 1
        assert one.account.login.startswith("demo-")
    people = {one.account.role: one.account.person_number for one in made}
    assert people[Role.GRID_WORKER] == "W0001"
    assert people[Role.DISPATCHER] == "D0001"
    assert people[Role.DEPARTMENT_HANDLER] == "U2"
    assert people[Role.RESIDENT] is None
    assert make_demo_accounts(toytown_url, DISTRICT_CODE, seal, now=NOW) == []
    code = run("account", "code", "demo-dispatcher")
    assert re.fullmatch(r"\d{6}\n", code.stdout), code.stderr
    assert run("account", "code", "demo-supervisor").returncode == 1
    assert events(toytown_url)[-1][0] == "second_factor_told"


def test_the_demo_is_not_shown_to_other_machines(run: Run, toytown_url: str) -> None:
    check_hidden(toytown_url, "0.0.0.0")
    make_demo_accounts(toytown_url, DISTRICT_CODE, Seal(b"k" * 32), now=NOW)
    check_hidden(toytown_url, "127.0.0.1")
    with pytest.raises(DemoExposed, match=r"0\.0\.0\.0"):
        check_hidden(toytown_url, "0.0.0.0")
    refused = run("serve", "--host", "0.0.0.0", "--port", "0")
    assert refused.returncode == 1
    assert "Accounts of the demo would be reachable" in refused.stderr
    with psycopg.connect(toytown_url) as connection:
        connection.execute("update accounts set locked_at = now()")
    check_hidden(toytown_url, "0.0.0.0")


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],
)
def test_what_is_this_machine_alone(host: str, here: bool) -> None:
    assert is_loopback(host) is here


def test_the_demo_itself_refuses_before_it_loads_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("WANGGE_VAR", str(tmp_path))
    monkeypatch.setenv("WANGGE_HOST", "0.0.0.0")
    with pytest.raises(SystemExit) as left:
        main(["demo"])
    assert left.value.code == 1
    assert "--listen-anywhere" in capsys.readouterr().err
    assert not (tmp_path / "postgres").exists()


def test_the_page_of_roles_is_the_table() -> None:
    written = (CHECKOUT / "docs" / "roles.md").read_text(encoding="utf-8")
    assert written == roles_page(), "run ./wangge roles > docs/roles.md"
    for role in Role:
        assert f"| `{role.value}` |" in written
