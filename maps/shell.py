"""The service's own pages: start, queues, errors. They hold no script and no style, so a strict policy fits them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maps.pages import fill
from maps.records import DistrictCounts, DistrictLink, FollowedReport, Frame, HomeMap, Queue
from maps.strings import Language


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, as a person reads it; `reference` leads to the line in the log."""

    status: int
    message: str
    remedy: str | None = None
    reference: str | None = None


def home_page(
    frame: Frame,
    *,
    counts: DistrictCounts,
    queues: Sequence[Queue],
    home_map: HomeMap | None,
    districts: Sequence[DistrictLink] = (),
    acts: bool = False,
    plans: bool = False,
) -> str:
    """The start page; without a map where no edition of boundaries is in force.

    `acts`: whoever reads it has work; `plans`: they may read plans of boundaries.
    """
    parts = {"counts": counts, "queues": queues, "home_map": home_map, "districts": districts, "acts": acts}
    parts["plans"] = plans and home_map is not None
    return fill("home.html", frame.language, frame=frame, **parts)


def queue_page(frame: Frame, queue: Queue) -> str:
    """One queue of reports that wait for a hand."""
    return fill("queue.html", frame.language, frame=frame, queue=queue)


def follow_page(
    language: Language,
    *,
    number: str = "",
    followed: FollowedReport | None = None,
    refused: bool = False,
    refusal: tuple[str, str] = ("", ""),
) -> str:
    """The page on which someone follows their own report by its number and its secret.

    `refusal`: the step they tried, and why it was refused.
    """
    tried, why = refusal
    parts = {"number": number, "followed": followed, "refused": refused, "tried": tried, "refusal": why}
    return fill("follow.html", language, frame=None, path="/follow", **parts)


def error_page(problem: Problem, language: Language = "zh") -> str:
    """A page for a problem; it needs neither district nor database."""
    return fill("error.html", language, problem=problem, frame=None, path=None)
