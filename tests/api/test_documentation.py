"""docs/api.md lists every address and every problem, and nothing else; the description has what readers need."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema_rs
import pytest

from api.app import create_app
from api.errors import ANSWERS, FRAMEWORK
from api.openapi import EXAMPLES
from tests.servers import CHECKOUT

PAGE = (CHECKOUT / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return create_app("postgresql://nowhere", pool_size=2, with_worker=False).openapi()


def operations(description: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    }


def test_the_page_lists_every_address(description: dict[str, Any]) -> None:
    listed = re.findall(r"^\| `((?:GET|POST|DELETE) [^`]+)` \|", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted(operations(description))


def test_the_page_lists_every_problem() -> None:
    listed = re.findall(r"^\| (\d{3}) \| `([^`]+)` \| (.+) \|$", PAGE, re.MULTILINE)
    known = [(str(one.status), one.slug, one.title_en) for one in {*ANSWERS.values(), *FRAMEWORK}]
    assert listed == sorted(known)


def test_every_operation_is_described_with_its_problems(description: dict[str, Any]) -> None:
    for name, operation in operations(description).items():
        assert operation["description"], name
        assert operation["operationId"].isidentifier(), name
        assert {"405", "421", "422", "429", "500", "503"} <= operation["responses"].keys(), name
        if name.startswith("POST") and "requestBody" in operation:
            assert {"400", "408", "413", "415"} <= operation["responses"].keys(), name
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], (name, status)


def test_every_answer_in_json_has_an_example_of_its_shape(description: dict[str, Any]) -> None:
    for name, operation in operations(description).items():
        for status, response in operation["responses"].items():
            content = response.get("content", {}).get("application/json")
            if content is None:
                continue
            assert content.get("example"), (name, status)
            shape = {**content.get("schema", {}), "components": description["components"]}
            jsonschema_rs.Draft202012Validator(shape).validate(content["example"])


def test_every_example_belongs_to_an_operation(description: dict[str, Any]) -> None:
    known = {one["operationId"] for one in operations(description).values()}
    assert json.loads(EXAMPLES.read_text(encoding="utf-8")).keys() <= known


def test_the_description_shows_an_example_of_a_report(description: dict[str, Any]) -> None:
    [example] = description["components"]["schemas"]["FilingBody"]["examples"]
    assert example["subject"]["datum"] == "gcj02"
