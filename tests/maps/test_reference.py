"""The reference page: what a description says is on it, once, with links that lead somewhere."""

from __future__ import annotations

import re
from typing import Any

from maps.reference import reference_page

DESCRIPTION: dict[str, Any] = {
    "info": {"title": "wangge", "description": "Reports are filed.\n\nErrors are `problem+json`."},
    "paths": {
        "/things": {
            "get": {
                "tags": ["things"],
                "operationId": "list_things",
                "description": "Things <b>by</b> `code`.",
                "parameters": [
                    {
                        "name": "limit",
                        "in": "query",
                        "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
                    },
                    {
                        "name": "order",
                        "in": "query",
                        "required": True,
                        "description": "Which first.",
                        "schema": {"anyOf": [{"enum": ["newest", "oldest"]}, {"type": "null"}]},
                    },
                ],
                "responses": {
                    "200": {
                        "description": "All.",
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                                "example": [{"name": "井盖"}],
                            }
                        },
                    },
                    "422": {"description": "Told above."},
                },
            },
            "post": {
                "tags": ["things"],
                "operationId": "file_thing",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "responses": {"201": {"description": "Filed."}},
            },
        }
    },
    "components": {
        "schemas": {
            "Thing": {
                "properties": {
                    "name": {"type": "string", "maxLength": 9},
                    "within": {"$ref": "#/components/schemas/Thing"},
                },
                "required": ["name"],
                "examples": [{"name": "路灯"}],
            },
            "Colour": {"enum": ["red", "green"]},
            "Problem": {"properties": {}},
        }
    },
}


def page(language: Any = "en") -> str:
    return reference_page(DESCRIPTION, language, path="/docs")


def test_every_operation_is_there_with_parameters_body_and_answers() -> None:
    html = page()
    for told in (
        '<section class="card" id="list_things">',
        '<section class="card" id="file_thing">',
        "Things &lt;b&gt;by&lt;/b&gt; <code>code</code>.",
        "integer, ≥ 1, ≤ 200</td><td>Default <code>50</code>.",
        "newest | oldest | null</td><td>Which first.",
        '"name": "井盖"'.replace('"', "&#34;"),
        '"name": "路灯"'.replace('"', "&#34;"),
        "string, length ≤ 9",
        "<code>red</code> <code>green</code>",
    ):
        assert told in html
    assert html.count("<small>required</small>") == 2
    assert "Told above." not in html


def test_every_link_within_the_page_leads_somewhere() -> None:
    html = page()
    anchors = set(re.findall(r'href="#([^"]+)"', html))
    assert {"list_things", "shape-Thing", "shapes", "content"} <= anchors
    assert anchors <= set(re.findall(r'id="([^"]+)"', html))


def test_both_languages_and_no_script() -> None:
    for language, title, other in (("zh", "接口文档", "en"), ("en", "HTTP interface", "zh")):
        html = page(language)
        assert f"<h1>{title}</h1>" in html
        assert f'href="/docs?lang={other}"' in html
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", html)
