"""What is sealed is unreadable, and keys can be changed without a stop."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from bot.store.vault import Vault, VaultError

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_what_is_sealed_can_be_opened_and_not_read() -> None:
    sealed = Vault([OLD]).seal(b"secret")
    assert b"secret" not in sealed
    assert Vault([OLD]).open(sealed) == b"secret"


def test_a_new_first_key_opens_what_the_old_one_sealed() -> None:
    sealed = Vault([OLD]).seal(b"secret")
    rotated = Vault([NEW, OLD])
    assert rotated.open(sealed) == b"secret"
    assert not rotated.sealed_by_first(sealed)
    assert rotated.sealed_by_first(rotated.seal(b"secret"))


def test_without_its_key_nothing_is_opened() -> None:
    with pytest.raises(VaultError):
        Vault([NEW]).open(Vault([OLD]).seal(b"secret"))


def test_what_was_sealed_as_text_can_be_opened() -> None:
    sealed = Fernet(OLD).encrypt(b"secret")
    assert Vault([NEW, OLD]).open(sealed) == b"secret"
    assert Vault([OLD, NEW]).sealed_by_first(sealed)
