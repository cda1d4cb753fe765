"""The parameters of one call: whatever way they came, they are strings and files.

Telegram's server reads them so too: a form's values, a JSON body's values, nested objects as
JSON text (https://core.telegram.org/bots/api#making-requests).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec
from aiohttp import BodyPartReader, web

from bot.sandbox.telegram.refusals import BadRequest

T = TypeVar("T")


@dataclass(frozen=True)
class Upload:
    """A file that came with the call."""

    name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True)
class Parameters:
    """Values by name; absent and empty are the same, as for Telegram."""

    values: Mapping[str, str]
    files: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The value, or ""."""
        return self.values.get(name, "")

    def has(self, name: str) -> bool:
        """Whether the parameter was given at all."""
        return name in self.values

    def integer(self, name: str, default: int = 0, low: int = -(2**62), high: int = 2**62) -> int:
        """The value as an integer within bounds; what isn't a number counts as the default."""
        try:
            return min(max(int(self.values.get(name, "").strip()), low), high)
        except ValueError:
            return default

    def flag(self, name: str) -> bool:
        """The value as a boolean: true, yes and 1."""
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def json(self, name: str, kind: type[T], what: str) -> T | None:
        """The value as an object of `kind`; None where it is absent.

        Raises:
            BadRequest: it isn't; `what` names it.
        """
        source = self.text(name)
        if not source:
            return None
        try:
            return msgspec.json.decode(source, type=kind, strict=False)
        except msgspec.DecodeError:
            raise BadRequest(f"can't parse {what} JSON object") from None

    def upload(self, name: str) -> Upload | None:
        """The file given under `name`, directly or as `attach://part`."""
        value = self.text(name)
        return self.files.get(value.removeprefix("attach://") if value.startswith("attach://") else name)


async def read(request: web.Request) -> Parameters:
    """The parameters of `request`: its query and its body.

    Raises:
        BadRequest: the body isn't what its type says.
    """
    values = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        values |= _flat(await request.read())
    elif request.content_type == "application/x-www-form-urlencoded":
        values |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    elif request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or part.name is None:
                continue
            content = bytes(await part.read(decode=True))
            if part.filename is None:
                values[part.name] = content.decode()
            else:
                mime_type = part.headers.get("Content-Type", "application/octet-stream")
                files[part.name] = Upload(part.filename, mime_type, content)
    return Parameters(values, files)


def _flat(body: bytes) -> dict[str, str]:
    try:
        fields = msgspec.json.decode(body or b"{}", type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        raise BadRequest("can't parse request JSON object") from None
    return {name: _text(raw) for name, raw in fields.items() if bytes(raw) != b"null"}


def _text(raw: msgspec.Raw) -> str:
    if bytes(raw).startswith(b'"'):
        return msgspec.json.decode(raw, type=str)
    return bytes(raw).decode()
