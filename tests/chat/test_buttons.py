from __future__ import annotations

import string
from base64 import urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import actions
from bot.chat.buttons import LIMIT, BadButton, button_key, seal, unseal
from bot.chat.outgoing import Press
from tests.chat.samples import BIG_ID, RESUME_ID

KEY = button_key("123:token")
USER = 42

ids = st.integers(min_value=0, max_value=10**20 - 1).map(str)
small_text = st.text(max_size=4)
users = st.integers(min_value=1, max_value=2**52)
small_presses = st.builds(
    Press,
    st.sampled_from([actions.REPLY, actions.LIST, actions.HIDE_YES, "", "feed", "00", "0a"]),
    st.lists(ids | small_text | st.sampled_from(["", "0", "007", "ff", "FF"]), max_size=2).map(tuple),
)

EVERY_PRESS = [
    Press(actions.REPLY, (BIG_ID,)),
    Press(actions.HISTORY, (BIG_ID, "9999")),
    Press(actions.OPEN, (BIG_ID,)),
    Press(actions.TOPIC, (BIG_ID,)),
    Press(actions.TOPIC_DROP, (BIG_ID,)),
    Press(actions.HIDE, (BIG_ID,)),
    Press(actions.HIDE_YES, (BIG_ID,)),
    Press(actions.DECLINE_YES, (BIG_ID,)),
    Press(actions.KEEP, (BIG_ID,)),
    Press(actions.LIST, ("non_archived", "9999")),
    Press(actions.FIND),
    Press(actions.FOUND, ("9999",)),
    Press(actions.HIDE_ALL, ("archived",)),
    Press(actions.HIDE_ALL_YES, ("archived", "01234567")),
    Press(actions.HIDE_STOP),
    Press(actions.TO, (BIG_ID,)),
    Press(actions.TO_MORE, ("9999",)),
    Press(actions.DROP),
    Press(actions.CORRECT, (BIG_ID,)),
    Press(actions.EDIT_AGAIN, (BIG_ID,)),
    Press(actions.APPLY, (BIG_ID, "headhunter.kg")),
    Press(actions.APPLY, (BIG_ID, "")),
    Press(actions.RESUME, (BIG_ID, RESUME_ID)),
    Press(actions.NO_LETTER, (BIG_ID, RESUME_ID)),
    Press(actions.APPLY_YES),
    Press(actions.RETRY_APPLY),
    Press(actions.LETTER, ("9999", BIG_ID, RESUME_ID)),
    Press(actions.OWN_LETTER, (BIG_ID, RESUME_ID)),
    Press(actions.KEEP_LETTER),
    Press(actions.QUICK, ("9999", BIG_ID)),
    Press(actions.OWN_REPLY, (BIG_ID,)),
    Press(actions.QUICK_YES, (BIG_ID,)),
    Press(actions.QUICK_EDIT, (BIG_ID,)),
    Press(actions.TEMPLATES, ("letter",)),
    Press(actions.TEMPLATE, ("9999",)),
    Press(actions.TEMPLATE_NEW, ("letter",)),
    Press(actions.TEMPLATE_TEXT, ("9999",)),
    Press(actions.TEMPLATE_TITLE, ("9999",)),
    Press(actions.TEMPLATE_DROP, ("9999",)),
    Press(actions.TEMPLATE_DROP_YES, ("9999",)),
    Press(actions.CANCEL),
    Press(actions.LINK),
    Press(actions.UNLINK_YES),
    Press(actions.UNLINK),
    Press(actions.EXPORT),
    Press(actions.HELP, ("answer",)),
    Press(actions.HELP, ("",)),
    Press(actions.TOUR, ("2",)),
    Press(actions.LANGUAGE, ("ru",)),
    Press(actions.SETTINGS, ("digest",)),
    Press(actions.SET, ("zone", "zone", "Asia/Yekaterinburg")),
    Press(actions.SET, ("news", "invitation", "silent")),
    Press(actions.TYPE, ("digest",)),
    Press(actions.MUTE, (BIG_ID, "1")),
]


@pytest.mark.parametrize("press", EVERY_PRESS, ids=lambda press: press.action)
def test_every_press_fits_with_the_longest_ids_and_comes_back(press: Press) -> None:
    data = seal(press, 2**52, KEY)
    assert 1 <= len(data.encode()) <= LIMIT
    assert unseal(data, 2**52, KEY) == press


def test_every_action_is_tried_above() -> None:
    named = {value for name, value in vars(actions).items() if name.isupper()}
    assert {press.action for press in EVERY_PRESS} == named


@given(small_presses, users)
def test_any_press_comes_back_as_it_was(press: Press, user: int) -> None:
    assert unseal(seal(press, user, KEY), user, KEY) == press


@given(small_presses, st.data())
def test_one_changed_bit_spoils_a_button(press: Press, data: st.DataObject) -> None:
    sealed = bytearray(seal(press, USER, KEY).encode())
    bit = data.draw(st.integers(min_value=0, max_value=len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BadButton):
        unseal(sealed.decode("latin-1"), USER, KEY)


@given(small_presses, users, users)
def test_a_button_of_another_user_is_bad(press: Press, owner: int, other: int) -> None:
    if owner != other:
        data = seal(press, owner, KEY)
        with pytest.raises(BadButton):
            unseal(data, other, KEY)


def test_a_button_of_another_bot_is_bad() -> None:
    data = seal(Press(actions.LINK), USER, button_key("other:token"))
    with pytest.raises(BadButton):
        unseal(data, USER, KEY)


@given(st.text(max_size=64))
def test_anything_else_is_bad(data: str) -> None:
    with pytest.raises(BadButton):
        unseal(data, USER, KEY)


def test_the_spare_bits_of_base64_carry_no_second_spelling() -> None:
    data = seal(Press(actions.OPEN, ("1000",)), USER, KEY)
    assert len(data) % 4 == 2, "the last character has four spare bits"
    others = [data[:-1] + letter for letter in string.ascii_letters + string.digits if letter != data[-1]]
    same = [other for other in others if urlsafe_b64decode(other + "==") == urlsafe_b64decode(data + "==")]
    assert len(same) > 5
    for other in same:
        with pytest.raises(BadButton):
            unseal(other, USER, KEY)


@pytest.mark.parametrize("argument", ["x" * 64, "я" * 30, "9" * 200])
def test_what_does_not_fit_is_refused_when_sealing(argument: str) -> None:
    with pytest.raises(ValueError, match=r"fit|needs"):
        seal(Press(actions.OPEN, (argument,)), USER, KEY)
