"""What a form of a step says when it comes back: the body that the interface would have been sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from api.schemas.steps import StepBody
from layers.areas.records import CompiledEdition
from layers.refusals import Refusal

TEXTS = ("action", "client_key", "reason", "note", "person", "unit", "kind", "lead", "outcome")
ALSO_TEXTS = ("satisfied", "via", "how", "caller_name", "caller_phone")
YES_NO = ("upheld", "responded", "solved")


class BadForm(Refusal):
    """A form says what no step can say."""


def step_body(form: Mapping[str, str], *, zone: ZoneInfo, compiled: CompiledEdition) -> StepBody:
    """The step a form asks for; empty fields say nothing.

    Raises:
        BadForm: a field cannot be read.
    """
    said = {name: text.strip() for name, text in form.items() if text.strip()}
    body: dict[str, Any] = {name: said[name] for name in (*TEXTS, *ALSO_TEXTS) if name in said}
    body |= {name: said[name] == "true" for name in YES_NO if name in said}
    body["units"] = [name.removeprefix("units-") for name in said if name.startswith("units-")]
    try:
        if "until" in said:
            body["until"] = datetime.fromisoformat(said["until"]).replace(tzinfo=zone).isoformat()
        if "amount" in said:
            body["limit"] = f"{said['amount']} {said.get('limit_unit', '')}"
        if "overdue" in said:
            body["overdue"] = int(said["overdue"])
        if form.get("action") == "move":
            body["subject"] = _subject(said, compiled)
        return StepBody.model_validate(body)
    except (ValidationError, ValueError) as fault:
        named = fault.errors()[0]["loc"] if isinstance(fault, ValidationError) else ()
        field = str(named[0]) if named else "form"
        raise BadForm("The form is not complete, or a field cannot be read.", field=field) from None


def _subject(said: Mapping[str, str], compiled: CompiledEdition) -> dict[str, Any]:
    if "address" in said:
        return {"type": "address", "address": said["address"]}
    if "area_code" in said:
        levels = compiled.district.levels
        found = next((one for one in levels if (one.depth, said["area_code"]) in compiled.by_code), levels[-1])
        return {"type": "area", "level": found.key, "code": said["area_code"]}
    position = {name: float(said.get(name, "")) for name in ("lon", "lat")}
    return {"type": "position", "datum": said.get("datum"), **position}
