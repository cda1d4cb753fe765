"""Every button pressed twice in quick succession: one effect at most, and both presses answered."""

from __future__ import annotations

from contextlib import suppress

import pytest

from bot.chat import actions
from bot.chat.intents import Apply, EditMessage, Hide, HideAll, SendMessage, StopHiding
from bot.chat.outgoing import Application, Draft, Question, Subject
from bot.chat.screens.lists import FOUND
from bot.chat.templates import Kind, Templates
from bot.handlers.registry import PRESSES
from bot.hh.errors import HhError
from bot.sync.roster import seal_of
from tests.handlers.private_chat import Chat, negotiation, resumes, vacancy

READY = Application("123", "0f", "Хочу у вас работать", None, 77)
BUTTONS: dict[str, tuple[tuple[str, ...], Subject | None]] = {
    actions.REPLY: (("1",), None),
    actions.HISTORY: (("1",), None),
    actions.OPEN: (("1",), None),
    actions.HIDE: (("1",), None),
    actions.HIDE_YES: (("1",), None),
    actions.DECLINE_YES: (("1",), None),
    actions.KEEP: (("1",), None),
    actions.TOPIC: (("1",), None),
    actions.TOPIC_DROP: (("1",), None),
    actions.LIST: (("active", "0"), None),
    actions.FIND: ((), None),
    actions.FOUND: (("0",), Question(FOUND, "ромашка")),
    actions.HIDE_ALL: (("discard",), None),
    actions.HIDE_ALL_YES: (("discard", seal_of(["3"])), None),
    actions.HIDE_STOP: ((), None),
    actions.TO: (("1",), Draft("Готов", 77)),
    actions.TO_MORE: (("1",), Draft("Готов", 77)),
    actions.DROP: ((), Draft("Готов", 77)),
    actions.CORRECT: (("1",), Draft("Готов", 77)),
    actions.EDIT_AGAIN: (("1",), Draft("Готов", 77)),
    actions.APPLY: (("123", ""), None),
    actions.RESUME: (("123", "0f"), None),
    actions.NO_LETTER: (("123", "0f"), None),
    actions.APPLY_YES: ((), READY),
    actions.RETRY_APPLY: ((), READY),
    actions.LETTER: (("1", "123", "0f"), None),
    actions.OWN_LETTER: (("123", "0f"), None),
    actions.KEEP_LETTER: ((), READY),
    actions.QUICK: (("2", "1"), None),
    actions.OWN_REPLY: (("1",), None),
    actions.QUICK_YES: (("1",), Draft("Готов", 77)),
    actions.QUICK_EDIT: (("1",), Draft("Готов", 77)),
    actions.TEMPLATES: ((Kind.LETTER,), None),
    actions.TEMPLATE: (("1",), None),
    actions.TEMPLATE_NEW: ((Kind.LETTER,), None),
    actions.TEMPLATE_TEXT: (("1",), None),
    actions.TEMPLATE_TITLE: (("1",), None),
    actions.TEMPLATE_DROP: (("1",), None),
    actions.TEMPLATE_DROP_YES: (("1",), None),
    actions.CANCEL: ((), READY),
    actions.LINK: ((), None),
    actions.UNLINK: ((), None),
    actions.UNLINK_YES: ((), None),
    actions.LANGUAGE: (("en",), None),
    actions.HELP: (("",), None),
    actions.TOUR: (("1",), None),
    actions.EXPORT: ((), None),
    actions.SETTINGS: (("quiet",), None),
    actions.SET: (("quiet", "quiet", "1"), None),
    actions.TYPE: (("zone",), None),
    actions.MUTE: (("1", "1"), None),
}
WRITES = {
    actions.HIDE_YES: Hide,
    actions.DECLINE_YES: Hide,
    actions.HIDE_ALL_YES: HideAll,
    actions.TO: SendMessage,
    actions.CORRECT: SendMessage,
    actions.EDIT_AGAIN: EditMessage,
    actions.QUICK_YES: SendMessage,
    actions.APPLY_YES: Apply,
    actions.RETRY_APPLY: Apply,
}
"""The buttons that have something written at hh.ru."""


@pytest.fixture(autouse=True)
def everything(chat: Chat) -> None:
    """Something for every button to act on."""
    chat.hh.vacancies["123"] = vacancy()
    chat.hh.resumes = resumes("Аналитик", "Разработчик")
    discarded = negotiation("3", state={"id": "discard", "name": "Отказ"})
    chat.hh.conversations = [negotiation("1"), discarded]
    chat.templates = Templates().added(Kind.LETTER, "Здравствуйте!").added(Kind.REPLY, "Спасибо!")


def test_every_button_is_tried() -> None:
    assert set(BUTTONS) == set(PRESSES)


@pytest.mark.parametrize("action", BUTTONS)
async def test_two_quick_presses_have_one_effect_and_are_both_answered(chat: Chat, action: str) -> None:
    args, about = BUTTONS[action]
    if about is not None:
        chat.subjects[500] = about
    first = await chat.press(action, *args, on=500)
    chat.pending += [intent for intent in first.intents if not isinstance(intent, StopHiding)]
    assert [type(intent) for intent in first.intents] == ([WRITES[action]] if action in WRITES else [])
    second = await chat.press(action, *args, on=500)
    assert second.intents == []
    assert len(chat.telegram.toasts) == 2, "a button spins until its press is answered"


@pytest.mark.parametrize("action", set(BUTTONS) - {actions.HIDE_YES, actions.DECLINE_YES})
async def test_a_button_from_before_unlinking_writes_nothing_for_the_account_that_was_linked_since(
    chat: Chat, action: str
) -> None:
    """Nothing is known any more of what its message was about, and hh.ru shows another nothing of it.

    What hides names its conversation itself: hh.ru refuses that of another (tests/bridge/test_harm.py).
    """
    chat.hh.conversations, chat.hh.vacancies = [negotiation("2")], {}
    chat.subjects.clear()
    args, _ = BUTTONS[action]
    with suppress(HhError):
        turn = await chat.press(action, *args, on=500)
        assert turn.intents == []
