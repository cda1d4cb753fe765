"""The seeded world of the local hh.ru."""

from __future__ import annotations

from bot.sandbox.hh import rules
from bot.sandbox.hh.crowd import crowd
from bot.sandbox.hh.seed import ago, seed
from bot.sandbox.hh.world import World
from tests.sandbox.hh.conftest import Clock


def test_the_seed_is_the_same_each_time(clock: Clock) -> None:
    worlds = [World(now=clock), World(now=clock)]
    for world in worlds:
        seed(world)
    assert worlds[0].negotiations == worlds[1].negotiations
    assert worlds[0].vacancies == worlds[1].vacancies


def test_the_seed_has_conversations_in_every_state(clock: Clock) -> None:
    world = World(now=clock)
    seed(world)
    statuses = {rules.messaging_status(world, item) for item in world.negotiations.values()}
    states = {item.state for item in world.negotiations.values()}
    assert {"ok", "no_invitation", "archived", "disabled_by_employer"} <= statuses
    assert {"response", "invitation", "discard", "offer"} <= states
    assert len(world.vacancies) >= 15
    assert any(item.has_updates for item in world.negotiations.values())
    assert any(message.address for item in world.negotiations.values() for message in item.messages)
    assert any(item.phone_calls for item in world.negotiations.values())


def test_every_conversation_is_told_in_order_and_not_in_the_future(clock: Clock) -> None:
    world = World(now=clock)
    people = seed(world)
    crowd(world, people.olga, 40)
    for negotiation in world.negotiations.values():
        moments = [message.created_at for message in negotiation.messages]
        assert moments == sorted(moments)
        assert negotiation.created_at <= moments[0]
        assert moments[-1] <= negotiation.updated_at <= clock()


def test_a_crowd_is_as_large_as_asked_and_partly_unread(clock: Clock) -> None:
    world = World(now=clock)
    people = seed(world)
    before = len(world.of_applicant(people.anna.id))
    made = crowd(world, people.anna, 500)
    assert len(world.of_applicant(people.anna.id)) == before + 500
    assert sum(item.has_updates for item in made) == 100
    assert len({item.updated_at for item in made}) == 500


def test_what_is_done_ago_leaves_the_clock_as_it_was(clock: Clock) -> None:
    world = World(now=clock)
    with ago(world, 60):
        assert world.now() == clock() - 60
    assert world.now() == clock()
