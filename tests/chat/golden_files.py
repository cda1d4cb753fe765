"""How every screen looks, in files that people read: what a change does to the chat is in its diff.

`make golden` (`python -m tests.chat.golden_files`) writes them anew, `test_screens` compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct

from bot.chat.outgoing import Key, Outgoing, Screen
from bot.chat.screens import profile
from bot.chat.screens.help import commands
from bot.chat.texts import LANGUAGES, Texts
from tests.chat.every_screen import SAMPLES, SCREENS, SENTENCES, entries

FOLDER = Path(__file__).parent / "golden"
_KEPT_SAMPLES = ("ordinary", "nothing")


def names() -> set[str]:
    """The name of every file."""
    return {*(f"{screen}.txt" for screen in SCREENS), "sentences.txt", "profile.txt"}


@cache
def golden_files() -> dict[str, str]:
    """The name and the text of every file."""
    files = {f"{screen}.txt": "\n\n".join(_screen(screen)) + "\n" for screen in SCREENS}
    files["sentences.txt"] = "\n".join(_sentences()) + "\n"
    files["profile.txt"] = "\n".join(_profile()) + "\n"
    return files


def _screen(screen: str) -> Iterator[str]:
    before = ""
    for language in LANGUAGES:
        for sample in _KEPT_SAMPLES:
            shown = entries(SCREENS[screen](Texts(language), SAMPLES[sample]))
            block = "\n\n".join(map(_entry, shown))
            # Many screens show nothing of their sample.
            if block != before:
                yield f"======== {language} · {sample}\n{block}"
            before = block


def _sentences() -> Iterator[str]:
    for name, sentence in SENTENCES.items():
        for language in LANGUAGES:
            yield f"{name} · {language}: {sentence(Texts(language))}"


def _profile() -> Iterator[str]:
    for t in map(Texts, LANGUAGES):
        yield f"======== {t.language}"
        yield f"{profile.name(t)}\n\n{profile.short_description(t)}\n\n{profile.description(t)}\n"
        yield from (f"/{name} — {description}" for name, description in commands(t))
        yield ""


def _entry(entry: Screen | Outgoing) -> str:
    fields = {name: value for name, value in _said(entry).items() if name not in ("text", "keyboard")}
    text, keyboard = getattr(entry, "text", ""), getattr(entry, "keyboard", ())
    parts = [
        f"-------- {type(entry).__name__}",
        text,
        *("    " + "  ".join(map(_key, row)) for row in keyboard),
    ]
    parts += [f"    {name}: {_value(value)}" for name, value in fields.items()]
    return "\n".join(part for part in parts if part)


def _key(key: Key) -> str:
    fields = _said(key)
    label, press, url = fields.pop("label"), fields.pop("press", None), fields.pop("url", None)
    does = " ".join((press.action, *press.args)) if press else f"↗ {url}"  # type: ignore[attr-defined]
    rest = "".join(f" · {name} {_value(value)}" for name, value in fields.items())
    return f"[ {label} · {does}{rest} ]"


def _value(value: object) -> str:
    if isinstance(value, Struct):
        return " ".join((type(value).__name__, *(f"{k}={_value(v)}" for k, v in _said(value).items())))
    return "\n" + value.decode().replace("\r\n", "\n") if isinstance(value, bytes) else str(value)


def _said(record: Struct) -> dict[str, object]:
    """The fields that differ from their default."""
    defaults = dict(
        zip(reversed(record.__struct_fields__), reversed(record.__struct_defaults__), strict=False)
    )
    values = {name: getattr(record, name) for name in record.__struct_fields__}
    return {name: value for name, value in values.items() if name not in defaults or value != defaults[name]}


def write() -> None:
    """Write all files anew, and drop those of screens that are gone."""
    FOLDER.mkdir(exist_ok=True)
    files = golden_files()
    for path in FOLDER.iterdir():
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    write()
