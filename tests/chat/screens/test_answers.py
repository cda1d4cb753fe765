from __future__ import annotations

import pytest
from telegram.constants import ReactionEmoji

from bot.chat import actions
from bot.chat.html import Html
from bot.chat.outgoing import Draft
from bot.chat.screens import answers
from bot.chat.texts import Texts
from tests.chat.samples import message, negotiation, page
from tests.chat.telegram_rules import labels, presses, shown

RU, EN = Texts("ru"), Texts("en")


@pytest.mark.parametrize("name", [name for name in vars(answers) if name.endswith("_EMOJI")])
def test_every_sign_is_a_reaction_of_telegram(name: str) -> None:
    assert vars(answers)[name] in {emoji.value for emoji in ReactionEmoji}


def test_the_question_to_whom_keeps_the_text_and_offers_only_open_conversations() -> None:
    latest = page(negotiation("1"), negotiation("2", messaging_status="archived"))
    screen = answers.to_whom(RU, "Да, <приду>", 55, latest)
    assert screen.about == Draft("Да, <приду>", 55)
    assert [
        key.press.args
        for row in screen.keyboard
        for key in row
        if key.press and key.press.action == actions.TO
    ] == [("1",)]
    assert "📨 ООО «Ромашка» — Python-разработчик" in labels(screen.keyboard)
    assert actions.DROP in presses(screen.keyboard)
    assert actions.TO_MORE not in presses(screen.keyboard)


def test_unread_conversations_are_the_first_to_choose_from() -> None:
    latest = page(negotiation("1"), negotiation("2", has_updates=True), negotiation("3"))
    first, *_ = answers.to_whom(RU, "Да", 55, latest).keyboard
    assert first[0].press is not None
    assert first[0].press.args == ("2",)
    assert first[0].label.startswith("🔔")


@pytest.mark.parametrize(
    ("number", "shown_here", "ways"), [(0, 8, ["0", "1"]), (1, 8, ["0", "1", "2"]), (9, 4, ["1", "2"])]
)
def test_many_conversations_are_paged(number: int, shown_here: int, ways: list[str]) -> None:
    latest = page(*(negotiation(str(nid)) for nid in range(20)))
    pressed = [
        key.press
        for row in answers.to_whom(RU, "Да", 55, latest, number).keyboard
        for key in row
        if key.press
    ]
    assert sum(press.action == actions.TO for press in pressed) == shown_here
    assert [press.args[0] for press in pressed if press.action == actions.TO_MORE] == ways


def test_the_last_page_tells_where_older_conversations_are() -> None:
    latest = page(*(negotiation(str(nid)) for nid in range(10))).model_copy(update={"found": 300})
    assert "/list" not in answers.to_whom(RU, "Да", 55, latest).text
    assert "/list" in answers.to_whom(RU, "Да", 55, latest, 1).text


def test_where_nobody_can_be_written_to_the_question_becomes_an_answer() -> None:
    assert "nothing was sent" in answers.to_whom(EN, "Hi", 1, page()).text


def test_an_edit_that_hh_refuses_can_be_sent_as_a_correction() -> None:
    why = answers.why_not_editable(RU, message(viewed=True, mine=True), negotiation())
    screen = answers.not_editable(RU, "77", "Новый текст", 55, why)
    assert "уже прочитал" in screen.text
    assert screen.about == Draft("Новый текст", 55)
    assert presses(screen.keyboard) == {actions.CORRECT: ("77",), actions.DROP: ()}


def test_why_an_edit_is_refused_is_told_as_far_as_it_is_known() -> None:
    known = answers.why_not_editable
    assert "прочитал" in known(RU, message(viewed=True), negotiation())
    assert "архив" in known(RU, message(), negotiation(archived=True))
    assert "сопроводительное письмо" in known(RU, message(), negotiation())


@pytest.mark.parametrize("what", ["photo", "voice", "sticker", "video_note", "document", "new_in_2027"])
def test_what_is_no_text_is_named_and_was_not_sent(what: str) -> None:
    said = answers.cannot_send(RU, what).text
    assert "не отправлен" in said
    assert any(way in said for way in ("словами", "микрофон", "ссылку"))
    assert answers.cannot_send(RU, what) != answers.cannot_send(RU, "poll")


def test_too_long_names_both_numbers() -> None:
    said = answers.too_long(EN, 12345, 10000).text
    assert "12,345" in said
    assert "10,000" in said


def test_not_sent_and_may_not_have_been_sent_are_never_confused() -> None:
    assert "Не отправлено" in answers.not_sent(RU, Html("Потому.")).text
    unsure = answers.may_not_have_been_sent(RU, "Да <3")
    assert "Возможно" in unsure.text
    assert "Да <3" in shown(unsure.text)
    assert "история" not in answers.not_sent(RU, Html("Потому.")).text


def test_a_reason_is_escaped_unless_it_is_html() -> None:
    assert "<b>x</b>" in shown(answers.not_sent(RU, "<b>x</b>").text)
    assert "<b>x</b>" not in shown(answers.not_sent(RU, Html("<b>x</b>")).text)
