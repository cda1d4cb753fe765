"""The applications of a rolling day: how many count, and when one more is possible."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.sync.applications import DAY_SECONDS, LIMIT, Applications, made
from tests.chat.samples import negotiation

NOW = 1_000_000.0


def test_what_is_a_day_old_counts_no_more() -> None:
    known = Applications((NOW - DAY_SECONDS - 1, NOW - DAY_SECONDS, NOW - DAY_SECONDS + 1, NOW))
    assert known.in_a_day(NOW) == 2
    assert Applications().free_at(NOW) is None


def test_an_invitation_of_an_employer_is_no_application() -> None:
    assert made(negotiation("7")).keys() == {"7"}
    assert made(negotiation("7", state="invitation")) == {}


@given(st.lists(st.floats(NOW - 2 * DAY_SECONDS, NOW), min_size=1, max_size=2 * LIMIT).map(sorted))
def test_when_it_is_said_to_be_free_one_more_is_possible_and_not_before(moments: list[float]) -> None:
    known = Applications(tuple(moments))
    free_at = known.free_at(NOW)
    if free_at is None:
        assert known.in_a_day(NOW) == 0
    else:
        assert known.in_a_day(free_at) < LIMIT
        assert known.in_a_day(NOW) < LIMIT or known.in_a_day(free_at - 1e-3) >= LIMIT
