"""The limit of 200 applications in a rolling day: counted with those of the site, told, nothing lost."""

from __future__ import annotations

from bot.sandbox.hh.objects import Vacancy
from bot.sandbox.hh.seed import ago
from bot.sandbox.telegram.chats import ChatMessage
from tests.bridge.conftest import Bridge


def jobs(bridge: Bridge, count: int) -> list[Vacancy]:
    employer = bridge.hh.world.add_employer("Ромашка")
    return [bridge.hh.world.add_vacancy(employer, f"Аналитик {number}") for number in range(count)]


async def apply(bridge: Bridge, job: Vacancy) -> ChatMessage:
    """The card of an application that is on its way, without a letter."""
    anna = bridge.anna
    link = await anna.send(f"{bridge.hh.site_url}/vacancy/{job.id}")
    card = await anna.wait_for(lambda m: "📨 Откликнуться" in m.labels, after=link)
    await anna.press(card.id, "📨 Откликнуться")
    await anna.wait_until(lambda: "Аналитик данных" in str(card.labels))
    await anna.press(card.id, "Аналитик данных")
    await anna.wait_until(lambda: "Без письма" in card.labels)
    await anna.press(card.id, "Без письма")
    await anna.wait_until(lambda: "✅ Отправить" in card.labels)
    await anna.press(card.id, "✅ Отправить")
    return card


async def test_applications_are_counted_also_those_made_on_the_site_and_after_a_restart(
    bridge: Bridge,
) -> None:
    anna = bridge.anna
    first, second, old, on_the_site = jobs(bridge, 4)
    with ago(bridge.hh.world, 3 * 24 * 3600):
        bridge.hh.world.open_negotiation(bridge.resume, old, state="response")
    with ago(bridge.hh.world, 3600):
        bridge.hh.world.open_negotiation(bridge.resume, on_the_site, state="response")
    async with bridge.running():
        await bridge.link()
        card = await apply(bridge, first)
        await anna.wait_until(lambda: "За сутки — 2 из 200" in card.text)
    async with bridge.running():
        card = await apply(bridge, second)
        await anna.wait_until(lambda: "За сутки — 3 из 200" in card.text)


async def test_at_the_limit_the_application_is_kept_and_sent_with_one_press_later(bridge: Bridge) -> None:
    anna = bridge.anna
    first, second = jobs(bridge, 2)
    bridge.hh.world.limits.applications_a_day = 1
    async with bridge.running():
        await bridge.link()
        card = await apply(bridge, first)
        await anna.wait_until(lambda: "За сутки — 1 из 200" in card.text)
        kept = await apply(bridge, second)
        await anna.wait_until(lambda: "📨 Отправить сейчас" in kept.labels)
        assert "не позже чем" in kept.text
        bridge.hh.world.limits.applications_a_day = 200
        await anna.press(kept.id, "📨 Отправить сейчас")
        await anna.wait_until(lambda: "За сутки — 2 из 200" in kept.text)
    assert [effect.kind for effect in bridge.hh.journal.effects] == ["apply", "apply"]
