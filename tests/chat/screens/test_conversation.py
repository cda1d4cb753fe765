from __future__ import annotations

import pytest

from bot.chat import actions
from bot.chat.outgoing import Conversation
from bot.chat.screens.conversation import card, closed, hidden, hide_ask, history, reply_prompt
from bot.chat.texts import Texts
from bot.hh.models import Message
from tests.chat.samples import ADDRESS, NOW, bare_negotiation, message, negotiation
from tests.chat.telegram_rules import labels, presses, shown, units, urls

RU, EN = Texts("ru"), Texts("en")

# OpenAPI 2025-12, dictionaries, "messaging_status", all but ok.
STATUSES = [
    "archived",
    "disabled_by_employer",
    "in_a_row_limit",
    "overall_limit",
    "no_invitation",
    "resume_deleted",
    "prohibited",
]


def test_a_card_tells_state_dates_and_resume() -> None:
    screen = card(RU, negotiation("77", state="invitation", has_updates=True), now=NOW)
    for part in ("Статус: приглашение", "20 ноября, 18:00", "Резюме: Разработчик", "непрочитанные"):
        assert part in screen.text
    assert screen.about == Conversation("77", card=True)
    assert set(presses(screen.keyboard)) == {actions.REPLY, actions.HISTORY, actions.HIDE, actions.MUTE}
    assert urls(screen.keyboard) == ["https://hh.ru/vacancy/1"]


def test_a_card_says_that_the_employer_has_seen_it() -> None:
    seen = negotiation().model_copy(update={"viewed_by_opponent": True})
    assert "Работодатель посмотрел" in card(RU, seen).text
    assert "has seen" not in card(EN, negotiation()).text


@pytest.mark.parametrize("status", STATUSES)
def test_every_messaging_status_has_its_own_reason_in_both_languages(status: str) -> None:
    for t in (RU, EN):
        others = {closed(t, other) for other in [*STATUSES, "never heard of"] if other != status}
        assert closed(t, status) not in others
    assert closed(RU, status) != closed(EN, status)


@pytest.mark.parametrize("status", [*STATUSES, "never heard of"])
def test_a_closed_card_says_why_and_offers_no_reply(status: str) -> None:
    screen = card(RU, negotiation(messaging_status=status))
    assert closed(RU, status) in screen.text
    assert actions.REPLY not in presses(screen.keyboard)


def test_a_card_of_nothing_but_nulls() -> None:
    screen = card(RU, bare_negotiation(), now=NOW)
    assert "Вакансия недоступна" in screen.text
    assert urls(screen.keyboard) == []


def test_history_says_who_wrote_what_and_when_oldest_first() -> None:
    written = [
        message("2", "Да, я приду", mine=True, minutes_ago=10),
        message("1", "Приходите", state="invitation", minutes_ago=24 * 60, address=ADDRESS),
        message("3", None, minutes_ago=1),
    ]
    said = shown(history(RU, negotiation(), written, 0, now=NOW).text)
    assert said.index("Приходите") < said.index("Да, я приду") < said.index("Без текста")
    assert "— вчера —\n\n🔸 ООО «Ромашка» · 18:00" in said
    assert "Вы · 17:50" in said
    assert "приглашение" in said
    assert "Годовикова" in said


def test_messages_of_one_second_are_ordered_by_id() -> None:
    written = [message("10", "вторая"), message("9", "первая")]
    said = history(RU, negotiation(), written, 0).text
    assert said.index("первая") < said.index("вторая")


def test_an_empty_history_says_so() -> None:
    assert "ничего не написано" in history(RU, negotiation(), [], 0).text


def pages_of(written: list[Message]) -> list[str]:
    """All pages, walked by the Earlier buttons."""
    number, pages = 0, []
    while True:
        screen = history(RU, negotiation(), written, number, now=NOW)
        pages.append(shown(screen.text))
        steps = [
            int(key.press.args[1])
            for row in screen.keyboard
            for key in row
            if key.press and key.press.action == actions.HISTORY
        ]
        earlier = [step for step in steps if step > number]
        assert [step for step in steps if step < number] == ([number - 1] if number else [])
        if not earlier:
            return pages
        number = earlier[0]


def test_pages_go_from_the_latest_back_and_lose_nothing() -> None:
    written = [message(str(n), f"Сообщение №{n}.", minutes_ago=1000 - n) for n in range(35)]
    pages = pages_of(written)
    assert len(pages) == 4
    assert "№34." in pages[0]
    assert "№0." in pages[-1]
    whole = "".join(reversed(pages))
    places = [whole.index(f"№{n}.") for n in range(35)]
    assert places == sorted(places)
    assert "Страница 4 из 4" in pages[0]
    assert "Страница 1 из 4" in pages[-1]


def test_long_messages_fill_pages_by_size() -> None:
    written = [message(str(n), f"Начало{n} " + "слово " * 1500 + f"конец{n}") for n in range(4)]
    pages = pages_of(written)
    assert all(units(page) <= 4096 for page in pages)
    for n in range(4):
        assert any(f"Начало{n}" in page for page in pages)
        assert any(f"конец{n}" in page for page in pages)


@pytest.mark.parametrize("number", [-5, 99])
def test_a_page_that_is_not_there_becomes_the_nearest(number: int) -> None:
    written = [message(str(n), f"№{n}.", minutes_ago=100 - n) for n in range(15)]
    nearest = history(RU, negotiation(), written, 0 if number < 0 else 1)
    assert history(RU, negotiation(), written, number) == nearest


def test_history_of_a_closed_conversation_has_no_reply() -> None:
    screen = history(RU, negotiation(messaging_status="archived"), [message()], 0)
    assert actions.REPLY not in presses(screen.keyboard)
    assert actions.OPEN in presses(screen.keyboard)


def test_the_reply_prompt_belongs_to_its_conversation() -> None:
    said = reply_prompt(EN, negotiation("77", company="A & B"), "77")
    assert said.about == Conversation("77")
    assert said.prompt
    assert "A & B" in shown(said.text)
    assert reply_prompt(RU, None, "5").about == Conversation("5")


def test_hiding_is_asked_once_with_decline_where_allowed() -> None:
    plain, polite = hide_ask(RU, negotiation("7")), hide_ask(RU, negotiation("7", decline_allowed=True))
    assert set(presses(plain.keyboard)) == {actions.HIDE_YES, actions.KEEP}
    assert set(presses(polite.keyboard)) == {actions.DECLINE_YES, actions.HIDE_YES, actions.KEEP}
    assert "вежливый отказ" in polite.text
    assert "вежливый отказ" not in plain.text
    assert "🙈 Скрыть молча" in labels(polite.keyboard)


def test_hidden_says_whether_the_employer_knows() -> None:
    assert "polite refusal" in hidden(EN, True).text
    assert "refusal" not in hidden(EN, False).text
    assert "Ромашка" in hidden(RU, False, negotiation()).text


def test_the_history_goes_day_by_day_and_marks_what_the_employer_has_read() -> None:
    talk = negotiation()
    day = 24 * 60
    messages = [
        message("1", "Первое", mine=True, viewed=True, minutes_ago=2 * day),
        message("2", "Второе", minutes_ago=day),
        message("3", "Третье", mine=True, minutes_ago=day),
        message("4", "Четвёртое", minutes_ago=1),
    ]
    said = shown(history(RU, talk, messages, 0, now=NOW).text)
    days = [line.strip("— ") for line in said.splitlines() if line.startswith("—")]
    assert days == ["21 ноября", "вчера", "сегодня"]
    assert "Вы · 18:00 👀\nПервое" in said
    assert "Вы · 18:00\nТретье" in said
