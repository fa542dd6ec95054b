"""A number of the roster means a person of one's own district, whoever has the same number elsewhere."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from tests.access.asking import answering
from tests.access.world_facts import Filed, Who, World

RECEIVER = """
select d.code from hand_overs h join people p on p.id = h.to_person_id join districts d on d.id = p.district_id
where h.ended_at is null and p.number = 'W0009'
"""


@pytest.mark.parametrize(
    ("who", "report"), [("dispatcher of the district", "child"), ("dispatcher next door", "other district")]
)
def test_a_report_goes_to_the_person_of_ones_own_district(
    who: str, report: str, world_template: tuple[str, World], world_url: str
) -> None:
    _, world = world_template
    by, filed = world.who(who), world.report(report)
    asyncio.run(_hand_over(world_url, by, filed))
    with psycopg.connect(world_url) as connection:
        assert connection.execute(RECEIVER).fetchall() == [(by.district,)]


async def _hand_over(database_url: str, by: Who, filed: Filed) -> None:
    async with answering(database_url) as client:
        body = {"person": "W0009", "reason": "test"}
        answer = await client.post(f"/api/v1/reports/{filed.number}/hand-overs", json=body, headers=by.headers)
        assert answer.status_code == 204, answer.text
