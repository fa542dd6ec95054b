"""The pages of daily work: what is listed, what a report shows, and steps taken by their forms."""

from __future__ import annotations

import io
import re
import time
from html import unescape

import pytest
from PIL import Image

from layers.actors import Role
from tests.api.routes.people import Visitor, visitor
from tests.api.routes.towns import Town, position
from tests.toytown import polygons

KEY = re.compile(r'name="client_key" value="([^"]+)"')


@pytest.fixture(scope="module")
def worker(town: Town) -> Visitor:
    """Whoever gets reports of the first cell."""
    found = visitor(town, Role.GRID_WORKER, person=town.file()["assignee"]["number"])
    found.sign_in()
    return found


@pytest.fixture(scope="module")
def officer(town: Town) -> Visitor:
    found = visitor(town, Role.STREET_OFFICER, areas=[polygons.street_code(0)])
    found.sign_in()
    return found


def page(who: Visitor, path: str) -> str:
    answer = who.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def send(who: Visitor, number: str, action: str, **fields: str) -> tuple[int, str]:
    """Fill in a form of the page and send it; the status and the page one ends on."""
    shown = page(who, f"/tasks/{number}")
    form = shown.split(f'value="{action}"')[1] if f'value="{action}"' in shown else ""
    key = KEY.search(form)
    given = {"csrf": who.csrf or "", "action": action, "client_key": key[1] if key else "none"} | fields
    answer = who.client.post(f"/tasks/{number}/steps", data=given, follow_redirects=True)
    return answer.status_code, unescape(answer.text)


def test_a_worker_sees_their_tasks_and_an_officer_the_queues(town: Town, worker: Visitor, officer: Visitor) -> None:
    filed = town.file()
    assert filed["number"] in page(worker, "/tasks")
    assert "我的任务" in page(worker, "/tasks") and "暴露垃圾" in page(worker, "/tasks")
    assert "My tasks" in page(worker, "/tasks?lang=en") and "Litter" in page(worker, "/tasks?lang=en")
    shown = page(officer, "/tasks")
    for title in ("待派单", "已回退", "已超期", "待核查", "延期待批"):
        assert title in shown
    assert "我的任务" not in shown


def test_an_ordinary_report_is_carried_to_its_end_by_forms(town: Town, worker: Visitor, officer: Visitor) -> None:
    number = town.file()["number"]
    status, shown = send(worker, number, "accept")
    assert status == 200 and "已完成：接单" in shown and "处理中" in shown
    status, shown = send(worker, number, "report_back")
    assert status == 422 and 'role="alert"' in shown, "the outcome is missing"
    status, shown = send(worker, number, "report_back", outcome="settled", note="已清运")
    assert status == 200 and "已反馈" in shown
    assert number in page(officer, "/tasks").split("待核查")[1]
    status, shown = send(officer, number, "verify")
    assert status == 200 and "已结案" in shown and "核查结案" in shown
    assert town.get(f"/reports/{number}")["status"] == "closed"


def test_a_form_sent_twice_is_one_step_and_a_step_of_anothers_is_refused_in_words(town: Town, worker: Visitor) -> None:
    number = town.file()["number"]
    given = {"csrf": worker.csrf or "", "action": "accept", "client_key": "twice"}
    for _ in range(2):
        assert worker.client.post(f"/tasks/{number}/steps", data=given).status_code == 303
    assert town.sql("select entries from reports where id = %s", int(number.replace("-", ""))) == [(3,)]
    status, shown = send(worker, number, "verify")
    assert status == 422 and "状态的事件不能执行“" in shown
    assert worker.client.post(f"/tasks/{number}/steps", data=given | {"csrf": "x"}).status_code == 403


def test_the_record_is_told_in_words_with_reasons_and_people(town: Town, worker: Visitor, officer: Visitor) -> None:
    number = town.file()["number"]
    status, _ = send(worker, number, "return", reason="not_my_area", note="在邻网格")
    assert status == 200
    told = page(officer, f"/tasks/{number}")
    assert "回退" in told and "不在本人网格" in told and "按 A 角派单" in told
    assert "在邻网格" not in told, "notes are personal"
    assert "not my area".capitalize() in unescape(page(officer, f"/tasks/{number}?lang=en"))


def test_notes_of_steps_and_other_callers_are_read_with_the_personal_fields(
    town: Town, worker: Visitor, officer: Visitor
) -> None:
    number = town.file()["number"]
    status, _ = send(worker, number, "return", reason="not_my_area", note="在邻网格 <b>")
    assert status == 200
    asked = {
        "action": "attach_caller",
        "client_key": "c",
        "caller_name": "另一位",
        "caller_phone": "111",
        "note": "也看到了",
    }
    assert town.client.post(f"/api/v1/reports/{number}/steps", json=asked).status_code == 200
    given = {"csrf": officer.csrf or "", "purpose": "handle"}
    shown = officer.client.post(f"/tasks/{number}/personal", data=given)
    assert shown.status_code == 200, shown.text
    assert "在邻网格 &lt;b&gt;" in shown.text and "另一位 · 111 · 也看到了" in shown.text
    told = town.client.post(f"/api/v1/reports/{number}/personal", json={"purpose": "dispatch"}).json()
    assert [(one["type"], one["text"]) for one in told["notes"]] == [("returned", "在邻网格 <b>")]
    assert [(one["name"], one["phone"], one["text"]) for one in told["callers"]] == [("另一位", "111", "也看到了")]
    assert "在邻网格" not in page(officer, f"/tasks/{number}"), "not without a purpose"


def test_personal_fields_are_shown_for_a_purpose_and_traced(town: Town, worker: Visitor) -> None:
    number = town.file(text="三楼的杂物", reporter={"name": "某人", "phone": "000"})["number"]
    assert "三楼的杂物" not in page(worker, f"/tasks/{number}")
    shown = worker.client.post(f"/tasks/{number}/personal", data={"csrf": worker.csrf or "", "purpose": "handle"})
    assert shown.status_code == 200 and "三楼的杂物" in shown.text and shown.headers["cache-control"] == "no-store"
    looks = town.sql("select count(*) from traces where event = 'personal_read' and subject = %s", f"report:{number}")
    assert looks == [(1,)]


def test_a_photo_is_added_by_a_form(town: Town, worker: Visitor) -> None:
    number = town.file()["number"]
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(made, "JPEG")
    fields = {"csrf": worker.csrf or "", "taken": "before"}
    sent = worker.client.post(
        f"/tasks/{number}/photos", data=fields, files={"photo": ("p.jpg", made.getvalue(), "image/jpeg")},
        follow_redirects=True,
    )  # fmt: skip
    assert sent.status_code == 200 and "处置前 ·" in sent.text
    bad = worker.client.post(f"/tasks/{number}/photos", data=fields, files={"photo": ("p.jpg", b"no", "image/jpeg")})
    assert bad.status_code == 422 and 'role="alert"' in bad.text
    forged = worker.client.post(f"/tasks/{number}/photos", data={"csrf": "x"}, files={"photo": ("p.jpg", b"no")})
    assert forged.status_code == 403


def test_an_officer_assigns_by_hand_moves_and_extends(town: Town, worker: Visitor, officer: Visitor) -> None:
    number = town.file(subject=position(1, 0))["number"]
    holder = town.get(f"/reports/{number}")["assignee"]["number"]
    other = next(
        one["number"] for one in town.get(f"/reports/{number}/candidates")["candidates"] if one["number"] != holder
    )
    status, shown = send(officer, number, "transfer", person=other, reason="balances_load")
    assert status == 200 and other in shown
    cell = polygons.grids().codes[0]
    status, shown = send(officer, number, "move", area_code=cell)
    assert status == 200, shown
    assert town.get(f"/reports/{number}")["where"]["path"][-1]["code"] == cell
    status, shown = send(officer, number, "move", lon="很远", lat="1", datum="wgs84")
    assert status == 422


def test_a_report_out_of_sight_is_no_page(town: Town, officer: Visitor) -> None:
    elsewhere = visitor(town, Role.STREET_OFFICER, areas=[polygons.street_code(2)])
    elsewhere.sign_in()
    number = town.file()["number"]
    assert elsewhere.client.get(f"/tasks/{number}").status_code == 404
    given = {"csrf": elsewhere.csrf or "", "action": "verify", "client_key": "x"}
    assert elsewhere.client.post(f"/tasks/{number}/steps", data=given).status_code == 404


def listed(who: Visitor, key: str) -> str:
    """One list of the page."""
    return page(who, "/tasks").split(f'id="list-{key}"')[1].split("</section>")[0]


def test_an_extension_waits_until_two_have_decided(town: Town, officer: Visitor) -> None:
    number = _with_a_deadline(town)
    holder = visitor(town, Role.GRID_WORKER, person=town.get(f"/reports/{number}")["assignee"]["number"])
    holder.sign_in()
    second = visitor(town, Role.STREET_OFFICER, areas=[polygons.street_code(0)])
    second.sign_in()
    assert send(holder, number, "accept")[0] == 200
    assert number not in listed(officer, "extensions")
    status, shown = send(holder, number, "ask_extension", amount="2", limit_unit="working_days", reason="weather")
    assert status == 200, shown
    assert number in listed(officer, "extensions")
    assert send(officer, number, "approve_extension")[0] == 200
    assert number in listed(officer, "extensions"), "one approval is none yet"
    assert send(second, number, "approve_extension")[0] == 200
    assert number not in listed(officer, "extensions")


def test_a_department_finds_its_matters_and_calls(town: Town, officer: Visitor) -> None:
    town.sql("insert into units (district_id, code, name) select id, 'urban', '城管' from districts limit 1")
    town.sql(
        "insert into people (district_id, number, role, unit_id) select district_id, 'U1', 'department_handler', id"
        " from units where code = 'urban'"
    )
    theirs = visitor(town, Role.DEPARTMENT_HANDLER, person="U1")
    theirs.sign_in()
    given, whistled = town.file()["number"], town.file()["number"]
    assert "城管" in page(officer, f"/tasks/{given}"), "the unit can be chosen"
    assert send(officer, given, "transfer", unit="urban", reason="needs_unit")[0] == 200
    answer = send(officer, whistled, "whistle", **{"units-urban": "1"}, reason="needs_units")
    assert answer[0] == 200, answer[1]
    assert given in listed(theirs, "unit") and whistled in listed(theirs, "calls")
    assert send(theirs, whistled, "report_in")[0] == 200
    assert whistled not in listed(theirs, "calls")


def _with_a_deadline(town: Town) -> str:
    """A report filed once the service has seen the calendar."""
    for year in (2024, 2025):
        town.sql("insert into calendar_years select id, %s, 1, '{}', 'test', 'test', now() from districts", year)
    for _ in range(100):
        number: str = town.file(subject=position(2, 2))["number"]
        if town.get(f"/reports/{number}/clock")["due_at"]:
            return number
        time.sleep(0.1)
    raise AssertionError("the calendar is not seen")
