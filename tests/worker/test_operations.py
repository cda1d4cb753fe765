"""One write after the other, in the states in which hh.ru can find it."""

from __future__ import annotations

import pytest

from bot.chat import actions
from bot.chat.html import digest
from bot.chat.intents import Apply, EditMessage, Hide, SendMessage, Write
from bot.chat.outgoing import Application, Conversation, Draft, Mark, Rewrite, Say
from bot.chat.screens import answers
from bot.chat.screens.waited import EDITED_EMOJI
from bot.chat.texts import Texts
from bot.sandbox.hh.faults import Answer, Fault, broken, captcha, refused
from bot.store import keys
from bot.store.records import Access
from bot.worker.change import Change
from tests.worker.conftest import Desk

MESSAGES = "GET /negotiations/*/messages"
HOUR = 3600
T = Texts("ru")
TEXT = "Готов выйти в понедельник"


def sending(desk: Desk, text: str = TEXT) -> SendMessage:
    return SendMessage(nid=desk.nid, text=text, chat_message_id=77)


def editing(desk: Desk, text: str = "Уже исправлено") -> EditMessage:
    return EditMessage(nid=desk.nid, text=text, chat_message_id=77)


def hiding(desk: Desk, *, decline: bool = False, card_id: int = 500) -> Hide:
    return Hide(nid=desk.nid, decline=decline, card_id=card_id)


def applying(desk: Desk, vacancy_id: str, letter: str = "Возьмите меня") -> Apply:
    return Apply(
        vacancy_id=vacancy_id,
        resume_id=desk.bridge.resume.id,
        letter=letter,
        chat_message_id=77,
        card_id=500,
    )


def mine(desk: Desk) -> list[str | None]:
    return [message.text for message in desk.talk.messages if message.author == "applicant"]


async def attempted(desk: Desk, intent: Write, ago: float = 60) -> None:
    """The outcome of an attempt so many seconds ago is looked up."""
    await desk.carry_out(intent, attempted_at=desk.services.clock() - ago)


async def test_an_equal_text_of_long_ago_is_not_taken_for_the_one_that_was_sent(desk: Desk) -> None:
    old = desk.bridge.hh.world.post(desk.talk, "applicant", TEXT)
    old.created_at -= 25 * HOUR
    await attempted(desk, sending(desk))
    (waiting,) = desk.session.queue
    assert not waiting.attempted_at, "it surely did not arrive, and is made again"
    assert desk.said == []


async def test_where_a_message_can_not_be_read_nothing_is_sent_again(desk: Desk) -> None:
    strange = desk.bridge.hh.world.post(desk.talk, "applicant", TEXT)
    desk.bridge.hh.quirks.unreadable = frozenset({strange.id})
    await attempted(desk, sending(desk))
    (waiting,) = desk.session.queue
    assert waiting.attempted_at
    assert mine(desk).count(TEXT) == 1


async def test_what_stays_unreadable_for_an_hour_ends_in_may_not_have_been_sent(desk: Desk) -> None:
    strange = desk.bridge.hh.world.post(desk.talk, "applicant", TEXT)
    desk.bridge.hh.quirks.unreadable = frozenset({strange.id})
    await attempted(desk, sending(desk), ago=2 * HOUR)
    assert desk.session.queue == []
    assert desk.said == [answers.may_not_have_been_sent(T, TEXT).text]
    assert desk.signs == [answers.UNKNOWN_EMOJI]


async def test_where_hh_ru_does_not_show_the_outcome_nobody_claims_to_know_it(desk: Desk) -> None:
    fault, faults = refused("chat_not_found"), desk.bridge.hh.faults
    faults.add(fault, MESSAGES)
    await attempted(desk, sending(desk))
    faults.add(fault, "GET /negotiations")
    await attempted(desk, applying(desk, desk.vacancy.id))
    faults.add(fault, "GET /negotiations/*")
    await attempted(desk, hiding(desk, decline=True))
    await desk.know(77, Conversation(desk.nid, "56", digest(TEXT)))
    faults.add(fault, MESSAGES)
    await attempted(desk, editing(desk))
    assert desk.session.queue == []
    assert desk.said[:2] == [
        answers.may_not_have_been_sent(T, TEXT).text,
        answers.may_not_have_been_sent(T, "Возьмите меня").text,
    ]
    assert len(desk.said) == 4
    assert desk.signs == [answers.UNKNOWN_EMOJI] * 2


async def test_an_outcome_is_looked_up_after_linking_again(desk: Desk) -> None:
    desk.bridge.hh.tokens.end(desk.bridge.applicant.id)
    await attempted(desk, sending(desk))
    assert desk.session.account is not None
    assert desk.session.account.access is Access.LAPSED
    (waiting,) = desk.session.queue
    assert waiting.attempted_at
    assert len(desk.said) == 1


@pytest.mark.parametrize("known", [True, False])
async def test_an_edit_of_what_hh_ru_does_not_show_says_so_and_keeps_the_text(
    desk: Desk, known: bool
) -> None:
    if known:
        await desk.know(77, Conversation(desk.nid, None, digest("Чего нет")))
    await desk.carry_out(editing(desk))
    (shown,) = desk.session.outbox
    assert isinstance(shown, Say)
    assert "не видно" in shown.text
    assert shown.about == Draft("Уже исправлено", 77)
    assert desk.session.queue == []


async def test_an_edit_that_hh_ru_has_already_is_not_made_once_more(desk: Desk) -> None:
    (letter,) = desk.talk.messages
    await desk.know(77, Conversation(desk.nid, letter.id, digest("Здравствуйте")))
    again = desk.bridge.hh.faults.add(refused("edit_forbidden"), "PUT /negotiations/*/messages/*")
    await desk.carry_out(editing(desk, letter.text or ""))
    assert desk.signs == [EDITED_EMOJI]
    assert again.struck == 0


async def test_an_edit_in_a_closed_conversation_says_that_it_is_closed(desk: Desk) -> None:
    (letter,) = desk.talk.messages
    await desk.know(77, Conversation(desk.nid, letter.id, digest("Здравствуйте!")))
    desk.bridge.hh.employers.read(desk.nid)
    desk.bridge.hh.employers.bar(desk.nid)
    await desk.carry_out(editing(desk))
    (shown,) = desk.session.outbox
    assert isinstance(shown, Say)
    assert not shown.keyboard, "a correction could not be sent either"
    assert letter.text == "Здравствуйте!"


@pytest.mark.parametrize(
    ("fault", "button"),
    [(captcha(), actions.EDIT_AGAIN), (refused("edit_forbidden"), actions.CORRECT)],
)
async def test_a_refused_edit_says_why_and_what_can_be_done(desk: Desk, fault: Fault, button: str) -> None:
    (letter,) = desk.talk.messages
    await desk.know(77, Conversation(desk.nid, letter.id, digest("Здравствуйте!")))
    desk.bridge.hh.faults.add(fault, "PUT /negotiations/*/messages/*")
    await desk.carry_out(editing(desk))
    (shown,) = desk.session.outbox
    assert isinstance(shown, Say)
    assert shown.about == Draft("Уже исправлено", 77)
    assert button in {key.press.action for row in shown.keyboard for key in row if key.press}
    assert letter.text == "Здравствуйте!"
    assert desk.session.queue == []


async def test_the_sign_of_waiting_goes_with_an_edit_that_ends_without_a_sign_of_its_own(desk: Desk) -> None:
    (letter,) = desk.talk.messages
    await desk.know(77, Conversation(desk.nid, letter.id, digest("Здравствуйте!")))
    desk.bridge.hh.employers.read(desk.nid)
    await desk.carry_out(editing(desk), told=True)
    unsigned, shown = desk.session.outbox
    assert unsigned == Mark(message_id=77, emoji="", fallback="", trace_id=unsigned.trace_id)
    assert isinstance(shown, Say)


async def test_drafts_of_messages_that_are_in_no_chat_do_not_take_each_others_place(desk: Desk) -> None:
    """As after another bot took over; their questions alone hold them."""
    for text in ("Первое", "Второе"):
        intent = SendMessage(nid=desk.nid, text=text, chat_message_id=0)
        await desk.carry_out(intent, since=desk.services.clock() - 2 * HOUR)
    assert [entry.about for entry in desk.session.outbox if isinstance(entry, Say)] == [
        Draft("Первое", 0),
        Draft("Второе", 0),
    ]
    assert await desk.session.subject(0) is None
    assert not await desk.services.store.exists(keys.of(desk.session.user_id, "map"))


async def test_a_conversation_that_hh_ru_does_not_know_any_more_counts_as_hidden(desk: Desk) -> None:
    faults = desk.bridge.hh.faults
    faults.add(refused("wrong_state"), "DELETE /**")
    faults.add(refused("not_found", 404), "GET /negotiations/*")
    await desk.carry_out(hiding(desk))
    (shown,) = desk.session.outbox
    assert isinstance(shown, Rewrite)
    assert "скрыт" in shown.text.lower()


async def test_hiding_that_is_refused_says_why_where_the_question_was_or_beside_it(desk: Desk) -> None:
    faults = desk.bridge.hh.faults
    faults.add(refused("chat_archived"), "DELETE /**", times=2)
    await desk.carry_out(hiding(desk))
    await desk.carry_out(hiding(desk, card_id=0))
    first, second = desk.session.outbox
    assert isinstance(first, Rewrite)
    assert isinstance(second, Say)
    assert first.text == second.text
    assert not desk.talk.hidden


async def test_a_vacancy_that_takes_applications_elsewhere_shows_where(desk: Desk) -> None:
    world = desk.bridge.hh.world
    employer = world.employers[desk.vacancy.employer_id]
    direct = world.add_vacancy(
        employer, "Сварщик", type_id="direct", response_url="https://example.org/apply"
    )
    await desk.carry_out(applying(desk, direct.id))
    (shown,) = desk.session.outbox
    assert isinstance(shown, Rewrite)
    assert any(key.url == "https://example.org/apply" for row in shown.keyboard for key in row)


async def test_an_application_stands_though_its_conversation_is_not_shown(desk: Desk) -> None:
    world = desk.bridge.hh.world
    vacancy = world.add_vacancy(world.employers[desk.vacancy.employer_id], "Сварщик")
    desk.bridge.hh.faults.add(broken(), "GET /negotiations/*")
    await desk.carry_out(applying(desk, vacancy.id))
    (shown, *_) = desk.session.outbox
    assert isinstance(shown, Rewrite)
    assert "✅" in shown.text
    assert desk.session.queue == []


async def test_an_application_that_hh_ru_took_without_naming_it_is_told_as_done(desk: Desk) -> None:
    desk.bridge.hh.faults.add(Fault("unnamed", Answer(201, "")), "POST /negotiations")
    await desk.carry_out(applying(desk, desk.vacancy.id))
    (shown,) = desk.session.outbox
    assert isinstance(shown, Rewrite)
    assert "✅" in shown.text
    assert desk.session.queue == []


async def test_another_conversation_is_not_taken_for_the_application(desk: Desk) -> None:
    world = desk.bridge.hh.world
    other = world.add_resume(desk.bridge.applicant, "Сварщик")
    vacancy = world.add_vacancy(world.employers[desk.vacancy.employer_id], "Слесарь")
    world.open_negotiation(other, vacancy, state="response")
    await attempted(desk, applying(desk, vacancy.id))
    (waiting,) = desk.session.queue
    assert not waiting.attempted_at, "it is made again"


async def test_a_conversation_that_can_not_be_read_may_be_the_application(desk: Desk) -> None:
    desk.bridge.hh.quirks.unreadable = frozenset({desk.nid})
    await attempted(desk, applying(desk, desk.vacancy.id))
    (waiting,) = desk.session.queue
    assert waiting.attempted_at, "nobody knows, so it is asked again"


async def test_what_is_written_without_access_waits_unsent(desk: Desk) -> None:
    desk.bridge.hh.tokens.end(desk.bridge.applicant.id)
    await desk.carry_out(sending(desk))
    (waiting,) = desk.session.queue
    assert not waiting.attempted_at
    assert desk.session.account is not None
    assert desk.session.account.access is Access.LAPSED
    assert mine(desk)[1:] == []


async def test_an_edit_that_came_before_the_refusal_is_another_try(desk: Desk) -> None:
    await desk.know(77, Draft(TEXT, 77, desk.nid))
    await desk.carry_out(editing(desk))
    (waiting,) = desk.session.queue
    assert waiting.intent == sending(desk, "Уже исправлено")
    assert desk.said == []
    assert await desk.session.kept.subject(77) == Conversation(desk.nid, None, digest("Уже исправлено"))


async def test_what_the_user_is_asked_about_is_his_draft_meanwhile(desk: Desk) -> None:
    await desk.know(77, Conversation(desk.nid, None, digest(TEXT)))
    await desk.carry_out(sending(desk), since=desk.services.clock() - 2 * HOUR)
    assert desk.session.queue == []
    assert mine(desk)[1:] == []
    assert await desk.session.kept.subject(77) == Draft(TEXT, 77)


@pytest.mark.parametrize("decline", [True, False])
async def test_a_decline_of_an_hour_ago_asks_first_and_hiding_does_not(desk: Desk, decline: bool) -> None:
    await desk.carry_out(hiding(desk, decline=decline), since=desk.services.clock() - 2 * HOUR)
    assert desk.session.queue == []
    assert desk.talk.hidden is not decline
    (shown,) = desk.session.outbox
    assert isinstance(shown, Rewrite)
    presses = [key.press.action for row in shown.keyboard for key in row if key.press]
    assert (presses == [actions.DECLINE_YES, actions.KEEP]) is decline


async def test_an_application_of_an_hour_ago_asks_first(desk: Desk) -> None:
    world = desk.bridge.hh.world
    vacancy = world.add_vacancy(world.employers[desk.vacancy.employer_id], "Сварщик")
    await desk.carry_out(applying(desk, vacancy.id), since=desk.services.clock() - 2 * HOUR)
    assert desk.session.queue == []
    assert desk.bridge.hh.journal.effects == []
    (shown,) = desk.session.outbox
    assert isinstance(shown, Rewrite)
    assert shown.about == Application(vacancy.id, desk.bridge.resume.id, "Возьмите меня", None, 77)


async def test_an_attempt_of_an_hour_ago_that_did_not_arrive_asks_before_it_is_made_again(desk: Desk) -> None:
    ago = desk.services.clock() - 2 * HOUR
    await desk.carry_out(sending(desk), attempted_at=ago, since=ago)
    (waiting,) = desk.session.queue
    assert not waiting.attempted_at
    await desk.step(waiting)
    assert desk.session.queue == []
    assert mine(desk)[1:] == []
    (question,) = desk.session.outbox
    assert isinstance(question, Say)
    assert question.about == Draft(TEXT, 77)


async def test_an_attempt_of_an_hour_ago_that_arrived_asks_nothing(desk: Desk) -> None:
    ago = desk.services.clock() - 2 * HOUR
    sent = desk.bridge.hh.world.post(desk.talk, "applicant", TEXT)
    sent.created_at -= 2 * HOUR
    await desk.carry_out(sending(desk), attempted_at=ago, since=ago)
    assert desk.session.queue == []
    assert desk.signs == [answers.ACCEPTED_EMOJI]


@pytest.mark.parametrize("resume", ["the same", "deleted"])
async def test_an_application_of_long_ago_is_not_taken_for_the_new_one(desk: Desk, resume: str) -> None:
    desk.talk.created_at -= 30 * 24 * HOUR
    if resume == "deleted":
        desk.bridge.hh.quirks.nulls = frozenset({"negotiation.resume"})
    await attempted(desk, applying(desk, desk.vacancy.id))
    (waiting,) = desk.session.queue
    assert not waiting.attempted_at, "it surely did not arrive, and is made again"
    assert desk.said == []


async def test_an_application_is_recognised_though_its_resume_was_deleted_since(desk: Desk) -> None:
    desk.bridge.hh.quirks.nulls = frozenset({"negotiation.resume"})
    await attempted(desk, applying(desk, desk.vacancy.id))
    assert desk.session.queue == []
    assert "✅" in desk.said[0]


async def test_an_application_of_hours_ago_may_be_the_new_one_and_the_user_is_told_so(desk: Desk) -> None:
    desk.talk.created_at -= 2 * HOUR
    await attempted(desk, applying(desk, desk.vacancy.id))
    assert desk.session.queue == []
    assert desk.said == [answers.may_not_have_been_sent(T, "Возьмите меня").text]


async def test_an_application_is_found_whatever_the_clock_of_hh_ru_says(desk: Desk) -> None:
    desk.bridge.hh.quirks.skew = -5 * HOUR
    await attempted(desk, applying(desk, desk.vacancy.id))
    assert desk.session.queue == []
    assert "✅" in desk.said[0]


async def test_an_equal_text_of_hours_ago_may_be_the_one_that_was_sent_and_the_user_is_told_so(
    desk: Desk,
) -> None:
    old = desk.bridge.hh.world.post(desk.talk, "applicant", TEXT)
    old.created_at -= 2 * HOUR
    await attempted(desk, sending(desk))
    assert desk.session.queue == []
    assert desk.said == [answers.may_not_have_been_sent(T, TEXT).text]
    assert mine(desk).count(TEXT) == 1


async def test_nobody_is_asked_about_an_equal_text_while_the_message_may_still_arrive(desk: Desk) -> None:
    old = desk.bridge.hh.world.post(desk.talk, "applicant", TEXT)
    old.created_at -= 2 * HOUR
    await attempted(desk, sending(desk), ago=0)
    (waiting,) = desk.session.queue
    assert waiting.attempted_at
    desk.bridge.hh.world.post(desk.talk, "applicant", TEXT)
    await desk.step(waiting)
    assert desk.session.queue == []
    assert desk.signs == [answers.ACCEPTED_EMOJI]


async def test_an_equal_text_that_was_sent_from_here_before_is_no_doubt(desk: Desk) -> None:
    old = desk.bridge.hh.world.post(desk.talk, "applicant", TEXT)
    old.created_at -= 2 * HOUR
    await desk.session.commit(Change(sent=f"{desk.nid}:{old.id}"))
    await attempted(desk, sending(desk))
    (waiting,) = desk.session.queue
    assert not waiting.attempted_at


async def test_an_edit_of_unknown_outcome_is_looked_for_and_made_again_only_where_it_is_not_there(
    desk: Desk,
) -> None:
    (letter,) = desk.talk.messages
    await desk.know(77, Conversation(desk.nid, letter.id, digest("Здравствуйте!")))
    await attempted(desk, editing(desk))
    (waiting,) = desk.session.queue
    assert not waiting.attempted_at, "it surely did not arrive, and is made again"
    await desk.step(waiting)
    assert letter.text == "Уже исправлено"
    await attempted(desk, editing(desk))
    assert desk.session.queue == []
    assert desk.signs == [EDITED_EMOJI] * 2
    assert desk.bridge.hh.journal.texts(desk.nid, "edit") == ["Уже исправлено"]
