"""`./wangge roles`: who may do what, as a page of the documentation."""

from __future__ import annotations

import typer

from layers.access.permissions import ALLOWED, OPEN_TO_ANYONE, Action
from layers.actors import SECOND_FACTOR, TERRITORIAL, Role
from maps.strings import phrase

HEAD = """# Roles

Who may do what; *where* they may do it is their territory (`layers/scope.py`). Written from the one table in
`layers/access/permissions.py` by `./wangge roles > docs/roles.md`; a test compares the two.

- A role with a **territory** sees what lies in its areas and below: what was granted to the account, and what its
  person answers for in the roster. The others see what they filed, what is in their hand, or what was handed over to
  them.
- A **second factor** is set at the first sign-in, before anything else.
- The three administrators (三权分立) see no report: one looks after accounts, one after rights, one reads the trail.
  Nobody changes the rights of their own account, and whoever resets a password cannot clear a second factor.
"""


def roles() -> None:
    """Print docs/roles.md: who may do what."""
    typer.echo(roles_page(), nl=False)


def roles_page() -> str:
    """The page, in Markdown."""
    return "\n".join([HEAD, "## Roles", "", *_roles(), "", "## Actions", "", *_actions(), ""])


def _roles() -> list[str]:
    rows = [
        f"| `{role.value}` | {phrase(f'role.{role.value}', 'zh')} | {_yes(role in TERRITORIAL)} "
        f"| {_yes(role in SECOND_FACTOR)} | {_listed(sorted(one.value for one in Action if role in ALLOWED[one]))} |"
        for role in Role
    ]
    return ["| role | | territory | second factor | may |", "|---|---|---|---|---|", *rows]


def _actions() -> list[str]:
    rows = [
        f"| `{action.value}` | {phrase(f'action.{action.value}', 'en')} | {_holders(action)} |" for action in Action
    ]
    return ["| action | in words | roles |", "|---|---|---|", *rows]


def _holders(action: Action) -> str:
    anyone = ["anyone"] if action in OPEN_TO_ANYONE else []
    return ", ".join(anyone + [f"`{role.value}`" for role in Role if role in ALLOWED[action]])


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else ""
