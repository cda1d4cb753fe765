"""A plain client of the local hh.ru, which sends exactly what a test says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, ClientTimeout, FormData

from bot.sandbox.hh.objects import Account
from bot.sandbox.hh.server import LocalHh
from tests.waiting import PATIENCE

AGENT = "SandboxTests/1.0 (tests@example.org)"


@dataclass(frozen=True)
class Reply:
    """An answer of the local hh.ru."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def refusal(self) -> str:
        """The name in `errors`: its value, or its type where there is none."""
        error = self.json["errors"][0]
        return str(error.get("value") or error["type"])


class Caller:
    """Calls the API of `hh` with the tokens of one account."""

    def __init__(self, session: ClientSession, hh: LocalHh, account: Account | None) -> None:
        self._session = session
        self._hh = hh
        self.token = hh.link(account).access_token if account else None

    async def __call__(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, str] | None = None,
        multipart: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        within: float = PATIENCE,
    ) -> Reply:
        sent = {"User-Agent": AGENT}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data: FormData | Mapping[str, str] | None = form
        if multipart is not None:
            data = FormData(default_to_multipart=True)
            for name, value in multipart.items():
                data.add_field(name, value)
        url = path if path.startswith("http") else self._hh.url + path
        async with self._session.request(
            method,
            url,
            data=data,
            headers=sent | dict(headers or {}),
            allow_redirects=False,
            timeout=ClientTimeout(within),
        ) as answer:
            return Reply(answer.status, answer.headers, await answer.text())

    async def apply(self, vacancy_id: str, resume_id: str, letter: str | None = None) -> Reply:
        fields = {"vacancy_id": vacancy_id, "resume_id": resume_id}
        return await self(
            "POST", "/negotiations", multipart=fields if letter is None else fields | {"message": letter}
        )

    async def send(self, nid: str, text: str, **options: Any) -> Reply:
        return await self("POST", f"/negotiations/{nid}/messages", form={"message": text}, **options)
