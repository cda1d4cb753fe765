from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.telegram.entities import checked_link, tidy, to_html, utf16_length, utf16_slice
from bot.sandbox.telegram.html import parse_html
from bot.sandbox.telegram.refusals import BadRequest


def shape(source: str) -> list[tuple[str, int, int]]:
    return [(entity.type, entity.offset, entity.length) for entity in parse_html(source)[1]]


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("<b>жирный</b>", "жирный", [("bold", 0, 6)]),
        ("<b>раз <i>два</i></b>", "раз два", [("bold", 0, 7), ("italic", 4, 3)]),
        ("😀<b>x</b>", "😀x", [("bold", 2, 1)]),
        ("&lt;b&gt; &amp; &quot; &#39; &#x1F600;", "<b> & \" ' 😀", []),
        ("&nbsp;&apos;&copy", "&nbsp;&apos;&copy", []),
        ('<a href="https://hh.ru/?a=1&amp;b=2">сюда</a>', "сюда", [("text_link", 0, 4)]),
        ("<a href='hh'>нет точки</a>", "нет точки", []),
        ("<blockquote expandable>цитата</blockquote>", "цитата", [("expandable_blockquote", 0, 6)]),
        ('<pre><code class="language-python">x</code></pre>', "x", [("pre", 0, 1)]),
        ('<span class="tg-spoiler">s</span><B>b</B>', "sb", [("spoiler", 0, 1), ("bold", 1, 1)]),
        ("<b></b>пусто", "пусто", []),
        ("<b>x</>y", "xy", [("bold", 0, 1)]),
        ('<tg-emoji emoji-id="5">😀</tg-emoji>', "😀", [("custom_emoji", 0, 2)]),
        ("<a   href = 'https://hh.ru' >x</a >", "x", [("text_link", 0, 1)]),
        ("<b  >x</b>", "x", [("bold", 0, 1)]),
        ("<code class=language-py>x</code><pre>y</pre>", "xy", [("code", 0, 1), ("pre", 1, 1)]),
        ("<pre><code class=python>x</code></pre>", "x", [("pre", 0, 1)]),
        ("&#1114111;&#0;", "&#1114111;&#0;", []),
    ],
)
def test_html_is_read_as_telegram_reads_it(
    source: str, text: str, expected: list[tuple[str, int, int]]
) -> None:
    assert parse_html(source)[0] == text
    assert shape(source) == expected


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("яя<br>", 'Unsupported start tag "br" at byte offset 4'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<b>x", "Can't find end tag corresponding to start tag b"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("x <b", "Unclosed start tag at byte offset 2"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<a href>x</a>", "Expected equal sign"),
        ("<a href=https://x.ru>x</a>", "Unexpected end of name token at byte offset 8"),
        ('<a href="x>', "Unclosed start tag at byte offset 0"),
        ("<a =x>y</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=", 'Unclosed start tag "a" at byte offset 0'),
        ("<tg-emoji emoji-id='x'>😀</tg-emoji>", "Invalid custom emoji identifier specified"),
        ("&#xd83d;", "invalid Unicode"),
    ],
)
def test_wrong_html_is_refused_in_telegrams_words(source: str, reason: str) -> None:
    with pytest.raises(BadRequest, match=r"^Bad Request: can't parse entities: ") as refused:
        parse_html(source)
    assert reason in refused.value.description


def test_the_language_of_code_and_the_address_of_a_link_are_kept() -> None:
    assert parse_html('<pre><code class="language-python">x</code></pre>')[1][0].language == "python"
    assert parse_html('<a href="hh.ru/vacancy/1">x</a>')[1][0].url == "http://hh.ru/vacancy/1"


def test_outer_white_space_goes_and_entities_move_with_it() -> None:
    text, entities = tidy(*parse_html("\n  <b> 😀 да</b>\r\n "))
    assert text == "😀 да"
    assert [(e.offset, e.length) for e in entities] == [(0, 5)]


def test_returns_go_and_entities_after_them_move() -> None:
    text, entities = tidy(*parse_html("a\r\n<b>b\rc</b>"))
    assert text == "a\nbc"
    assert [(e.offset, e.length) for e in entities] == [(2, 2)]


def test_commands_addresses_and_mentions_are_recognised() -> None:
    text, entities = tidy(
        "/start@hh_bridge_bot см. https://hh.ru/vacancy/1, rabota.by/vacancy/2 и @durov a/b", ()
    )
    found = [(e.type, utf16_slice(text, e.offset, e.length)) for e in entities]
    assert found == [
        ("bot_command", "/start@hh_bridge_bot"),
        ("url", "https://hh.ru/vacancy/1"),
        ("url", "rabota.by/vacancy/2"),
        ("mention", "@durov"),
    ]


def test_nothing_is_recognised_inside_code_and_links() -> None:
    _, entities = tidy(*parse_html('<code>/start</code> <a href="https://hh.ru">/help</a>'))
    assert [entity.type for entity in entities] == ["code", "text_link"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://hh.ru/x", "https://hh.ru/x"),
        ("hh.ru", "http://hh.ru"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
        ("http://localhost:8080", None),
        ("ftp://hh.ru", None),
        ("", None),
        ("http://hh.ru:port/", None),
        ("http://[hh.ru/", None),
    ],
)
def test_links_are_checked_as_telegram_checks_them(url: str, expected: str | None) -> None:
    assert checked_link(url) == expected


@given(st.text())
def test_escaped_text_survives_the_way_there_and_back(source: str) -> None:
    escaped = source.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text, entities = parse_html(escaped)
    assert (text, entities) == (source, [])
    assert to_html(text, entities) == escaped


@pytest.mark.parametrize(
    "source",
    [
        "<b>а<i>б</i></b>",
        '<a href="https://hh.ru/?a=1&amp;b=2"><b>😀 x</b></a> &amp; y',
        '<pre><code class="language-py">1 &lt; 2</code></pre>',
        "<blockquote expandable>q</blockquote><s>z</s>",
        '<pre>x</pre><tg-emoji emoji-id="5">😀</tg-emoji>',
    ],
)
def test_entities_become_the_same_html_again(source: str) -> None:
    assert to_html(*parse_html(source)) == source


def test_what_telegram_recognised_itself_stays_plain() -> None:
    assert to_html(*tidy("/start hh.ru", ())) == "/start hh.ru"


@given(st.text())
def test_the_utf16_length_is_that_of_the_encoding(text: str) -> None:
    assert utf16_length(text) == len(text) + sum(char > "\uffff" for char in text)
