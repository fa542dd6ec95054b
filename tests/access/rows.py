"""The second wall asked directly, table by table: what each scope sees as the service's role, beside what it should."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.access import oracle
from tests.access.world_facts import Who, World, chain_of

CHILDREN = ("report_private", "assignments", "journal_entries", "journal_stream", "hand_overs", "report_photos")
OF_ACCOUNTS = ("territories", "devices", "sessions")
OF_PLANS = ("plan_operations", "plan_cells", "plan_steps", "plan_comments")
#: Of one account alone, whoever administers it.
OWN = ("notices", "subscriptions")
#: Of the service itself.
NOBODYS = ("deliveries", "delivery_lanes", "notice_position")
NAMES = ("paths", "districts", "person", "sender", "opened", "account", "administers", "audits", "desk")
#: What the service may do beside reading and adding; everything else is refused to it.
MAY_DELETE = {"sessions", "positions", "allowances", "subscriptions", "notices", "deliveries"}
#: What is undone in a plan and then drawn otherwise is forgotten.
MAY_DELETE |= {"plan_operations", "plan_cells"}
MAY_UPDATE = {
    *("reports", "report_private", "person_loads", "journal_pump", "hand_overs", "accounts", "territories", "sessions"),
    *("devices", "positions", "allowances", "delivery_lanes", "notice_position"),
}


def faults(database_url: str, world: World) -> list[str]:
    """Every table and person for whom the wall shows something else than it should; and what is not as decreed."""
    with psycopg.connect(database_url, row_factory=dict_row) as owner:
        facts = _Facts(owner, world)
        found = list(_catalogue(owner))
    with psycopg.connect(database_url, options="-c role=wangge_service") as service:
        for who in world.people:
            service.execute(_enter(), facts.settings(who))
            found += _differences(service, facts, who)
            service.rollback()
    return found


def _enter() -> str:
    return "select " + ", ".join(f"set_config('wangge.{name}', %({name})s, true)" for name in NAMES)


def _differences(service: psycopg.Connection[Any], facts: _Facts, who: Who) -> list[str]:
    found = []
    for table, expected in facts.expected(who).items():
        column = facts.column(table)
        seen = {row[0] for row in service.execute(f"select {column} from {table}").fetchall()}
        if seen != expected:
            found.append(
                f"{table} by {who.name}: {sorted(seen - expected)} too much, {sorted(expected - seen)} missing"
            )
    return found


class _Facts:
    """The rows there are, read by their owner, and who should see which."""

    def __init__(self, owner: psycopg.Connection[Any], world: World) -> None:
        self._world = world
        self._all = {table: _rows(owner, query) for table, query in QUERIES.items()}
        self._children = {
            table: {row["report_id"] for row in _rows(owner, f"select report_id from {table}")} for table in CHILDREN
        }
        self._paths = {row["code"]: row["path"] for row in self._all["areas"]}
        self._districts = {row["code"]: row["id"] for row in self._all["districts"]}
        self._people = {(row["district"], row["number"]): row["id"] for row in self._all["people"]}
        numbers = {row["id"]: row["number"] for row in self._all["reports"]}
        self._reports = {number: report for report, number in numbers.items()}

    @staticmethod
    def column(table: str) -> str:
        """What tells the rows of a table apart, as far as the wall is concerned."""
        keys = {"person_loads": "person_id", "positions": "person_id", "traces": "place"}
        keys |= {"delivery_lanes": "lane", "notice_position": "place"}
        if table in OF_PLANS:
            return "plan_id"
        return "report_id" if table in CHILDREN else keys.get(table, "id")

    def settings(self, who: Who) -> dict[str, str]:
        """The scope of someone, as the settings of a transaction."""
        by_place = who.role in oracle.LOOKS_BY_PLACE
        district = self._districts.get(who.district or "")
        given: dict[str, object] = {
            "paths": "{" + ",".join(self._paths[one] for one in who.holds if by_place) + "}",
            "districts": "{" + ",".join(str(self._districts[one]) for one in who.holds if one in self._districts) + "}",
            "person": self._people[who.person] if who.person else "",
            "sender": who.sender or "",
            "account": who.account_id or "",
            "administers": district if who.role in oracle.ACTIONS["read_accounts"] else "",
            "audits": district if who.role in oracle.ACTIONS["read_trail"] else "",
        }
        return {name: str(given.get(name, "{}" if name == "opened" else "")) for name in NAMES}

    def expected(self, who: Who) -> dict[str, set[int]]:
        """Table → what someone should see of it."""
        reports = {self._reports[one.number] for one in self._world.reports if oracle.sees(who, one)}
        duties = {row["id"]: row["person_id"] for row in self._all["duties"] if self._sees_duty(who, row)}
        people = {row["id"] for row in self._all["people"] if self._sees_person(who, row, set(duties.values()))}
        accounts = {row["id"] for row in self._all["accounts"] if self._sees_account(who, row)}
        found = {"reports": reports, "duties": set(duties), "people": people, "accounts": accounts}
        found |= {table: self._children[table] & reports for table in CHILDREN}
        found |= {
            table: {row["id"] for row in self._all[table] if row["account_id"] in accounts} for table in OF_ACCOUNTS
        }
        found |= {
            table: {row["id"] for row in self._all[table] if row["account_id"] == who.account_id} for table in OWN
        }
        found |= {table: set() for table in NOBODYS}
        administered = {row["id"] for row in self._all["webhooks"] if self._administers(who, row)}
        found["webhooks"] = administered
        for table in ("plans", "cell_locks"):
            found[table] = {row["id"] for row in self._all[table] if self._holds(who, row["area"])}
        found |= dict.fromkeys(OF_PLANS, found["plans"])
        found["person_loads"] = {row["person_id"] for row in self._all["person_loads"]} & people
        found["positions"] = {row["person_id"] for row in self._all["positions"] if self._sees_duty(who, row)}
        found["traces"] = {row["place"] for row in self._all["traces"] if self._sees_trace(who, row)}
        return found

    @staticmethod
    def _holds(who: Who, code: str) -> bool:
        return oracle.holds(who, code, chain_of(code))

    def _sees_duty(self, who: Who, row: dict[str, Any]) -> bool:
        mine = who.person is not None and row["person_id"] == self._people[who.person]
        return mine or oracle.holds(who, row["area"], chain_of(row["area"]))

    @staticmethod
    def _administers(who: Who, row: dict[str, Any]) -> bool:
        return bool(oracle.may(who, "read_accounts") and row["district"] == who.district)

    @staticmethod
    def _sees_person(who: Who, row: dict[str, Any], on_duty: set[int]) -> bool:
        whole = row["district"] in who.holds
        return whole or who.person == (row["district"], row["number"]) or row["id"] in on_duty

    @staticmethod
    def _sees_account(who: Who, row: dict[str, Any]) -> bool:
        return _Facts._administers(who, row) or bool(row["id"] == who.account_id)

    def _sees_trace(self, who: Who, row: dict[str, Any]) -> bool:
        audits = oracle.may(who, "read_trail") and row["district"] in {who.district, None}
        mine = row["account_id"] is not None and row["account_id"] == who.account_id
        sent = {self._reports[one.number] for one in self._world.reports if who.sender and one.sender == who.sender}
        return bool(audits or mine or row["report_id"] in sent)


def _rows(owner: psycopg.Connection[Any], query: str) -> list[dict[str, Any]]:
    return owner.execute(query).fetchall()


def _catalogue(owner: psycopg.Connection[Any]) -> list[str]:
    """What the tables and rights themselves say."""
    checks: dict[str, tuple[str, Callable[[set[str]], bool]]] = {
        "not forced": (UNFORCED, lambda found: not found),
        "may be deleted from": (RIGHTS.format("DELETE"), lambda found: found == MAY_DELETE),
        "may be updated": (RIGHTS.format("UPDATE"), lambda found: found == MAY_UPDATE),
        "may be emptied": (RIGHTS.format("TRUNCATE"), lambda found: not found),
        "may be referenced": (RIGHTS.format("REFERENCES"), lambda found: not found),
        "policies": (POLICIES, lambda found: not found),
        "owned": (OWNED, lambda found: not found),
        "may be made things in": (WRITABLE, lambda found: not found),
    }
    told = ((name, right, {row["name"] for row in _rows(owner, query)}) for name, (query, right) in checks.items())
    return [f"{name}: {sorted(found)}" for name, right, found in told if not right(found)]


RIGHTS = """
select table_name as name from information_schema.role_table_grants
where grantee = 'wangge_service' and privilege_type = '{}'
"""
UNFORCED = """
select relname as name from pg_class
where relnamespace = 'public'::regnamespace and relrowsecurity and not relforcerowsecurity
"""
#: Policies beside the two of every table, and tables that lack theirs.
POLICIES = """
select tablename as name from pg_policies where schemaname = 'public' group by tablename
having array_agg(policyname::text order by policyname) <> '{scope,upkeep}'
"""
OWNED = "select relname as name from pg_class where relowner = 'wangge_service'::regrole"
WRITABLE = """
select nspname as name from pg_namespace
where has_schema_privilege('wangge_service', oid, 'create') and nspname !~ '^pg_'
"""
QUERIES = {
    "areas": "select code, path from edition_areas join areas on areas.id = area_id",
    "districts": "select id, code from districts",
    "people": "select p.id, d.code as district, number from people p join districts d on d.id = p.district_id",
    "reports": (
        "select id, to_char(id / 10000000, 'fm00000000') || '-' || to_char(id % 10000000, 'fm0000000') as number "
        "from reports"
    ),
    "duties": "select d.id, person_id, a.code as area from duties d join areas a on a.id = d.area_id",
    "person_loads": "select person_id from person_loads",
    "accounts": "select a.id, d.code as district from accounts a join districts d on d.id = a.district_id",
    "territories": "select id, account_id from territories",
    "devices": "select id, account_id from devices",
    "sessions": "select id, account_id from sessions",
    "notices": "select id, account_id from notices",
    "subscriptions": "select id, account_id from subscriptions",
    "webhooks": "select w.id, d.code as district from webhooks w join districts d on d.id = w.district_id",
    "positions": (
        "select person_id, a.code as area from positions p join edition_areas ea on ea.path = p.area_path "
        "join areas a on a.id = ea.area_id"
    ),
    "plans": "select p.id, a.code as area from plans p join areas a on a.id = p.area_id",
    "cell_locks": "select l.id, a.code as area from cell_locks l join areas a on a.id = l.area_id",
    "traces": (
        "select place, d.code as district, account_id, report_id "
        "from traces left join districts d on d.id = district_id"
    ),
}
