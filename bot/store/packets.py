"""What is asked of one server goes to it at once, or, where it is busy with others, together in one packet.

redis-py takes a connection out of its pool for every command and puts it back, under locks and with figures
for its own observability: that is more than half of what a short command costs. Here connections are kept,
and where much is asked, most of what is left is done once per packet. Gathering takes two more turns of the
event loop, and in each of them everybody else may have something to do: so few wait for no others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from weakref import WeakKeyDictionary

from redis.asyncio import ConnectionPool, Redis
from redis.exceptions import ResponseError

from bot.store.careful import Careful
from bot.together import Together

Word = bytes | str | int | float

# Seconds for replicas to take over what was written.
REPLICAS_TIMEOUT = 2.0

_FEW = 2
"""So many packets may be on their way and the next command still goes at once: a commit, and the permit that
is asked for with it."""


class Ask(Protocol):
    """One command to Redis."""

    async def __call__(self, *words: Word) -> object:
        """Its answer; raises what redis-py raises."""


class Packets:
    """Commands to one server; with `replicas`, each is done once so many of them have it, too.

    The connections of `pool` are careful ones. The commands of a packet succeed or fail each for itself;
    where the connection breaks, the fate of all is unknown. So it is, with an error NOREPLICAS, where the
    replicas do not take a packet over.
    """

    def __init__(self, pool: ConnectionPool, replicas: int = 0) -> None:
        self._pool = pool
        self._replicas = replicas
        self._idle: list[Careful] = []
        self._under_way = 0
        self._together = Together(self._carry_out)

    async def __call__(self, *words: Word) -> object:
        """The answer to one command; raises what redis-py raises."""
        if self._under_way >= _FEW:
            return await self._together(words)
        (reply,) = await self._carry_out([words])
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def _carry_out(self, commands: Sequence[Sequence[Word]]) -> Sequence[object]:
        if not self._replicas:
            return await self._exchange(commands)
        # On the same connection: it waits for what was written there (Redis commands, WAIT).
        wait = ("WAIT", self._replicas, round(REPLICAS_TIMEOUT * 1000))
        *replies, copies = await self._exchange([*commands, wait])
        if unsafe := _unsafe(copies, self._replicas):
            return [reply if isinstance(reply, Exception) else unsafe for reply in replies]
        return replies

    async def _exchange(self, commands: Sequence[Sequence[Word]]) -> list[object]:
        self._under_way += 1
        try:
            connection = await self._connection()
            try:
                return await connection.exchange(commands)
            finally:
                # One that failed is closed, and will be opened again.
                self._idle.append(connection)
        finally:
            self._under_way -= 1

    async def _connection(self) -> Careful:
        if not self._idle:
            fresh: Careful = await self._pool.get_connection()  # type: ignore[no-untyped-call]
            return fresh
        connection = self._idle.pop()
        try:
            if connection.should_reconnect():  # type: ignore[no-untyped-call]
                # redis-py marks it so where a server has announced its maintenance
                await connection.disconnect()  # pragma: no cover - no server here announces any
            # One that broke while it lay idle is found out, and replaced.
            await self._pool.ensure_connection(connection)
        except BaseException:
            await self._pool.release(connection)
            raise
        return connection


_packets: WeakKeyDictionary[Redis, Packets] = WeakKeyDictionary()


def packets_to(server: Redis, replicas: int = 0) -> Packets:
    """Those of all who ask this server."""
    if server not in _packets:
        _packets[server] = Packets(server.connection_pool, replicas)
    return _packets[server]


def _unsafe(copies: object, wanted: int) -> Exception | None:
    """What is wrong where all is written here, but a failover may take it back."""
    if isinstance(copies, Exception):
        return copies
    if int(str(copies)) < wanted:
        return ResponseError(f"NOREPLICAS Only {copies} of {wanted} replicas have it")
    return None
