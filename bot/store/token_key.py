"""The key that encrypts tokens where the operator set none: made once, kept in `DATA_DIR`."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet

from bot.store.embedded import has_data
from bot.store.errors import EmbeddedServerError


def kept_key(data_dir: Path) -> str:
    """The key in `data_dir/token.key`, which is made when there is none; call it before the server starts.

    Raises EmbeddedServerError where `data_dir` can't be used, and where the key is lost but data that needs
    it is there: a new key would make every linked account unreadable.
    """
    path = data_dir / "token.key"
    try:
        if not path.exists():
            if has_data(data_dir):
                raise EmbeddedServerError(
                    f"TOKEN_KEYS: is not set and {path} is gone, but accounts are stored: "
                    "put one of them back"
                )
            _make(path)
        key = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise EmbeddedServerError(f"DATA_DIR: {path} can't be kept there: {error.strerror}") from error
    try:
        Fernet(key)
    except ValueError:
        raise EmbeddedServerError(
            f"TOKEN_KEYS: is not set and {path} holds no key: put the right one back"
        ) from None
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Complete or not there at all, also after a crash; and of two bridges that start at once, one wins.
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix="token.")
    try:
        with open(handle, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)
