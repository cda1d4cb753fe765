from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx
import pytest

from bot.chat.texts import Texts
from bot.linking import LINK_ANEW, Linking
from bot.sandbox.hh import faults
from bot.sandbox.hh.objects import Account, Applicant
from bot.sandbox.hh.server import LocalHh
from bot.store.connection import Client
from bot.store.mailbox import Mailboxes
from bot.telegram.intake import Intake
from bot.web.app import build, serving
from bot.web.readiness import Readiness
from tests.attempts import query_of
from tests.figures import grows
from tests.plain import plain_http
from tests.web.conftest import SECRET, FixedSource

ANNA = 700
CHAT = "https://t.me/most_bot?start="


class Seen(HTMLParser):
    """What a page shows: its heading, its links, its text."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.language = ""
        self.heading = ""
        self.links: list[str] = []
        self.buttons: list[str] = []
        self.text = ""
        self.tags: list[str] = []
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang") or ""
        if tag == "a":
            self.links.append(given.get("href") or "")
            if given.get("class") == "button":
                self.buttons.append(given.get("href") or "")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.tags and self.tags[-1] == "h1" and not self.heading:
            self.heading = data


@pytest.fixture
def smirnova(hh: LocalHh) -> Applicant:
    return hh.world.add_applicant("Анна", "Смирнова")


@pytest.fixture
def back(hh: LocalHh, linking: Linking, web: httpx.AsyncClient) -> Browser:
    return Browser(hh, linking, web)


class Browser:
    """A user's browser, on its way from hh.ru back to the bridge."""

    def __init__(self, hh: LocalHh, linking: Linking, web: httpx.AsyncClient) -> None:
        self._hh = hh
        self._linking = linking
        self._web = web

    async def leave(self, account: Account, *, allow: bool = True) -> str:
        """Where hh.ru sends it."""
        address = await self._hh.authorize(account, await self._linking.begin(ANNA), allow=allow)
        return f"/oauth/callback?{urlsplit(address).query}"

    async def open(self, path: str, language: str = "en") -> httpx.Response:
        """The page there."""
        return await self._web.get(path, headers={"Accept-Language": language})


async def test_the_page_shows_whose_account_it_is_and_the_way_to_confirm(
    back: Browser, linking: Linking, smirnova: Applicant
) -> None:
    answer = await back.open(await back.leave(smirnova))
    page = Seen(answer)
    assert answer.status_code == 200
    assert "Анна Смирнова" in page.text
    assert "Nothing is linked yet" in page.text
    [button] = page.buttons
    assert re.fullmatch(re.escape(CHAT) + r"[A-Za-z0-9_-]{20,64}", button)
    assert (await linking.confirm(ANNA, button.removeprefix(CHAT))).me.id == smirnova.id


async def test_somebody_else_can_begin_again(back: Browser, smirnova: Applicant) -> None:
    page = Seen(await back.open(await back.leave(smirnova)))
    assert CHAT + LINK_ANEW in page.links


async def test_a_page_opened_again_says_that_the_link_is_used_up(back: Browser, smirnova: Applicant) -> None:
    path = await back.leave(smirnova)
    await back.open(path)
    answer = await back.open(path)
    assert answer.status_code == 410
    assert "no longer works" in Seen(answer).heading
    assert Seen(answer).buttons == [CHAT + LINK_ANEW]


async def test_each_page_is_counted_by_its_name(back: Browser, smirnova: Applicant) -> None:
    path = await back.leave(smirnova)
    for page in ("confirm", "expired"):
        with grows("callback_pages_total", page=page):
            await back.open(path)


async def test_a_no_at_hh_is_answered_kindly(back: Browser, smirnova: Applicant) -> None:
    answer = await back.open(await back.leave(smirnova, allow=False))
    assert answer.status_code == 200
    assert "gave no access" in Seen(answer).heading


async def test_an_employer_is_told_whom_the_bridge_is_for(back: Browser, hh: LocalHh) -> None:
    manager = hh.world.add_manager(hh.world.add_employer("Ромашка"), "Ольга", "Кадровая")
    answer = await back.open(await back.leave(manager))
    assert answer.status_code == 403
    assert "not a job seeker" in Seen(answer).heading


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("account is locked", "locked your account"),
        ("client_id or client_secret not found", "HH_CLIENT_ID"),
        ("bad redirect url", "HH_REDIRECT_URI"),
    ],
)
async def test_why_hh_gives_no_access_is_said(
    back: Browser, hh: LocalHh, smirnova: Applicant, reason: str, words: str
) -> None:
    path = await back.leave(smirnova)
    refusal = json.dumps({"error": "invalid_request", "error_description": reason})
    hh.faults.add(
        faults.Fault("no_access", faults.Answer(400, refusal, "application/json")), on="POST /token"
    )
    answer = await back.open(path)
    assert answer.status_code == 403
    assert words in Seen(answer).text


@pytest.mark.parametrize("query", ["", "?code=c", "?state=s", "?code=&state="])
async def test_half_an_address_is_explained(back: Browser, query: str) -> None:
    answer = await back.open(f"/oauth/callback{query}")
    assert answer.status_code == 400
    assert "missing" in Seen(answer).heading


@pytest.mark.parametrize("where", ["POST /token", "GET /me"])
async def test_hh_away_is_said_and_can_be_tried_again(
    back: Browser, hh: LocalHh, smirnova: Applicant, where: str
) -> None:
    path = await back.leave(smirnova)
    hh.faults.add(faults.broken(), where, times=None)
    answer = await back.open(path)
    assert answer.status_code == 503
    assert "does not answer" in Seen(answer).heading
    assert Seen(answer).buttons == [CHAT + LINK_ANEW]


async def test_redis_away_is_said_and_no_token_stays_behind(
    back: Browser, redis: Client, hh: LocalHh, smirnova: Applicant
) -> None:
    path = await back.leave(smirnova)
    await redis.config_set("maxmemory", "1")
    try:
        answer = await back.open(path)
    finally:
        await redis.config_set("maxmemory", "0")
    assert answer.status_code == 503
    assert "stumbled" in Seen(answer).heading
    assert hh.tokens.pairs(smirnova.id)
    assert hh.tokens.live(smirnova.id) == []


async def test_an_error_that_hh_names_is_shown_without_words_from_the_address(
    back: Browser, linking: Linking
) -> None:
    state = query_of(await linking.begin(ANNA))["state"]
    answer = await back.open(
        f"/oauth/callback?error=invalid_scope&error_description=Call+8-800&state={state}"
    )
    assert answer.status_code == 403
    assert "invalid_scope" in Seen(answer).text
    assert "8-800" not in answer.text


async def test_names_are_shown_as_text(back: Browser, hh: LocalHh) -> None:
    robert = hh.world.add_applicant("<script>alert(1)</script>", 'О"Нил & \u202eсын')
    page = await back.open(await back.leave(robert))
    assert "<script" not in page.text
    assert "<script>alert(1)</script>" in Seen(page).text
    assert 'О"Нил & сын' in Seen(page).text


async def test_an_account_without_a_name_is_shown_by_its_number(back: Browser, hh: LocalHh) -> None:
    nobody = hh.world.add_applicant("", "")
    assert nobody.id in Seen(await back.open(await back.leave(nobody))).text


async def test_no_page_leaks_its_address_or_can_be_framed(back: Browser, smirnova: Applicant) -> None:
    for path in (await back.leave(smirnova), "/oauth/callback"):
        headers = (await back.open(path)).headers
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


async def test_a_page_needs_nothing_from_elsewhere_and_runs_no_script(
    back: Browser, smirnova: Applicant
) -> None:
    answer = await back.open(await back.leave(smirnova))
    assert "script" not in Seen(answer).tags
    assert {urlsplit(link).hostname for link in Seen(answer).links} == {"t.me"}
    assert not re.search(r"""(?:src|srcset|action)=|url\(|@import""", answer.text)


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ("", "ru"),
        ("*", "ru"),
        ("ru-RU,ru;q=0.9,en-US;q=0.8", "ru"),
        ("en-GB,en;q=0.9", "en"),
        ("en;q=0.5, ru;q=0.7", "ru"),
        ("ru;q=0, en;q=0.1", "en"),
        ("kk-KZ,kk", "ru"),
        ("de-DE,de;q=0.9,ru;q=0.3", "ru"),
        ("de-DE,de;q=0.9", "en"),
        (";;;q=,,,", "ru"),
        ("en;q=99.9.9,", "ru"),
    ],
)
async def test_pages_speak_the_browsers_language(back: Browser, wishes: str, language: str) -> None:
    answer = await back.open("/oauth/callback", wishes)
    assert Seen(answer).language == language
    assert answer.headers["Content-Language"] == language
    assert Seen(answer).heading == Texts(language)("Part of the address is missing")


async def test_a_captcha_of_hh_leads_there(back: Browser, hh: LocalHh, smirnova: Applicant) -> None:
    path = await back.leave(smirnova)
    hh.faults.add(faults.captcha(), "GET /me")
    answer = await back.open(path)
    assert answer.status_code == 403
    assert "robot" in Seen(answer).heading
    assert "captcha" in Seen(answer).buttons[0]


async def test_a_person_who_gets_no_turn_at_hh_is_told_so(
    back: Browser, hh: LocalHh, smirnova: Applicant
) -> None:
    path = await back.leave(smirnova)
    hh.faults.add(faults.throttled(1), "POST /token")
    answer = await back.open(path)
    assert answer.status_code == 503
    assert Seen(answer).heading == "Too many at once"
    assert Seen(answer).buttons == [f"{CHAT}{LINK_ANEW}"]
    assert not hh.tokens.live(smirnova.id)


async def test_a_code_that_hh_does_not_take_is_an_old_link(
    back: Browser, hh: LocalHh, smirnova: Applicant
) -> None:
    hh.tokens.code_lifetime = -1
    answer = await back.open(await back.leave(smirnova))
    assert answer.status_code == 410


async def test_a_fault_of_our_own_is_a_page_too(back: Browser, redis: Client, smirnova: Applicant) -> None:
    """Somebody else's key lies where the state should be."""
    path = await back.leave(smirnova)
    [state] = [key async for key in redis.scan_iter(match="*:link-state:*")]
    await redis.delete(state)
    await redis.lpush(state, "no string")
    answer = await back.open(path)
    assert answer.status_code == 503
    assert "stumbled" in Seen(answer).heading
    await redis.delete(state)


async def test_before_telegram_has_told_the_bots_name_the_code_is_sent_by_hand(
    linking: Linking, redis: Client, hh: LocalHh, source: FixedSource, smirnova: Applicant
) -> None:
    app = build(
        linking=linking,
        intake=Intake(Mailboxes(redis)),
        parts={"web": Readiness(redis, source, timeout=1.0)},
        webhook_secret=SECRET,
        username=lambda: None,
        backlog=Mailboxes(redis).backlog,
    )
    async with (
        serving(app, "127.0.0.1", 0) as port,
        plain_http(f"http://127.0.0.1:{port}") as web,
    ):
        nameless = Browser(hh, linking, web)
        page = Seen(await nameless.open(await nameless.leave(smirnova)))
        assert re.search(r"/start [A-Za-z0-9_-]{20,64}", page.text)
        assert page.buttons == []
        assert Seen(await nameless.open("/oauth/callback")).buttons == []
