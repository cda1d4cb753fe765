"""Each figure of the work grows with what it counts, and with nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.chat.intents import EditMessage, SendMessage
from bot.chat.outgoing import Mark, Say, Topic
from bot.hh.errors import HhError, LinkAgain
from bot.sandbox.hh.faults import (
    Fault,
    broken,
    captcha,
    no_tokens,
    not_ready,
    refused,
    reset,
    shield,
    throttled,
    truncated,
)
from bot.store import keys
from bot.store.limiter import Limiter, Line
from bot.telegram.sender import Paused
from bot.worker.access import gateway, lapse
from bot.worker.change import Change
from bot.worker.delivery import DeliveryLane
from bot.worker.poll import Poll
from bot.worker.topics import Topics
from bot.worker.updates import TRIES
from bot.worker.worker import Worker
from tests.bridge.steps import SEND
from tests.figures import figure, grows
from tests.waiting import eventually, running
from tests.worker.conftest import Desk

LIST, MESSAGES, REFRESH = "GET /negotiations", "GET /negotiations/*/messages", "POST /token"


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (reset(after=True), "unknown"),
        (refused("in_a_row_limit"), "refused"),
        (not_ready(), "put_off"),
    ],
)
async def test_what_hh_ru_did_not_take_is_counted_by_what_it_said(
    desk: Desk, fault: Fault, outcome: str
) -> None:
    desk.bridge.hh.faults.add(fault, SEND)
    with grows("writes_total", intent="SendMessage", outcome=outcome):
        await desk.carry_out(sending(desk))


async def test_what_hh_ru_took_is_counted(desk: Desk) -> None:
    with grows("writes_total", intent="SendMessage", outcome="accepted"):
        await desk.carry_out(sending(desk))


async def test_an_edit_that_has_nothing_to_edit_is_not_counted_as_taken(desk: Desk) -> None:
    edit = EditMessage(nid=desk.nid, text="Готов выйти во вторник", chat_message_id=77)
    accepted = figure("writes_total", intent="EditMessage", outcome="accepted")
    with grows("writes_total", intent="EditMessage", outcome="impossible"):
        await desk.carry_out(edit)
    assert figure("writes_total", intent="EditMessage", outcome="accepted") == accepted


@pytest.mark.parametrize("outcome", ["found", "lost", "unclear"])
async def test_what_became_of_a_write_of_unknown_outcome_is_counted(desk: Desk, outcome: str) -> None:
    attempted = desk.services.clock() - 60
    if outcome == "found":
        desk.bridge.hh.world.post(desk.talk, "applicant", sending(desk).text)
    if outcome == "unclear":
        desk.bridge.hh.faults.add(refused("chat_not_found"), MESSAGES)
    with grows("writes_total", intent="SendMessage", outcome=outcome):
        await desk.carry_out(sending(desk), attempted_at=attempted)


def sending(desk: Desk) -> SendMessage:
    return SendMessage(nid=desk.nid, text="Готов выйти в понедельник", chat_message_id=77)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({}, "delivered"),
        ({"retry_after": 9}, "put_off"),
        ({"reset_after": True}, "unconfirmed"),
        ({"forbidden": "bot was blocked by the user"}, "unreachable"),
        ({"bad_request": "nobody may read this"}, "rejected"),
    ],
)
async def test_what_becomes_of_a_delivery_is_counted(desk: Desk, fault: dict[str, int], outcome: str) -> None:
    await desk.session.commit(Change(said=[Say(text="Новости")]))
    # However much plainer it gets, Telegram does not take it.
    desk.bridge.telegram.fail_next("sendMessage", times=4 if fault else 0, **fault)
    with grows("deliveries_total", entry="Say", outcome=outcome):
        await DeliveryLane(desk.services, desk.session).run()


async def test_each_kind_of_entry_is_counted_by_its_name(desk: Desk) -> None:
    reply = await desk.bridge.anna.send("Приду")
    await desk.session.commit(Change(said=[Mark(message_id=reply, emoji="👌", fallback="👌")]))
    with grows("deliveries_total", entry="Mark", outcome="delivered"):
        await DeliveryLane(desk.services, desk.session).run()


async def test_news_is_counted_with_its_age_and_other_messages_are_not(desk: Desk) -> None:
    since = desk.services.clock() - 40
    await desk.session.commit(Change(said=[Say(text="Новости", since=since), Say(text="Ответ")]))
    before = figure("news_delay_seconds_sum")
    with grows("news_delay_seconds_count"):
        await DeliveryLane(desk.services, desk.session).run()
    assert figure("news_delay_seconds_sum") - before >= 40


async def test_a_pause_that_telegram_asks_for_is_counted(desk: Desk) -> None:
    desk.bridge.telegram.fail_next("sendMessage", retry_after=9)
    with (
        grows("throttled_total", world="telegram"),
        grows("request_seconds_count", world="telegram", outcome="429"),
        pytest.raises(Paused),
    ):
        await desk.services.sender.perform(desk.session.user_id, Say(text="Новости"))


@pytest.mark.parametrize("on", [LIST, REFRESH])
async def test_a_pause_that_hh_ru_asks_for_is_counted_wherever_it_says_so(desk: Desk, on: str) -> None:
    desk.bridge.hh.tokens.expire(desk.bridge.applicant.id)
    desk.bridge.hh.faults.add(throttled(1), on)
    hh = gateway(desk.services, desk.session, desk.access)
    with (
        grows("throttled_total", world="hh"),
        grows("request_seconds_count", world="hh", outcome="429"),
        pytest.raises(HhError),
    ):
        await hh.negotiations()


async def test_a_request_that_no_answer_came_to_is_counted_by_the_errors_name(desk: Desk) -> None:
    hh = gateway(desk.services, desk.session, desk.access)
    desk.bridge.hh.faults.add(reset(), LIST)
    with grows("request_seconds_count", world="hh", outcome="Unavailable"), pytest.raises(HhError):
        await hh.negotiations()


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (None, "done"),
        (no_tokens("invalid_grant", "token deactivated"), "refused"),
        (captcha(), "refused"),
        (reset(after=True), "failed"),
        (reset(), "failed"),
        (truncated(), "failed"),
        (broken(500), "failed"),
        (shield(), "failed"),
        (throttled(1), "failed"),
        (no_tokens("invalid_grant", "token not expired"), "failed"),
    ],
)
async def test_each_refresh_of_a_token_is_counted_by_its_outcome(
    desk: Desk, fault: Fault | None, outcome: str
) -> None:
    token = await desk.access.token()
    desk.bridge.hh.tokens.expire(desk.bridge.applicant.id)
    if fault is not None:
        desk.bridge.hh.faults.add(fault, REFRESH)
    before = refreshes()
    with grows("token_refreshes_total", outcome=outcome):
        try:
            await desk.access.renew(token)
        except HhError:
            assert fault
    assert refreshes() - before == 1, "and as nothing else"


def refreshes() -> float:
    return sum(figure("token_refreshes_total", outcome=name) for name in ("done", "refused", "failed"))


async def test_an_account_that_must_be_linked_again_is_counted_once(desk: Desk) -> None:
    account = desk.session.linked_account
    with grows("accounts_lapsed_total"):
        for _ in range(2):
            await lapse(desk.session, account, LinkAgain("token_revoked"))


async def test_each_look_at_an_account_is_counted_by_its_outcome(desk: Desk) -> None:
    desk.talk.updated_at -= 60
    # The first look reads every page, the second the usual one, the third finds that one unchanged.
    for outcome in ("changed", "changed", "unchanged"):
        with grows("polls_total", outcome=outcome):
            await look(desk)
    for fault, outcome in ((broken(), "failed"), (throttled(0), "put_off")):
        desk.bridge.hh.faults.add(fault, LIST)
        with grows("polls_total", outcome=outcome):
            await look(desk)


async def test_a_look_for_which_there_is_no_room_yet_is_counted_with_its_wait(desk: Desk) -> None:
    line = Limiter(desk.services.store, keys.pace("crowded"), rate=0.01, burst=1)
    await line.reserve(0)
    desk.services = replace(desk.services, poll_line=Line(line, desk.services.hh_limit))
    before = figure("poll_lag_seconds_sum")
    with grows("polls_total", outcome="put_off"), grows("poll_lag_seconds_count"):
        await look(desk)
    assert figure("poll_lag_seconds_sum") - before > 90


async def test_each_kind_of_news_is_counted(desk: Desk) -> None:
    employers = desk.bridge.hh.employers
    await look(desk)
    employers.write(desk.nid, "Здравствуйте!")
    with grows("events_total", kind="message"):
        await look(desk)
    employers.invite(desk.nid, "Приходите")
    with grows("events_total", kind="invitation"):
        await look(desk)
    employers.discard(desk.nid, "Мы передумали")
    with grows("events_total", kind="refusal"):
        await look(desk)


async def look(desk: Desk) -> None:
    await Poll(desk.services, desk.session, desk.access).run()


async def test_an_update_is_counted_by_each_try_and_by_what_it_came_to(desk: Desk) -> None:
    await desk.update(message={"message_id": 5, "date": "yesterday"})
    with (
        grows("updates_handled_total", TRIES, outcome="failed"),
        grows("updates_handled_total", outcome="set_aside"),
        grows("updates_handled_total", 0, outcome="done"),
    ):
        await desk.handle()
    await desk.write("/help")
    with grows("updates_handled_total", outcome="done"):
        await desk.handle()


async def test_topics_are_counted_as_they_come_and_go(desk: Desk) -> None:
    desk.bridge.telegram.world.topics_enabled = True
    await desk.services.topic_mode.look()
    topics = Topics(desk.services, desk.session)
    news = Say(text="Новости", at=Topic(desk.nid, "Ромашка"))
    with grows("topics_total", outcome="made"):
        await topics.perform(news)
    chat = desk.bridge.telegram.world.chats[desk.session.user_id]
    chat.topics.clear()
    with grows("topics_total", outcome="gone"), grows("topics_total", outcome="made"):
        await topics.perform(news)
    chat.topics.clear()
    desk.bridge.telegram.fail_next("createForumTopic", bad_request="not enough rights")
    with grows("topics_total", outcome="refused"):
        await topics.perform(news)


async def test_the_mailboxes_that_a_worker_attends_to_are_counted_until_it_gives_them_back(
    desk: Desk,
) -> None:
    desk.bridge.telegram.fail_next("sendMessage", delay_before=1)
    await desk.session.commit(Change(said=[Say(text="Новости")], head={"poll": 2**40}))
    await desk.services.mailboxes.abandon(desk.session.claim, desk.services.clock() - 1)
    late = figure("mailbox_wait_seconds_sum")
    with grows("mailbox_wait_seconds_count"):
        async with running(Worker(desk.services).run()):
            await eventually(lambda: not desk.bridge.telegram.faults.waiting)
            assert figure("mailboxes_held") == 1
            await eventually(lambda: figure("mailboxes_held") == 0)
    assert figure("mailbox_wait_seconds_sum") - late >= 1


async def test_a_session_that_nobody_expected_to_fail_is_counted(desk: Desk) -> None:
    await desk.services.store.set(keys.of(desk.session.user_id, "book"), b"no book at all")
    await desk.services.mailboxes.abandon(desk.session.claim, 0)
    failed = figure("sessions_failed_total")
    async with running(Worker(desk.services).run()):
        await eventually(lambda: figure("sessions_failed_total") > failed)
