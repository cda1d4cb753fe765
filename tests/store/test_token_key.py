from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.store.embedded import EmbeddedRedis
from bot.store.errors import EmbeddedServerError
from bot.store.token_key import kept_key


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "data"
    key = kept_key(home)
    Fernet(key)
    assert kept_key(home) == key
    assert stat.S_IMODE((home / "token.key").stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["token.key"]


async def test_a_lost_key_is_not_replaced_where_accounts_are_stored(tmp_path: Path) -> None:
    kept_key(tmp_path)
    async with EmbeddedRedis(tmp_path, fsync=False):
        pass
    (tmp_path / "token.key").unlink()
    with pytest.raises(EmbeddedServerError, match=r"^TOKEN_KEYS: "):
        kept_key(tmp_path)


def test_a_damaged_key_is_told_in_one_line_without_quoting_it(tmp_path: Path) -> None:
    (tmp_path / "token.key").write_text("half-a-key\n")
    with pytest.raises(EmbeddedServerError, match=r"^TOKEN_KEYS: ") as caught:
        kept_key(tmp_path)
    assert "half-a-key" not in str(caught.value)


def test_a_key_that_can_not_be_read_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "token.key").mkdir()
    with pytest.raises(EmbeddedServerError, match=r"^DATA_DIR: .*token\.key can't be kept there"):
        kept_key(tmp_path)
