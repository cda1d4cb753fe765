"""What becomes of an update whose handling does not go well."""

from __future__ import annotations

import pytest
from msgspec import structs

from bot.chat import actions
from bot.chat.buttons import button_key, seal
from bot.chat.outgoing import Press
from bot.chat.screens.waited import internal
from bot.chat.texts import Texts
from bot.fence import fence
from bot.sandbox.hh.faults import broken
from bot.store import keys
from bot.store.mailbox import ClaimLost
from bot.store.records import Access, Account
from bot.telegram.routing import route
from bot.worker.change import Change
from bot.worker.updates import DEATHS, TRIES
from tests.worker.conftest import Desk

SORRY = internal(Texts("ru")).text


async def kept(desk: Desk, name: str) -> list[bytes]:
    packed = await desk.services.store.lrange(keys.of(desk.session.user_id, name), 0, -1)
    return [entry for entry in packed if isinstance(entry, bytes)]


async def press(desk: Desk, action: str, *args: str) -> None:
    """Anna presses a button."""
    user = desk.session.user_id
    key = button_key(desk.services.settings.telegram_token.get_secret_value())
    await desk.update(
        callback_query={
            "id": "1",
            "from": {"id": user, "is_bot": False, "first_name": "Анна"},
            "chat_instance": "1",
            "data": seal(Press(action, args), user, key),
            "message": {"message_id": 500, "date": 0, "chat": {"id": user, "type": "private"}},
        }
    )


async def test_an_update_that_can_not_be_handled_is_set_aside_and_holds_up_no_other(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    strange = await desk.update(message={"message_id": 5, "date": "yesterday"})
    await desk.write("/help")
    await desk.handle()
    assert await kept(desk, "failed") == [strange]
    assert await kept(desk, "inbox") == []
    sorry, helped = desk.said
    assert sorry == SORRY
    assert helped != SORRY
    assert caplog.text.count("could not be handled") == TRIES


async def test_an_update_that_is_too_deep_for_the_library_is_set_aside(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Only its outermost chat is looked at when it is stored."""
    chat = f'{{"id":{desk.session.user_id},"type":"private"}}'
    head = f'{{"message_id":1,"date":1,"chat":{chat},"reply_to_message":'
    deep = f'{{"update_id":1,"message":{800 * head}null{800 * "}"}}}'.encode()
    await desk.push(deep)
    assert route(deep).mailbox == desk.session.user_id
    await desk.write("/help")
    await desk.handle()
    assert await kept(desk, "failed") == [deep]
    sorry, helped = desk.said
    assert sorry == SORRY
    assert helped != SORRY
    assert len(caplog.text) < 200_000, "a traceback fills the log"


async def test_an_update_over_which_process_after_process_dies_is_set_aside(desk: Desk) -> None:
    raw = await desk.write("/help")
    await desk.die()
    await desk.session.commit(Change(head={"begun": DEATHS}))
    await desk.die()
    await desk.handle()
    assert await kept(desk, "failed") == [raw]
    assert desk.said == [SORRY]


async def test_an_update_that_was_begun_before_is_handled_all_the_same(desk: Desk) -> None:
    await desk.write("/help")
    for _ in range(2):
        await desk.die()
    assert desk.session.head.tries == 2
    await desk.handle()
    assert await kept(desk, "failed") == []
    assert await kept(desk, "inbox") == []
    (helped,) = desk.said
    assert helped != SORRY
    assert desk.session.head.begun == 0


async def test_who_lost_the_mailbox_leaves_the_update_to_its_new_holder(desk: Desk) -> None:
    raw = await desk.write("/list")
    fence(lambda: False)
    with pytest.raises(ClaimLost):
        await desk.handle()
    assert await kept(desk, "inbox") == [raw]
    assert desk.said == []


async def test_access_that_ended_is_told_once_whatever_is_asked(desk: Desk) -> None:
    desk.bridge.hh.tokens.end(desk.bridge.applicant.id)
    await desk.write("/list")
    await desk.handle()
    assert desk.session.account is not None
    assert desk.session.account.access is Access.LAPSED
    assert len(desk.said) == 1
    await press(desk, actions.SET, "quiet", "quiet", "1")
    await desk.handle()
    assert desk.session.account.access is Access.LAPSED, "a setting links nothing"
    assert desk.session.account.preferences.quiet


async def test_trouble_of_hh_ru_is_told_in_a_sentence(desk: Desk) -> None:
    desk.bridge.hh.faults.add(broken(), "GET /**", times=None)
    await desk.write("/list")
    await desk.handle()
    (text,) = desk.said
    assert "hh.ru" in text
    assert await kept(desk, "failed") == []


@pytest.mark.parametrize(("due_in", "looks_in"), [(-60, -60), (3600, 0)])
async def test_what_the_user_does_brings_the_next_look_forward_and_never_puts_it_off(
    desk: Desk, due_in: float, looks_in: float
) -> None:
    now = desk.services.clock()
    await desk.session.commit(Change(head={"poll": now + due_in}))
    await press(desk, actions.HIDE_YES, desk.nid)
    await desk.handle()
    assert len(desk.session.queue) == 1
    assert desk.session.head.poll == pytest.approx(now + looks_in, abs=5)


async def gone(desk: Desk, **how: object) -> None:
    """An account whose looks failed for an hour, until they ended."""
    long_ago = desk.services.clock() - 3600

    def changed(account: Account | None) -> Account:
        assert account is not None
        return structs.replace(account, **how)

    await desk.session.commit(Change(account=changed, head={"failing": long_ago, "poll": long_ago}))
    assert not desk.session.watched


async def test_looks_that_failed_before_an_account_was_linked_again_count_no_more(desk: Desk) -> None:
    await gone(desk, access=Access.LAPSED)
    url = await desk.services.linking.begin(desk.session.user_id)
    await desk.write(await desk.bridge.hh.authorize(desk.bridge.applicant, url))
    await desk.handle()
    assert desk.session.watched
    assert desk.session.head.failing == 0


async def test_looks_that_failed_before_the_user_blocked_the_bot_count_no_more(desk: Desk) -> None:
    await gone(desk, blocked_at=desk.services.clock())
    await desk.write("/help")
    await desk.handle()
    assert desk.session.watched
    assert desk.session.head.failing == 0
