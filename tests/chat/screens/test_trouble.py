from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.chat import actions
from bot.chat.screens.trouble import REFUSALS, reason, trouble
from bot.chat.texts import Texts
from bot.hh.errors import (
    CaptchaRequired,
    HhError,
    LinkAgain,
    MalformedAnswer,
    NotFound,
    NotReady,
    OutcomeUnknown,
    Refused,
    Throttled,
    TokenExpired,
    Unavailable,
)
from tests.chat.telegram_rules import presses, shown, urls

RU, EN = Texts("ru"), Texts("en")
DOCUMENTS = Path(__file__).parents[3] / ".." / "shared" / "hh"

NAMED = {
    "vacancy_not_found",
    "invalid_vacancy",
    "resume_not_found",
    "already_applied",
    "test_required",
    "resume_visibility_conflict",
    "edit_forbidden",
    "message_already_viewed",
    "application_denied",
    "limit_exceeded",
    "wrong_state",
    "empty_message",
    "too_long_message",
    "address_not_found",
    "in_a_row_limit",
    "overall_limit",
    "no_invitation",
    "message_cannot_be_empty",
    "disabled_by_employer",
    "resume_deleted",
    "archived",
    "chat_archived",
    "topic_archived",
    "chat_is_not_ready",
    "inappropriate_language",
    "resource_policy_violation",
}


@pytest.mark.parametrize("name", sorted(NAMED | set(REFUSALS)))
def test_every_refusal_by_name_has_its_own_sentence_in_both_languages(name: str) -> None:
    refused = Refused(name, "Описание hh.ru", "req-1", 403)
    for t in (RU, EN):
        said = reason(t, refused)
        assert said not in {reason(t, Refused(other)) for other in REFUSALS if other != name}
        assert "Описание hh.ru" not in said
    assert reason(RU, refused) != reason(EN, refused)


@pytest.mark.parametrize("name", sorted(REFUSALS))
def test_a_refusal_says_what_happened_and_what_can_be_done(name: str) -> None:
    for t in (RU, EN):
        said = reason(t, Refused(name))
        assert len([part for part in said.replace(";", ".").replace(":", ".").split(". ") if part]) > 1, said


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="hh.ru's OpenAPI documents are not here")
@pytest.mark.parametrize("document", ["openapi-2025-12.yaml", "openapi-2026-06.yaml"])
def test_every_refusal_of_the_documents_has_a_sentence(document: str) -> None:
    schemas = yaml.load((DOCUMENTS / document).read_text("utf-8"), yaml.CSafeLoader)["components"]["schemas"]
    named = {
        value
        for name, schema in schemas.items()
        if name.startswith(("ErrorsNegotiation", "ErrorsVacancyApply"))
        for value in _values(schema)
    }
    assert len(named) > 10
    assert named <= set(REFUSALS)


def _values(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        value = schema.get("value")
        if isinstance(value, dict) and "enum" in value:
            yield from value["enum"]
        for child in schema.values():
            yield from _values(child)
    elif isinstance(schema, list):
        for child in schema:
            yield from _values(child)


def test_an_unknown_refusal_shows_the_words_of_hh_and_the_number_of_the_request() -> None:
    said = shown(reason(RU, Refused("quota_of_moonlight", "Луна <ушла>", "abc123", 403)))
    assert "Луна <ушла>" in said
    assert "abc123" in said


def test_an_unknown_refusal_without_a_description_shows_its_name() -> None:
    assert "quota_of_moonlight" in reason(EN, Refused("quota_of_moonlight"))


def test_a_refusal_that_is_only_a_description_shows_it() -> None:
    said = shown(reason(EN, Refused("", "Bad vacancy phase", "r7", 400)))
    assert "Bad vacancy phase" in said
    assert "r7" in said


def test_a_refusal_that_says_nothing_still_makes_a_sentence() -> None:
    assert shown(reason(RU, Refused("", "", "", 400))) == "hh.ru отказал."


def test_consent_to_visibility_is_explained() -> None:
    said = reason(RU, Refused("", '"enable_applicant_visibility_in_country" param required', "", 400))
    assert "согласие" in said
    assert "на сайте" in said


def test_what_is_not_there_is_told_as_such() -> None:
    assert "не находит" in reason(RU, NotFound("not_found"))
    assert "not_found" not in reason(RU, NotFound("not_found"))
    assert reason(RU, NotFound("topic_not_found")) == reason(RU, Refused("topic_not_found"))


def test_a_captcha_is_a_link_where_there_is_one() -> None:
    with_link = trouble(RU, CaptchaRequired("https://hh.ru/captcha?backurl=https://t.me"))
    assert urls(with_link.keyboard) == ["https://hh.ru/captcha?backurl=https://t.me"]
    without = trouble(RU, CaptchaRequired(None))
    assert without.keyboard == ()
    assert "на сайте" in without.text


@pytest.mark.parametrize(
    "word", ["token_revoked", "token deactivated", "account is locked", "no_scope", "new word"]
)
def test_ended_access_offers_to_sign_in_again(word: str) -> None:
    screen = trouble(EN, LinkAgain(word))
    assert actions.LINK in presses(screen.keyboard)
    assert "ign" in screen.text
    assert "token" not in screen.text


@pytest.mark.parametrize(
    ("seconds", "ru"),
    [
        (None, "чуть позже"),
        (0.2, "через 1 секунду"),
        (22, "через 22 секунды"),
        (90, "через 90 секунд"),
        (91, "через 2 минуты"),
        (600, "через 10 минут"),
        (86400, "чуть позже"),
    ],
)
def test_a_pause_names_its_length(seconds: float | None, ru: str) -> None:
    assert ru in reason(RU, Throttled(seconds))


def test_every_other_trouble_has_its_own_sentence() -> None:
    errors: list[HhError] = [
        NotReady(),
        TokenExpired(),
        Unavailable(),
        OutcomeUnknown(),
        MalformedAnswer(),
        HhError(),
    ]
    for t in (RU, EN):
        assert len({reason(t, error) for error in errors}) == len(errors)


def test_an_unknown_outcome_never_says_that_nothing_happened() -> None:
    assert "may have been done or not" in reason(EN, OutcomeUnknown())
    assert "Nothing has been changed" in reason(EN, Unavailable())
