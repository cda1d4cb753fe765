"""Encryption of what must not be readable in Redis: tokens and pending links."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_AS_TEXT = b"gAAAA"
"""How Fernet's text begins: its version and the zeros of its time."""


class VaultError(Exception):
    """None of the keys opens the value."""


class Vault:
    """The first key seals, all keys open; so a new first key rotates without a stop."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._first = Fernet(keys[0])
        self._several = len(keys) > 1
        self._all = MultiFernet([Fernet(key) for key in keys])

    def seal(self, value: bytes) -> bytes:
        """Encrypt and authenticate."""
        # Fernet's own form is the text of these bytes, by a third longer (Fernet Spec, "Generating").
        return urlsafe_b64decode(self._all.encrypt(value))

    def open(self, value: bytes) -> bytes:
        """Decrypt; raises `VaultError`."""
        try:
            return self._all.decrypt(_token(value))
        except InvalidToken as error:
            raise VaultError("no key opens this value") from error

    @property
    def rotating(self) -> bool:
        """True where there is more than the one key that seals."""
        return self._several

    def sealed_by_first(self, value: bytes) -> bool:
        """False where `value` still needs sealing anew after a rotation."""
        try:
            self._first.decrypt(_token(value))
        except InvalidToken:
            return False
        return True


def _token(sealed: bytes) -> bytes:
    return sealed if sealed.startswith(_AS_TEXT) else urlsafe_b64encode(sealed)
