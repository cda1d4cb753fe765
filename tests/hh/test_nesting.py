"""JSON as deep as a stack: an answer that can't be read, never a crash."""

from __future__ import annotations

from contextlib import suppress

import pytest

from bot.hh.client import Call, Client
from bot.hh.errors import HhError, MalformedAnswer
from bot.hh.models import Me, Negotiations
from bot.hh.parsing import parse
from tests.stub import Stub

DEPTH = 100_000
DEEP = [
    "[" * DEPTH,
    "[" * DEPTH + "]" * DEPTH,
    '{"items":' * DEPTH + "1" + "}" * DEPTH,
    '{"items":' + "[" * DEPTH + "]" * DEPTH + "}",
    '{"id":"1","first_name":' + "[" * 3000 + "]" * 3000 + "}",
    '{"errors":' + "[" * DEPTH + "]" * DEPTH + "}",
]


@pytest.mark.parametrize("body", DEEP, ids=range(len(DEEP)))
@pytest.mark.parametrize("model", [Me, Negotiations])
async def test_a_deep_answer_is_no_answer(
    client: Client, stub: Stub, body: str, model: type[Me] | type[Negotiations]
) -> None:
    stub.say(200, text=body)
    answer = await client.request(Call("GET", "/me"), token="t")
    with suppress(MalformedAnswer):
        parse(model, answer)


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500])
@pytest.mark.parametrize("body", DEEP, ids=range(len(DEEP)))
async def test_a_deep_refusal_is_an_error_of_hh(client: Client, stub: Stub, status: int, body: str) -> None:
    stub.say(status, text=body)
    with pytest.raises(HhError):
        await client.request(Call("GET", "/me"), token="t")
