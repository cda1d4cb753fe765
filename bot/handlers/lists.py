"""/list and /find: conversations by status or by words, page by page; hiding a whole tab."""

from __future__ import annotations

from telegram import Message

from bot.chat.intents import HideAll, StopHiding
from bot.chat.outgoing import Question, Screen
from bot.chat.screens import hiding
from bot.chat.screens import lists as screens
from bot.handlers.buttons import Pressed
from bot.handlers.start_and_linking import for_linked
from bot.handlers.turn import Turn
from bot.handlers.written import written
from bot.sync.roster import Tab, seal_of, to_hide


@for_linked
async def show(turn: Turn, _message: Message) -> None:
    """/list: the first page of what is going on."""
    turn.say((await _page(turn, Tab.ACTIVE, 0)).say())


@for_linked
async def turn_over(turn: Turn, press: Pressed) -> None:
    """Another page or another tab, in place of the one before."""
    await press.answer()
    tab, page = press.args
    turn.say((await _page(turn, _tab(tab), int(page))).rewrite(press.message_id))


@for_linked
async def find(turn: Turn, message: Message) -> None:
    """/find: search for the words behind the command, or ask for them."""
    query = (message.text or "").partition(" ")[2].strip()
    turn.say((await _found(turn, query, 0)).say() if query else screens.ask_find(turn.texts))


@for_linked
async def ask_find(turn: Turn, press: Pressed) -> None:
    """The button that searches."""
    await press.answer()
    turn.say(screens.ask_find(turn.texts))


async def words(turn: Turn, message: Message, _question: Question) -> None:
    """The words to search for."""
    query = " ".join(written(message).split())
    turn.say((await _found(turn, query, 0)).say() if query else screens.ask_find(turn.texts))


@for_linked
async def turn_found(turn: Turn, press: Pressed) -> None:
    """Another page of what was found."""
    await press.answer()
    (page,) = press.args
    about = await turn.subject(press.message_id)
    if isinstance(about, Question) and about.what == screens.FOUND:
        turn.say((await _found(turn, about.ref, int(page))).rewrite(press.message_id))
    else:
        turn.say(screens.ask_find(turn.texts))


@for_linked
async def ask_hide_all(turn: Turn, press: Pressed) -> None:
    """Ask whether to hide a whole tab, in a message of its own."""
    await press.answer()
    (tab,) = press.args
    turn.say((await _question(turn, _tab(tab), "")).say())


@for_linked
async def hide_all(turn: Turn, press: Pressed) -> None:
    """Hide exactly what the question was about; where the list has changed since, ask again."""
    if any(isinstance(intent, HideAll) for intent in turn.pending):
        await press.answer(hiding.at_it(turn.texts))
        return
    await press.answer()
    tab, seal = _tab(press.args[0]), press.args[1]
    nids = to_hide(await turn.roster(), tab, await turn.unseen())
    if not nids or seal_of(nids) != seal:
        turn.say((await _question(turn, tab, seal)).rewrite(press.message_id))
        return
    intent = HideAll(tab=tab, nids=tuple(nids), total=len(nids), card_id=press.message_id)
    turn.intend(intent)
    turn.say(hiding.progress(turn.texts, intent).rewrite(press.message_id))


@for_linked
async def stop_hiding(turn: Turn, press: Pressed) -> None:
    """Hide no more; what is hidden stays so."""
    await press.answer()
    if any(isinstance(intent, HideAll) for intent in turn.pending):
        turn.intend(StopHiding())
        turn.say(hiding.stopping(turn.texts).rewrite(press.message_id))


async def _question(turn: Turn, tab: Tab, asked: str) -> Screen:
    nids = to_hide(await turn.roster(), tab, await turn.unseen())
    if not nids:
        return hiding.nothing(turn.texts)
    return hiding.ask(turn.texts, tab, len(nids), seal_of(nids), changed=bool(asked))


async def _page(turn: Turn, tab: Tab, page: int) -> Screen:
    return screens.listing(turn.texts, tab, await turn.roster(), await turn.unseen(), page, now=turn.clock)


async def _found(turn: Turn, query: str, page: int) -> Screen:
    query = query[: screens.LONGEST_QUERY]
    return screens.found(turn.texts, query, await turn.roster(), await turn.unseen(), page, now=turn.clock)


def _tab(name: str) -> Tab:
    """The tab of a button; buttons of old messages may name other statuses of hh.ru."""
    return Tab(name) if name in set(Tab) else Tab.ALL
