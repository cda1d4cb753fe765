"""What the work needs of the outside, made once by `bot.app` and handed to every session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.handlers.context import Bridge
from bot.hh.client import Client
from bot.hh.oauth import OAuth
from bot.linking import Linking
from bot.settings import Settings
from bot.store.limiter import Limiter, Line
from bot.store.mailbox import Mailboxes
from bot.store.scripts import Store
from bot.store.vault import Vault
from bot.telegram.sender import Sender
from bot.telegram.topics import TopicMode
from bot.transport import CONNECT_SECONDS, READ_SECONDS


@dataclass(frozen=True)
class Timing:
    """Seconds.

    `settle` is how long hh.ru may still carry out a request that can't leave any more (longer than
    `bot.transport.UNACKNOWLEDGED_SECONDS`), `check` the pause between read-backs meanwhile; `retry`
    is the pause before a poll that failed is repeated, `walk` that between looks at every page, `sweep`
    that between two conversations of many that are hidden.
    `answer` is how long hh.ru and Telegram may take to answer, `unreadable` how long a conversation
    can't be read before the user is told of it without its words. `stop` is how long running steps may
    end on shutdown, as long as an answer may take: else messages in Telegram come twice. `lease` is how long
    the claim of a mailbox holds without a heartbeat, `poller` the lease of the one process that polls
    Telegram. `profile` passes before the bot's profile is looked at: at a start, what waits for people goes
    first. `topics` is the pause between looks whether chats have
    topics, `rotation` that between looks for accounts that an older key sealed. `message` is the mean
    distance between messages to all chats beyond a burst, `chat` that between messages to one (Bot FAQ,
    "How can I message all of my bot's subscribers at once?"). `unnamed` is how long nobody asks hh.ru
    after a 429 that does not say how long. `again` passes at first before hh.ru gets again what it could
    not take, `pause` before Telegram gets what did not reach it, `repeat` at first before Telegram gets
    what it did not confirm.
    """

    settle: float = 15.0
    check: float = 3.0
    retry: float = 10.0
    walk: float = 6 * 3600.0
    answer: float = READ_SECONDS
    unreadable: float = 300.0
    sweep: float = 1.25
    stop: float = CONNECT_SECONDS + READ_SECONDS
    topics: float = 60.0
    rotation: float = 5.0
    lease: float = 30.0
    poller: float = 15.0
    profile: float = 2.0
    message: float = 1 / 30
    chat: float = 1.0
    unnamed: float = 5.0
    again: float = 1.0
    pause: float = 3.0
    repeat: float = 2.0


@dataclass(frozen=True, kw_only=True)
class Services:
    """One of each; `clock` is Unix time in seconds.

    `hh_limit` is the ceiling for everything, `poll_line` the part of it that looks at accounts may take.
    """

    settings: Settings
    store: Store
    mailboxes: Mailboxes
    vault: Vault
    oauth: OAuth
    hh: Client
    hh_limit: Limiter
    poll_line: Line
    telegram_limit: Limiter
    sender: Sender
    topic_mode: TopicMode
    application: Bridge
    linking: Linking
    bot_username: str
    clock: Callable[[], float]
    timing: Timing = field(default_factory=Timing)
