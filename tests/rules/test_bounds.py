"""Whatever may be asked or sent has an end: each text a longest, each number a largest, each list a most."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.app import create_app

#: What ends a value of a type, one of them each.
ENDS = {
    "string": {"maxLength", "enum", "const", "pattern", "format"},
    "integer": {"maximum", "enum", "const"},
    "number": {"maximum", "enum", "const"},
    "array": {"maxItems"},
    "object": {"additionalProperties", "maxProperties"},
}
#: The pattern alone has no end, where it repeats without one.
ENDLESS = ("*", "+")


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return create_app("postgresql://nowhere", pool_size=2, with_worker=False).openapi()


def given(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything a request may carry, with where it stands."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            name = f"{method.upper()} {path}"
            for parameter in operation.get("parameters", []):
                yield f"{name} ?{parameter['name']}", parameter["schema"]
            for media, body in operation.get("requestBody", {}).get("content", {}).items():
                if media == "application/json":
                    yield name, body["schema"]


def endless(schema: dict[str, Any], whole: dict[str, Any], at: str, seen: frozenset[str]) -> Iterator[str]:
    """Where a value without an end may stand."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in seen:
            yield from endless(whole["components"]["schemas"][name], whole, at, seen | {name})
        return
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from endless(choice, whole, at, seen)
    kind = schema.get("type")
    if kind in ENDS and not ENDS[kind] & schema.keys():
        yield f"{at}: {schema}"
    if kind == "string" and not {"maxLength", "enum", "const", "format"} & schema.keys():
        pattern = schema.get("pattern", "")
        yield from [f"{at}: {pattern}"] if any(mark in pattern.replace("\\+", "") for mark in ENDLESS) else []
    for name, inner in schema.get("properties", {}).items():
        yield from endless(inner, whole, f"{at}.{name}", seen)
    if isinstance(schema.get("items"), dict):
        yield from endless(schema["items"], whole, f"{at}[]", seen)


def test_everything_that_may_be_sent_has_an_end(description: dict[str, Any]) -> None:
    found = [place for at, schema in given(description) for place in endless(schema, description, at, frozenset())]
    assert not found, "\n".join(found)


def test_a_text_without_end_would_be_noticed() -> None:
    whole: dict[str, Any] = {"components": {"schemas": {"Text": {"type": "string"}}}}
    asked = {"type": "object", "additionalProperties": False, "properties": {"a": {"$ref": "#/x/Text"}}}
    assert len(list(endless(asked, whole, "body", frozenset()))) == 1
    assert list(endless({"type": "string", "pattern": "^a+$"}, whole, "query", frozenset())) == ["query: ^a+$"]
