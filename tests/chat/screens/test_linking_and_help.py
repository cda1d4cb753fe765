from __future__ import annotations

import pytest

from bot.chat import actions
from bot.chat.screens import guide, help, linking, own_data
from bot.chat.texts import LANGUAGES, Texts
from tests.chat.every_screen import HELD
from tests.chat.telegram_rules import labels, presses, shown, urls

RU, EN = Texts("ru"), Texts("en")
AUTHORIZE = "https://hh.ru/oauth/authorize?response_type=code&state=x"


def test_welcome_leads_to_hh_or_asks_for_a_fresh_address() -> None:
    assert urls(linking.welcome(RU, AUTHORIZE).keyboard) == [AUTHORIZE]
    assert presses(linking.welcome(RU, None).keyboard) == {actions.LINK: ()}


def test_a_local_address_of_the_sandbox_is_an_address_too() -> None:
    assert urls(linking.welcome(RU, "http://127.0.0.1:8080/oauth").keyboard) == [
        "http://127.0.0.1:8080/oauth"
    ]


def test_pasting_is_explained_in_two_steps() -> None:
    screen = linking.paste_hint(RU, AUTHORIZE)
    assert urls(screen.keyboard) == [AUTHORIZE]
    assert "Скопируйте" in screen.text
    assert "десять минут" in screen.text


def test_whose_account_it_is_is_shown_escaped() -> None:
    for screen in (
        linking.linked(RU, "<Иван>"),
        linking.already_linked(EN, "<Иван>"),
        linking.unlink_ask(RU, "<Иван>"),
    ):
        assert "<Иван>" in shown(screen.text)


@pytest.mark.parametrize("t", [RU, EN])
def test_every_failed_linking_has_its_own_words_and_a_way_to_try_again(t: Texts) -> None:
    screens = [
        linking.link_expired(t),
        linking.link_foreign(t),
        linking.link_refused(t),
        linking.not_applicant(t, None),
        linking.not_that_address(t, None),
        linking.lapsed(t, None),
        linking.not_linked(t),
    ]
    assert len({screen.text for screen in screens}) == len(screens)
    assert all(actions.LINK in presses(screen.keyboard) for screen in screens)


def test_a_foreign_link_links_nothing_and_warns() -> None:
    assert "nothing has been linked" in linking.link_foreign(EN).text
    assert "не пользуйтесь" in linking.link_foreign(RU).text


def test_a_lapsed_account_keeps_what_waits() -> None:
    assert "не потеряется" in linking.lapsed(RU, None).text


def test_unlinking_is_asked_and_tells_what_was_erased() -> None:
    assert set(presses(linking.unlink_ask(RU, "Иван").keyboard)) == {actions.UNLINK_YES, actions.CANCEL}
    assert "63 переписки" in own_data.unlinked(RU, True, HELD).text
    assert "настройках" not in own_data.unlinked(RU, True, HELD).text
    assert "настройках" in own_data.unlinked(RU, False, HELD).text


def test_help_offers_linking_only_to_the_unlinked() -> None:
    assert actions.LINK not in presses(guide.help_(RU, True).keyboard)
    assert actions.LINK in presses(guide.help_(RU, False).keyboard)


def test_every_topic_has_a_button_and_a_way_back() -> None:
    offered = [key.press.args[0] for row in guide.help_(RU, True).keyboard for key in row if key.press]
    assert offered == list(guide.TOPICS)
    for name in offered:
        screen = guide.topic(RU, name)
        assert screen is not None
        assert presses(screen.keyboard)[actions.HELP] == ("",)
    assert guide.topic(RU, "nonsense") is None


def test_the_tour_has_three_steps_and_can_be_left_at_each() -> None:
    step, seen = "1", []
    while step != guide.TOUR_ENDS:
        screen = guide.tour(EN, step)
        assert screen is not None
        seen.append(screen)
        leads = [key.press.args[0] for row in screen.keyboard for key in row if key.press]
        assert guide.TOUR_ENDS in leads
        step = leads[-1]
    assert len(seen) == 3
    for wrong in ("0", "4", "-1", "x", ""):
        assert guide.tour(EN, wrong) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_explains_every_command_of_the_menu(language: str) -> None:
    t = Texts(language)
    menu = [name for name, _ in help.commands(t)]
    assert len(set(menu)) == len(menu)
    explained = " ".join(screen.text for name in guide.TOPICS if (screen := guide.topic(t, name)))
    for command in set(menu) - {"help", "start"}:
        assert f"/{command}" in explained, command


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lits", "list"),
        ("List", "list"),
        ("hepl", "help"),
        ("дшые", "list"),
        ("ыефке", "start"),
        ("privcy", "privacy"),
    ],
)
def test_a_slip_in_a_command_is_understood(typed: str, meant: str) -> None:
    assert f"/{meant}?" in help.unknown_command(RU, typed).text


def test_what_is_like_no_command_leads_to_help() -> None:
    assert "/help" in help.unknown_command(RU, "xyzzy").text


def test_languages_are_named_in_themselves() -> None:
    assert labels(help.language(EN).keyboard) == ["Русский", "English"]
    assert "по-русски" in help.language_set(RU).text
    assert "English" in help.language_set(EN).text


def test_a_stranger_is_told_the_number_to_ask_with() -> None:
    assert "4242" in help.not_allowed(RU, 4242).text
