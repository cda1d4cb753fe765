"""The one client of an outside service, against real sockets."""

from __future__ import annotations

import asyncio
import gc
import socket
import sys

import httpx
import pytest
from aiohttp import web

from bot.fence import fence
from bot.transport import UNACKNOWLEDGED_SECONDS, open_client
from tests.stub import Breaking, Stub, closed_port


async def test_redirects_are_not_followed(http: httpx.AsyncClient, stub: Stub) -> None:
    stub.say(303, Location="https://employer.example/apply")
    answer = await http.get(stub.url)
    assert answer.status_code == 303
    assert len(stub.seen) == 1


async def test_cookies_of_one_answer_are_not_sent_with_the_next_request(
    http: httpx.AsyncClient, stub: Stub
) -> None:
    stub.say(200, {}, Set_Cookie="hhtoken=of-somebody-else; Path=/")
    url = stub.url.replace("127.0.0.1", "localhost")  # no cookies are kept for bare addresses
    await http.get(url)
    await http.get(url)
    assert "Cookie" not in stub.seen[1].headers


async def test_the_environment_names_no_proxy(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:9")
    stub.say(200, {})
    async with open_client() as client:
        assert (await client.get(stub.url)).status_code == 200


async def test_a_compressed_answer_arrives_as_text(http: httpx.AsyncClient, stub: Stub) -> None:
    async def compressed(_: web.Request) -> web.Response:
        answer = web.Response(text="Приглашение " * 1000)
        answer.enable_compression()
        return answer

    stub.answers.append(compressed)
    answer = await http.get(stub.url)
    assert answer.headers["Content-Encoding"] in ("deflate", "gzip")
    assert answer.text == "Приглашение " * 1000


async def test_nobody_listening_is_a_connect_error(http: httpx.AsyncClient) -> None:
    async with closed_port() as url:
        with pytest.raises(httpx.ConnectError):
            await http.post(url)


async def test_an_unknown_name_is_a_connect_error(http: httpx.AsyncClient) -> None:
    with pytest.raises(httpx.ConnectError):
        await http.post("http://no-such-host.invalid/")


async def test_waiting_too_long_for_a_free_connection_is_a_connect_timeout(stub: Stub) -> None:
    asked, release = asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        asked.set()
        await release.wait()
        return web.Response()

    stub.answers.append(slow)
    async with open_client(connections=1) as client, asyncio.TaskGroup() as group:
        group.create_task(client.post(stub.url))
        await asked.wait()
        with pytest.raises(httpx.ConnectTimeout):
            await client.post(stub.url, timeout=httpx.Timeout(5, pool=0.05))
        release.set()
    assert len(stub.seen) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "GET"])
@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Le"])
async def test_a_connection_that_breaks_after_the_request_is_no_connect_error(
    http: httpx.AsyncClient, breaking: Breaking, method: str, reset: bool, answer: bytes
) -> None:
    breaking.answer, breaking.reset = answer, reset
    with pytest.raises(httpx.ReadError):
        await http.request(method, breaking.url)
    assert len(breaking.requests) == 1


@pytest.mark.parametrize("reset", [False, True])
async def test_a_connection_that_breaks_within_the_answer_is_a_read_error(
    http: httpx.AsyncClient, breaking: Breaking, reset: bool
) -> None:
    breaking.answer, breaking.reset = b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{", reset
    with pytest.raises(httpx.ReadError):
        await http.post(breaking.url)


async def test_something_that_is_no_http_is_a_read_error(http: httpx.AsyncClient, breaking: Breaking) -> None:
    breaking.answer = b"SSH-2.0-OpenSSH_9.2\r\n\r\n"
    with pytest.raises(httpx.ReadError):
        await http.post(breaking.url)


async def test_a_silent_server_is_a_read_timeout(stub: Stub) -> None:
    release = asyncio.Event()

    async def silent(_: web.Request) -> web.Response:
        await release.wait()
        return web.Response()

    stub.answers.append(silent)
    async with open_client(timeout=httpx.Timeout(5, read=0.05)) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.post(stub.url)
    release.set()


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_nothing_is_repeated_when_a_kept_connection_is_dead(
    http: httpx.AsyncClient, method: str
) -> None:
    requests: list[bytes] = []

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        requests.append(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    async with await asyncio.start_server(answer_once, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await http.request(method, url)
        with pytest.raises(httpx.ReadError):
            await http.request(method, url)
    assert len(requests) == 2


async def test_an_http_proxy_gets_the_whole_address_and_the_login(stub: Stub) -> None:
    stub.say(200, {})
    proxy = stub.url.replace("http://", "http://user:p%40ss@")
    async with open_client(proxy) as client:
        await client.get("http://api.hh.example/me")
    assert stub.seen[0].headers["Host"] == "api.hh.example"
    assert stub.seen[0].headers["Proxy-Authorization"] == "Basic dXNlcjpwQHNz"
    assert "Authorization" not in stub.seen[0].headers


async def test_an_http_proxy_that_refuses_the_tunnel_is_a_proxy_error(breaking: Breaking) -> None:
    breaking.answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    async with open_client(breaking.url.replace("http://", "http://user:pass@")) as client:
        with pytest.raises(httpx.ProxyError):
            await client.post("https://api.hh.example/negotiations")
    assert breaking.requests[0].startswith(b"CONNECT api.hh.example:443 ")
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNz\r\n" in breaking.requests[0]


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_an_unreachable_proxy_is_a_proxy_error(scheme: str) -> None:
    async with closed_port() as url, open_client(url.replace("http", scheme)) as client:
        with pytest.raises(httpx.ProxyError):
            await client.post("http://api.hh.example/")


async def test_a_socks_proxy_resolves_the_name_and_carries_the_request(stub: Stub) -> None:
    stub.say(200, {"id": "1"})
    stub_port = int(stub.url.rpartition(":")[2])
    wanted: list[bytes] = []

    async def socks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # RFC 1928: greeting, choice of no login, then CONNECT to a name.
        await reader.readexactly((await reader.readexactly(2))[1])
        writer.write(b"\x05\x00")
        head = await reader.readexactly(5)
        wanted.append(await reader.readexactly(head[4]))
        await reader.readexactly(2)
        writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        there, back = await asyncio.open_connection("127.0.0.1", stub_port)
        back.write(await reader.readuntil(b"\r\n\r\n"))
        while data := await there.read(1024):
            writer.write(data)
        back.close()
        writer.close()

    async with await asyncio.start_server(socks, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with open_client(f"socks5://127.0.0.1:{port}") as client:
            answer = await client.get("http://api.hh.example/me", headers={"Connection": "close"})
    assert answer.json() == {"id": "1"}
    assert wanted == [b"api.hh.example"]


@pytest.mark.parametrize("url", ["ftp://127.0.0.1:1", "socks5://127.0.0.1", "127.0.0.1:1080", "http://:80"])
def test_a_proxy_of_another_kind_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="a proxy"):
        open_client(url)


async def test_a_request_leaves_only_while_its_sender_may_send(http: httpx.AsyncClient, stub: Stub) -> None:
    fence(lambda: False)
    with pytest.raises(httpx.ConnectError):
        await http.delete(stub.url)
    with pytest.raises(httpx.ConnectError):
        await http.post(stub.url, data={"message": "late"})
    fence(lambda: True)
    stub.say(200, {})
    assert (await http.post(stub.url, data={"message": "in time"})).status_code == 200
    assert len(stub.seen) == 1


async def test_a_right_that_ends_between_headers_and_body_keeps_both_back(
    http: httpx.AsyncClient, stub: Stub
) -> None:
    answers = iter([True, False])
    fence(lambda: next(answers))
    with pytest.raises(httpx.ReadError):
        await http.post(stub.url, data={"message": "late"})
    assert next(answers, None) is None
    assert stub.seen == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux drops what is not acknowledged in time")
async def test_the_kernel_drops_what_it_can_not_get_through(http: httpx.AsyncClient, stub: Stub) -> None:
    stub.say(200, {})
    await http.get(stub.url)
    connected = [each for each in gc.get_objects() if type(each) is socket.socket and each.fileno() >= 0]
    limits = {
        each.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        for each in connected
        if (each.family, each.type) == (socket.AF_INET, socket.SOCK_STREAM)
    }
    assert int(UNACKNOWLEDGED_SECONDS * 1000) in limits
