"""The slowest questions that are allowed, in the demo district with 100,000 reports: each within two seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from api.bench.filing_scratch import scratch_district
from layers.actors import Role
from tests.accounts import account, bearer
from tests.servers import CHECKOUT, serving

pytestmark = [pytest.mark.journey, pytest.mark.long]

REPORTS = 100_000
BUILDINGS = 42_000
SLOWEST_S = 2.0
LETTERS = "金普新区光明街道和平社区幸福路第号楼单元门前后东西南北中大小上下左右" * 20

#: Addresses alike in most of their trigrams: the worst a register can be for a search by likeness.
MANY_BUILDINGS = """
insert into buildings (district_id, code, address, geom, area_id)
select d.id, 'slow-' || n, '金普新区光明街道和平社区幸福路' || n || '号楼' || n %% 9 || '单元', v.label_point, e.area_id
from districts d, generate_series(1, %s) n,
    lateral (select area_id, version_id from edition_areas limit 1) e join area_versions v on v.id = e.version_id
"""

YEARS, YEAR = "2018-01-01..2027-12-31", "2026-01-01..2026-12-31"
WIDEST = "120.9,38.5,123.0,40.0"
LISTS = [
    {"order": "oldest", "limit": 200},
    {"kind": "M01", "status": "dispatched", "limit": 200},
    {"open": "true", "assigned": "false", "order": "oldest", "limit": 200},
    {"bbox": WIDEST, "limit": 200},
    {"bbox": WIDEST, "open": "true", "order": "oldest", "limit": 200},
    {"bbox": "121.70000,39.00000,121.70001,39.00001", "limit": 200},
    {"filed_from": "2000-01-01T00:00:00Z", "filed_to": "2100-01-01T00:00:00Z", "order": "oldest", "limit": 200},
    {"assignee": "W0001", "order": "oldest", "limit": 200},
    {"located": "false", "order": "oldest", "limit": 200},
    {"cursor": "20000101-0000001", "limit": 200},
]
QUESTIONS: list[tuple[str, str, Any]] = [
    *(("GET", "/api/v1/reports", given) for given in LISTS),
    ("GET", "/api/v1/reports/repeated-positions", {"at_least": 2, "limit": 200}),
    ("GET", "/api/v1/areas", {"level": "grid", "limit": 200}),
    ("GET", "/api/v1/areas", {"q": "区", "limit": 200}),
    ("GET", "/api/v1/areas", {"q": "%" * 64, "limit": 200}),
    ("GET", "/api/v1/areas", {"q": "第" * 64, "limit": 200}),
    ("GET", "/api/v1/service-points", {"lon": 121.8, "lat": 39.1, "datum": "wgs84", "limit": 200}),
    ("GET", "/api/v1/locate", {"lon": 121.8, "lat": 39.1, "datum": "bd09", "accuracy_m": 100_000}),
    ("GET", "/api/v1/workload", {"level": "grid", "metric": "median_age_open_h"}),
    ("GET", "/maps/figures", {"level": "grid", "breaks": "natural", "classes": 7}),
    ("GET", "/maps/workload", {"level": "grid"}),
    ("GET", "/figures", {"level": "grid", "period": YEARS}),
    ("GET", "/api/v1/figures/course", {"period": YEARS, "step": "month"}),
    ("GET", "/api/v1/figures/course", {"period": YEAR, "step": "day"}),
    ("GET", "/", {}),
    ("GET", "/queues/unassigned", {}),
    ("GET", "/queues/unlocated", {}),
    ("GET", "/docs", {}),
    ("GET", "/api/v1/public/reports", {"limit": 1000}),
    ("GET", "/api/v1/public/figures", {"level": "community"}),
]
ADDRESSES = [LETTERS[:500], "幸福路", "金普新区光明街道和平社区幸福路1号楼1单元"]


class Asking:
    def __init__(self, url: str, tokens: dict[str, str]) -> None:
        self.tokens = tokens
        self.client = httpx.Client(base_url=url, timeout=30, trust_env=False)

    def took_s(self, who: str, method: str, path: str, **given: Any) -> tuple[float, httpx.Response]:
        """The faster of two times: a machine that others share is not what is measured."""
        times = []
        for _ in range(2):
            began_s = time.perf_counter()
            answer = self.client.request(method, path, headers=bearer(self.tokens[who]), **given)
            times.append(time.perf_counter() - began_s)
        return min(times), answer


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    with scratch_district(CHECKOUT / "var", reports=REPORTS) as scratch:
        with psycopg.connect(scratch.url, autocommit=True) as connection:
            connection.execute(MANY_BUILDINGS, [BUILDINGS])
            connection.execute("analyze buildings")
            row = connection.execute("select code from areas where depth = 1 order by code limit 1").fetchone()
            assert row is not None
        tokens = {
            "dispatcher": scratch.dispatcher,
            "street officer": account(scratch.url, Role.STREET_OFFICER, areas=[row[0]]),
            "resident": account(scratch.url, Role.RESIDENT),
        }
        with serving(scratch.url, var=tmp_path_factory.mktemp("slowest")) as url:
            yield Asking(url, tokens)


@pytest.mark.parametrize("who", ["dispatcher", "street officer"])
@pytest.mark.parametrize(("method", "path", "given"), QUESTIONS, ids=lambda one: str(one)[:60])
def test_a_question_is_answered_in_time(asking: Asking, who: str, method: str, path: str, given: Any) -> None:
    took_s, answer = asking.took_s(who, method, path, params=given)
    assert answer.status_code == 200, answer.text
    assert took_s < SLOWEST_S


@pytest.mark.parametrize("address", ADDRESSES, ids=len)
def test_an_address_is_looked_up_in_time(asking: Asking, address: str) -> None:
    subject = {"type": "address", "address": address}
    body = {
        "kind": "M01",
        "text": "x" * 10_000,
        "source": "slow",
        "client_key": f"slow-{len(address)}",
        "subject": subject,
    }
    took_s, answer = asking.took_s("resident", "POST", "/api/v1/reports", json=body)
    assert answer.status_code in {200, 201}, answer.text
    assert took_s < SLOWEST_S


def test_a_question_that_is_too_wide_is_refused(asking: Asking) -> None:
    for given in ({"bbox": "100,20,130,50"}, {"limit": 201}, {"q": "区" * 65}):
        path = "/api/v1/areas" if "q" in given else "/api/v1/reports"
        assert asking.took_s("dispatcher", "GET", path, params=given)[1].status_code == 422
