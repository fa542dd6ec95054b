"""What the trail tells of boundaries that came in force: the editions before and after, and how much changed."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from layers.areas.publishing import Publication
from layers.areas.records import Edition


def counts(outcome: Any) -> dict[str, int]:
    """The whole numbers of a record, and the lengths of its lists: never what is in them."""
    found = {one.name: getattr(outcome, one.name) for one in fields(outcome)}
    return {
        name: len(value) if isinstance(value, tuple | list | dict) else value
        for name, value in found.items()
        if isinstance(value, int | tuple | list | dict) and not isinstance(value, bool)
    }


def published_facts(publication: Publication) -> dict[str, Any]:
    """The editions before and after, and how much changed at each level."""
    return {
        "before": _edition(publication.former),
        "after": _edition(publication.edition),
        "levels": {str(depth): counts(one) for depth, one in sorted(publication.differences.items())},
        "links": len(publication.links),
        "followed": {one.subject: dict(one.figures) for one in publication.follow_ups},
    }


def _edition(edition: Edition | None) -> dict[str, Any] | None:
    return None if edition is None else {"number": edition.number, "digest": edition.digest}
