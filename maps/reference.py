"""The reference of the HTTP interface as a page, made of the service's own OpenAPI description."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from maps.pages import fill
from maps.strings import Language

Schema = Mapping[str, Any]

#: What an address documents only because every address can give it; told once, above them all.
SHARED = frozenset({"405", "422", "500", "503"})
#: What the framework writes where nothing was said.
UNSAID = "Successful Response"
_LIMITS = (("minimum", "≥ "), ("maximum", "≤ "), ("minLength", "length ≥ "), ("maxLength", "length ≤ "))


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field or parameter; `shape` names the shape its kind leads to."""

    name: str
    kind: str
    shape: str | None
    required: bool
    note: Markup


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One documented answer of an operation."""

    status: str
    note: Markup
    media_type: str
    shape: str | None
    example: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method at one address."""

    anchor: str
    method: str
    path: str
    lead: Markup
    parameters: tuple[FieldRow, ...]
    body_shape: str | None
    body_example: str
    answers: tuple[AnswerRow, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A named object that is sent or answered."""

    name: str
    lead: Markup
    fields: tuple[FieldRow, ...]
    choices: tuple[str, ...]


def reference_page(description: Schema, language: Language, *, path: str) -> str:
    """The page of an OpenAPI description; `path` is its own address, for the switch of languages."""
    schemas: Schema = description["components"]["schemas"]
    return fill(
        "reference.html",
        language,
        frame=None,
        path=path,
        title=description["info"]["title"],
        lead=[_marked(one) for one in description["info"]["description"].split("\n\n")],
        groups=_groups(description["paths"], schemas),
        shapes=[_shape(name, schemas[name]) for name in sorted(schemas)],
        shared=sorted(SHARED),
    )


def _groups(paths: Schema, schemas: Schema) -> list[tuple[str, list[Operation]]]:
    groups: dict[str, list[Operation]] = {}
    for path, methods in paths.items():
        for method, given in methods.items():
            groups.setdefault(given["tags"][0], []).append(_operation(method, path, given, schemas))
    return list(groups.items())


def _operation(method: str, path: str, given: Schema, schemas: Schema) -> Operation:
    body = given.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    shape = _referred(body)
    examples = schemas[shape].get("examples", []) if shape else []
    return Operation(
        anchor=given["operationId"],
        method=method.upper(),
        path=path,
        lead=_marked(given.get("description", "")),
        parameters=tuple(_parameter(one) for one in given.get("parameters", ())),
        body_shape=shape,
        body_example=_written(examples[0]) if examples else "",
        answers=tuple(_answers(given["responses"])),
    )


def _answers(responses: Schema) -> Iterator[AnswerRow]:
    for status, given in responses.items():
        if status in SHARED:
            continue
        contents: Schema = given.get("content", {})
        media_type: str = next(iter(contents), "")
        content: Schema = contents.get(media_type, {})
        example = content.get("example")
        yield AnswerRow(
            status=status,
            note=_marked(given.get("description", "").replace(UNSAID, "")),
            media_type=media_type,
            shape=_referred(content.get("schema", {})),
            example="" if example is None or int(status) >= 400 else _written(example),
        )


def _parameter(given: Schema) -> FieldRow:
    schema = given["schema"]
    return _row(given["name"], {**schema, **given}, schema, required=given.get("required", False))


def _shape(name: str, given: Schema) -> Shape:
    required = given.get("required", ())
    return Shape(
        name=name,
        lead=_marked(given.get("description", "")),
        fields=tuple(_row(key, one, one, required=key in required) for key, one in given.get("properties", {}).items()),
        choices=tuple(str(one) for one in given.get("enum", ())),
    )


def _row(name: str, told: Schema, schema: Schema, *, required: bool) -> FieldRow:
    notes = [str(told["description"])] if "description" in told else []
    if schema.get("default") is not None and schema["default"] != {}:
        notes.append(f"Default `{schema['default']}`.")
    if examples := told.get("examples", schema.get("examples")):
        notes.append(f"Example `{examples[0]}`.")
    return FieldRow(name, _kind(schema), _referred(schema), required=required, note=_marked(" ".join(notes)))


def _kind(schema: Schema) -> str:
    """What a value may be, in a few words."""
    if "$ref" in schema:
        return _last(schema["$ref"])
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    for among in ("anyOf", "oneOf", "allOf"):
        if among in schema:
            return " | ".join(_kind(one) for one in schema[among])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}" if "items" in schema else "list"
    return ", ".join([str(schema.get("format") or schema.get("type", "any")), *_limits(schema)])


def _limits(schema: Schema) -> Sequence[str]:
    return [f"{sign}{schema[key]:,}" for key, sign in _LIMITS if key in schema]


def _referred(schema: Schema) -> str | None:
    """The shape a schema leads to: its own, that of its items, or the first among several."""
    if "$ref" in schema:
        return _last(schema["$ref"])
    within = [schema.get("items"), *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return next((found for one in within if one and (found := _referred(one))), None)


def _last(reference: str) -> str:
    return reference.rpartition("/")[2]


def _written(example: object) -> str:
    return json.dumps(example, ensure_ascii=False, indent=2)


def _marked(text: str) -> Markup:
    """Plain text with what stands between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(" ".join(text.split())))))  # noqa: S704 - escaped # nosec B704
