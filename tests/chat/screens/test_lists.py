from __future__ import annotations

import pytest

from bot.chat import actions
from bot.chat.outgoing import Press, Question
from bot.chat.screens.lists import FOUND, PER_PAGE, found, listing
from bot.chat.texts import Texts
from bot.hh.models import Negotiation
from bot.sync.roster import Roster, Tab, entry
from tests.chat.samples import NOW, bare_negotiation, negotiation
from tests.chat.telegram_rules import labels, shown

RU, EN = Texts("ru"), Texts("en")


def roster(*negotiations: Negotiation) -> Roster:
    return Roster(tuple(entry(item) for item in negotiations), len(negotiations))


def many(count: int) -> Roster:
    return roster(*(negotiation(str(number)) for number in range(count)))


def pressed(text: str, *args: str) -> Press:
    return Press(text, args)


def test_each_conversation_has_a_line_and_a_button_with_its_number_and_the_unread_ones_come_first() -> None:
    listed = roster(bare_negotiation(), negotiation("11", company="Яндекс", state="invitation"))
    screen = listing(RU, Tab.ACTIVE, listed, {"7"}, 0, now=NOW)
    said = shown(screen.text)
    assert said.startswith("Активные · 2 · 1 непрочитанная")
    assert "1. 🔔 Анонимная компания" in said
    assert "2. 🎉 Яндекс" in said
    assert "приглашение · 23 нояб." in said
    assert [(key.label, key.press) for key in screen.keyboard[0]] == [
        ("1", pressed(actions.OPEN, "7")),
        ("2", pressed(actions.OPEN, "11")),
    ]


@pytest.mark.parametrize(
    ("number", "count", "expected"),
    [
        (0, 8, []),
        (0, 17, ["1 / 3", "Вперёд ▶️"]),
        (1, 17, ["◀️ Назад", "2 / 3", "Вперёд ▶️"]),
        (2, 17, ["◀️ Назад", "3 / 3"]),
        (9, 17, ["◀️ Назад", "3 / 3"]),
    ],
)
def test_paging_leads_only_where_there_are_pages(number: int, count: int, expected: list[str]) -> None:
    screen = listing(RU, Tab.ACTIVE, many(count), (), number)
    keys = [key for row in screen.keyboard for key in row if {"/", "▶️", "◀️"} & {*key.label.split()}]
    assert [key.label for key in keys] == expected
    for key in keys:
        step = {"◀️ Назад": -1, "Вперёд ▶️": 1}.get(key.label, 0)
        assert key.press == pressed(actions.LIST, "active", str(min(number, 2) + step))


def test_tabs_count_and_mark_where_one_is() -> None:
    listed = roster(
        negotiation("1"), negotiation("2", state="discard"), negotiation("3", state="offer", archived=True)
    )
    screen = listing(EN, Tab.DISCARD, listed, (), 0)
    tabs = [(key.label, key.press) for row in screen.keyboard[-3:] for key in row]
    assert tabs == [
        ("Active 1", pressed(actions.LIST, "active", "0")),
        ("Invitations 0", pressed(actions.LIST, "invitations", "0")),
        ("Applications 1", pressed(actions.LIST, "response", "0")),
        ("• Refusals 1", pressed(actions.LIST, "discard", "0")),
        ("Archive 1", pressed(actions.LIST, "archived", "0")),
        ("All 3", pressed(actions.LIST, "all", "0")),
    ]


def test_only_refusals_and_the_archive_can_be_hidden_at_one_go_and_never_what_is_unread() -> None:
    listed = roster(*(negotiation(str(n), state="discard") for n in range(5)))
    assert "🙈 Скрыть все: 4" in labels(listing(RU, Tab.DISCARD, listed, {"2"}, 0).keyboard)
    assert not [
        label for label in labels(listing(RU, Tab.ALL, listed, (), 0).keyboard) if label.startswith("🙈")
    ]


@pytest.mark.parametrize("t", [RU, EN])
def test_an_empty_tab_says_what_to_do(t: Texts) -> None:
    empty = listing(t, Tab.ACTIVE, roster(), (), 0)
    assert {"Пришлите ссылку", "Send me a link"} & {
        part for part in ("Пришлите ссылку", "Send me a link") if part in empty.text
    }
    assert listing(t, Tab.DISCARD, roster(), (), 0).text != empty.text


def test_what_is_too_much_to_list_is_said() -> None:
    few = many(3)
    assert "последние 3" in listing(RU, Tab.ALL, Roster(few.entries, 2500), (), 0).text
    assert "последние" not in listing(RU, Tab.ALL, few, (), 0).text


def test_a_page_of_the_longest_names_fits() -> None:
    items = [
        negotiation(str(n), company="К" * 500, vacancy="В" * 500, state="x", state_name="С" * 500)
        for n in range(50)
    ]
    assert len(shown(listing(RU, Tab.ALL, roster(*items), (), 0, now=NOW).text)) < 4096
    assert PER_PAGE <= 15


def test_what_was_found_keeps_its_words_and_pages() -> None:
    screen = found(RU, "ромашка", many(9), (), 0, now=NOW)
    assert shown(screen.text).startswith("🔎 ромашка · 9")
    assert screen.about == Question(FOUND, "ромашка")
    assert pressed(actions.FOUND, "1") in [key.press for row in screen.keyboard for key in row]


def test_nothing_found_says_where_it_was_looked_for() -> None:
    assert "Ничего не нашлось" in found(RU, "яндекс", many(9), (), 0).text
