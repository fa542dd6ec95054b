"""Addresses as they are typed: what the register has for them, and what is refused."""

from __future__ import annotations

import pytest

from tests.api.routes.towns import Town


@pytest.fixture(scope="module")
def address(town: Town) -> str:
    [(found,)] = town.sql("select address from buildings where address <> '' order by code limit 1")
    return str(found)


def test_an_address_is_found_with_its_place(town: Town, address: str) -> None:
    answer = town.client.post("/api/v1/addresses", json={"address": address})
    assert answer.status_code == 200, answer.text
    best = answer.json()["matches"][0]
    assert (best["what"], best["text"], best["score"]) == ("building", address, 1)
    [(lon, lat)] = town.sql("select st_x(geom), st_y(geom) from buildings where code = %s", best["code"])
    assert (best["position"]["lon"], best["position"]["lat"]) == pytest.approx((lon, lat), abs=1e-6)


def test_half_an_address_is_enough_to_be_offered(town: Town, address: str) -> None:
    half = address[: max(3, len(address) // 2)]
    told = town.client.post("/api/v1/addresses", json={"address": half}).json()
    assert told["matches"] and all(one["score"] <= 1 for one in told["matches"])


def test_nothing_like_it_is_no_fault(town: Town) -> None:
    told = town.client.post("/api/v1/addresses", json={"address": "qqqqzzzz"}).json()
    assert told == {"flag": "address_unmatched", "matches": []}


@pytest.mark.parametrize("body", [{}, {"address": ""}, {"address": "   "}, {"address": "x" * 501}, {"address": 7}])
def test_what_is_no_address_is_refused(town: Town, body: dict[str, object]) -> None:
    assert town.client.post("/api/v1/addresses", json=body).status_code == 422
