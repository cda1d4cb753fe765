"""How quick one user may be."""

from __future__ import annotations

from bot.worker.pace import Paces, Rate

RATE = Rate(1.0, burst=4)


def taken(paces: Paces, times: int, now: float = 100.0, longest: float = 60.0) -> list[float]:
    return [paces.reserve("turns", RATE, now, longest) for _ in range(times)]


def test_a_burst_goes_at_once_and_the_rest_at_the_rate() -> None:
    assert taken(Paces({}), 6) == [0, 0, 0, 0, 1, 2]


def test_a_wait_over_the_longest_reserves_nothing() -> None:
    paces = Paces({})
    assert taken(paces, 7, longest=1.5) == [0, 0, 0, 0, 1, 2, 2]
    assert taken(paces, 1, now=102.0) == [0]


def test_each_thing_has_a_rate_of_its_own() -> None:
    paces = Paces({})
    taken(paces, 4)
    assert paces.reserve("messages", RATE, 100.0, 60.0) == 0


def test_half_a_burst_is_written_down_and_the_next_holder_goes_on_from_it() -> None:
    paces = Paces({})
    taken(paces, 2)
    assert paces.to_store(100.0) == {}
    taken(paces, 2)
    noted = paces.to_store(100.0)
    assert noted == {"turns": 104.0}
    assert taken(Paces(noted), 2) == [1, 2]


def test_what_is_over_is_forgotten_once() -> None:
    paces = Paces({"turns": 104.0, "messages": 0.0})
    assert paces.to_store(103.0) == {}
    assert paces.to_store(104.5) == {"turns": 0.0}
    assert paces.to_store(105.0) == {}
