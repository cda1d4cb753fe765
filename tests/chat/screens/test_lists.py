from __future__ import annotations

import pytest

from bot.chat import actions
from bot.chat.outgoing import Press
from bot.chat.screens.lists import PER_PAGE, TABS, listing
from bot.chat.texts import Texts
from tests.chat.samples import NOW, bare_negotiation, negotiation, page
from tests.chat.telegram_rules import labels, shown

RU, EN = Texts("ru"), Texts("en")


def pressed(text: str, *args: str) -> Press:
    return Press(text, args)


def test_each_conversation_has_a_line_and_a_button_with_its_number() -> None:
    shown_page = page(
        negotiation("11", company="Яндекс", state="invitation", has_updates=True),
        bare_negotiation(),
        number=2,
        pages=5,
    )
    screen = listing(RU, "active", shown_page, now=NOW)
    said = shown(screen.text)
    assert "17. 🎉 Яндекс 🔔" in said
    assert "приглашение · 23 нояб." in said
    assert "18. 📨 Анонимная компания" in said
    assert [(key.label, key.press) for key in screen.keyboard[0]] == [
        ("17", pressed(actions.OPEN, "11")),
        ("18", pressed(actions.OPEN, "7")),
    ]


@pytest.mark.parametrize(
    ("number", "pages", "expected"),
    [
        (0, 1, []),
        (0, 3, ["1 / 3", "Вперёд ▶️"]),
        (1, 3, ["◀️ Назад", "2 / 3", "Вперёд ▶️"]),
        (2, 3, ["◀️ Назад", "3 / 3"]),
    ],
)
def test_paging_leads_only_where_there_are_pages(number: int, pages: int, expected: list[str]) -> None:
    screen = listing(RU, "active", page(negotiation(), number=number, pages=pages))
    found = [
        key
        for row in screen.keyboard
        for key in row
        if "/" in key.label or "▶️" in key.label or "◀️" in key.label
    ]
    assert [key.label for key in found] == expected
    for key in found:
        step = {"◀️ Назад": -1, "Вперёд ▶️": 1}.get(key.label, 0)
        assert key.press == pressed(actions.LIST, "active", str(number + step))


def test_tabs_mark_where_one_is() -> None:
    screen = listing(EN, "discard", page(negotiation()))
    assert "• Refusals" in labels(screen.keyboard)
    assert "Active" in labels(screen.keyboard)
    tabs = [key.press for row in screen.keyboard[-2:] for key in row]
    assert tabs == [pressed(actions.LIST, status, "0") for status in TABS]


@pytest.mark.parametrize("t", [RU, EN])
def test_an_empty_tab_says_what_to_do(t: Texts) -> None:
    empty = listing(t, "active", page())
    assert {"Пришлите ссылку", "Send me a link"} & {
        part for part in ("Пришлите ссылку", "Send me a link") if part in empty.text
    }
    assert listing(t, "discard", page()).text != empty.text


def test_a_page_of_the_longest_names_fits() -> None:
    items = [
        negotiation(str(n), company="К" * 500, vacancy="В" * 500, state="x", state_name="С" * 500)
        for n in range(50)
    ]
    assert len(shown(listing(RU, "all", page(*items), now=NOW).text)) < 4096
    assert PER_PAGE <= 15
