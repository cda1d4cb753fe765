"""What is kept of one user and read when it is asked for."""

from __future__ import annotations

from msgspec import convert
from msgspec.msgpack import Decoder

from bot.chat.outgoing import Subject
from bot.chat.templates import Templates
from bot.store import keys
from bot.store.errors import unavailable
from bot.store.packing import unpack
from bot.store.scripts import Store, reading
from bot.sync.applications import Applications
from bot.sync.roster import Roster
from bot.worker.later import Later
from bot.worker.subjects import noted

_later: Decoder[Later] = Decoder(Later)


class Kept:
    """Reads for one user; every method raises `StoreUnavailable`."""

    def __init__(self, store: Store, user_id: int) -> None:
        self._store = store
        self._read = reading(store)
        self._user_id = user_id

    async def subject(self, message_id: int) -> Subject | None:
        """What one of the chat's messages is about; 0 is none of them."""
        if not message_id:
            return None
        for name in ("map", "map-old"):
            with unavailable():
                packed = await self._read("HGET", self._key(name), message_id)
            if isinstance(packed, bytes):
                return noted(packed)
        return None

    async def later(self) -> list[Later]:
        """The news that waits for its time, oldest first."""
        with unavailable():
            found = await self._read("LRANGE", self._key("later"), 0, -1)
        return [_later.decode(entry) for entry in convert(found, list[bytes])]

    async def templates(self) -> Templates:
        """The user's letters and answers."""
        with unavailable():
            packed = await self._read("GET", self._key("templates"))
        return unpack(packed, Templates) if isinstance(packed, bytes) else Templates()

    async def roster(self) -> Roster | None:
        """All conversations as they were listed minutes ago; None where that is old or nobody looked."""
        with unavailable():
            packed = await self._read("GET", self._key("roster"))
        return unpack(packed, Roster) if isinstance(packed, bytes) else None

    async def unseen(self) -> frozenset[str]:
        """Conversations with news that the user has not looked into here."""
        with unavailable():
            members = await self._store.smembers(self._key("unseen"))
        return frozenset(member.decode() for member in members if isinstance(member, bytes))

    async def applications(self) -> Applications:
        """The applications of the last day."""
        with unavailable():
            scored = await self._store.zrange(self._key("applied"), 0, -1, withscores=True)
        return Applications(tuple(at for _, at in convert(scored, list[tuple[bytes, float]])))

    async def site(self, nid: str) -> str | None:
        """The sister site of a conversation, None for hh.ru."""
        with unavailable():
            host = await self._read("HGET", self._key("sites"), nid)
        return host.decode() if isinstance(host, bytes) else None

    async def strangers_language(self) -> str | None:
        """The language that somebody without an account chose."""
        with unavailable():
            code = await self._read("GET", self._key("language"))
        return code.decode() if isinstance(code, bytes) else None

    async def was_sent(self, sent: str) -> bool:
        """True where this hh.ru message is known to be another Telegram message's."""
        with unavailable():
            return bool(await self._store.sismember(self._key("sent"), sent))

    def _key(self, name: str) -> str:
        return keys.of(self._user_id, name)
