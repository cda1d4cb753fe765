"""What comes with an invitation, and calls."""

from __future__ import annotations

from bot.sandbox.hh.objects import Address
from tests.bridge.conftest import Bridge
from tests.bridge.steps import conversation


async def test_a_missed_call_is_told_once(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        call = bridge.hh.employers.call(talk.id, "calling")
        bridge.hh.employers.change_call(talk.id, call.id, "did_not_connect")
        told = await bridge.anna.wait_for("пропущенный звонок")
        assert "Ромашка" in told.text
        bridge.hh.employers.write(talk.id, "Не дозвонились до вас")
        await bridge.anna.wait_for("Не дозвонились до вас")
    assert sum("пропущенный звонок" in message.text for message in bridge.anna.from_bot) == 1


async def test_an_invitation_for_tomorrow_brings_a_calendar_file(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.invite(talk.id, "Ждём вас завтра в 15:00")
        news = await bridge.anna.wait_for("Ждём вас завтра")
        sent = await bridge.anna.wait_for(lambda m: m.document is not None)
        assert news.id < sent.id
        assert not news.silent
        assert sent.silent
        assert sent.document is not None
        _, content = bridge.telegram.world.files[sent.document.file_id]
        assert "T120000Z\r\nDTEND" in content.decode()
        reply = await bridge.anna.send("Буду!", reply_to=sent.id)
        await bridge.anna.wait_for_reaction(reply, "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Буду!"]


async def test_two_times_bring_none(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        bridge.hh.employers.invite(talk.id, "Ждём вас завтра в 15:00 или в 17:00")
        bridge.hh.employers.write(talk.id, "Когда вам удобнее?")
        await bridge.anna.wait_for("Когда вам удобнее?")
    assert not any(message.document for message in bridge.anna.from_bot)


async def test_an_office_on_the_zero_meridian_holds_up_nothing(bridge: Bridge) -> None:
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        where = Address(
            id="1",
            employer_id=bridge.hh.world.vacancies[talk.vacancy_id].employer_id,
            city="Лондон",
            street="Гринвич",
            building="1",
            lat=51.5,
            lng=0.0,
        )
        bridge.hh.employers.invite(talk.id, "Ждём вас в Лондоне", address=where)
        await bridge.anna.wait_for(lambda m: m.venue is not None)
        bridge.hh.employers.write(talk.id, "Как добрались?")
        await bridge.anna.wait_for("Как добрались?")
