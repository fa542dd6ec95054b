"""Faults to be planted in the walls and in the table of roles: what the tests must notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import true

from api import access, figure_shelf
from api.access import Needs
from api.app import ROUTERS
from layers import scope
from layers.access import permissions, territories
from layers.access.permissions import Action
from layers.actors import TERRITORIAL, Role
from layers.reports import purposes
from tests.access.one_wall import replace_everywhere

#: The policy of a table anew; `{seen}` is what the service sees by it.
POLICY = (
    "drop policy scope on {table}; create policy scope on {table} to wangge_service using ({seen}) with check (true)"
)
PATHS = "area_path ^@ any ((select wangge_paths())::text[])"
NOWHERE = "(area_path is null and district_id = any ((select wangge_districts())::bigint[]))"
MINE = "assignee_id = (select wangge_person()) or sender = (select wangge_sender())"
OPENED = "id = any ((select wangge_opened())::bigint[])"
HANDED = "id = any ((select wangge_handed_over())::bigint[])"
WHOLE = f"(select wangge_desk()) or {PATHS} or {NOWHERE} or {MINE} or {OPENED} or {HANDED}"


@dataclass(frozen=True)
class Mutant:
    """A fault: statements for the database, or a change of the program."""

    name: str
    statements: str = ""
    change: Callable[[pytest.MonkeyPatch], None] | None = None


def policy(table: str, seen: str) -> str:
    """Another policy for a table."""
    return POLICY.format(table=table, seen=seen)


def report_policy(was: str, then: str) -> str:
    """The policy of reports with one part of it changed."""
    assert was in WHOLE, was
    return policy("reports", WHOLE.replace(was, then))


def function(name: str, returns: str, body: str) -> str:
    """Another body for one of the wall's functions."""
    return f"create or replace function {name}() returns {returns} language sql stable security definer as $${body}$$"


EVERY_PATH = "select array_agg(path) from edition_areas"
OF_THE_WALL = [
    Mutant("every report is seen", policy("reports", "true")),
    Mutant("no report is seen", policy("reports", "(select wangge_desk())")),
    Mutant("reports in a territory are not seen", report_policy(PATHS, "false")),
    Mutant(
        "a path without its end",
        report_policy(
            PATHS,
            PATHS.replace(
                "wangge_paths())::text[]",
                "array(select rtrim(p, '0123456789.') from unnest(wangge_paths()) p))::text[]",
            ),
        ),
    ),
    Mutant("reports that lie nowhere are everybody's", report_policy(NOWHERE, "area_path is null")),
    Mutant("reports that lie nowhere are nobody's", report_policy(NOWHERE, "false")),
    Mutant("whose hands it is in does not count", report_policy("assignee_id = (select wangge_person())", "false")),
    Mutant("any hand counts", report_policy("assignee_id = (select wangge_person())", "assignee_id is not null")),
    Mutant("who sent it does not count", report_policy("sender = (select wangge_sender())", "false")),
    Mutant("any sender counts", report_policy("sender = (select wangge_sender())", "sender like 'account:%'")),
    Mutant("links open nothing", report_policy(OPENED, "false")),
    Mutant("hand-overs do not count", report_policy(HANDED, "false")),
    Mutant(
        "hand-overs to anyone count",
        function("wangge_handed_over", "bigint[]", "select coalesce(array_agg(report_id), '{}') from hand_overs"),
    ),
    Mutant(
        "hand-overs to those above count",
        function(
            "wangge_handed_over",
            "bigint[]",
            "select coalesce(array_agg(report_id), '{}') from hand_overs where ended_at is null and "
            "(exists (select from unnest(wangge_paths()) p where p ^@ to_path or to_path ^@ p) "
            "or to_person_id = wangge_person())",
        ),
    ),
    Mutant("everyone is the desk", function("wangge_desk", "boolean", "select true")),
    Mutant("everyone holds every area", function("wangge_paths", "text[]", EVERY_PATH)),
    Mutant(
        "everyone holds every district", function("wangge_districts", "bigint[]", "select array_agg(id) from districts")
    ),
    Mutant(
        "every administrator administers every district",
        policy(
            "accounts", "(select wangge_desk()) or id = (select wangge_account()) or wangge_administers() is not null"
        ),
    ),
    Mutant("accounts are everybody's", policy("accounts", "true")),
    Mutant(
        "the trail is every auditor's",
        policy("traces", "(select wangge_audits()) is not null or account_id = (select wangge_account())"),
    ),
    Mutant("the trail is everybody's", policy("traces", "true")),
    Mutant("positions are everybody's", policy("positions", "true")),
    Mutant("reports are not forced", "alter table reports no force row level security"),
    Mutant("people have no wall", "alter table people disable row level security"),
    Mutant("reports may be deleted", "grant delete on reports to wangge_service"),
    Mutant("the journal may be rewritten", "grant update on journal_entries to wangge_service"),
    Mutant("reports may be emptied", "grant truncate on reports to wangge_service"),
    Mutant("a policy more", "create policy more on reports to wangge_service using (located)"),
    *(
        Mutant(f"every row of {table} is seen", policy(table, "true"))
        for table in (
            *("report_private", "assignments", "journal_entries", "journal_stream", "hand_overs", "report_photos"),
            *("people", "duties", "person_loads", "territories", "devices", "sessions"),
            *("notices", "subscriptions", "webhooks", "deliveries"),
        )
    ),
]


def _with(action: Action, role: Role) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setitem(permissions.ALLOWED, action, permissions.ALLOWED[action] | {role})


def _without(action: Action, role: Role) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setitem(permissions.ALLOWED, action, permissions.ALLOWED[action] - {role})


def _asking_for(path: str, method: str, action: Action) -> Callable[[pytest.MonkeyPatch], None]:
    """A route that asks for another action than it should."""

    def change(patch: pytest.MonkeyPatch) -> None:
        [route] = [
            one
            for router in ROUTERS
            for one in router.routes
            if getattr(one, "path", "") == path and method in getattr(one, "methods", ())
        ]
        [declared] = [one.call for one in route.dependant.dependencies if isinstance(one.call, Needs)]  # type: ignore[attr-defined]
        patch.setattr(declared, "action", action)

    return change


async def _anybody(_: Needs, request: Any) -> Any:
    return await access.visitor(request)


def _paths_without(part: str, then: str) -> Callable[[pytest.MonkeyPatch], None]:
    assert part in territories.PATHS, part
    return lambda patch: patch.setattr(territories, "PATHS", territories.PATHS.replace(part, then))


GRANT_DAYS = "and valid_from <= %(today)s and (valid_to is null or valid_to >= %(today)s)\n    union\n    select m"
ALL_FIELDS = purposes.ALL
OF_THE_PROGRAM = [
    *(
        Mutant(f"{role.value} has {action.value}", change=_with(action, role))
        for action, role in (
            (Action.READ_REPORTS, Role.SYSTEM_ADMINISTRATOR),
            (Action.READ_PERSONAL, Role.PLANNER),
            (Action.READ_PERSONAL, Role.MACHINE),
            (Action.ERASE_PERSONAL, Role.DISPATCHER),
            (Action.HAND_OVER, Role.GRID_WORKER),
            (Action.READ_FIGURES, Role.RESIDENT),
            (Action.READ_PEOPLE, Role.RESIDENT),
            (Action.READ_POSITIONS, Role.PLANNER),
            (Action.MANAGE_ACCOUNTS, Role.SECURITY_ADMINISTRATOR),
            (Action.GRANT, Role.SYSTEM_ADMINISTRATOR),
            (Action.READ_TRAIL, Role.SYSTEM_ADMINISTRATOR),
            (Action.MANAGE_MACHINES, Role.DISPATCHER),
        )
    ),
    *(
        Mutant(f"{role.value} lacks {action.value}", change=_without(action, role))
        for action, role in (
            (Action.READ_REPORTS, Role.MACHINE),
            (Action.FILE_REPORT, Role.RESIDENT),
            (Action.GRANT, Role.SECURITY_ADMINISTRATOR),
        )
    ),
    Mutant("every role may do everything", change=lambda patch: patch.setattr(Needs, "__call__", _anybody)),
    Mutant(
        "everything is open to anyone",
        change=lambda patch: replace_everywhere(patch, permissions.may, lambda role, _: role is None),
    ),
    Mutant(
        "figures ask for nothing but an account",
        change=_asking_for("/api/v1/workload", "GET", Action.OWN_ACCOUNT),
    ),
    Mutant(
        "handing over asks for reading",
        change=_asking_for("/api/v1/reports/{number}/hand-overs", "POST", Action.READ_REPORTS),
    ),
    Mutant(
        "reports are public",
        change=lambda patch: patch.setattr(access, "PUBLIC", access.PUBLIC | {("GET", "/api/v1/reports")}),
    ),
    Mutant("grants that ended count", change=_paths_without(GRANT_DAYS, "union\n    select m")),
    Mutant("duties give no territory", change=_paths_without("where person_id = %(person)s", "where false")),
    Mutant(
        "planners do not look by place",
        change=lambda patch: patch.setattr(territories, "TERRITORIAL", TERRITORIAL - {Role.PLANNER}),
    ),
    Mutant(
        "both walls leave everything in sight",
        policy("reports", "true"),
        lambda patch: replace_everywhere(patch, scope.reports_seen, lambda *_: true()),
    ),
    Mutant("live events are everybody's", change=lambda patch: replace_everywhere(patch, scope.sees, lambda *_: True)),
    Mutant("live events are nobody's", change=lambda patch: replace_everywhere(patch, scope.sees, lambda *_: False)),
    Mutant(
        "grid workers read every telephone", change=lambda patch: patch.setattr(purposes, "IN_HAND_ONLY", frozenset())
    ),
    Mutant(
        "supervisors read names",
        change=lambda patch: patch.setitem(
            purposes.READABLE, (Role.SUPERVISOR, purposes.Purpose.SUPERVISE), purposes.ALL
        ),
    ),
    Mutant(
        "figures are shared by all territories",
        change=lambda patch: replace_everywhere(
            patch, figure_shelf.territory, lambda of: replace(of, paths=("",), desk=True)
        ),
    ),
    Mutant("forms need no token", change=lambda patch: replace_everywhere(patch, access.check_csrf, lambda *_: None)),
    Mutant(
        "areas are all in the territory", change=lambda patch: replace_everywhere(patch, scope.holds, lambda *_: True)
    ),
]
MUTANTS = OF_THE_WALL + OF_THE_PROGRAM
