from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.sandbox.hh.server import LocalHh
from bot.sandbox.telegram.server import LocalTelegram
from bot.settings import Settings
from tests.check.operator import Operator


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    async with LocalHh() as hh, LocalTelegram() as telegram:
        settings = Settings(
            telegram_token=SecretStr(telegram.token),
            telegram_api_url=telegram.url,
            hh_client_id=hh.application.client_id,
            hh_client_secret=SecretStr(hh.application.client_secret),
            hh_user_agent="Bridge/1.0 (operator@bridge.test)",
            hh_site_url=hh.site_url,
            hh_api_url=hh.url,
            hh_token_url=hh.token_url,
            hh_redirect_uri=hh.application.redirect_uri,
            data_dir=tmp_path / "data",
        )
        yield Operator(settings, hh, telegram)
