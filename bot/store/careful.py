"""What redis-py's connections lack for whoever must know what became of a command."""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.connection import HiredisRespSerializer
from redis.exceptions import ClusterDownError, ReadOnlyError, ResponseError, TimeoutError
from redis.typing import EncodableT

P = TypeVar("P", bound=ConnectionPool)
K = TypeVar("K", bound=AbstractConnection)

# redis-py packs commands in C, but not for its asyncio connections.
_packer: Final = HiredisRespSerializer()


class Careful(AbstractConnection):
    """A connection whose writes can be cancelled, and that leaves a server which has become a replica.

    After a failover the address may lead to another server, while an open connection leads to the old
    one. redis-py writes under `asyncio.wait_for`, which before Python 3.12 swallows a cancellation that comes
    together with the end of the write (python/cpython#86296): a worker would then never stop.
    """

    async def exchange(self, commands: Sequence[Sequence[EncodableT]]) -> list[object]:
        """Ask, and give what is answered to each, the server's errors among it.

        `socket_timeout` is for all of it. Raises what redis-py raises where it breaks off.
        """
        limit, self.socket_timeout = self.socket_timeout, None
        try:
            async with asyncio.timeout(limit):
                await super().send_packed_command(self.pack_commands(commands))
                return [await self._reply() for _ in commands]
        except builtins.TimeoutError:
            raise TimeoutError("Timeout of an exchange") from None
        finally:
            self.socket_timeout = limit

    async def _reply(self) -> object:
        try:
            return await self.read_response()
        except ResponseError as error:
            return error

    async def send_packed_command(
        self, command: bytes | str | Iterable[bytes], check_health: bool = True
    ) -> None:
        """Write, cancellably."""
        limit, self.socket_timeout = self.socket_timeout, None
        try:
            async with asyncio.timeout(limit):
                await super().send_packed_command(command, check_health)
        except builtins.TimeoutError:
            raise TimeoutError("Timeout writing to socket") from None
        finally:
            self.socket_timeout = limit

    def pack_command(self, *args: EncodableT) -> list[bytes]:
        """A command as it is written."""
        return _packer.pack(*args)  # type: ignore[arg-type, no-any-return]

    async def read_response(
        self,
        disable_decoding: bool = False,
        timeout: float | None = None,  # noqa: ASYNC109, redis-py's own
        *,
        disconnect_on_error: bool = True,
        push_request: bool | None = False,
    ) -> object:
        """The next answer; one that a replica gives has the connection opened anew."""
        try:
            return await super().read_response(
                disable_decoding,
                timeout,
                disconnect_on_error=disconnect_on_error,
                push_request=push_request,
            )
        except ResponseError as error:
            # Redis 6.2 wraps it where it came from a script.
            if "READONLY " in str(error) or isinstance(error, ReadOnlyError):
                self.mark_for_reconnect()  # type: ignore[no-untyped-call]
            if isinstance(error, ClusterDownError):
                # For its own class of this error RedisCluster closes the connections to all nodes.
                raise ResponseError(f"CLUSTERDOWN {error}") from error
            raise


def careful(pool: P) -> P:
    """The pool, with careful connections."""
    pool.connection_class = careful_kind(pool.connection_class)
    return pool


def careful_kind(kind: type[K]) -> type[K]:
    """Such connections, and careful."""
    return type(f"Careful{kind.__name__}", (Careful, kind), {})
