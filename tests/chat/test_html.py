from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.html import Html, blank, clean, digest, escape, excerpt, join, length, plain, shorten, split
from tests.chat.telegram_rules import parse, shown, units

anything = st.text(st.characters(exclude_categories=()), max_size=300)
words = st.text(alphabet="аб <>&\"'\n.!?…😀é\u0301\u200d👩🏽", max_size=120)
tagged = st.lists(st.tuples(words, st.sampled_from([None, "b", "i", "code", "blockquote"])), max_size=8)


def markup(pieces: list[tuple[str, str | None]]) -> Html:
    return Html("".join(f"<{tag}>{escape(text)}</{tag}>" if tag else escape(text) for text, tag in pieces))


@given(anything)
def test_whatever_is_escaped_is_shown_literally(text: str) -> None:
    assert shown(escape(text)) == clean(text)


@given(anything)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(anything)
def test_clean_text_can_always_be_sent(text: str) -> None:
    clean(text).encode("utf-8")


@pytest.mark.parametrize(
    "mark", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00\x07\x1b\x7f\ud800"
)
def test_what_disguises_or_breaks_a_text_is_dropped(mark: str) -> None:
    assert clean(f"a{mark}b") == "ab"


@pytest.mark.parametrize(
    "kept", ["\n", "\t", "\u200e", "\u200f", "\u200d", "\ufe0f", "\N{NO-BREAK SPACE}", "😀"]
)
def test_what_a_text_needs_is_kept(kept: str) -> None:
    assert clean(f"a{kept}b") == f"a{kept}b"


def test_every_kind_of_line_end_becomes_a_newline() -> None:
    assert clean("a\r\nb\rc\x85d\u2028e\u2029f") == "a\nb\nc\nd\ne\nf"


def test_html_is_not_escaped_twice() -> None:
    assert escape(escape("<&>")) == "&lt;&amp;&gt;"


def test_joining_leaves_out_what_is_empty() -> None:
    assert join(("a<b", "", Html("<b>c</b>")), " | ") == "a&lt;b | <b>c</b>"


@given(tagged, st.integers(min_value=2, max_value=60))
def test_every_part_fits_and_is_well_formed(pieces: list[tuple[str, str | None]], limit: int) -> None:
    for part in split(markup(pieces), limit):
        assert 0 < units(shown(part)) <= limit
        assert not blank(shown(part))


@given(tagged, st.integers(min_value=2, max_value=60))
def test_splitting_loses_no_letter_and_no_formatting(
    pieces: list[tuple[str, str | None]], limit: int
) -> None:
    def letters(html: str) -> list[tuple[str, tuple[str, ...]]]:
        return [seen for seen in parse(html) if not blank(seen[0])]

    text = markup(pieces)
    parts = split(text, limit)
    assert [seen for part in parts for seen in letters(part)] == letters(text)


long = st.lists(
    st.tuples(words, st.integers(1, 400), st.sampled_from([None, "b", "i", "code", "blockquote"])),
    min_size=1,
    max_size=12,
).map(lambda pieces: markup([(text * times, tag) for text, times, tag in pieces]))


@given(long)
def test_a_long_text_becomes_parts_that_telegram_takes_and_is_whole_in_them(text: Html) -> None:
    parts = split(text)
    for part in parts:
        assert 0 < units(shown(part)) <= 4096
        assert not blank(shown(part))
    seen = [letter for part in parts for letter in parse(part) if not blank(letter[0])]
    assert seen == [letter for letter in parse(text) if not blank(letter[0])]
    # Half of a part is never given away for a better place to cut, but for space that is dropped.
    assert len(parts) <= 1 + 2 * length(text) / 4096


@given(tagged)
def test_a_text_that_fits_stays_in_one_part(pieces: list[tuple[str, str | None]]) -> None:
    text = markup(pieces)
    assert len(split(text, max(2, length(text)))) <= 1


def test_a_text_is_cut_between_paragraphs_rather_than_lines_and_lines_rather_than_sentences() -> None:
    assert split(Html("Раз два. Три\n\nЧетыре\nПять"), 20) == ["Раз два. Три", "Четыре\nПять"]
    assert split(Html("Раз два. Три\nЧетыре. Пять"), 20) == ["Раз два. Три", "Четыре. Пять"]
    assert split(Html("Раз два три. Четыре пять"), 19) == ["Раз два три.", "Четыре пять"]
    assert split(Html("Раз два три четыре"), 14) == ["Раз два три", "четыре"]


def test_a_paragraph_at_the_very_beginning_is_no_reason_to_cut_there() -> None:
    first, *_ = split(Html("Да\n\n" + "слово " * 30), 100)
    assert length(first) > 50


def test_an_emoji_of_several_characters_is_not_torn() -> None:
    family = "👩\u200d👩\u200d👧"
    parts = split(Html(family * 5), 20)
    assert all(part.count("👩\u200d👩\u200d👧") * len(family) == len(part) for part in parts)


def test_open_tags_are_closed_at_the_cut_and_opened_again() -> None:
    assert split(Html('<b>раз <a href="https://hh.ru">два три</a></b>'), 8) == [
        '<b>раз <a href="https://hh.ru">два</a></b>',
        '<b><a href="https://hh.ru">три</a></b>',
    ]


def test_a_tag_that_begins_at_the_cut_leaves_nothing_empty_behind() -> None:
    assert split(Html("раздва<b>три</b>"), 6) == ["раздва", "<b>три</b>"]
    assert split(Html("<b>раздва</b>три"), 6) == ["<b>раздва</b>", "три"]


def test_an_entity_counts_as_one_and_stays_whole() -> None:
    assert split(Html("&lt;" * 5), 2) == ["&lt;&lt;", "&lt;&lt;", "&lt;"]


def test_nothing_to_see_makes_no_part() -> None:
    assert split(Html(" \n \u200b<b> </b>"), 2) == []


def test_a_long_text_is_split_quickly() -> None:
    parts = split(escape("Слово <за> словом. " * 5000))
    assert all(units(shown(part)) <= 4096 for part in parts)
    assert len(parts) < 40


@given(anything, st.integers(min_value=3, max_value=80))
def test_an_excerpt_fits(text: str, limit: int) -> None:
    assert units(excerpt(text, limit)) <= limit


@given(anything, st.integers(min_value=3, max_value=80))
def test_a_shortened_text_fits_one_line(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert units(short) <= limit
    assert "\n" not in short


def test_an_excerpt_says_that_it_is_one() -> None:
    assert excerpt("Здравствуйте, спасибо за отклик", 15) == "Здравствуйте…"
    assert excerpt("Здравствуйте", 15) == "Здравствуйте"


def test_the_digest_tells_texts_apart_but_not_their_outer_space() -> None:
    assert digest("Да\n") == digest("Да")
    assert digest("Да") != digest("да")
    assert digest("\ud800")


@given(anything)
def test_length_is_what_telegram_counts(text: str) -> None:
    assert length(escape(text)) == units(clean(text)) == units(plain(escape(text)))
