"""`GET /oauth/callback`: where hh.ru sends the user's browser back to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiohttp import web

from bot import metrics, trail
from bot.chat.screens.trouble import access_ended
from bot.chat.texts import Texts
from bot.failpoints import reach
from bot.hh.errors import CaptchaRequired, HhError, LinkAgain, Refused, Throttled
from bot.linking import (
    AccessDenied,
    Candidate,
    Incomplete,
    Linking,
    LinkingError,
    NotApplicant,
)
from bot.log import logger
from bot.store.errors import StoreUnavailable
from bot.web import pages
from bot.web.pages import Chat, Page

log = logger(__name__)


class Callback:
    """Answers with a page, whatever the address says. `username` is the bot's, None until it is known."""

    def __init__(self, linking: Linking, link_base: str, username: Callable[[], str | None]) -> None:
        self._linking = linking
        self._link_base = link_base.rstrip("/")
        self._username = username

    async def show(self, request: web.Request) -> web.Response:
        """The page, in the browser's language."""
        t = pages.texts_for(request.headers.get("Accept-Language", ""))
        chat = Chat(self._link_base, self._username())
        query = {name: request.query[name] for name in request.query}
        with trail.follow(trail.new(), "link", first=True) as span:
            try:
                page = await self._page(query, t, chat)
            except Exception:
                # A person looks at this page, also when the fault is ours.
                log.exception("the callback page failed")
                page = pages.unavailable(t, chat)
            span.note(page=page.name)
            log.debug("the callback page was shown", page=page.name)
        metrics.CALLBACK_PAGES.labels(page.name).inc()
        return web.Response(
            text=pages.render(page, t),
            status=page.status,
            content_type="text/html",
            headers={**pages.SECURITY_HEADERS, "Content-Language": t.language, "Vary": "Accept-Language"},
        )

    async def _page(self, query: Mapping[str, str], t: Texts, chat: Chat) -> Page:
        try:
            candidate = await self._linking.finish(query)
            reach("code-exchanged")
            return pages.confirm(t, candidate.me, chat, await self._offer(candidate))
        except StoreUnavailable as error:
            log.warning("an account could not be linked", reason=str(error))
            return pages.unavailable(t, chat)
        except LinkingError as error:
            return _ended(error, t, chat)
        except HhError as error:
            return _failed(error, t, chat)

    async def _offer(self, candidate: Candidate) -> str:
        try:
            return await self._linking.offer(candidate)
        except StoreUnavailable:
            await self._linking.discard(candidate.tokens)
            raise


def _ended(error: LinkingError, t: Texts, chat: Chat) -> Page:
    match error:
        case AccessDenied():
            return pages.denied(t, chat)
        case NotApplicant():
            return pages.not_applicant(t, chat)
        case Incomplete():
            return pages.incomplete(t, chat)
        case _:
            return pages.expired(t, chat)


def _failed(error: HhError, t: Texts, chat: Chat) -> Page:
    log.warning("hh.ru did not link an account", error=type(error).__name__, reason=str(error))
    match error:
        case LinkAgain():
            why = access_ended(t, error)
            return pages.no_access(t, chat, why) if why else pages.expired(t, chat)
        case CaptchaRequired():
            return pages.captcha(t, chat, error.url)
        case Throttled():
            return pages.crowded(t, chat)
        case Refused():
            return pages.refused(t, chat, error.description or error.value, error.request_id)
        case _:
            return pages.unreachable(t, chat)
