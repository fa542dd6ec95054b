"""The first assignment: who gets a report, why the others did not, and that the same facts give the same outcome."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from layers.reports.assignment import RANKS, Step, assign, facts, replay
from layers.reports.records import Considered

CELL, COMMUNITY, STREET = Step(30, 3), Step(20, 2), Step(10, 1)
STEPS = (CELL, COMMUNITY, STREET)


def someone(number: str, step: Step = CELL, rank: str = "A", **facts: object) -> Considered:
    one = Considered(
        person_id=int(number[1:]),
        number=number,
        role="grid_worker",
        area_id=step.area_id,
        depth=step.depth,
        rank=rank,
        on_duty=True,
        absent=False,
        open=0,
        cap=10,
        verdict="",
    )
    return replace(one, **facts)  # type: ignore[arg-type]


def verdicts(answerers: list[Considered], turn: int = 0) -> dict[str, str]:
    return {one.number: one.verdict for one in assign(answerers, STEPS, turn=turn).considered}


def test_the_first_of_the_cell_gets_it_and_the_others_are_not_reached() -> None:
    outcome = assign([someone("W1"), someone("W2", rank="B"), someone("C1", COMMUNITY, "D")], STEPS, turn=0)
    assert outcome.assignee is not None
    assert outcome.assignee.number == "W1"
    assert outcome.reason == "rank_A"
    assert outcome.holder_area_id == CELL.area_id
    assert [one.verdict for one in outcome.considered] == ["taken", "not_reached", "not_reached"]


def test_each_obstacle_is_named_and_the_deputy_steps_in() -> None:
    given = [
        someone("W1", absent=True),
        someone("W2", on_duty=False),
        someone("W3", open=10),
        someone("W4", rank="B"),
    ]
    assert verdicts(given) == {"W1": "absent", "W2": "off_duty", "W3": "at_cap", "W4": "taken"}


def test_no_cap_means_no_limit() -> None:
    assert verdicts([someone("W1", open=1000, cap=None)]) == {"W1": "taken"}


def test_among_equals_the_least_loaded_and_ties_go_round_by_turn() -> None:
    given = [someone("W1", open=3), someone("W2", open=1), someone("W3", open=1)]
    assert verdicts(given, turn=0) == {"W1": "busier", "W2": "taken", "W3": "not_their_turn"}
    assert verdicts(given, turn=1) == {"W1": "busier", "W2": "not_their_turn", "W3": "taken"}


def test_it_climbs_when_nobody_in_the_cell_can() -> None:
    outcome = assign([someone("W1", on_duty=False), someone("C1", COMMUNITY, "D")], STEPS, turn=0)
    assert outcome.assignee is not None
    assert outcome.assignee.number == "C1"
    assert outcome.reason == "climbed_to_depth_2"
    assert (outcome.holder_area_id, outcome.holder_depth) == (COMMUNITY.area_id, 2)


def test_nobody_available_and_nobody_at_all_are_told_apart() -> None:
    off = assign([someone("W1", on_duty=False)], STEPS, turn=0)
    none = assign([], STEPS, turn=0)
    assert (off.assignee, off.reason) == (None, "nobody_available")
    assert (none.assignee, none.reason) == (None, "nobody_answers")
    assert off.holder_area_id == none.holder_area_id == CELL.area_id


people = st.builds(
    someone,
    number=st.integers(1, 40).map("W{}".format),
    step=st.sampled_from(STEPS),
    rank=st.sampled_from(RANKS),
    on_duty=st.booleans(),
    absent=st.booleans(),
    open=st.integers(0, 5),
    cap=st.none() | st.integers(0, 5),
)
crowds = st.lists(people, max_size=12, unique_by=lambda one: (one.number, one.area_id, one.rank))


@given(crowds, st.integers(0, 10_000_000))
def test_everyone_is_considered_once_and_the_outcome_replays(crowd: list[Considered], turn: int) -> None:
    outcome = assign(crowd, STEPS, turn=turn)
    told = [(one.number, one.area_id, one.rank) for one in outcome.considered]
    assert sorted(told) == sorted((one.number, one.area_id, one.rank) for one in crowd)
    assert sum(one.verdict == "taken" for one in outcome.considered) == (outcome.assignee is not None)
    assert all(one.verdict for one in outcome.considered)
    assert replay(facts(outcome), STEPS, turn=turn) == outcome


@given(crowds, st.integers(0, 100))
def test_whoever_gets_it_could_take_it_and_nobody_before_them_could(crowd: list[Considered], turn: int) -> None:
    outcome = assign(crowd, STEPS, turn=turn)
    order = [(step.area_id, rank) for step in STEPS for rank in RANKS]
    able = [one for one in crowd if one.on_duty and not one.absent and (one.cap is None or one.open < one.cap)]
    if outcome.assignee is None:
        assert not able
        return
    first = min(order.index((one.area_id, one.rank)) for one in able)
    equals = [one for one in able if order.index((one.area_id, one.rank)) == first]
    assert replace(outcome.assignee, verdict="") in equals
    assert outcome.assignee.open == min(one.open for one in equals)


@given(crowds, st.integers(0, 100), st.randoms())
def test_the_order_in_which_people_are_read_changes_nothing(crowd: list[Considered], turn: int, random: object) -> None:
    shuffled = list(crowd)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert assign(crowd, STEPS, turn=turn).assignee == assign(shuffled, STEPS, turn=turn).assignee
