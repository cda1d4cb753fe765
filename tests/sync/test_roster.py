"""The roster: which conversation stands in which tab, what a search finds, what hiding a tab hides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hh.models import Negotiation
from bot.sync.roster import Roster, Tab, belongs, entry, in_tab, matching, seal_of, to_hide
from tests.chat.samples import bare_negotiation, negotiation


def roster(*negotiations: Negotiation) -> Roster:
    return Roster(tuple(entry(item) for item in negotiations), len(negotiations))


@pytest.mark.parametrize(
    ("item", "tabs"),
    [
        (negotiation(), {Tab.ACTIVE, Tab.RESPONSE}),
        (bare_negotiation(), {Tab.ACTIVE, Tab.RESPONSE}),
        (negotiation(state="invitation"), {Tab.ACTIVE, Tab.INVITATIONS}),
        (negotiation(state="something new"), {Tab.ACTIVE, Tab.INVITATIONS}),
        (negotiation(state="discard"), {Tab.DISCARD}),
        (negotiation(archived=True), {Tab.ARCHIVED}),
        (negotiation(state="invitation", messaging_status="archived"), {Tab.ARCHIVED}),
        (negotiation(state="discard", archived=True), {Tab.DISCARD, Tab.ARCHIVED}),
    ],
)
def test_a_conversation_has_its_place(item: Negotiation, tabs: set[Tab]) -> None:
    assert {tab for tab in Tab if belongs(entry(item), tab)} == tabs | {Tab.ALL}


@pytest.mark.parametrize("query", ["яндекс", "ЯНДЕКС", " екс ", "водитель яндекс", "счетчик", "СЧЁТЧИК"])
def test_a_search_finds_company_and_vacancy_in_any_case_and_with_either_e(query: str) -> None:
    listed = roster(
        negotiation("1"),
        negotiation("2", company="Яндекс Такси", vacancy="Водитель, счётчик", state="discard"),
    )
    assert [found.nid for found in matching(listed, query, ())] == ["2"]


@pytest.mark.parametrize("query", ["", "   ", "яндекс ромашка"])
def test_a_search_for_nothing_or_for_words_of_two_companies_finds_nothing(query: str) -> None:
    assert matching(roster(negotiation("1", company="Яндекс"), negotiation("2")), query, ()) == []


@given(st.sets(st.integers(0, 30).map(str)))
def test_unread_ones_come_first_and_nothing_is_lost(unseen: set[str]) -> None:
    listed = roster(*(negotiation(str(number)) for number in range(20)))
    shown = [found.nid for found in in_tab(listed, Tab.ALL, unseen)]
    assert sorted(shown) == sorted(found.nid for found in listed.entries)
    fresh = [nid in unseen for nid in shown]
    assert fresh == sorted(fresh, reverse=True)


@given(st.sets(st.integers(0, 30).map(str)))
def test_hiding_a_tab_never_hides_what_is_unread_or_stands_elsewhere(unseen: set[str]) -> None:
    listed = roster(*(negotiation(str(n), state="discard" if n % 2 else "response") for n in range(20)))
    hidden = to_hide(listed, Tab.DISCARD, unseen)
    assert not unseen & {*hidden}
    assert all(int(nid) % 2 for nid in hidden)


@given(st.sets(st.integers(0, 99).map(str)), st.sets(st.integers(0, 99).map(str)))
def test_a_seal_stands_for_one_set_of_conversations(some: set[str], others: set[str]) -> None:
    assert (seal_of(some) == seal_of(others)) is (some == others)
