"""Letters and answers that were written once, from /letters and /replies to the employer."""

from __future__ import annotations

from tests.bridge.conftest import Bridge
from tests.bridge.steps import conversation


async def keep(bridge: Bridge, command: str, text: str) -> None:
    """Add a template."""
    anna = bridge.anna
    sent = await anna.send(command)
    shown = await anna.wait_for(lambda m: "➕ Добавить" in m.labels, after=sent)
    await anna.press(shown.id, "➕ Добавить")
    asked = await anna.wait_for(lambda m: m.prompt is not None, after=shown.id)
    written = await anna.send(text, reply_to=asked.id)
    await anna.wait_for(lambda m: "🏷 Название" in m.labels, after=written)


async def test_a_kept_letter_goes_out_filled_in(bridge: Bridge) -> None:
    anna = bridge.anna
    job = bridge.hh.world.add_vacancy(bridge.hh.world.add_employer("Ромашка"), "Аналитик")
    async with bridge.running():
        await bridge.link()
        await keep(bridge, "/letters", "Здравствуйте, {компания}! Я {имя}, мне подходит «{вакансия}».")
    async with bridge.running():  # what was kept survives a restart
        link = await anna.send(f"{bridge.hh.site_url}/vacancy/{job.id}")
        card = await anna.wait_for(lambda m: "📨 Откликнуться" in m.labels, after=link)
        await anna.press(card.id, "Откликнуться")
        await anna.wait_until(lambda: "Аналитик данных" in str(card.labels))
        await anna.press(card.id, "Аналитик данных")
        await anna.wait_until(lambda: "✉️ Здравствуйте" in str(card.labels))
        await anna.press(card.id, "✉️ Здравствуйте")
        await anna.wait_until(lambda: "✅ Отправить" in card.labels)
        assert "Я Анна Смирнова" in card.text
        await anna.press(card.id, "✅ Отправить")
        await anna.wait_until(lambda: "Отклик отправлен" in card.text)
    (talk,) = bridge.hh.world.of_applicant(bridge.applicant.id)
    assert [m.text for m in talk.messages] == [
        "Здравствуйте, Ромашка! Я Анна Смирнова, мне подходит «Аналитик»."
    ]


async def test_a_quick_answer_is_one_press_and_one_confirmation(bridge: Bridge) -> None:
    anna = bridge.anna
    talk = conversation(bridge)
    async with bridge.running():
        await bridge.link()
        await keep(bridge, "/replies", "Спасибо, {компания}, удобно!")
        bridge.hh.employers.invite(talk.id, "Когда вам удобно?")
        news = await anna.wait_for("Когда вам удобно?")
        await anna.press(news.id, "Ответить")
        choice = await anna.wait_for(lambda m: "Спасибо" in str(m.labels), after=news.id)
        await anna.press(choice.id, "Спасибо")
        await anna.wait_until(lambda: "📤 Отправить" in choice.labels)
        assert not bridge.hh.journal.texts(talk.id)
        presses = [anna.tap(choice.id, "📤 Отправить") for _ in range(2)]
        for press in presses:
            await press
        await anna.wait_for_reaction(choice.id, "👌")
        assert "Спасибо, Ромашка, удобно!" in choice.text
        # The shown answer is a message of the conversation like any other.
        more = await anna.send("И в среду тоже", reply_to=choice.id)
        await anna.wait_for_reaction(more, "👌")
    assert bridge.hh.journal.texts(talk.id) == ["Спасибо, Ромашка, удобно!", "И в среду тоже"]
