from __future__ import annotations

import pytest
from msgspec.structs import replace

from bot.chat import actions
from bot.chat.outgoing import Conversation, Say
from bot.chat.screens import guide
from bot.chat.screens import linking as screens
from bot.chat.screens.trouble import trouble
from bot.handlers.start_and_linking import halfway
from bot.handlers.turn import Turn
from bot.hh.errors import LinkAgain, Unavailable
from bot.hh.models import Me, Tokens
from bot.linking import AccessDenied, Candidate, CodeUnknown, ForeignLink, NotApplicant, StateUnknown
from bot.store.records import Access, Account
from tests.handlers.private_chat import NOW, USER, Chat

CODE = "0123456789abcdefghij"
URL = "https://hh.ru/oauth/authorize?state=1"
REDIRECTED = f"http://127.0.0.1:8080/oauth/callback?code=abc&state={CODE}"


def candidate(hh_id: str = "1") -> Candidate:
    me = Me(id=hh_id, is_applicant=True, first_name="Анна", last_name="Ким", middle_name="Ильинична")
    return Candidate(USER, me, Tokens(access_token="fresh", refresh_token="later"))


def texts(turn: Turn) -> list[str]:
    return [entry.text for entry in turn.outgoing if isinstance(entry, Say)]


async def test_start_gives_a_stranger_the_way_to_hh_ru(chat: Chat) -> None:
    chat.account = None
    turn = await chat.write("/start")
    assert turn.outgoing == [screens.welcome(chat.texts, URL).say()]
    assert not turn.account_changed


async def test_start_without_a_public_address_explains_how_to_paste(chat: Chat) -> None:
    chat.account, chat.public = None, False
    turn = await chat.write("/start")
    assert texts(turn) == [screens.welcome(chat.texts, None).text, screens.paste_hint(chat.texts, URL).text]
    assert isinstance(turn.outgoing[1], Say)
    assert turn.outgoing[1].keyboard[0][0].url == URL


async def test_start_says_who_is_linked(chat: Chat) -> None:
    turn = await chat.write("/start")
    assert turn.outgoing == [screens.already_linked(chat.texts, "Анна Ким", URL).say()]
    assert not turn.account_changed


async def test_start_lets_who_is_linked_sign_in_again_by_pasting(chat: Chat) -> None:
    chat.public = False
    turn = await chat.write("/start")
    [said] = turn.outgoing
    assert said == screens.already_linked(chat.texts, "Анна Ким", URL, pasting=True).say()
    assert isinstance(said, Say)
    assert said.keyboard[0][0].url == URL
    assert "целиком" in said.text


async def test_start_lets_a_lapsed_account_in_again(chat: Chat) -> None:
    chat.lapse()
    turn = await chat.write("/start")
    assert turn.outgoing == [screens.lapsed(chat.texts, URL).say()]


async def test_the_callback_pages_link_back_can_begin_anew(chat: Chat) -> None:
    chat.account = None
    turn = await chat.write("/start link")
    assert turn.outgoing == [screens.welcome(chat.texts, URL).say()]
    assert chat.desk.asked == []


async def test_a_deep_link_links_the_account_with_sealed_tokens(chat: Chat) -> None:
    chat.account, chat.desk.outcome = None, candidate()
    turn = await chat.write(f"/start {CODE}")
    assert chat.desk.asked == [(USER, CODE, turn.update_id)]
    assert turn.account == Account(
        hh_id="1", name="Анна Ким", tokens=b"sealed fresh", linked_at=NOW.timestamp(), language="ru"
    )
    assert turn.account_changed
    tour = guide.tour(chat.texts, "1")
    assert tour is not None
    assert turn.outgoing == [screens.linked(chat.texts, "Анна Ким").say(), tour.say(silent=True)]


async def test_a_pasted_address_links_the_account(chat: Chat) -> None:
    chat.account, chat.desk.outcome = None, candidate()
    turn = await chat.write(f"Вот: {REDIRECTED}")
    assert chat.desk.asked == [({"code": "abc", "state": CODE}, USER)]
    assert turn.account is not None
    assert turn.account.tokens == b"sealed fresh"


async def test_a_pasted_address_never_goes_to_an_employer(chat: Chat) -> None:
    chat.desk.outcome = candidate()
    turn = await chat.write(REDIRECTED, reply_to=10)
    assert turn.intents == []
    assert chat.desk.asked


async def test_linking_the_same_account_again_keeps_what_is_known_and_takes_the_new_tokens(
    chat: Chat,
) -> None:
    chat.lapse()
    assert chat.account is not None
    chat.account = before = replace(chat.account, last_resume_id="ab", language="en")
    chat.desk.outcome = candidate()
    turn = await chat.write(REDIRECTED)
    assert turn.account == replace(before, tokens=b"sealed fresh", access=Access.LINKED)


async def test_another_account_is_not_linked_over_the_first_and_its_tokens_end(chat: Chat) -> None:
    other = candidate("2")
    chat.desk.outcome = other
    turn = await chat.write(REDIRECTED)
    assert not turn.account_changed
    assert chat.desk.given_back == [(other.user_id, other.tokens)]
    assert turn.outgoing == [screens.already_linked(chat.texts, "Анна Ким").say()]


@pytest.mark.parametrize(
    ("outcome", "screen"),
    [
        (StateUnknown("used"), screens.link_expired),
        (LinkAgain("invalid_grant"), screens.link_expired),
        (LinkAgain("account is locked"), lambda t: trouble(t, LinkAgain("account is locked"))),
        (ForeignLink("another's"), screens.link_foreign),
        (AccessDenied("no"), screens.link_refused),
    ],
    ids=["used", "old code", "locked", "foreign", "denied"],
)
async def test_a_pasted_address_that_links_nothing_says_why(
    chat: Chat, outcome: Exception, screen: object
) -> None:
    chat.account = None
    chat.desk.outcome = outcome  # type: ignore[assignment]
    turn = await chat.write(REDIRECTED)
    assert callable(screen)
    assert turn.outgoing == [screen(chat.texts).say()]
    assert not turn.account_changed


async def test_an_old_authorization_code_does_not_make_the_linked_account_lapse(chat: Chat) -> None:
    chat.desk.outcome = LinkAgain("invalid_grant")
    turn = await chat.write(REDIRECTED)
    assert turn.account is not None
    assert turn.account.access is Access.LINKED


async def test_a_refusal_at_hh_ru_pasted_back_is_understood(chat: Chat) -> None:
    chat.account, chat.desk.outcome = None, AccessDenied("access_denied")
    await chat.write(f"http://localhost/oauth/callback?error=access_denied&state={CODE}")
    assert chat.desk.asked == [({"error": "access_denied", "state": CODE}, USER)]


async def test_an_employers_account_gets_a_way_to_sign_in_as_somebody_else(chat: Chat) -> None:
    chat.account, chat.desk.outcome = None, NotApplicant(Me(is_employer=True))
    turn = await chat.write(f"/start {CODE}")
    assert turn.outgoing == [screens.not_applicant(chat.texts, URL).say()]
    assert chat.desk.begun == [True]


async def test_an_employers_account_hears_how_to_paste_where_nothing_is_public(chat: Chat) -> None:
    chat.account, chat.public, chat.desk.outcome = None, False, NotApplicant(Me(is_employer=True))
    turn = await chat.write(REDIRECTED)
    (text,) = texts(turn)
    assert screens.paste_hint(chat.texts, URL).text in text


async def test_somebody_elses_deep_link_links_nothing(chat: Chat) -> None:
    chat.account, chat.desk.outcome = None, ForeignLink("another's")
    turn = await chat.write(f"/start {CODE}")
    assert turn.outgoing == [screens.link_foreign(chat.texts).say()]
    assert turn.account is None


@pytest.mark.parametrize("outcome", [candidate(), candidate("2"), ForeignLink("another's")])
async def test_a_code_is_forgotten_once_what_came_of_it_is_written_down(
    chat: Chat, outcome: Candidate | ForeignLink
) -> None:
    chat.desk.outcome = outcome
    turn = await chat.write(f"/start {CODE}")
    assert chat.desk.over == []
    for step in turn.finishing:
        await step()
    assert chat.desk.over == [CODE]


async def test_a_deep_link_opened_twice_only_confirms_what_it_did(chat: Chat) -> None:
    assert chat.account is not None
    chat.account = replace(chat.account, linked_at=NOW.timestamp() - 60)
    chat.desk.outcome = CodeUnknown("used")
    turn = await chat.write(f"/start {CODE}")
    assert turn.outgoing == [screens.already_linked(chat.texts, "Анна Ким").say()]


async def test_an_old_deep_link_is_over(chat: Chat) -> None:
    chat.account, chat.desk.outcome = None, CodeUnknown("expired")
    turn = await chat.write(f"/start {CODE}")
    assert turn.outgoing == [screens.link_expired(chat.texts).say()]


async def test_where_hh_ru_is_away_while_linking_a_fresh_link_follows_for_the_address_is_used_up(
    chat: Chat,
) -> None:
    chat.account, chat.desk.outcome = None, Unavailable("502")
    turn = await chat.write(REDIRECTED)
    assert turn.outgoing[0] == trouble(chat.texts, Unavailable("502")).say()
    assert turn.outgoing[1:] == [screens.welcome(chat.texts, URL).say()]


async def test_the_authorization_page_pasted_instead_of_the_redirected_one_is_explained(chat: Chat) -> None:
    chat.account = None
    turn = await chat.write("https://hh.ru/oauth/authorize?response_type=code&client_id=1&state=xyz")
    assert turn.outgoing == [screens.not_that_address(chat.texts, URL).say()]


def test_an_ordinary_address_is_not_half_of_linking() -> None:
    assert not halfway("https://hh.ru/vacancy/1")


async def test_the_sign_in_button_gives_a_fresh_way_in(chat: Chat) -> None:
    chat.account = None
    turn = await chat.press(actions.LINK)
    assert turn.outgoing == [screens.welcome(chat.texts, URL).say()]


async def test_what_needs_an_account_offers_linking_to_a_stranger(chat: Chat) -> None:
    chat.account = None
    turn = await chat.write("/list")
    assert turn.outgoing == [screens.not_linked(chat.texts).say()]
    assert chat.hh.asked == []


async def test_what_needs_hh_ru_offers_linking_again_to_a_lapsed_account(chat: Chat) -> None:
    chat.lapse()
    turn = await chat.press(actions.HISTORY, "1")
    assert turn.outgoing == [screens.lapsed(chat.texts, URL).say()]
    assert chat.hh.asked == []


async def test_an_answer_of_a_lapsed_account_is_kept_and_waits(chat: Chat) -> None:
    chat.lapse()
    turn = await chat.write("Здравствуйте!", 77, reply_to=10)
    assert len(turn.intents) == 1
    assert isinstance(turn.remembered[77], Conversation)
    assert turn.outgoing == [screens.lapsed(chat.texts, URL).say()]
