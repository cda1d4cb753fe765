"""Newcomers are shown around once, and help answers in place."""

from __future__ import annotations

from tests.bridge.conftest import Bridge


async def test_who_links_for_the_first_time_is_shown_around_and_can_leave(bridge: Bridge) -> None:
    async with bridge.running():
        await bridge.link()
        tour = await bridge.anna.wait_for("1 из 3")
        await bridge.anna.press(tour.id, "Дальше")
        await bridge.anna.wait_until(lambda: "2 из 3" in tour.text)
        await bridge.anna.press(tour.id, "Пропустить")
        await bridge.anna.wait_until(lambda: "/help" in tour.text and not tour.buttons)
    assert sum("из 3" in message.text for message in bridge.anna.from_bot) == 0


async def test_help_is_turned_over_in_place_and_a_slip_is_understood(bridge: Bridge) -> None:
    async with bridge.running():
        await bridge.link()
        await bridge.anna.send("/help")
        help_ = await bridge.anna.wait_for("Чем помочь?")
        await bridge.anna.press(help_.id, "Мои данные")
        await bridge.anna.wait_until(lambda: "/unlink" in help_.text)
        await bridge.anna.press(help_.id, "Все темы")
        await bridge.anna.wait_until(lambda: "Чем помочь?" in help_.text)
        await bridge.anna.send("/hepl")
        await bridge.anna.wait_for("Может быть, /help?")
