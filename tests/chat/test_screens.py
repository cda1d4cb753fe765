"""Whatever hh.ru and people write, Telegram takes every screen, in every language; and each looks as kept."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from itertools import product
from pkgutil import iter_modules

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bot.chat.screens
from bot.chat.html import Html
from bot.chat.outgoing import Screen
from bot.chat.screens.help import commands
from bot.chat.texts import LANGUAGES, Texts
from tests.chat.every_screen import SAMPLES, SCREENS, SENTENCES, Sample, entries, nasty
from tests.chat.golden_files import FOLDER, golden_files, names
from tests.chat.telegram_rules import check, check_direction

_CLOCK = re.compile(r"(?<![\d:–-])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])")
_OF_NO_MOMENT = {
    "settings.settings",  # hours of every day, and how late it is elsewhere
    "settings.asked",  # examples
    "interviews.interview",  # what an employer named, in the zone of the city: see test_interviews
}
_TIMED = {"news.news", "conversation.card", "conversation.history", "applying.limit"}
_MAKES_A_SCREEN = re.compile(r"\b(Screen|Say|Rewrite|Place|Document|Outgoing)\b")


@pytest.mark.parametrize("screen", SCREENS)
def test_telegram_takes_every_screen(screen: str) -> None:
    for language, sample in product(LANGUAGES, SAMPLES.values()):
        shown = entries(SCREENS[screen](Texts(language), sample))
        for entry in shown:
            check(entry)


@pytest.mark.timeout(300)
@settings(max_examples=settings().max_examples // 2)
@given(st.text(st.characters(exclude_categories=()), min_size=1, max_size=60))
def test_telegram_takes_every_screen_with_any_text_in_it(text: str) -> None:
    sample, t = nasty(text), Texts("ru")
    for show in SCREENS.values():
        for entry in entries(show(t, sample)):
            check(entry)


def clocks(screen: str, sample: Sample, zone: str) -> list[int]:
    """The times of day on a screen, in texts and on buttons, in minutes."""
    shown = entries(SCREENS[screen](Texts("ru", zone), sample))
    words = [getattr(entry, name, "") for entry in shown for name in ("text", "caption")]
    rows = [row for entry in shown for row in getattr(entry, "keyboard", ())]
    words += [key.label for row in rows for key in row]
    return [60 * int(hour) + int(minute) for text in words for hour, minute in _CLOCK.findall(text)]


@pytest.mark.parametrize("screen", sorted(SCREENS.keys() - _OF_NO_MOMENT))
def test_every_time_on_a_screen_is_that_of_the_users_zone(screen: str) -> None:
    for sample in (SAMPLES[name] for name in ("nothing", "nasty", "ordinary")):
        moscow, vladivostok = (clocks(screen, sample, zone) for zone in ("Europe/Moscow", "Asia/Vladivostok"))
        assert [(minutes + 7 * 60) % (24 * 60) for minutes in moscow] == vladivostok
    if screen in _TIMED:
        assert moscow, "it shows a time"


def test_every_function_that_makes_a_screen_is_tried_and_kept() -> None:
    makers = {
        f"{module.name}.{name}"
        for module in iter_modules(bot.chat.screens.__path__)
        for name, function in inspect.getmembers(
            import_module(f"bot.chat.screens.{module.name}"), inspect.isfunction
        )
        if function.__module__ == f"bot.chat.screens.{module.name}"
        and not name.startswith("_")
        and _MAKES_A_SCREEN.search(function.__annotations__["return"])
    }
    assert makers == set(SCREENS), "add the screen to tests/chat/every_screen.py, then: make golden"


@pytest.mark.parametrize("name", sorted({*names(), *(path.name for path in FOLDER.iterdir())}))
def test_every_screen_looks_as_it_is_kept(name: str) -> None:
    now = golden_files().get(name)
    assert now is not None, "nothing makes this any more: make golden"
    assert (FOLDER / name).exists(), "look at the new screen and keep it: make golden"
    assert (FOLDER / name).read_text() == now, "look at what changed and keep it: make golden"


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_for_other_messages_are_well_formed_too(language: str) -> None:
    t = Texts(language)
    for said in (sentence(t) for sentence in SENTENCES.values()):
        check_direction(said)
        if isinstance(said, Html):
            check(Screen(text=said))
        else:
            assert 0 < len(said) <= 200  # Bot API, "answerCallbackQuery", text
    for name, description in commands(t):
        assert name.isascii()
        assert 1 <= len(name) <= 32
        assert 1 <= len(description) <= 256
