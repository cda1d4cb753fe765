from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat import actions
from bot.chat.outgoing import Conversation, Outgoing, Place, Say
from bot.chat.screens.news import baseline, more_unread, news
from bot.chat.texts import Texts
from bot.hh.models import Address, Assessment, Message, Negotiation
from bot.sync.events import Event, Kind
from tests.chat.samples import ADDRESS, NOW, bare_negotiation, message, negotiation
from tests.chat.telegram_rules import labels, presses, shown, units, urls

RU, EN = Texts("ru"), Texts("en")


def told(t: Texts, kind: Kind, about: Negotiation, written: Message | None = None) -> list[Outgoing]:
    return news(t, Event(kind, about, written), now=NOW)


def only(entries: list[Outgoing]) -> Say:
    (entry,) = entries
    assert isinstance(entry, Say)
    return entry


@pytest.mark.parametrize(
    ("kind", "ru", "en"),
    [
        (Kind.MESSAGE, "ООО «Ромашка» пишет", "ООО «Ромашка» writes"),
        (Kind.INVITATION, "ООО «Ромашка» приглашает вас", "ООО «Ромашка» invites you"),
        (Kind.REFUSAL, "ООО «Ромашка»: отказ", "ООО «Ромашка» has refused"),
    ],
)
def test_the_first_line_says_who_and_what(kind: Kind, ru: str, en: str) -> None:
    for t, first in ((RU, ru), (EN, en)):
        said = shown(only(told(t, kind, negotiation(), message(text="Добрый день"))).text)
        assert said.splitlines()[0].endswith(first)
        assert said.splitlines()[1] == "Python-разработчик"
        assert said.endswith("Добрый день")


def test_other_states_are_told_in_our_words_or_those_of_hh() -> None:
    known = negotiation(state="interview", state_name="Интервью")
    unknown = negotiation(state="on_probation", state_name="Испытательный срок")
    assert "собеседование" in only(told(RU, Kind.PROGRESS, known)).text
    assert "Испытательный срок" in only(told(RU, Kind.PROGRESS, unknown)).text


def test_what_an_employer_writes_is_shown_literally() -> None:
    said = only(
        told(RU, Kind.MESSAGE, negotiation(company="<i>A&B</i>"), message(text="<b>жир</b> &amp; {n}"))
    )
    assert "<b>жир</b> &amp; {n}" in shown(said.text)
    assert "<i>A&B</i>" in shown(said.text)


def test_buttons_reply_history_hide_and_open() -> None:
    said = only(told(RU, Kind.MESSAGE, negotiation("77"), message()))
    assert presses(said.keyboard) == {
        actions.REPLY: ("77",),
        actions.HISTORY: ("77",),
        actions.HIDE: ("77",),
    }
    assert urls(said.keyboard) == ["https://hh.ru/vacancy/1"]
    assert "🙈 Скрыть" in labels(said.keyboard)


def test_decline_is_offered_where_hh_allows_it() -> None:
    said = only(told(EN, Kind.INVITATION, negotiation(decline_allowed=True), message()))
    assert "🙅 Decline" in labels(said.keyboard)
    assert "🙈 Hide" not in labels(said.keyboard)


def test_where_one_cannot_write_there_is_a_reason_instead_of_reply() -> None:
    closed = negotiation(messaging_status="disabled_by_employer")
    said = only(told(RU, Kind.MESSAGE, closed, message()))
    assert actions.REPLY not in presses(said.keyboard)
    assert "Работодатель отключил переписку" in said.text


def test_after_a_refusal_the_reason_is_the_refusal() -> None:
    refused = negotiation(state="discard", messaging_status="no_invitation")
    assert "После отказа" in only(told(RU, Kind.REFUSAL, refused, message())).text


def test_a_hidden_conversation_cannot_be_hidden_again() -> None:
    said = only(told(RU, Kind.MESSAGE, negotiation(hidden=True), message()))
    assert actions.HIDE not in presses(said.keyboard)


@pytest.mark.parametrize(
    "url", [None, "", "ftp://hh.ru/1", "hh.ru/vacancy/1", "https://", "https://hh.ru/a b"]
)
def test_a_button_never_opens_what_is_no_web_address(url: str | None) -> None:
    assert urls(only(told(RU, Kind.MESSAGE, negotiation(url=url), message())).keyboard) == []


def test_everything_may_be_null() -> None:
    said = only(told(RU, Kind.REFUSAL, bare_negotiation()))
    assert "Анонимная компания" in said.text
    assert "Вакансия недоступна" in said.text
    assert said.about == Conversation("7")


def test_fresh_news_has_no_date_and_old_news_has_one() -> None:
    fresh = only(told(RU, Kind.MESSAGE, negotiation(), message(minutes_ago=59)))
    old = only(told(RU, Kind.MESSAGE, negotiation(), message(minutes_ago=3 * 24 * 60)))
    assert "ноября" not in fresh.text
    assert "20 ноября, 18:00" in old.text


def test_a_long_text_comes_in_parts_with_the_buttons_under_the_last() -> None:
    text = "\n\n".join(f"Абзац {n} про <условия>. " * 20 for n in range(40))
    entries = told(RU, Kind.MESSAGE, negotiation("77"), message("5", text))
    says = [entry for entry in entries if isinstance(entry, Say)]
    assert len(says) == len(entries) > 2
    assert all(units(shown(say.text)) <= 4096 for say in says)
    assert [bool(say.keyboard) for say in says] == [False] * (len(says) - 1) + [True]
    assert {say.about for say in says} == {Conversation("77")}
    assert "".join("".join(shown(say.text) for say in says).split()).endswith("".join(text.split()))


def test_an_address_comes_as_text_and_as_a_venue() -> None:
    said, venue = told(RU, Kind.INVITATION, negotiation("77"), message("5", "Ждём", address=ADDRESS))
    assert isinstance(said, Say)
    for part in ("Москва, улица Годовикова, 9с10", "Алексеевская", "На проходной потребуется паспорт"):
        assert part in said.text
    assert venue == Place(
        lat=55.807794,
        lng=37.638699,
        title="ООО «Ромашка»",
        address="Москва, улица Годовикова, 9с10",
        about=Conversation("77"),
    )


@pytest.mark.parametrize("spoiled", [{"lat": None}, {"lng": None}, {"lat": 91.0}, {"lng": float("nan")}])
def test_without_a_usable_point_there_is_no_venue(spoiled: dict[str, float | None]) -> None:
    address = ADDRESS.model_copy(update=spoiled)
    assert "Годовикова" in only(told(RU, Kind.INVITATION, negotiation(), message(address=address))).text


def test_an_address_in_one_piece_is_shown_where_there_are_no_parts() -> None:
    address = Address(raw="Минск, пр. Победителей, 7")
    assert (
        "Минск, пр. Победителей, 7"
        in only(told(RU, Kind.INVITATION, negotiation(), message(address=address))).text
    )


def test_tests_are_buttons_that_open_them() -> None:
    assessment = Assessment.model_validate(
        {
            "id": 1,
            "name": "Логика",
            "actions": [
                {"id": "start", "name": "Начать тест", "alternate_url": "https://hh.ru/test/1"},
                {"id": "off", "name": "Закрыт", "enabled": False, "alternate_url": "https://hh.ru/test/2"},
                {"id": "bad", "name": "Сломан", "alternate_url": "javascript:alert(1)"},
            ],
        }
    )
    written = message().model_copy(update={"assessments": [assessment]})
    said = only(told(RU, Kind.MESSAGE, negotiation(), written))
    assert "📝 Начать тест" in labels(said.keyboard)
    assert urls(said.keyboard) == ["https://hh.ru/test/1", "https://hh.ru/vacancy/1"]


def test_a_message_without_text_says_where_to_see_it() -> None:
    assert "Сообщение без текста" in only(told(RU, Kind.MESSAGE, negotiation(), message(text=None))).text
    assert "without text" in only(told(EN, Kind.MESSAGE, negotiation(), message(text=" \u200b"))).text


def test_the_baseline_counts_in_russian() -> None:
    screen = baseline(RU, 2, 61)
    assert "61 переписка" in screen.text
    assert "Непрочитанных: 2" in screen.text
    assert actions.LIST in presses(screen.keyboard)


def test_the_baseline_of_a_new_account_tells_what_to_do() -> None:
    screen = baseline(EN, 0, 0)
    assert "link to a vacancy" in screen.text
    assert screen.keyboard == ()


def test_more_unread_has_a_button_for_each() -> None:
    screens = more_unread(RU, [negotiation(str(n)) for n in range(20)])
    opened = [key.press.args[0] for s in screens for row in s.keyboard for key in row if key.press]
    assert opened == [str(n) for n in range(20)]


def test_news_without_a_clock_always_has_a_date() -> None:
    (entry,) = news(RU, Event(Kind.MESSAGE, negotiation(), message()))
    assert isinstance(entry, Say)
    assert "2026" in entry.text
    assert message().created_at > NOW - timedelta(hours=1)
