"""A location and a subject as they are stored and shown."""

from __future__ import annotations

from typing import Any

from layers.reports.records import AtAddress, AtPlace, AtPosition, InArea, Location, Subject


def candidates_of(location: Location) -> list[dict[str, Any]]:
    """The cells or places a matter could be in, as they are stored and shown."""
    cells = [
        {"code": one.code, "share": round(one.share, 4), "distance_m": round(one.distance_m, 2)}
        for one in location.candidates
    ]
    places = [{"what": one.what, "code": one.code, "text": one.text, "score": one.score} for one in location.matches]
    return cells + places


def subject_name(subject: Subject) -> str:
    """The subject's name as it is stored."""
    names: dict[type, str] = {AtPosition: "position", AtAddress: "address", InArea: "area", AtPlace: "place"}
    return names.get(type(subject), "none")
