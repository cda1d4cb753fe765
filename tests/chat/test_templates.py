"""Templates: what is put into them when they are used, and how the list of them changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.templates import MOST, TITLE, Kind, Templates, Values, fill, unfilled

ANNA = Values(name="Анна Ким", vacancy="Аналитик", company="Ромашка")

known = st.sampled_from(["{name}", "{имя}", "{Vacancy}", "{ вакансия }", "{COMPANY}", "{компания}"])
outside = st.text(st.characters(exclude_characters="{}"))
unknown = outside.filter(
    lambda word: word.strip().casefold() not in {"name", "имя", "vacancy", "вакансия", "company", "компания"}
).map(lambda word: "{" + word + "}")


def of(placeholder: str) -> str:
    field = placeholder.strip("{ }").casefold()
    if field in ("name", "имя"):
        return ANNA.name
    return ANNA.vacancy if field in ("vacancy", "вакансия") else ANNA.company


@given(st.lists(outside | known | unknown))
def test_the_known_placeholders_are_filled_and_nothing_else_is_touched(parts: list[str]) -> None:
    filled = [of(part) if _known(part) else part for part in parts]
    assert fill("".join(parts), ANNA) == "".join(filled)


def _known(part: str) -> bool:
    return part.strip("{ }").casefold() in {"name", "имя", "vacancy", "вакансия", "company", "компания"} and (
        part.startswith("{")
    )


@given(st.text(), st.text(), st.text(), st.text())
def test_what_is_put_in_is_never_filled_again(text: str, name: str, vacancy: str, company: str) -> None:
    values = Values(name=f"{{компания}}{name}", vacancy=vacancy, company=company)
    assert fill("{name}", values) == f"{{компания}}{name}"
    fill(text, values)


@given(outside)
def test_a_text_without_braces_stays_as_it_is(text: str) -> None:
    assert fill(text, ANNA) == text
    assert unfilled(text) == []


@pytest.mark.parametrize(
    "text", ["{", "}", "{}", "{{имя}", "{дата}", "{0}", "{name!r}", "{a.b}", "{имя\n\n}"]
)
def test_odd_braces_do_no_harm(text: str) -> None:
    assert fill(text, Values()) == text


def test_what_is_not_known_stays_and_is_named_once() -> None:
    text = fill("{имя}, {компания}: {компания} и {зарплата}", Values(name="Анна"))
    assert text == "Анна, {компания}: {компания} и {зарплата}"
    assert unfilled(text) == ["{компания}"]


def test_a_template_is_called_by_its_beginning_until_it_gets_a_title() -> None:
    text = "Здравствуйте, {компания}! Меня зовут {имя}, и я очень хочу у вас работать."
    templates = Templates().added(Kind.LETTER, text)
    (letter,) = templates.of(Kind.LETTER)
    assert letter.text == text
    assert len(letter.title) <= TITLE
    assert letter.title.startswith("Здравствуйте")
    assert templates.rewritten(letter.id, "Добрый день!").items[0].title == "Добрый день!"
    titled = templates.renamed(letter.id, "Для аналитика").rewritten(letter.id, "Добрый день!")
    assert (titled.items[0].title, titled.items[0].text) == ("Для аналитика", "Добрый день!")


def test_an_id_is_never_given_twice() -> None:
    templates = Templates().added(Kind.LETTER, "а").added(Kind.REPLY, "б")
    templates = templates.without(2).added(Kind.REPLY, "в")
    assert [item.id for item in templates.items] == [1, 3]
    assert templates.get(2) is None


def test_only_so_many_of_a_kind_fit() -> None:
    templates = Templates()
    for _ in range(MOST):
        templates = templates.added(Kind.REPLY, "Да")
    assert templates.full(Kind.REPLY)
    assert not templates.full(Kind.LETTER)
