"""Which addresses are vacancies of hh.ru, and which only look so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hh.vacancy_links import SITES, VacancyLink, find

SANDBOX = "http://127.0.0.1:8080/hh"


@pytest.mark.parametrize(
    ("text", "vacancy_id", "host"),
    [
        ("https://hh.ru/vacancy/123", "123", "hh.ru"),
        ("http://hh.ru/vacancy/123/", "123", "hh.ru"),
        ("hh.ru/vacancy/123", "123", "hh.ru"),
        ("HTTPS://HH.RU/vacancy/123", "123", "hh.ru"),
        ("https://hh.ru:443/vacancy/123", "123", "hh.ru"),
        ("https://spb.hh.ru/vacancy/123?query=python&hhtmFrom=vacancy_search_list#main", "123", "hh.ru"),
        ("https://m.hh.ru/vacancy/123", "123", "hh.ru"),
        ("https://rabota.by/vacancy/123", "123", "rabota.by"),
        ("https://gomel.rabota.by/vacancy/123", "123", "rabota.by"),
        ("https://hh1.az/vacancy/123", "123", "hh1.az"),
        ("https://tashkent.hh.uz/vacancy/123", "123", "hh.uz"),
        ("https://almaty.hh.kz/vacancy/123", "123", "hh.kz"),
        ("https://headhunter.ge/vacancy/123", "123", "headhunter.ge"),
        ("https://bishkek.headhunter.kg/vacancy/123", "123", "headhunter.kg"),
        ("https://hh.ru/applicant/vacancy_response?vacancyId=123", "123", "hh.ru"),
        ("https://hh.ru/applicant/vacancy_response?startedWithQuestion=false&vacancyId=123", "123", "hh.ru"),
        ("Смотри: hh.ru/vacancy/123.", "123", "hh.ru"),
        ("Смотри:hh.ru/vacancy/123!", "123", "hh.ru"),
        ("Инженер (https://hh.ru/vacancy/123), Москва", "123", "hh.ru"),
        ("[Инженер](https://hh.ru/vacancy/123)", "123", "hh.ru"),
        ("«https://hh.ru/vacancy/123»", "123", "hh.ru"),
        ("**hh.ru/vacancy/123**", "123", "hh.ru"),
        ("Инженер\nhttps://hh.ru/vacancy/123?from=share_ios\n#работа", "123", "hh.ru"),
        ("сайт https://company.example/ и https://hh.ru/vacancy/123", "123", "hh.ru"),
        ("https://hh.ru/vacancy/123 https://hh.ru/vacancy/456", "123", "hh.ru"),
        (f"{SANDBOX}/vacancy/123", "123", None),
        (f"Вот: {SANDBOX}/vacancy/123?x=1", "123", None),
        (f"{SANDBOX}/applicant/vacancy_response?vacancyId=123", "123", None),
        ("127.0.0.1:8080/hh/vacancy/123", "123", None),
    ],
)
def test_a_link_to_a_vacancy_is_found(text: str, vacancy_id: str, host: str | None) -> None:
    assert find(text, site_url=SANDBOX) == VacancyLink(vacancy_id, host)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123",
        "hh.ru",
        "https://hh.ru/",
        "https://hh.ru/vacancy/",
        "https://hh.ru/vacancy/12a",
        "https://hh.ru/vacancy/0",
        "https://hh.ru/vacancy/-1",
        "https://hh.ru/vacancy/١٢٣",
        "https://hh.ru/vacancy/1234567890123456789",
        "https://hh.ru/vacancy/123/edit",
        "https://hh.ru/x/vacancy/123",
        "https://hh.ru/resume/123",
        "https://hh.ru/applicant/vacancy_response?vacancyId=12a",
        "https://hh.ru/applicant/vacancy_response?vacancyId=1&vacancyId=2",
        "https://hh.ru/applicant/negotiations?vacancyId=1",
        "https://hh.ru.evil.example/vacancy/123",
        "https://evilhh.ru/vacancy/123",
        "https://evil-hh.ru/vacancy/123",
        "https://hh.ru-evil.example/vacancy/123",
        "https://evil.example/hh.ru/vacancy/123",
        "evil.example/hh.ru/vacancy/123",
        "https://evil.example/?u=https://hh.ru/vacancy/123",
        "https://evil.example?u=hh.ru/vacancy/123",
        "https://evil.example#hh.ru/vacancy/123",
        "https://hh.ru@evil.example/vacancy/123",
        "https://user@hh.ru/vacancy/123",
        "https://user:pass@hh.ru/vacancy/123",
        "mail@hh.ru/vacancy/123",
        "https://hh.ru\\@evil.example/vacancy/123",
        "https://evil.example\\hh.ru/vacancy/123",
        "https://evil.example%2Fhh.ru/vacancy/123",
        "https://hh.ru:8443/vacancy/123",
        "https://hh.ru:x/vacancy/123",
        "https://hh.ru./vacancy/123",
        "ftp://hh.ru/vacancy/123",
        "javascript:hh.ru/vacancy/123",
        "https://hｈ.ru/vacancy/123",
        "https://нн.ru/vacancy/123",
        "https://hh․ru/vacancy/123",
        "https://jobs.tut.by/vacancy/123",
        "http://127.0.0.1/vacancy/123",
        "http://127.0.0.1:8080/vacancy/123",
        "http://127.0.0.1:8080/hhx/vacancy/123",
        "http://127.0.0.1:8081/hh/vacancy/123",
        "http://user@127.0.0.1:8080/hh/vacancy/123",
        "http://localhost/vacancy/123",
        "http://10.0.0.1/vacancy/123",
        "http://[::1]/vacancy/123",
        "https://api.hh.ru/vacancies/123",
    ],
)
def test_what_only_looks_like_one_is_refused(text: str) -> None:
    assert find(text, site_url=SANDBOX) is None
    assert find("", [text], site_url=SANDBOX) is None


def test_a_broken_address_is_none() -> None:
    assert find("", ["https://[hh.ru/vacancy/123", "https://hh.ru]/vacancy/123"]) is None


def test_an_address_behind_a_linked_word_counts_too() -> None:
    assert find("Откликнуться", ["https://t.me/x", "https://hh.kz/vacancy/5"]) == VacancyLink("5", "hh.kz")


def test_the_text_goes_before_what_is_behind_it() -> None:
    assert find("hh.ru/vacancy/1", ["https://hh.ru/vacancy/2"]) == VacancyLink("1", "hh.ru")


def test_the_configured_site_may_be_hh_itself() -> None:
    assert find("https://hh.ru/vacancy/1", site_url="https://hh.ru") == VacancyLink("1", "hh.ru")
    assert find("https://hh.ru/vacancy/1", site_url="https://[broken") == VacancyLink("1", "hh.ru")


label = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
vacancy_ids = st.integers(1, 10**18 - 1).map(str)
prose = st.text(st.characters(categories=["Lu", "Ll", "Nd", "Zs", "Po"], exclude_characters="/\\@:.?#%&"))


@given(
    scheme=st.sampled_from(["https://", "http://", ""]),
    labels=st.lists(label, max_size=3),
    site=st.sampled_from(SITES),
    vacancy_id=vacancy_ids,
    tail=st.sampled_from(["", "/", "?a=b", "/?a=b&c=%20", "#x", ".", "...", ",", ")"]),
    before=prose,
    after=prose,
)
def test_every_true_link_is_found_within_any_prose(
    scheme: str, labels: list[str], site: str, vacancy_id: str, tail: str, before: str, after: str
) -> None:
    host = ".".join([*labels, site])
    text = f"{before} {scheme}{host}/vacancy/{vacancy_id}{tail} {after}"
    assert find(text) == VacancyLink(vacancy_id, site)


@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_text_is_survived(text: str, urls: list[str]) -> None:
    found = find(text, urls, site_url=SANDBOX)
    assert found is None or found.vacancy_id.isdigit()


@given(
    suffix=label,
    site=st.sampled_from(SITES),
    glue=st.sampled_from([".", "-", "", "@x.", "%2e", "%00.", ":1@x."]),
    vacancy_id=vacancy_ids,
)
def test_no_other_domain_is_believed(suffix: str, site: str, glue: str, vacancy_id: str) -> None:
    url = f"https://{site}{glue}{suffix}.example/vacancy/{vacancy_id}"
    assert find(url) is None
    assert find("", [url]) is None
