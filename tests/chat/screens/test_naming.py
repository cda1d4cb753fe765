"""What a button says of the page that it opens."""

from __future__ import annotations

import pytest

from bot.chat.screens import applying, conversation, vacancy
from bot.chat.texts import Texts
from tests.chat.samples import negotiation
from tests.chat.samples import vacancy as sample
from tests.chat.telegram_rules import labels

EN = Texts("en")
FOREIGN = [
    "https://evil.example/vacancy/1",
    "https://hh.ru.evil.example/vacancy/1",
    "https://evil.example/hh.ru/vacancy/1",
    "https://hh.ru:8443/vacancy/1",
    "https://\u04bbh.ru/vacancy/1",
]


@pytest.mark.parametrize("url", FOREIGN)
def test_a_button_to_a_foreign_page_does_not_claim_to_be_of_hh(url: str) -> None:
    keyboards = (
        conversation.card(EN, negotiation(url=url)).keyboard,
        vacancy.card(EN, sample(alternate_url=url)).keyboard,
        applying.test_required(EN, url).keyboard,
    )
    for keyboard in keyboards:
        assert "🔗 Open the page" in labels(keyboard)
        assert not any("hh" in label for label in labels(keyboard))


@pytest.mark.parametrize(
    ("url", "site"),
    [("https://hh.ru/vacancy/1", "hh.ru"), ("https://minsk.rabota.by/vacancy/1", "rabota.by")],
)
def test_a_button_to_a_page_of_the_group_says_of_which_site(url: str, site: str) -> None:
    assert f"🔗 Open on {site}" in labels(conversation.card(EN, negotiation(url=url)).keyboard)
    assert labels(applying.test_required(EN, url).keyboard) == ["📝 Take the test on hh.ru"]
