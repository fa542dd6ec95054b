"""Signing in: one answer for every failure, waits that grow, a second factor that is asked for and never skipped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from layers.access.accounts import change, lock_account, unlock_account
from layers.access.own import offer_second_factor, set_password, set_second_factor
from layers.access.records import Owes
from layers.access.sessions import actor_of_session, start_session, visit_of
from layers.access.signing_in import complete, kept_for, show_code, sign_in, wait_after
from layers.actors import Role
from tests.layers.access.counter import PASSWORD, Counter
from tests.layers.access.test_passwords import Counted


async def test_a_password_is_enough_for_a_grid_worker(counter: Counter) -> None:
    account = await counter.add(Role.GRID_WORKER, person="W0001")
    found = await counter.sign_in("  Grid-Worker ")
    assert found is not None
    assert (found.owes, found.account.id) == (Owes.NOTHING, account.id)
    actor = await actor_of_session(counter.connection, found.token, now=counter.at)
    assert actor is not None
    assert (actor.name, actor.role, actor.account_id) == (f"account:{account.id}", Role.GRID_WORKER, account.id)
    assert actor.scope.paths
    assert await counter.events(account) == ["account_added", "signed_in"]


async def test_every_failure_is_alike_and_costs_the_same(counter: Counter) -> None:
    await counter.add(Role.GRID_WORKER)
    locked = await counter.add(Role.SUPERVISOR, "locked-one")
    await lock_account(counter.connection, locked, actor="command:test", now=counter.at)
    without = await counter.add(Role.SUPERVISOR, "without-one")
    await change(counter.connection, without.id, "password_hash = null")
    await counter.passwords.fits(None, "warm up")
    counted = Counted(counter.passwords)
    for login, password in (
        ("nobody-here", PASSWORD),
        ("grid-worker", "another password"),
        ("locked-one", PASSWORD),
        ("without-one", PASSWORD),
    ):
        counted.calls = 0
        assert await counter.sign_in(login, password) is None, login
        assert counted.calls == 1, login


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (10, 32), (11, 60), (12, 60), (1000, 60)]
)
def test_waits_double_up_to_an_hour(failures: int, minutes: int) -> None:
    assert wait_after(failures) == timedelta(minutes=minutes)


async def test_after_five_failures_even_the_right_password_waits(counter: Counter) -> None:
    account = await counter.add(Role.GRID_WORKER)
    for _ in range(5):
        assert await counter.sign_in(account.login, "another password") is None
    assert await counter.sign_in(account.login) is None
    counter.later(seconds=59)
    assert await counter.sign_in(account.login) is None
    counter.later(seconds=2)
    assert await counter.sign_in(account.login, "another password") is None
    counter.later(seconds=61)
    assert await counter.sign_in(account.login) is None, "the second wait is two minutes"
    counter.later(seconds=60)
    assert await counter.sign_in(account.login) is not None
    assert await counter.sign_in(account.login, "another password") is None
    assert await counter.sign_in(account.login) is not None, "a sign-in forgets the failures"


async def test_what_is_tried_while_it_waits_does_not_lengthen_the_wait(counter: Counter) -> None:
    account = await counter.add(Role.GRID_WORKER)
    for _ in range(50):
        await counter.sign_in(account.login, "another password")
    counter.later(seconds=61)
    assert await counter.sign_in(account.login) is not None


async def test_unlocking_forgets_the_wait(counter: Counter) -> None:
    account = await counter.add(Role.GRID_WORKER)
    for _ in range(5):
        await counter.sign_in(account.login, "another password")
    await unlock_account(counter.connection, account, actor="command:test", now=counter.at)
    assert await counter.sign_in(account.login) is not None


async def test_a_password_changed_while_it_was_compared_does_not_count(counter: Counter) -> None:
    account = await counter.add(Role.GRID_WORKER)
    kept = await kept_for(counter.connection, account.login)
    digest = await counter.passwords.digest("a newer password")
    await set_password(counter.connection, account, digest, token="", now=counter.at)
    assert await sign_in(counter.connection, kept, fits=True, code=None, seal=counter.seal, now=counter.at) is None


async def test_a_dispatcher_owes_a_code_after_the_password(counter: Counter) -> None:
    account = await counter.add(Role.DISPATCHER)
    secret = await counter.enrol(account)
    half = await counter.sign_in(account.login)
    assert half is not None
    assert half.owes is Owes.CODE
    assert await actor_of_session(counter.connection, half.token, now=counter.at) is None
    visit = await visit_of(counter.connection, half.token, now=counter.at)
    assert visit is not None
    whole = await show_code(
        counter.connection, visit, half.token, counter.code(secret), seal=counter.seal, now=counter.at
    )
    assert whole is not None
    assert whole.token != half.token
    assert await visit_of(counter.connection, half.token, now=counter.at) is None
    assert await actor_of_session(counter.connection, whole.token, now=counter.at) is not None


async def test_password_and_code_at_once(counter: Counter) -> None:
    account = await counter.add(Role.PLANNER)
    secret = await counter.enrol(account)
    assert await counter.sign_in(account.login, code="000000") is None
    code = counter.code(secret)
    assert await counter.sign_in(account.login, "another password", code) is None
    found = await counter.sign_in(account.login, code=code)
    assert found is not None
    assert found.owes is Owes.NOTHING
    assert await counter.sign_in(account.login, code=code) is None, "no code counts twice"


async def test_codes_cannot_be_guessed_for_long(counter: Counter) -> None:
    account = await counter.add(Role.DISPATCHER)
    secret = await counter.enrol(account)
    half = await counter.sign_in(account.login)
    assert half is not None
    visit = await visit_of(counter.connection, half.token, now=counter.at)
    assert visit is not None
    wrong = f"{(int(counter.code(secret)) + 1) % 1_000_000:06d}"
    for _ in range(4):
        assert await _show(counter, visit, half.token, wrong) is None
        assert await counter.sign_in(account.login) is not None, "the password alone does not forget failures"
    assert await _show(counter, visit, half.token, wrong) is None
    assert await _show(counter, visit, half.token, counter.code(secret)) is None


async def _show(counter: Counter, visit: object, token: str, code: str) -> object:
    return await show_code(counter.connection, visit, token, code, seal=counter.seal, now=counter.at)  # type: ignore[arg-type]


async def test_whoever_has_no_second_factor_yet_sets_one_before_anything_else(counter: Counter) -> None:
    account = await counter.add(Role.SECURITY_ADMINISTRATOR)
    half = await counter.sign_in(account.login, code="123456")
    assert half is not None
    assert half.owes is Owes.ENROLMENT
    visit = await visit_of(counter.connection, half.token, now=counter.at)
    assert visit is not None
    assert await _show(counter, visit, half.token, "123456") is None
    offer = offer_second_factor(account, counter.seal)
    secret = counter.seal.open(_bytes(offer.pending), about=f"offered to account:{account.id}")
    await set_second_factor(
        counter.connection, account, pending=offer.pending, code=counter.code(secret), seal=counter.seal, now=counter.at
    )
    whole = await complete(counter.connection, visit, half.token, now=counter.at)
    assert whole.owes is Owes.NOTHING
    assert (await counter.again(account)).enrolled_at == counter.at
    assert await counter.sign_in(account.login, code=counter.code(secret)) is None, "the code of the enrolment is used"
    assert await counter.sign_in(account.login, code=counter.code(secret, 1)) is not None


async def test_a_password_that_expires_is_changed_first(counter: Counter) -> None:
    account = await counter.add(Role.SUPERVISOR)
    await change(counter.connection, account.id, "password_expires = true")
    found = await counter.sign_in(account.login)
    assert found is not None
    assert found.owes is Owes.PASSWORD
    assert await actor_of_session(counter.connection, found.token, now=counter.at) is None
    other = await start_session(counter.connection, account, half=False, now=counter.at)
    digest = await counter.passwords.digest("a newer password")
    await set_password(counter.connection, account, digest, token=found.token, now=counter.at)
    assert await actor_of_session(counter.connection, found.token, now=counter.at) is not None
    assert await actor_of_session(counter.connection, other, now=counter.at) is None, "other browsers are signed out"


def _bytes(pending: str) -> bytes:
    import base64

    return base64.urlsafe_b64decode(pending)
