"""What a journal comes to: the state of a report after each of its entries. The journal is the truth; the report's row
repeats it for lists and queues.

    State() ── filed ──► State ── assigned ──► State ── accepted ──► …          fold(entries) == the row
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from layers.reports.clocks import read_clock
from layers.reports.folding_steps import MOVES, Fold, held, moved_to, started_clock
from layers.reports.lifecycle import Action
from layers.reports.state import Called, Overdue, State, Told


def fold(entries: Iterable[Told], start: State | None = None) -> State:
    """The state after `entries`, which follow each other, on top of `start`.

    Raises:
        WrongStep: an entry takes a step that the table does not have.
        KeyError: an entry is of a type that nobody knows.
    """
    state = start or State()
    for one in entries:
        state = FOLDS[one.type](state, one).but(entries=one.position)
    return state


def _moved(state: State, one: Told) -> State:
    facts = one.facts
    lies: dict[str, Any] = {
        "edition": facts["edition"],
        "area_path": facts["area_path"],
        "located": facts["located"],
        "certainty": facts["certainty"],
        "flags": tuple(facts["flags"]),
    }
    if facts["clock"] is None:
        return state.but(**lies)
    gone = {"assignee": None, "unit": None, "declined": frozenset[int]()}
    return moved_to(state.but(**lies), Action.MOVE, **gone, **held(state, facts), **started_clock(one))


def _relocated(state: State, one: Told) -> State:
    facts = one.facts
    moved = state.but(
        edition=facts["edition"],
        area_path=facts["area_path"],
        certainty=facts["certainty"],
        located=facts["located"],
        flags=tuple(facts["flags"]),
    )
    return moved.but(**held(moved, facts))


def _kind_corrected(state: State, one: Told) -> State:
    clock = read_clock(one.facts["clock"])
    return state.but(kind=one.facts["kind"], clock=clock, overdue_marked=False)


def _called(purpose: str) -> Fold:
    def fold_one(state: State, one: Told) -> State:
        due = one.facts.get("due_at")
        asked = tuple(
            Called(unit, purpose, one.at, datetime.fromisoformat(due) if due else None) for unit in one.facts["units"]
        )
        return state.but(called=(*state.called, *asked))

    return fold_one


def _of_unit(**changes: Any) -> Fold:
    """A change to what a unit was called for; `None` stands for the moment of the entry."""

    def fold_one(state: State, one: Told) -> State:
        stated: dict[str, Any] = {name: one.at if value is None else value for name, value in changes.items()}
        purpose = "joint" if one.type == "part_done" else "whistle" if one.type == "whistle_missed" else None

        def changed(called: Called) -> Called:
            if called.unit != one.facts["unit"] or (purpose and called.purpose != purpose):
                return called
            return replace(called, **stated)

        return state.but(called=tuple(changed(called) for called in state.called))

    return fold_one


def _marked_overdue(state: State, one: Told) -> State:
    mark = Overdue(one.position, one.facts["clock"], datetime.fromisoformat(one.facts["due_at"]))
    return state.but(overdue=(*state.overdue, mark), overdue_marked=True)


def _deadline_set(state: State, one: Told) -> State:
    return state.but(clock=read_clock(one.facts["clock"]))


def _appealed(state: State, one: Told) -> State:
    return state.but(overdue=_marks(state, one, appealed_by=one.actor))


def _appeal_decided(state: State, one: Told) -> State:
    return state.but(overdue=_marks(state, one, upheld=one.facts["upheld"]))


def _marks(state: State, one: Told, **changes: Any) -> tuple[Overdue, ...]:
    of = one.facts["overdue"]
    return tuple(replace(mark, **changes) if mark.position == of else mark for mark in state.overdue)


def _evaluated(state: State, one: Told) -> State:
    facts = one.facts
    return state.but(
        evaluated_at=one.at,
        responded=facts["responded"],
        solved=facts["solved"],
        satisfied=facts["satisfied"],
    )


def _photo_added(state: State, one: Told) -> State:
    if one.facts["taken"] == "before":
        return state.but(photos_before=state.photos_before + 1)
    return state.but(photos_after=state.photos_after + (one.facts["taken"] == "after"))


def _noted(state: State, _: Told) -> State:
    """Something that changes nothing of where the report stands."""
    return state


FOLDS: Mapping[str, Fold] = {
    **MOVES,
    "arrived": _noted,
    "caller_attached": _noted,
    "moved": _moved,
    "relocated": _relocated,
    "kind_corrected": _kind_corrected,
    "whistled": _called("whistle"),
    "joined": _called("joint"),
    "reported_in": _of_unit(answered_at=None),
    "part_done": _of_unit(done_at=None, answered_at=None),
    "whistle_missed": _of_unit(missed=True),
    "overdue": _marked_overdue,
    "deadline_set": _deadline_set,
    "appealed": _appealed,
    "appeal_decided": _appeal_decided,
    "evaluated": _evaluated,
    "handed_over": _noted,
    "hand_over_ended": _noted,
    "personal_erased": _noted,
    "photo_added": _photo_added,
}
