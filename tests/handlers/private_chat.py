"""A private chat of one user with the bot: real updates through the real dispatch, plain fakes around it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from telegram import Update
from telegram.request import BaseRequest, RequestData

from bot.chat.buttons import button_key, seal
from bot.chat.intents import Intent
from bot.chat.outgoing import Press, Say, Subject
from bot.chat.templates import Templates
from bot.chat.texts import Texts
from bot.handlers.context import Bridge, dispatch
from bot.handlers.turn import Turn
from bot.hh.errors import HhError, NotFound
from bot.hh.gateway import Applied, History
from bot.hh.models import (
    Dictionaries,
    Me,
    Message,
    Negotiation,
    Negotiations,
    Resume,
    Resumes,
    Tokens,
    Vacancy,
)
from bot.linking import Candidate, LinkingError
from bot.store.records import Access, Account
from bot.sync.applications import Applications
from bot.sync.roster import Roster, entry

USER = 4242
TOKEN = "42:of-nobody"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

Json = dict[str, object]


def negotiation(nid: str, **more: object) -> Negotiation:
    return Negotiation.model_validate(
        {
            "id": nid,
            "state": {"id": "response", "name": "Отклик"},
            "created_at": NOW - timedelta(days=2),
            "updated_at": NOW - timedelta(hours=1),
            "vacancy": {"id": f"9{nid}", "name": "Аналитик", "employer": {"id": "7", "name": "Ромашка"}},
            **more,
        }
    )


def vacancy(vacancy_id: str = "123", **more: object) -> Vacancy:
    return Vacancy.model_validate(
        {
            "id": vacancy_id,
            "name": "Python-разработчик",
            "alternate_url": f"https://hh.ru/vacancy/{vacancy_id}",
            "employer": {"id": "7", "name": "Ромашка"},
            **more,
        }
    )


class BotApi(BaseRequest):
    """Telegram for `ExtBot`: answers `getMe`, and notes the pop-ups of buttons.

    `asked_before` is what hh.ru was asked before a button was answered.
    """

    def __init__(self) -> None:
        self.toasts: list[str | None] = []
        self.asked_before: list[str] = []
        self.hh = HhRu()
        self.refuses = False

    @property
    def read_timeout(self) -> float | None:
        return 1.0

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,
        write_timeout: object = None,
        connect_timeout: object = None,
        pool_timeout: object = None,
    ) -> tuple[int, bytes]:
        if url.endswith("/getMe"):
            bot = {"id": 42, "is_bot": True, "first_name": "Мост", "username": "bridge_bot"}
            return 200, json.dumps({"ok": True, "result": bot}).encode()
        assert url.endswith("/answerCallbackQuery"), f"handlers call nothing else: {url}"
        if self.refuses:
            return 400, b'{"ok": false, "error_code": 400, "description": "Bad Request: query is too old"}'
        text = request_data.parameters.get("text") if request_data else None
        self.asked_before += self.hh.asked
        self.toasts.append(str(text) if text is not None else None)
        return 200, b'{"ok": true, "result": true}'


@dataclass
class HhRu:
    """The gateway with what hh.ru has in memory. `asked` are the reads; `error` fails them."""

    conversations: list[Negotiation] = field(default_factory=list)
    history: list[Message] = field(default_factory=list)
    vacancies: dict[str, Vacancy] = field(default_factory=dict)
    resumes: Resumes = field(default_factory=lambda: Resumes(items=[]))
    error: HhError | None = None
    asked: list[str] = field(default_factory=list)

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.error:
            raise self.error

    async def me(self) -> Me:
        raise AssertionError("not for handlers")

    async def negotiations(
        self,
        *,
        page: int = 0,
        per_page: int = 20,
        status: str | None = None,
        vacancy_id: str | None = None,
        has_updates: bool | None = None,
        host: str | None = None,
    ) -> Negotiations:
        self._ask(f"negotiations {status} {page}")
        found = [
            item
            for item in self.conversations
            if vacancy_id is None or (item.vacancy is not None and item.vacancy.id == vacancy_id)
        ]
        shown = found[page * per_page : (page + 1) * per_page]
        pages = -(-len(found) // per_page)
        return Negotiations(items=shown, found=len(found), page=page, pages=pages, per_page=per_page)

    async def negotiation(self, nid: str) -> Negotiation:
        self._ask(f"negotiation {nid}")
        for item in self.conversations:
            if item.id == nid:
                return item
        raise NotFound("topic_not_found", status=404)

    async def messages(self, nid: str) -> History:
        self._ask(f"messages {nid}")
        return History(self.history)

    async def vacancy(self, vacancy_id: str, *, host: str | None = None) -> Vacancy:
        self._ask(f"vacancy {vacancy_id} {host}")
        if vacancy_id not in self.vacancies:
            raise NotFound("vacancy_not_found", status=404)
        return self.vacancies[vacancy_id]

    async def suitable_resumes(self, vacancy_id: str, *, host: str | None = None) -> Resumes:
        self._ask(f"resumes {vacancy_id}")
        return self.resumes

    async def own_resumes(self) -> Resumes:
        raise AssertionError("not for handlers")

    async def dictionaries(self) -> Dictionaries:
        raise AssertionError("not for handlers")

    async def send(self, nid: str, text: str) -> Message:
        raise AssertionError("writes are intents")

    async def edit(self, nid: str, mid: str, text: str) -> None:
        raise AssertionError("writes are intents")

    async def hide(self, nid: str, *, decline: bool) -> None:
        raise AssertionError("writes are intents")

    async def apply(
        self, vacancy_id: str, resume_id: str, letter: str, *, host: str | None = None
    ) -> Applied:
        raise AssertionError("writes are intents")


@dataclass
class Desk:
    """Linking: every attempt ends with `outcome`."""

    outcome: Candidate | LinkingError | HhError | None = None
    begun: list[bool] = field(default_factory=list)
    asked: list[object] = field(default_factory=list)
    given_back: list[tuple[int, Tokens]] = field(default_factory=list)
    over: list[str] = field(default_factory=list)

    async def begin(self, user_id: int, *, force_login: bool = False) -> str:
        assert user_id == USER
        self.begun.append(force_login)
        return f"https://hh.ru/oauth/authorize?state={len(self.begun)}"

    async def finish(self, query: Mapping[str, str], *, user_id: int | None = None) -> Candidate:
        self.asked.append((dict(query), user_id))
        return self._end()

    async def confirm(self, user_id: int, code: str, *, update_id: int | None = None) -> Candidate:
        self.asked.append((user_id, code, update_id))
        return self._end()

    async def settled(self, code: str) -> None:
        self.over.append(code)

    async def give_back(self, user_id: int, tokens: Tokens) -> None:
        self.given_back.append((user_id, tokens))

    def _end(self) -> Candidate:
        if isinstance(self.outcome, Candidate):
            return self.outcome
        assert self.outcome is not None
        raise self.outcome


class Chat:
    """What the user does, one update at a time; the effects of a turn hold in the next one."""

    def __init__(self, bridge: Bridge, telegram: BotApi) -> None:
        self.bridge = bridge
        self.telegram = telegram
        self.hh = telegram.hh
        self.desk = Desk()
        self.texts = Texts("ru")
        self.account: Account | None = Account(
            hh_id="1", name="Анна Ким", tokens=b"sealed", linked_at=NOW.timestamp() - 86400
        )
        self.subjects: dict[int, Subject] = {}
        self.templates = Templates()
        self.unseen: frozenset[str] = frozenset()
        self.applications = Applications()
        self.pending: list[Intent] = []
        self.public = True
        self.let_in = True
        self.topics, self.thread = False, 0
        self.here: str | None = None
        self._numbers = count(1000)

    def lapse(self) -> None:
        assert self.account is not None
        self.account = Account(
            hh_id=self.account.hh_id, name=self.account.name, tokens=b"sealed", access=Access.LAPSED
        )

    def turn(self) -> Turn:
        return Turn(
            user_id=USER,
            texts=self.texts,
            account=self.account,
            hh=self.hh,
            linking=self.desk,
            seal=lambda tokens: f"sealed {tokens.access_token}".encode(),
            subjects=self._subject,
            roster=self._roster,
            unseen=self._unseen,
            applications=self._applications,
            stored_templates=self._templates,
            now=NOW.timestamp(),
            bot_username="bridge_bot",
            site_url="https://hh.example",
            public=self.public,
            pending=list(self.pending),
            topics=self.topics,
            thread=self.thread,
            here=self.here,
            let_in=self.let_in,
        )

    async def update(self, **what: object) -> Turn:
        update = Update.de_json({"update_id": next(self._numbers), **what}, self.bridge.bot)
        turn = self.turn()
        await dispatch(self.bridge, update, turn)
        self.subjects.update(turn.remembered)
        self.account = turn.account
        self.unseen -= turn.looked
        self.templates = turn.changed_templates or self.templates
        return turn

    async def write(
        self, text: str, message_id: int = 0, *, reply_to: int | None = None, **more: object
    ) -> Turn:
        content = {"text": text, **_commands(text), **more}
        return await self.update(message=self.message(content, message_id, reply_to=reply_to))

    async def attach(self, message_id: int = 0, *, reply_to: int | None = None, **content: object) -> Turn:
        return await self.update(message=self.message(content, message_id, reply_to=reply_to))

    async def edit(self, message_id: int, text: str, *, reply_to: int | None = None) -> Turn:
        content = {"text": text, "edit_date": int(NOW.timestamp())}
        return await self.update(edited_message=self.message(content, message_id, reply_to=reply_to))

    async def press(self, action: str, *args: str, on: int = 500, by: int = USER) -> Turn:
        return await self.press_raw(seal(Press(action, args), USER, button_key(TOKEN)), on=on, by=by)

    async def press_raw(self, data: str, *, on: int = 500, by: int = USER) -> Turn:
        query = {
            "id": str(next(self._numbers)),
            "from": person(by),
            "chat_instance": "1",
            "data": data,
            "message": self.message({"text": "?"}, on, sender=42),
        }
        return await self.update(callback_query=query)

    def message(
        self,
        content: Mapping[str, object],
        message_id: int = 0,
        *,
        reply_to: int | None = None,
        sender: int = USER,
    ) -> Json:
        message: Json = {
            "message_id": message_id or next(self._numbers),
            "date": int(NOW.timestamp()),
            "chat": {"id": USER, "type": "private", "first_name": "Аня"},
            "from": person(sender),
            **content,
        }
        if reply_to is not None:
            message["reply_to_message"] = self.message({"text": "!"}, reply_to, sender=42)
        return message

    async def _roster(self) -> Roster:
        self.hh.asked.append("roster")
        entries = tuple(entry(item) for item in self.hh.conversations)
        return Roster(entries, len(entries))

    async def _applications(self) -> Applications:
        return self.applications

    async def _unseen(self) -> frozenset[str]:
        return self.unseen

    async def _templates(self) -> Templates:
        return self.templates

    async def _subject(self, message_id: int) -> Subject | None:
        return self.subjects.get(message_id)


def person(user_id: int) -> Json:
    return {"id": user_id, "is_bot": user_id == 42, "first_name": "Аня", "language_code": "ru"}


def said(turn: Turn) -> Say:
    """The only thing that was said."""
    (only,) = turn.outgoing
    assert isinstance(only, Say)
    return only


def nothing(turn: Turn) -> bool:
    """True where the turn has no effects at all."""
    effects = (turn.outgoing, turn.intents, turn.remembered, turn.account_changed, turn.changed_templates)
    return not any(effects) and turn.unlink_card is None


def resumes(*titles: str) -> Resumes:
    items = [Resume(id=f"{number}f", title=title) for number, title in enumerate(titles)]
    return Resumes(items=items, found=len(items))


def _commands(text: str) -> Json:
    command = text.split(" ")[0]
    if not command.startswith("/") or not command[1:2].isalpha():
        return {}
    return {"entities": [{"type": "bot_command", "offset": 0, "length": len(command)}]}
