"""Who may do and see what, written down a second time: from the issue's text and the facts of the world alone.

Nothing here is read from the application. A change of what a role may do must be made in both places.
"""

from __future__ import annotations

from tests.access.world_facts import Filed, Who, chain_of

STAFF = frozenset(
    {
        *("grid_worker", "information_officer", "community_officer", "street_officer"),
        *("department_handler", "dispatcher", "planner", "supervisor"),
    }
)
ADMINISTRATORS = frozenset({"system_administrator", "security_administrator", "audit_administrator"})
PEOPLE = STAFF | ADMINISTRATORS | {"resident"}
ROLES = PEOPLE | {"machine"}
LOOKS_BY_PLACE = STAFF - {"department_handler"}

#: Action → who has it.
ACTIONS: dict[str, frozenset[str]] = {
    "file_report": (STAFF - {"planner"}) | {"resident", "machine"},
    "read_reports": STAFF | {"resident", "machine"},
    "read_record": STAFF,
    "read_personal": (STAFF - {"planner"}) | {"resident"},
    "erase_personal": frozenset({"supervisor"}),
    "add_photo": (STAFF - {"planner", "supervisor"}) | {"resident", "machine"},
    "take_step": (STAFF - {"planner"}) | {"resident"},
    "hand_over": frozenset({"community_officer", "street_officer", "dispatcher"}),
    "read_figures": STAFF,
    "read_people": STAFF,
    "own_account": PEOPLE,
    "share_position": frozenset({"grid_worker", "information_officer"}),
    "read_positions": frozenset({"community_officer", "street_officer", "dispatcher"}),
    "read_accounts": frozenset({"system_administrator", "security_administrator"}),
    "manage_accounts": frozenset({"system_administrator"}),
    "grant": frozenset({"security_administrator"}),
    "manage_machines": frozenset({"system_administrator"}),
    "read_trail": frozenset({"audit_administrator"}),
    "read_plans": frozenset({"community_officer", "street_officer", "dispatcher", "planner", "supervisor"}),
    "draw_plans": frozenset({"planner"}),
    "decide_plans": frozenset({"planner", "supervisor"}),
    "lock_cells": frozenset({"supervisor"}),
}
WITHOUT_ACCOUNT = frozenset({"file_report"})

#: Route → the action it must ask for; None for what is everybody's.
ROUTES: dict[str, str | None] = {
    "GET /healthz": None,
    "GET /readyz": None,
    "GET /docs": None,
    "GET /api/v1/openapi.json": None,
    "GET /api/v1/problems": None,
    "GET /api/v1/districts": None,
    "GET /api/v1/levels": None,
    "GET /api/v1/kinds": None,
    "GET /api/v1/units": None,
    "GET /api/v1/figures/definitions": None,
    "GET /api/v1/editions": None,
    "GET /api/v1/editions/{number}/certificate": None,
    "GET /api/v1/areas": None,
    "GET /api/v1/areas/{level}/{code}": None,
    "GET /api/v1/areas/{level}/{code}/geometry": None,
    "GET /api/v1/service-points": None,
    "GET /api/v1/locate": None,
    "POST /api/v1/locate": None,
    "GET /maps/outlines/{name}.json": None,
    "POST /api/v1/follow": None,
    "POST /api/v1/follow/steps": None,
    "GET /follow": None,
    "POST /follow": None,
    "POST /follow/steps": None,
    "POST /api/v1/session": None,
    "GET /api/v1/session": None,
    "DELETE /api/v1/session": None,
    "POST /api/v1/session/code": None,
    "POST /api/v1/session/password": None,
    "POST /api/v1/residents": None,
    "GET /api/v1/public/figures": None,
    "GET /api/v1/public/reports": None,
    "GET /api/v1/public/seals": None,
    "GET /api/v1/public/plans": None,
    "GET /api/v1/plans": "read_plans",
    "POST /api/v1/plans": "draw_plans",
    "GET /api/v1/plans/{plan}": "read_plans",
    "GET /api/v1/plans/{plan}/cells": "read_plans",
    "POST /api/v1/plans/{plan}/operations": "draw_plans",
    "POST /api/v1/plans/{plan}/undo": "draw_plans",
    "POST /api/v1/plans/{plan}/redo": "draw_plans",
    "POST /api/v1/plans/{plan}/copy": "draw_plans",
    "POST /api/v1/plans/{plan}/rebase": "draw_plans",
    "POST /api/v1/plans/{plan}/options": "draw_plans",
    "POST /api/v1/plans/{plan}/drawn": "draw_plans",
    "GET /api/v1/plans/{plan}/drawn.geojson": "read_plans",
    "GET /api/v1/plans/{plan}/replay": "read_plans",
    "GET /api/v1/plans/{plan}/suggestions": "draw_plans",
    "POST /api/v1/plans/{plan}/steps": "decide_plans",
    "POST /api/v1/plans/{plan}/comments": "read_plans",
    "GET /api/v1/plans/{plan}/consequences": "read_plans",
    "GET /api/v1/plans/{plan}/consequences.csv": "read_plans",
    "GET /api/v1/plans/{plan}/consequences.pdf": "read_plans",
    "GET /api/v1/plans/{plan}/grids.pdf": "read_plans",
    "GET /api/v1/cell-locks": "read_plans",
    "POST /api/v1/cell-locks": "lock_cells",
    "DELETE /api/v1/cell-locks/{code}": "lock_cells",
    "DELETE /api/v1/reports/{number}/personal": "erase_personal",
    "POST /api/v1/my/position": "share_position",
    "GET /api/v1/my/position": "share_position",
    "DELETE /api/v1/my/position": "share_position",
    "GET /api/v1/positions": "read_positions",
    "GET /api/v1/trail": "read_trail",
    "GET /api/v1/trail.csv": "read_trail",
    "GET /api/v1/my/traces": "own_account",
    "GET /sign-in": None,
    "POST /sign-in": None,
    "GET /sign-in/outside": None,
    "GET /sign-in/outside/return": None,
    "POST /sign-in/code": None,
    "POST /sign-in/password": None,
    "GET /sign-out": None,
    "POST /sign-out": None,
    "GET /account": "own_account",
    "POST /account/devices": "own_account",
    "POST /account/devices/{id}/lost": "own_account",
    "POST /account/devices/{id}/remove": "own_account",
    "POST /account/password": "own_account",
    "POST /account/second-factor": "own_account",
    "POST /account/second-factor/confirm": "own_account",
    "GET /api/v1/events": "read_reports",
    "GET /api/v1/reports": "read_reports",
    "GET /api/v1/reports.csv": "read_record",
    "GET /api/v1/reports.xlsx": "read_record",
    "GET /api/v1/open-reports": "read_reports",
    "GET /api/v1/open-reports/day": "read_reports",
    "GET /console": "read_record",
    "GET /planner": "read_plans",
    "GET /api/v1/reports/repeated-positions": "read_reports",
    "POST /api/v1/reports": "file_report",
    "GET /api/v1/reports/{number}": "read_reports",
    "GET /api/v1/reports/{number}/record": "read_record",
    "POST /api/v1/reports/{number}/personal": "read_personal",
    "POST /api/v1/callers": "read_personal",
    "GET /api/v1/reports/{number}/steps": "take_step",
    "POST /api/v1/reports/{number}/steps": "take_step",
    "GET /api/v1/reports/{number}/clock": "read_record",
    "GET /api/v1/reports/{number}/nearby": "read_record",
    "POST /api/v1/reports/{number}/looking": "read_record",
    "GET /api/v1/reports/{number}/candidates": "read_people",
    "POST /api/v1/assignments": "hand_over",
    "POST /api/v1/assignments/{key}/undo": "hand_over",
    "GET /tasks": "take_step",
    "GET /tasks/{number}": "take_step",
    "GET /api/v1/reports/{number}/order.pdf": "take_step",
    "POST /tasks/{number}/steps": "take_step",
    "POST /tasks/{number}/personal": "read_personal",
    "POST /tasks/{number}/photos": "add_photo",
    "GET /api/v1/my/tasks": "take_step",
    "POST /api/v1/my/tasks/near": "take_step",
    "POST /api/v1/my/area": "take_step",
    "GET /api/v1/my/unit/tasks": "take_step",
    "POST /api/v1/reports/{number}/hand-overs": "hand_over",
    "POST /api/v1/reports/{number}/hand-overs/end": "hand_over",
    "POST /api/v1/reports/{number}/photos": "add_photo",
    "GET /api/v1/reports/{number}/photos": "read_personal",
    "GET /api/v1/reports/{number}/photos/{id}": "read_personal",
    "GET /api/v1/workload": "read_figures",
    "GET /api/v1/figures": "read_figures",
    "GET /api/v1/figures.csv": "read_figures",
    "GET /api/v1/figures/course": "read_figures",
    "GET /figures": "read_figures",
    "GET /maps/workload": "read_figures",
    "GET /maps/workload.html": "read_figures",
    "GET /maps/outlines": "read_figures",
    "GET /wall": "read_figures",
    "POST /api/v1/addresses": "read_figures",
    "GET /maps/workload.pdf": "read_figures",
    "GET /maps/workload.png": "read_figures",
    "GET /maps/figures": "read_figures",
    "GET /": "read_reports",
    "GET /queues/{key}": "read_reports",
    "POST /api/v1/my/password": "own_account",
    "POST /api/v1/my/second-factor": "own_account",
    "POST /api/v1/my/second-factor/confirm": "own_account",
    "GET /api/v1/my/devices": "own_account",
    "POST /api/v1/my/devices": "own_account",
    "POST /api/v1/my/devices/{id}/lost": "own_account",
    "DELETE /api/v1/my/devices/{id}": "own_account",
    "GET /api/v1/accounts": "read_accounts",
    "POST /api/v1/accounts": "manage_accounts",
    "POST /api/v1/accounts/{id}/lock": "manage_accounts",
    "POST /api/v1/accounts/{id}/unlock": "manage_accounts",
    "POST /api/v1/accounts/{id}/reset": "manage_accounts",
    "DELETE /api/v1/accounts/{id}/second-factor": "grant",
    "POST /api/v1/accounts/{id}/role": "grant",
    "GET /api/v1/accounts/{id}/territories": "grant",
    "POST /api/v1/accounts/{id}/territories": "grant",
    "DELETE /api/v1/accounts/{id}/territories/{grant_id}": "grant",
    "GET /api/v1/my/notices": "own_account",
    "POST /api/v1/my/notices/read": "own_account",
    "GET /api/v1/my/subscriptions": "own_account",
    "POST /api/v1/my/subscriptions": "own_account",
    "POST /api/v1/my/subscriptions/{channel}/confirm": "own_account",
    "DELETE /api/v1/my/subscriptions/{channel}": "own_account",
    "GET /api/v1/webhooks": "manage_machines",
    "POST /api/v1/webhooks": "manage_machines",
    "DELETE /api/v1/webhooks/{id}": "manage_machines",
    "GET /api/v1/machines": "manage_machines",
    "POST /api/v1/machines": "manage_machines",
    "DELETE /api/v1/machines/{id}": "manage_machines",
}

#: Role → a purpose it reads personal fields for, and the fields it then gets.
_MATTER = ("text", "address", "notes")
_PRIVATE = ("text", "address", "reporter_name", "reporter_phone")
_ALL = (*_PRIVATE, "notes", "callers")
PURPOSES: dict[str, tuple[str, tuple[str, ...]]] = {
    "grid_worker": ("handle", _ALL),
    "information_officer": ("handle", _MATTER),
    "department_handler": ("handle", _ALL),
    "community_officer": ("handle", _ALL),
    "street_officer": ("handle", _ALL),
    "dispatcher": ("dispatch", _ALL),
    "supervisor": ("supervise", _MATTER),
    "resident": ("own", _PRIVATE),
}


def may(who: Who, action: str | None) -> bool:
    """Whether someone has an action; None is everybody's."""
    if action is None or who.role is None:
        return action is None or action in WITHOUT_ACCOUNT
    return who.role in ACTIONS[action]


def refusal(who: Who) -> int:
    """The status for someone who lacks the action."""
    return 401 if who.role is None else 403


def holds(who: Who, code: str, chain: tuple[str, ...]) -> bool:
    """Whether an area with this chain lies in someone's territory."""
    assert chain[-1] == code
    return who.role in LOOKS_BY_PLACE and bool(who.holds & set(chain))


def sees_by_place(who: Who, report: Filed) -> bool:
    """Whether a report lies in someone's territory, or was handed to an area of it."""
    if who.role not in LOOKS_BY_PLACE:
        return False
    if who.holds & set(report.chain):
        return True
    if not report.chain and report.district in who.holds:
        return True
    return report.handed_to_area is not None and bool(who.holds & set(chain_of(report.handed_to_area)))


def sees(who: Who, report: Filed) -> bool:
    """Whether someone may see a report."""
    if sees_by_place(who, report):
        return True
    if who.role in {"resident", "machine"}:
        return who.sender == report.sender
    return who.person is not None and who.person in (report.assignee, report.handed_to_person)


def personal(who: Who, report: Filed) -> tuple[str, dict[str, str | None]]:
    """The purpose someone states, and the fields they get, the others None."""
    purpose, fields = PURPOSES[who.role or ""]
    if who.role == "grid_worker" and (who.person is None or who.person != report.assignee):
        fields = _MATTER
    told: dict[str, str | None] = {name: report.private[name] if name in fields else None for name in _PRIVATE}
    return purpose, told | {name: "some" if name in fields else None for name in ("notes", "callers")}
