from __future__ import annotations

from msgspec import structs

from bot.chat.intents import Hide
from bot.chat.outgoing import Say
from bot.store.records import Account
from bot.worker.change import Change
from bot.worker.due import BLOCKED_SECONDS, wake_at
from bot.worker.waiting import Waiting
from tests.worker.conftest import Desk


async def test_what_waits_for_hh_ru_wakes_the_mailbox_of_who_blocked_the_bot_and_nothing_else_does(
    desk: Desk,
) -> None:
    now = desk.services.clock()

    def blocked(account: Account | None) -> Account:
        assert account is not None
        return structs.replace(account, blocked_at=now)

    await desk.session.commit(Change(account=blocked, said=[Say(text="раз")], head={"poll": now + 1}))
    assert wake_at(desk.session, now) == now + BLOCKED_SECONDS
    parked = Waiting(Hide(nid=desk.nid, decline=False, card_id=0), since=now, not_before=now + 4)
    await desk.session.commit(Change(queue=lambda queue: [*queue, parked]))
    assert wake_at(desk.session, now) == now + 4
