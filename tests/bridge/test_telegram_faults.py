"""What Telegram refuses, loses or delays: news arrives all the same and in order, or is counted."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from bot.sandbox.hh import faults
from bot.sandbox.hh.faults import Fault
from bot.sandbox.hh.objects import Negotiation
from bot.sandbox.telegram.server import LocalTelegram
from bot.transport import CONNECT_SECONDS
from bot.worker.services import Timing
from tests.bridge.conftest import Bridge
from tests.bridge.steps import SEND, arrivals, at_hh, conversation, polled, written_to
from tests.figures import figure

SAY, EDIT, REACT = "sendMessage", "editMessageText", "setMessageReaction"


def said(telegram: LocalTelegram, text: str) -> list[float]:
    """When messages with the text were accepted."""
    return [call.at for call in telegram.calls(SAY) if text in str(call.parameters.text("text"))]


async def test_a_pause_delays_only_its_own_chat_and_keeps_the_order(bridge: Bridge) -> None:
    boris = bridge.telegram.user(100_002, "Борис")
    applicant = bridge.hh.world.add_applicant("Борис", "Иванов")
    resume = bridge.hh.world.add_resume(applicant, "Водитель")
    talk = conversation(bridge)
    vacancy = bridge.hh.world.vacancies[talk.vacancy_id]
    async with bridge.running():
        await bridge.link()
        await bridge.link(boris, applicant)
        bridge.telegram.fail_next(SAY, retry_after=3, chat_id=bridge.anna.id)
        asked = time.time()
        for text in ("Раз", "Два", "Три"):
            bridge.hh.employers.write(talk.id, text)
        await bridge.telegram.wait_until(lambda: bridge.telegram.faults.waiting == 0)
        bridge.hh.employers.approach(resume, vacancy, "Борис, приходите")
        await boris.wait_for("Борис, приходите")
        assert arrivals(bridge, "Раз") == 0
        assert time.time() - asked < 3
        await bridge.anna.wait_for("Три")
        await polled(bridge)
    told = [text for m in bridge.anna.from_bot for text in ("Раз", "Два", "Три") if text in m.text]
    assert told == ["Раз", "Два", "Три"]
    assert said(bridge.telegram, "Раз")[0] - asked >= 3


async def test_a_long_pause_survives_a_restart(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.telegram.fail_next(SAY, retry_after=600)
        bridge.hh.employers.write(talk.id, "Через десять минут")
        await bridge.telegram.wait_until(lambda: bridge.telegram.faults.waiting == 0)
    async with bridge.running():
        await polled(bridge)
        asked = await bridge.anna.send("/list")
        await polled(bridge)
    assert [m.text for m in bridge.anna.from_bot if m.id > asked] == []
    assert arrivals(bridge, "Через десять минут") == 0
    assert len(bridge.telegram.refused) == 1
    async with bridge.running(clock=lambda: time.time() + 601):
        await bridge.anna.wait_for("Активные", after=asked)
        await polled(bridge)
    assert arrivals(bridge, "Через десять минут") == arrivals(bridge, "Активные") == 1


async def test_who_is_quicker_than_telegrams_answer_is_understood(bridge: Bridge) -> None:
    job = bridge.hh.world.add_vacancy(bridge.hh.world.add_employer("Ромашка"), "Аналитик")
    async with bridge.running():
        await bridge.link()
        asked = await bridge.anna.send(f"{bridge.hh.site_url}/vacancy/{job.id}")
        card = await bridge.anna.wait_for(lambda m: "Откликнуться" in str(m.labels), after=asked)
        await bridge.anna.press(card.id, "Откликнуться")
        await bridge.anna.wait_until(lambda: "Аналитик данных" in str(card.labels))
        await bridge.anna.press(card.id, "Аналитик данных")
        prompt = await bridge.anna.wait_for(lambda m: m.prompt is not None, after=asked)
        bridge.telegram.fail_next(SAY, delay_after=1.5)
        letter = await bridge.anna.send("Возьмите меня", reply_to=prompt.id)
        preview = await bridge.anna.wait_for(lambda m: "✅ Отправить" in m.labels, after=letter)
        bridge.anna.tap(preview.id, "✅ Отправить")
        await at_hh(bridge, lambda: [e.kind for e in bridge.hh.journal.effects] == ["apply"])


NOT_SENT: list[dict[str, int]] = [
    {"status": 500},
    {"status": 503},
    {"html_before": 200},
    {"html_before": 400},
    {"html_before": 403},
    {"html_before": 404},
    {"html_before": 502},
    {"reset_before": True},
    {"code": 420},
]


async def test_what_did_not_arrive_is_sent_again(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        for fault in NOT_SENT:
            bridge.telegram.fail_next(SAY, **fault)
            bridge.hh.employers.write(talk.id, f"Ждём вас: {fault}")
            await bridge.anna.wait_for(f"Ждём вас: {fault}")
            assert bridge.telegram.faults.waiting == 0
        await polled(bridge)
    assert arrivals(bridge, "Ждём вас") == len(NOT_SENT)


async def test_what_telegram_did_not_confirm_comes_again_and_says_so(bridge: Bridge) -> None:
    bridge.timing = replace(bridge.timing, answer=2.0)
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.telegram.fail_next(SAY, reset_after=True)
        await twice(bridge, talk, "Связь оборвалась")
        bridge.telegram.fail_next(SAY, html_after=502)
        await twice(bridge, talk, "Ответил посредник")
        bridge.telegram.fail_next(SAY, delay_after=3.0)
        await twice(bridge, talk, "Ответа не дождались")


async def test_what_telegram_takes_only_after_the_bridge_gave_up_comes_twice_and_one_says_so(
    bridge: Bridge,
) -> None:
    bridge.timing = replace(bridge.timing, answer=2.0)
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.telegram.fail_next(SAY, delay_before=4.0)
        bridge.hh.employers.write(talk.id, "Застряло")
        await bridge.anna.wait_for(lambda m: "Застряло" in m.text and "повтор" in m.text)
        bridge.hh.employers.write(talk.id, "Следом")
        await bridge.anna.wait_for("Следом")
        await bridge.anna.wait_until(lambda: arrivals(bridge, "Застряло") == 2)
        await polled(bridge)
    told = ["повтор" in m.text for m in bridge.anna.from_bot if "Застряло" in m.text]
    assert sorted(told) == [False, True]
    assert arrivals(bridge, "Следом") == 1


async def twice(bridge: Bridge, talk: Negotiation, text: str) -> None:
    """The employer writes, and the message arrives a second time, marked as a repeat."""
    bridge.hh.employers.write(talk.id, text)
    await bridge.anna.wait_for(lambda m: text in m.text and "повтор" in m.text)
    assert ["повтор" in m.text for m in bridge.anna.from_bot if text in m.text] == [False, True]


async def test_a_bridge_that_stops_waits_for_what_is_on_its_way_to_telegram(bridge: Bridge) -> None:
    bridge.timing = replace(bridge.timing, stop=5.0)
    assert Timing().stop >= CONNECT_SECONDS + Timing().answer
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.telegram.fail_next(SAY, delay_after=2.5)
        bridge.hh.employers.write(talk.id, "На ходу")
        await bridge.anna.wait_for("На ходу")
    async with bridge.running():
        await polled(bridge)
    assert arrivals(bridge, "На ходу") == 1


async def test_what_a_bridge_that_stops_can_not_wait_for_comes_again_and_says_so(bridge: Bridge) -> None:
    bridge.timing = replace(bridge.timing, stop=1.0)
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.telegram.fail_next(SAY, delay_after=4.0)
        bridge.hh.employers.write(talk.id, "На ходу")
        await bridge.anna.wait_for("На ходу")
    async with bridge.running():
        await bridge.anna.wait_for(lambda m: "На ходу" in m.text and "повтор" in m.text)
    assert arrivals(bridge, "На ходу") == 2


async def test_what_nobody_confirms_is_repeated_ever_more_seldom(bridge: Bridge) -> None:
    bridge.timing = replace(bridge.timing, repeat=0.5)
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.telegram.fail_next(SAY, times=2, status=502)
        bridge.hh.employers.write(talk.id, "Ждём вас")
        await bridge.anna.wait_for("Ждём вас")
    refused = [call.at for call in bridge.telegram.refused if call.method == SAY]
    assert refused[1] - refused[0] >= 0.5
    assert said(bridge.telegram, "Ждём вас")[0] - refused[1] >= 1.0


CANT_SHOW = [
    "can't parse entities: Unsupported start tag",
    "BUTTON_DATA_INVALID",
    "message to be replied not found",
    "something nobody has heard of",
]


async def test_news_that_telegram_cant_show_comes_plainer(bridge: Bridge) -> None:
    talk = conversation(bridge, "Рога & <Копыта>")
    async with bridge.running():
        await bridge.link()
        for reason in CANT_SHOW:
            for times in (1, 2):
                bridge.telegram.fail_next(SAY, times=times, bad_request=reason)
                text = f"Ждём <вас> & всех: {reason} {times}"
                bridge.hh.employers.write(talk.id, text)
                news = await bridge.anna.wait_for(text)
                assert "Рога & <Копыта>" in news.text
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
    assert arrivals(bridge, "Ждём <вас>") == 2 * len(CANT_SHOW)
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]


async def test_news_that_is_refused_even_as_bare_text_is_counted_and_holds_up_nothing(
    bridge: Bridge, caplog: pytest.LogCaptureFixture
) -> None:
    talk = conversation(bridge)
    before = rejected()
    async with bridge.running():
        await bridge.link()
        bridge.telegram.fail_next(SAY, times=4, bad_request="nobody may read this")
        bridge.hh.employers.write(talk.id, "Тайна")
        await bridge.telegram.wait_until(lambda: len(bridge.telegram.refused) >= 2)
        await at_hh(bridge, lambda: rejected() > before)
        bridge.telegram.faults.clear()
        bridge.hh.employers.write(talk.id, "Не тайна")
        await bridge.anna.wait_for("Не тайна")
    errors = [line for line in caplog.text.splitlines() if "refuses for ever" in line]
    assert len(errors) == rejected() - before == 1
    assert "obody may read this" in errors[0]


def rejected() -> float:
    """How many messages Telegram has refused for ever."""
    return figure("deliveries_total", entry="Say", outcome="rejected")


async def test_a_card_that_is_gone_is_shown_anew(bridge: Bridge) -> None:
    conversation(bridge)
    async with bridge.running():
        await bridge.link()
        asked = await bridge.anna.send("/list")
        listing = await bridge.anna.wait_for("Активные", after=asked)
        bridge.telegram.fail_next(EDIT, bad_request="message to edit not found")
        await bridge.anna.press(listing.id, "Все")
        await bridge.anna.wait_for(lambda m: "• Все" in str(m.labels), after=listing.id)


async def test_a_tick_that_cant_be_set_is_said(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        bridge.telegram.fail_next(REACT, bad_request="message to react not found")
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        await bridge.anna.wait_for("👌", after=reply)
        bridge.telegram.fail_next(REACT, code=404)
        again = await bridge.anna.send("Точно приду!", reply_to=news.id)
        await bridge.anna.wait_for("👌", after=again)
    assert bridge.hh.journal.texts(talk.id) == ["Приду!", "Точно приду!"]


@pytest.mark.parametrize("how", ["blocked", "refused", "deleted"])
async def test_who_is_away_is_left_alone_and_told_everything_when_he_returns(
    bridge: Bridge, how: str
) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        if how == "blocked":
            await bridge.anna.block()
        elif how == "deleted":
            await bridge.anna.delete_account()
        else:
            bridge.telegram.fail_next(SAY, forbidden="user is deactivated")
        bridge.hh.employers.write(talk.id, "Первое")
        if how != "blocked":
            await bridge.telegram.wait_until(lambda: bool(bridge.telegram.refused))
        await silence(bridge)
        bridge.hh.employers.invite(talk.id, "Второе")
        if how == "deleted":
            await bridge.anna.unblock()
        back = await bridge.anna.start()
        await bridge.anna.wait_for("Второе", after=back)
        await polled(bridge)
    assert (arrivals(bridge, "Первое"), arrivals(bridge, "Второе")) == (1, 1)


@pytest.mark.parametrize(
    "fault",
    [faults.throttled(3), faults.reset(), faults.reset(after=True)],
    ids=["put off", "lost", "arrived"],
)
async def test_what_was_written_before_the_bot_was_blocked_goes_out_once(
    bridge: Bridge, fault: Fault
) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        sending = bridge.hh.faults.add(fault, on=SEND)
        unread = bridge.hh.faults.add(
            faults.broken(503), on=f"GET /negotiations/{talk.id}/messages", times=None
        )
        reply = await bridge.anna.send("Приду!", reply_to=news.id)
        await at_hh(bridge, lambda: sending.struck == 1)
        await bridge.anna.block()
        await silence(bridge)
        bridge.hh.faults.remove(unread.id)
        await at_hh(bridge, lambda: bridge.hh.journal.texts(talk.id) == ["Приду!"])
        await bridge.anna.start()
        await bridge.anna.wait_for_reaction(reply, "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Приду!"]


async def silence(bridge: Bridge) -> None:
    """Wait until nobody looks at the list any more for a while."""
    looks = -1
    while looks != (looks := bridge.hh.journal.count("GET", "/negotiations")):
        waiting = time.monotonic() + 1.5
        await at_hh(bridge, lambda until=waiting: time.monotonic() >= until)  # type: ignore[misc]


async def test_updates_that_come_twice_or_with_ids_that_begin_again_are_each_done_once(
    bridge: Bridge,
) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        news = await written_to(bridge, talk)
        bridge.telegram.faults.duplicate_updates(2)
        for text in ("Раз", "Два"):
            reply = await bridge.anna.send(text, reply_to=news.id)
            await bridge.anna.wait_for_reaction(reply, "👌")
        bridge.telegram.restart_update_ids(1)
        for text in ("Три", "Четыре"):
            reply = await bridge.anna.send(text, reply_to=news.id)
            await bridge.anna.wait_for_reaction(reply, "👌")
        await bridge.telegram.settled()
        await polled(bridge)
    assert bridge.hh.journal.texts(talk.id) == ["Раз", "Два", "Три", "Четыре"]
