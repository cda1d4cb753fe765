"""Killed with SIGKILL at every boundary: nothing is lost, and nothing doubled but the one notification."""

from __future__ import annotations

import httpx
import pytest

from bot.sandbox.hh.objects import Negotiation
from bot.sandbox.telegram.chats import ChatMessage
from bot.worker.updates import DEATHS
from tests.bridge.steps import arrivals, conversation, hide_button, polled
from tests.bridge.test_lists import ask_to_hide, refusals
from tests.bridge.test_writes import previewed, vacancy
from tests.chaos.processes import Process
from tests.chaos.site import Site
from tests.plain import plain_http

pytestmark = pytest.mark.timeout(180)  # many processes on a busy machine


async def linked(site: Site) -> tuple[Negotiation, ChatMessage, Process]:
    """An account with an invitation in the chat, and a web process; the worker has stopped."""
    talk = conversation(site.bridge)
    web, worker = await site.start("web"), await site.start("worker")
    news = await site.news(talk)
    await worker.stopped()
    return talk, news, web


async def test_an_update_that_was_stored_but_not_acknowledged_is_acted_on_once(site: Site) -> None:
    talk, news, web = await linked(site)
    anna = site.bridge.anna
    site.retire(web)
    dying = await site.start("web", "update-stored:kill")
    reply = await anna.send("Приду!", reply_to=news.id)
    await site.replaced(dying)
    await site.bridge.telegram.settled(30)
    await site.start("worker")
    await anna.wait_for_reaction(reply, "👌")
    assert site.bridge.hh.journal.texts(talk.id) == ["Приду!"]


async def test_a_batch_that_was_stored_but_not_confirmed_is_acted_on_once(site: Site) -> None:
    talk, anna = conversation(site.bridge), site.bridge.anna
    site.poll()
    first = await site.start("run")
    news = await site.news(talk)
    await first.stopped()
    dying = await site.start("run", "update-stored:kill")
    replies = [await anna.send(text, reply_to=news.id) for text in ("Раз", "Два")]
    await site.replaced(dying)
    for reply in replies:
        await anna.wait_for_reaction(reply, "👌")
    await site.bridge.telegram.settled(30)
    assert site.bridge.hh.journal.texts(talk.id) == ["Раз", "Два"]


async def test_an_update_whose_effects_were_not_written_is_handled_again(site: Site) -> None:
    talk, news, _ = await linked(site)
    anna = site.bridge.anna
    dying = await site.start("worker", "update-handled:kill")
    reply = await anna.send("Приду!", reply_to=news.id)
    await site.replaced(dying)
    await anna.wait_for_reaction(reply, "👌")
    assert site.bridge.hh.journal.texts(talk.id) == ["Приду!"]


@pytest.mark.parametrize("point", ["attempt-noted", "write-accepted"])
async def test_a_reply_reaches_the_employer_once(site: Site, point: str) -> None:
    talk, news, _ = await linked(site)
    anna = site.bridge.anna
    dying = await site.start("worker", f"{point}:kill")
    reply = await anna.send("Приду!", reply_to=news.id)
    await site.replaced(dying)
    await anna.wait_for_reaction(reply, "👌")
    assert site.bridge.hh.journal.texts(talk.id) == ["Приду!"]


@pytest.mark.parametrize("point", ["attempt-noted", "write-accepted"])
async def test_an_application_is_made_once(site: Site, point: str) -> None:
    anna, job = site.bridge.anna, vacancy(site.bridge)
    _, worker = await site.start("web"), await site.start("worker")
    await site.bridge.link()
    letter, preview = await previewed(site.bridge, job)
    await worker.stopped()
    dying = await site.start("worker", f"{point}:kill")
    anna.tap(preview.id, "Отправить")
    await site.replaced(dying)
    await anna.wait_for_reaction(letter, "👌")
    assert [effect.text for effect in site.bridge.hh.journal.effects] == ["Возьмите меня"]


@pytest.mark.parametrize("point", ["attempt-noted", "write-accepted"])
async def test_an_employer_is_declined_once(site: Site, point: str) -> None:
    anna, talk = site.bridge.anna, conversation(site.bridge)
    _, worker = await site.start("web"), await site.start("worker")
    news = await site.news(talk)
    await anna.press(news.id, hide_button(news))
    question = await anna.wait_for(lambda m: "🙅 Отказаться и скрыть" in m.labels, after=news.id)
    await worker.stopped()
    dying = await site.start("worker", f"{point}:kill")
    anna.tap(question.id, "🙅 Отказаться и скрыть")
    await site.replaced(dying)
    await anna.wait_until(lambda: "Вы отказались" in question.text)
    assert [effect.kind for effect in site.bridge.hh.journal.effects] == ["hide"]
    assert len([m for m in talk.messages if m.author == "applicant"]) == 1


@pytest.mark.parametrize("point", ["attempt-noted", "write-accepted"])
async def test_a_cover_letter_is_edited_once(site: Site, point: str) -> None:
    anna, job = site.bridge.anna, vacancy(site.bridge)
    _, worker = await site.start("web"), await site.start("worker")
    await site.bridge.link()
    letter, preview = await previewed(site.bridge, job)
    await anna.press(preview.id, "Отправить")
    await anna.wait_for_reaction(letter, "👌")
    await worker.stopped()
    dying = await site.start("worker", f"{point}:kill")
    await anna.edit(letter, "Возьмите меня, пожалуйста")
    await site.replaced(dying)
    await anna.wait_for_reaction(letter, "✍")
    (talk,) = site.bridge.hh.world.of_applicant(site.bridge.applicant.id)
    assert [message.text for message in talk.messages] == ["Возьмите меня, пожалуйста"]
    assert site.bridge.hh.journal.texts(talk.id, "edit") == ["Возьмите меня, пожалуйста"]


@pytest.mark.parametrize("point", ["write-due", "write-accepted"])
async def test_a_conversation_is_hidden_once_and_nobody_is_told_that_it_failed(
    site: Site, point: str
) -> None:
    anna, talk = site.bridge.anna, conversation(site.bridge)
    _, worker = await site.start("web"), await site.start("worker")
    news = await site.news(talk)
    await anna.press(news.id, hide_button(news))
    question = await anna.wait_for(lambda m: "Скрыть молча" in str(m.labels), after=news.id)
    await worker.stopped()
    dying = await site.start("worker", f"{point}:kill")
    anna.tap(question.id, "Скрыть молча")
    await site.replaced(dying)
    await anna.wait_until(lambda: "Переписка скрыта" in question.text)
    assert [effect.kind for effect in site.bridge.hh.journal.effects] == ["hide"]
    assert not [message for message in talk.messages if message.author == "applicant"]


async def test_hiding_many_goes_on_where_it_was_killed_and_hides_each_once(site: Site) -> None:
    anna, talks = site.bridge.anna, refusals(site.bridge, 5)
    _, worker = await site.start("web"), await site.start("worker")
    await site.bridge.link()
    question = await ask_to_hide(site.bridge, 5)
    await worker.stopped()
    dying = await site.start("worker", "write-due:kill:3")
    anna.tap(question.id, "🙈 Скрыть все: 5")
    await site.replaced(dying)
    await anna.wait_until(lambda: "Скрыто 5 переписок" in question.text)
    assert all(talk.hidden for talk in talks)
    assert sorted(effect.nid for effect in site.bridge.hh.journal.effects) == sorted(t.id for t in talks)


@pytest.mark.parametrize("point", ["page-read", "messages-read"])
async def test_an_invitation_arrives_once(site: Site, point: str) -> None:
    talk, news, _ = await linked(site)
    anna = site.bridge.anna
    site.bridge.hh.employers.invite(talk.id, "Ждём вас завтра")
    await site.replaced(await site.start("worker", f"{point}:kill"))
    await anna.wait_for("Ждём вас завтра", after=news.id)
    await polled(site.bridge)
    assert arrivals(site.bridge, "Ждём вас завтра") == 1


async def test_of_many_conversations_that_changed_none_is_lost_and_only_the_delivery_under_way_may_come_twice(
    site: Site,
) -> None:
    talks = [conversation(site.bridge, f"Компания {number:02}") for number in range(25)]
    _, news, _ = await linked(site)
    anna = site.bridge.anna
    for number, talk in enumerate(talks):
        site.bridge.hh.employers.write(talk.id, f"Весть {number:02}.")
    await site.replaced(await site.start("worker", "messages-read:kill:10"))
    texts = [f"Весть {number:02}." for number in range(25)]
    await anna.wait_until(lambda: all(arrivals(site.bridge, text) for text in texts))
    await polled(site.bridge)
    told = [text for m in anna.from_bot if m.id > news.id for text in texts if text in m.text]
    assert sorted(set(told)) == texts
    # The delivery that the process died over may have been noted by Telegram alone.
    assert len(told) <= len(texts) + 1


async def test_a_linking_that_was_cut_off_links_nothing_and_can_be_begun_anew(site: Site) -> None:
    talk, anna, hh = conversation(site.bridge), site.bridge.anna, site.bridge.hh
    dying = await site.start("web", "code-exchanged:kill")
    await site.start("worker")
    started = await anna.start()
    welcome = await anna.wait_for(lambda m: any(b.url for b in m.buttons), after=started)
    address = next(button.url for button in welcome.buttons if button.url)
    back = await hh.authorize(site.bridge.applicant, address)
    async with plain_http() as browser:
        with pytest.raises(httpx.TransportError):
            await browser.get(back)
        await site.replaced(dying)
        page = await browser.get(back, headers={"Accept-Language": "ru"})
    assert "Анна" not in page.text
    assert "больше не действует" in page.text
    asked = await anna.send("/list")
    await anna.wait_for("Сначала подключите", after=asked)
    await site.news(talk)


async def test_a_notification_that_was_not_noted_arrives_again_and_nothing_else_does(site: Site) -> None:
    talk, news, _ = await linked(site)
    anna = site.bridge.anna
    for text in ("Раз", "Два", "Три"):
        site.bridge.hh.employers.write(talk.id, text)
    await site.replaced(await site.start("worker", "notified:kill:2"))
    await anna.wait_for("Три", after=news.id)
    await polled(site.bridge)
    assert [arrivals(site.bridge, text) for text in ("Раз", "Два", "Три")] == [1, 2, 1]
    # What the first copy is about was never written down; its own buttons tell.
    copy = await anna.wait_for("Два")
    reply = await anna.send("Приду!", reply_to=copy.id)
    await anna.wait_for_reaction(reply, "👌")
    assert site.bridge.hh.journal.texts(talk.id) == ["Приду!"]


async def test_an_update_that_kills_every_process_is_set_aside_and_the_next_one_handled(site: Site) -> None:
    talk, news, _ = await linked(site)
    anna = site.bridge.anna
    deadly = await anna.send("/list")
    for _ in range(DEATHS):
        dying = await site.start("worker", "update-handled:kill")
        await dying.ended()
        await site.claims_ran_out()
    await site.start("worker")
    await anna.wait_for("пошло не так", after=deadly)
    reply = await anna.send("Приду!", reply_to=news.id)
    await anna.wait_for_reaction(reply, "👌")
    assert site.bridge.hh.journal.texts(talk.id) == ["Приду!"]


async def test_a_topic_that_was_not_noted_stays_empty_and_the_news_comes_once(site: Site) -> None:
    site.bridge.telegram.world.topics_enabled = True
    _, news, _ = await linked(site)
    anna = site.bridge.anna
    other = conversation(site.bridge, "Лютик", "Инженер")
    site.bridge.hh.employers.write(other.id, "Добрый день")
    await site.replaced(await site.start("worker", "topic-made:kill"))
    told = await anna.wait_for("Добрый день", after=news.id)
    await polled(site.bridge)
    assert arrivals(site.bridge, "Добрый день") == 1
    empty, used = (topic for topic in anna.state.topics.values() if "Лютик" in topic.name)
    assert told.thread_id == used.id
    assert not any(message.thread_id == empty.id for message in anna.from_bot)


async def test_after_lost_tokens_one_notice_asks_to_link_again_and_what_waited_is_sent(site: Site) -> None:
    talk, news, _ = await linked(site)
    anna, hh = site.bridge.anna, site.bridge.hh
    hh.tokens.expire(site.bridge.applicant.id)
    hh.employers.write(talk.id, "Пока вас не было")
    dying = await site.start("worker", "token-refreshed:kill")
    replies = [await anna.send(text, reply_to=news.id) for text in ("Раз", "Два")]
    await site.replaced(dying)
    notice = await anna.wait_for("просит войти заново")
    await site.bridge.telegram.settled(30)
    await anna.press(notice.id, "Войти через hh.ru")
    offer = await anna.wait_for(lambda m: any(b.url for b in m.buttons), after=news.id)
    await site.confirmed(await hh.authorize(site.bridge.applicant, offer.buttons[0].url or ""))
    for reply in replies:
        await anna.wait_for_reaction(reply, "👌")
    await anna.wait_for("Пока вас не было")
    assert hh.journal.texts(talk.id) == ["Раз", "Два"]
    assert arrivals(site.bridge, "Пока вас не было") == 1
    assert [m.id for m in anna.from_bot if m.text == notice.text and not m.buttons[0].url] == [notice.id]
