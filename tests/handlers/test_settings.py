"""/settings: what is pressed and typed there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from bot.chat import actions
from bot.chat.outgoing import Question, Rewrite, Say
from bot.chat.screens import settings as screens
from bot.chat.screens.linking import lapsed
from bot.chat.texts import Texts
from bot.handlers.turn import Turn
from bot.hh.errors import LinkAgain, Unavailable
from bot.store.records import Account
from bot.sync.events import Kind
from bot.sync.quiet import Manner, Preferences
from tests.handlers.private_chat import NOW, Chat, nothing


def chosen(turn: Turn) -> Preferences:
    assert turn.account is not None
    return turn.account.preferences


def page(name: str, account: Account, texts: Texts | None = None) -> Rewrite:
    shown = screens.Chosen(account.preferences, account.zone, datetime.fromtimestamp(NOW.timestamp(), UTC))
    return screens.settings(texts or Texts(account.language, account.zone), name, shown).rewrite(500)


async def test_the_card_shows_what_is_chosen(chat: Chat) -> None:
    assert chat.account is not None
    turn = await chat.write("/settings")
    (said,) = turn.outgoing
    assert isinstance(said, Say)
    assert said.text == page("main", chat.account).text
    assert not turn.account_changed


async def test_without_an_account_there_is_nothing_to_choose(chat: Chat) -> None:
    chat.account = None
    turn = await chat.write("/settings")
    assert chat.desk.begun == [False]
    assert not turn.account_changed
    assert nothing(await chat.press(actions.SET, "main", "quiet", "1"))
    assert nothing(await chat.press(actions.SETTINGS, "quiet"))
    with pytest.raises(LinkAgain):
        _ = chat.turn().linked_account


async def test_a_lapsed_account_can_still_be_set_but_questions_wait(chat: Chat) -> None:
    chat.lapse()
    turn = await chat.press(actions.SET, "quiet", "quiet", "1")
    assert chosen(turn).quiet
    chat.subjects[600] = Question(screens.SETTING, "zone")
    turn = await chat.write("Омск", reply_to=600)
    assert turn.outgoing == [lapsed(chat.texts, "https://hh.ru/oauth/authorize?state=1").say()]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("quiet", "1", Preferences(quiet=True)),
        ("from", "1380", Preferences(quiet_from=1380)),
        ("to", "0", Preferences(quiet_to=0)),
        ("ring", "1", Preferences(invitations_ring=True)),
        ("digest", "600", Preferences(digest_at=600)),
        ("unopened", "1", Preferences(unopened=True)),
        ("refusal", "digest", Preferences(manners={Kind.REFUSAL: Manner.DIGEST})),
        ("message", "silent", Preferences(manners={Kind.MESSAGE: Manner.SILENT})),
        ("message", "never", Preferences()),
        ("of-another-version", "1", Preferences()),
    ],
)
async def test_a_button_chooses_and_its_page_shows_it(
    chat: Chat, name: str, value: str, expected: Preferences
) -> None:
    turn = await chat.press(actions.SET, "news", name, value)
    assert chosen(turn) == expected
    assert turn.account is not None
    assert turn.outgoing == [page("news", turn.account)]
    again = await chat.press(actions.SET, "news", name, value)
    assert chosen(again) == expected


async def test_the_language_is_spoken_at_once(chat: Chat) -> None:
    turn = await chat.press(actions.SET, "lang", "lang", "en")
    assert turn.account is not None
    assert turn.account.language == "en"
    assert turn.outgoing == [page("lang", turn.account, Texts("en"))]


async def test_the_zone_is_chosen_by_its_city(chat: Chat) -> None:
    turn = await chat.press(actions.SET, "zone", "zone", "Asia/Omsk")
    assert turn.account is not None
    assert turn.account.zone == "Asia/Omsk"


async def test_every_button_of_every_page_does_something(chat: Chat) -> None:
    assert chat.account is not None
    chat.account = replace(chat.account, preferences=Preferences(quiet=True, muted=("1",)))
    for name in ("main", "news", "quiet", "digest", "zone", "lang", "read"):
        for row in page(name, chat.account).keyboard:
            for key in row:
                assert key.press is not None
                turn = await chat.press(key.press.action, *key.press.args)
                assert turn.outgoing, key.label
    assert chat.telegram.toasts.count(None) == len(chat.telegram.toasts)


@pytest.mark.parametrize("step", ["from", "to"])
async def test_the_ends_of_the_quiet_hours_never_meet(chat: Chat, step: str) -> None:
    assert chat.account is not None
    chat.account = replace(chat.account, preferences=Preferences(quiet=True))
    for _ in range(30):
        row = next(
            row
            for row in page("quiet", chat.account).keyboard
            if row[0].press and row[0].press.args[1:2] == (step,)
        )
        assert row[2].press is not None
        turn = await chat.press(row[2].press.action, *row[2].press.args)
        assert chosen(turn).quiet_from != chosen(turn).quiet_to


@pytest.mark.parametrize(
    ("typed", "start", "end"),
    [
        ("23:00-08:00", 23 * 60, 8 * 60),
        ("23 – 7.30", 23 * 60, 450),
        ("с 22:15 до 6", 22 * 60 + 15, 6 * 60),
        ("from 9 to 10", 9 * 60, 10 * 60),
        ("22-24", 22 * 60, 0),
    ],
)
async def test_quiet_hours_can_be_typed(chat: Chat, typed: str, start: int, end: int) -> None:
    chat.subjects[600] = Question(screens.SETTING, "quiet")
    turn = await chat.write(typed, reply_to=600)
    assert chosen(turn) == Preferences(quiet=True, quiet_from=start, quiet_to=end)


@pytest.mark.parametrize(
    ("typed", "minute"), [("18:30", 18 * 60 + 30), ("9", 9 * 60), ("в 21.05", 21 * 60 + 5)]
)
async def test_the_time_of_the_digest_can_be_typed(chat: Chat, typed: str, minute: int) -> None:
    chat.subjects[600] = Question(screens.SETTING, "digest")
    assert chosen(await chat.write(typed, reply_to=600)).digest_at == minute


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("quiet", "потом"),
        ("quiet", "8-8"),
        ("quiet", "25:00-26:00"),
        ("digest", "утром"),
        ("zone", "Марс"),
    ],
)
async def test_what_makes_no_sense_is_asked_again(chat: Chat, name: str, typed: str) -> None:
    chat.subjects[600] = Question(screens.SETTING, name)
    turn = await chat.write(typed, reply_to=600)
    assert turn.outgoing == [screens.not_understood(chat.texts, name)]
    assert not turn.account_changed
    assert turn.intents == []


@pytest.mark.parametrize("name", ["quiet", "digest", "zone"])
async def test_a_question_is_asked_where_a_value_is_to_be_typed(chat: Chat, name: str) -> None:
    assert (await chat.press(actions.TYPE, name)).outgoing == [screens.asked(chat.texts, name)]


async def test_what_waits_is_told_when_the_user_wants_to_see_it(chat: Chat) -> None:
    turn = await chat.press(actions.SET, "main", "now", "1")
    assert turn.tells_held
    assert not turn.account_changed


@pytest.mark.parametrize("on", ["1", "0"])
async def test_a_conversation_is_muted_on_its_card(chat: Chat, on: str) -> None:
    assert chat.account is not None
    chat.account = replace(chat.account, preferences=Preferences().mute("1", on=on == "0"))
    turn = await chat.press(actions.MUTE, "1", on)
    assert turn.mutes("1") is (on == "1")
    assert chat.telegram.toasts == [screens.muted(chat.texts, on == "1")]
    (card,) = turn.outgoing
    assert isinstance(card, Rewrite)
    labels = [key.label for row in card.keyboard for key in row]
    assert ("🔔 Со звуком" in labels) is (on == "1")


async def test_a_conversation_is_muted_while_hh_is_away(chat: Chat) -> None:
    chat.hh.error = Unavailable()
    turn = await chat.press(actions.MUTE, "1", "1")
    assert turn.mutes("1")
    assert turn.outgoing == []
