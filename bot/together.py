"""Doing together what is asked for at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

A = TypeVar("A")
R = TypeVar("R")


class Together(Generic[A, R]):
    """Whatever is asked for in one turn of the event loop is one call of `carry_out`.

    That answers each in order; an exception among the answers is raised for that one, one that it raises
    itself for all. Who is cancelled while he waits stops neither the others nor what he asked for.
    """

    def __init__(self, carry_out: Callable[[Sequence[A]], Awaitable[Sequence[R | Exception]]]) -> None:
        self._carry_out = carry_out
        self._asked: list[A] = []
        self._waiting: list[asyncio.Future[R]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, asked: A) -> R:
        """The answer to `asked`."""
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._asked.append(asked)
        self._waiting.append(answer)
        if len(self._asked) == 1:
            task = asyncio.create_task(self._turn())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def _turn(self) -> None:
        asked, waiting = self._asked, self._waiting
        self._asked, self._waiting = [], []
        try:
            for answer, found in zip(waiting, await self._carry_out(asked), strict=True):
                if answer.done():
                    continue
                if isinstance(found, Exception):
                    answer.set_exception(found)
                else:
                    answer.set_result(found)
        except Exception as error:
            for answer in waiting:
                if not answer.done():
                    answer.set_exception(error)
        finally:
            for answer in waiting:
                answer.cancel()  # nothing where it has its answer
