"""Who runs the check, with a local hh.ru and a local Telegram."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.check.report import check
from bot.sandbox.hh.server import LocalHh
from bot.sandbox.telegram.server import LocalTelegram
from bot.settings import Settings

KEYS = (SecretStr(Fernet.generate_key().decode()),)


@dataclass
class Operator:
    settings: Settings
    hh: LocalHh
    telegram: LocalTelegram

    async def check(self, **changes: object) -> tuple[bool, str]:
        lines: list[str] = []
        settings = self.settings.model_copy(update=changes)
        return await check(settings, lines.append), "\n".join(lines)

    async def check_redis(self, url: str) -> tuple[bool, str]:
        return await self.check(redis_url=SecretStr(url), token_keys=KEYS)


def failed(report: str) -> list[str]:
    return [
        line.split(":")[0].removeprefix("FAIL  ") for line in report.splitlines() if line.startswith("FAIL")
    ]
