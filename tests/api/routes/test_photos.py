"""Photos over HTTP: what is kept, who sees it, and what is turned away before it is looked at."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from api import darkroom
from api.darkroom import Darkroom, DarkroomFull
from api.gate import LARGER_BODIES_BYTES, LARGEST_BODY_BYTES, largest_body_bytes
from layers.actors import Role
from layers.read.photos import LIMITS, Photo, PhotoRefused
from tests.accounts import account, bearer
from tests.api.routes.towns import Town
from tests.layers.read.made_photos import CANARY, OURS, encoded, laden, picture, segments

JPEG = {"Content-Type": "image/jpeg"}


def address(number: str) -> str:
    return f"/api/v1/reports/{number}/photos"


def send(town: Town, number: str, content: bytes, *, kind: str = "image/jpeg", **parameters: Any) -> httpx.Response:
    given = {"taken": "before", **parameters}
    return town.client.post(address(number), params=given, content=content, headers={"Content-Type": kind})


def test_a_photo_is_sent_listed_and_seen(town: Town) -> None:
    number = town.file()["number"]
    answer = send(town, number, laden("JPEG"))
    told = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{address(number)}/{told['id']}"
    assert (told["again"], told["proposed_position"], told["erased"]) == (False, None, False)
    listed = town.get(f"/reports/{number}/photos")["photos"]
    assert listed == [{key: told[key] for key in told if key not in {"again", "proposed_position"}}]
    seen = town.client.get(answer.headers["location"])
    assert seen.status_code == 200
    assert set(segments(seen.content)) <= OURS
    assert CANARY.encode() not in seen.content
    assert Image.open(BytesIO(seen.content)).size == (told["width_px"], told["height_px"])
    assert len(seen.content) == told["size_bytes"]


def test_who_looked_at_a_photo_stands_in_the_access_log(town: Town) -> None:
    number = town.file()["number"]
    told = send(town, number, encoded(picture())).json()
    counted = "select count(*) from traces where subject = %s"
    town.get(f"/reports/{number}/photos")
    town.client.get(f"{address(number)}/{told['id'] + 1000}")
    assert town.sql(counted, f"report:{number}") == [(0,)]
    assert town.client.get(f"{address(number)}/{told['id']}").status_code == 200
    [(event, actor, body)] = town.sql("select event, actor, body from traces where subject = %s", f"report:{number}")
    assert (event, actor) == ("personal_read", told["by"])
    assert json.loads(body)["facts"] == {"fields": ["photo"], "photo": told["id"], "role": "dispatcher"}


def test_a_photo_is_shown_alone(town: Town) -> None:
    headers = town.client.get(send(town, town.file()["number"], encoded(picture())).headers["location"]).headers
    assert headers["content-type"] == "image/jpeg"
    assert headers["content-disposition"] == 'inline; filename="photo.jpg"'
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["cache-control"] == "private, no-store"


def test_the_position_is_told_to_the_sender_who_agrees_and_kept_nowhere(town: Town) -> None:
    number = town.file()["number"]
    told = send(town, number, laden("JPEG"), use_position="true").json()
    assert told["proposed_position"] == {"lon": 121.7812, "lat": 39.053, "datum": "wgs84"}
    listed = town.client.get(address(number)).text + town.client.get(f"/api/v1/reports/{number}/record").text
    assert "121.78" not in listed
    assert "proposed" not in listed
    rows = town.sql("select p::text from report_photos p where id = %s", told["id"])
    assert "121.78" not in str(rows)


def test_the_record_holds_the_photo_by_its_digest_alone(town: Town) -> None:
    number = town.file()["number"]
    told = send(town, number, encoded(picture()), taken="after").json()
    content = town.client.get(f"{address(number)}/{told['id']}").content
    record = town.get(f"/reports/{number}/record")
    entry = record["entries"][-1]
    assert record["holds"]
    assert (entry["type"], entry["actor"]) == ("photo_added", told["by"])
    assert (entry["facts"]["photo"], entry["facts"]["taken"]) == (told["id"], "after")
    assert entry["facts"]["digest"] != sha256(content).hexdigest(), "salted"


def test_the_same_photo_again_is_the_first_one(town: Town) -> None:
    number = town.file()["number"]
    first, again = (send(town, number, encoded(picture())) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() | {"again": True}
    assert again.headers["location"] == first.headers["location"]
    assert len(town.get(f"/reports/{number}/photos")["photos"]) == 1


@pytest.mark.parametrize(
    ("content", "kind", "status", "problem"),
    [
        (encoded(picture()), "application/json", 415, "not-image"),
        (encoded(picture()), "image/svg+xml", 415, "not-image"),
        (encoded(picture()), "", 415, "not-image"),
        (b"<svg/>", "image/png", 422, "photo-refused"),
        (b"", "image/jpeg", 422, "photo-refused"),
        (encoded(picture())[:-40], "image/jpeg", 422, "photo-refused"),
        (encoded(picture(), "PNG"), "image/jpeg; charset=x", 201, None),
    ],
)
def test_what_is_no_photo_is_refused(town: Town, content: bytes, kind: str, status: int, problem: str | None) -> None:
    number = town.file()["number"]
    answer = send(town, number, content, kind=kind)
    assert answer.status_code == status, answer.text
    if problem is not None:
        assert answer.json()["type"].endswith(f"#{problem}")
        assert answer.json()["remedy"]
        assert town.get(f"/reports/{number}/photos") == {"photos": []}


@pytest.mark.parametrize("parameters", [{"taken": "later"}, {"taken": ""}, {"use_position": "perhaps"}, {"gps": "1"}])
def test_parameters_that_do_not_fit_are_refused(town: Town, parameters: dict[str, str]) -> None:
    assert send(town, town.file()["number"], encoded(picture()), **parameters).status_code == 422


def test_a_photo_may_be_larger_than_a_report_and_no_larger_than_it_may(town: Town) -> None:
    number = town.file()["number"]
    padded = encoded(picture()) + b"\0" * (2 * LARGEST_BODY_BYTES)
    assert send(town, number, padded).status_code == 201
    too_large = b"\xff\xd8\xff" + b"\0" * LIMITS.size_bytes
    answer = send(town, number, too_large)
    assert (answer.status_code, answer.json()["type"]) == (413, "/api/v1/problems#body-too-large")

    def pieces() -> Iterator[bytes]:
        for at in range(0, len(too_large), 1 << 20):
            yield too_large[at : at + (1 << 20)]

    undeclared = town.client.post(address(number), params={"taken": "before"}, content=pieces(), headers=JPEG)
    assert undeclared.status_code == 413


def test_only_photos_may_be_that_large() -> None:
    assert set(LARGER_BODIES_BYTES.values()) == {LIMITS.size_bytes}
    assert largest_body_bytes("/api/v1/reports/20261122-0000001/photos") == LIMITS.size_bytes
    for path in ("/api/v1/reports", "/api/v1/reports/a/b/photos", "/api/v1/reports/1/photos/2", "/photos"):
        assert largest_body_bytes(path) == LARGEST_BODY_BYTES


def test_photos_of_reports_that_are_not_there(town: Town) -> None:
    assert send(town, "20200101-0000001", encoded(picture())).json()["type"].endswith("#unknown-report")
    assert town.client.get(address("20200101-0000001")).status_code == 404
    number, other = town.file()["number"], town.file()["number"]
    elsewhere = send(town, other, encoded(picture())).json()["id"]
    for wanted in (elsewhere, 2**62):
        answer = town.client.get(f"{address(number)}/{wanted}")
        assert (answer.status_code, answer.json()["type"]) == (404, "/api/v1/problems#unknown-photo")
    assert town.client.get(f"{address(number)}/0").status_code == 422


def test_an_erased_photo_is_listed_and_not_shown(town: Town) -> None:
    number = town.file()["number"]
    told = send(town, number, encoded(picture())).json()
    town.sql("update report_photos set content = null where id = %s", told["id"])
    assert [one["erased"] for one in town.get(f"/reports/{number}/photos")["photos"]] == [True]
    assert town.client.get(f"{address(number)}/{told['id']}").status_code == 404
    assert town.get(f"/reports/{number}/record")["holds"]


@contextmanager
def visiting(town: Town, **headers: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=town.client.base_url, trust_env=False, headers=headers) as client:
        yield client


def test_photos_are_for_those_who_may_see_personal_fields_of_that_report(town: Town) -> None:
    number = town.file()["number"]
    own = send(town, number, encoded(picture())).headers["location"]
    planner = bearer(account(town.database_url, Role.PLANNER, areas=["210000000000"]))
    stranger = bearer(account(town.database_url, Role.DISPATCHER))
    for headers, expected in (({}, 401), (planner, 403), (stranger, 404)):
        with visiting(town, **headers) as client:
            assert client.get(own).status_code == expected
            assert client.get(address(number)).status_code == expected
            added = client.post(address(number), params={"taken": "after"}, content=laden("PNG"), headers=JPEG)
            assert added.status_code == expected
    assert len(town.get(f"/reports/{number}/photos")["photos"]) == 1


@pytest.mark.anyio
async def test_so_many_photos_at_a_time_and_the_rest_must_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, done = threading.Semaphore(0), threading.Event()

    def slow(content: bytes, *, read_position: bool) -> Photo:
        begun.release()
        assert done.wait(10)
        return Photo(content, 1, 1, b"", None)

    monkeypatch.setattr(darkroom, "reencoded", slow)
    room = Darkroom(places=2, patience_s=0.05)
    held = [asyncio.create_task(room.develop(b"photo", read_position=False)) for _ in range(2)]
    for _ in held:
        assert await asyncio.to_thread(begun.acquire, timeout=10)
    with pytest.raises(DarkroomFull):
        await room.develop(b"third", read_position=False)
    # Whoever goes away leaves the thread at work: its place is not free.
    held[0].cancel()
    with pytest.raises(DarkroomFull):
        await room.develop(b"third", read_position=False)
    done.set()
    assert (await held[1]).content == b"photo"
    assert (await room.develop(b"third", read_position=False)).content == b"third"


@pytest.mark.anyio
async def test_a_refused_photo_frees_its_place() -> None:
    room = Darkroom(places=1, patience_s=0.05)
    for _ in range(3):
        with pytest.raises(PhotoRefused):
            await room.develop(b"", read_position=False)
