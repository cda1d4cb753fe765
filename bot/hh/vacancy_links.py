"""Links to vacancies in what people send. Pure: nothing is requested, no redirect resolved.

Only hh.ru, its sister sites (OpenAPI 2025-12, info, "Выбор сайта") with their regional subdomains,
and the configured site are believed; of a link only the vacancy's id and the site are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit

MAIN_SITE = "hh.ru"
SITES = (MAIN_SITE, "rabota.by", "hh1.az", "hh.uz", "hh.kz", "headhunter.ge", "headhunter.kg")

_BREAK = r"\s<>\"'«»“”„()\[\]{}|\\^`"
# An address begins with its scheme, or where no other address can still be running.
_ADDRESS = re.compile(
    rf"(?:https?://|(?<![\w@./\\=&?#%~+-])(?<![a-z0-9]:)[a-z0-9.-]+(?::[0-9]+)?(?=[/?#]))[^{_BREAK}]+",
    re.IGNORECASE,
)
_PUNCTUATION = ".,;:!?…*_~"
_VACANCY = re.compile(r"/vacancy/([1-9][0-9]{0,17})/?")
_RESPONSES = ("/applicant/vacancy_response", "/applicant/vacancy_response/popup")
_ID = re.compile(r"[1-9][0-9]{0,17}")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True)
class VacancyLink:
    """A vacancy and the site of the group it was seen on; `host` None is the configured site's own."""

    vacancy_id: str
    host: str | None


def find(text: str, urls: Iterable[str] = (), *, site_url: str | None = None) -> VacancyLink | None:
    """The first link to a vacancy in `text`, else in `urls` (the addresses behind linked words).

    `site_url` is one more trusted site, HH_SITE_URL: host, port and the beginning of the path
    must agree with it.
    """
    own = _split(site_url) if site_url else None
    for address in (*_addresses(text), *urls):
        parts = _split(address)
        found = _vacancy(parts, own) if parts else None
        if found:
            return found
    return None


def site_of(address: str) -> str | None:
    """The site of the group that an address belongs to; None for any other."""
    parts = _split(address)
    return _site(parts) if parts else None


def _addresses(text: str) -> Iterator[str]:
    for match in _ADDRESS.finditer(text):
        yield match[0].rstrip(_PUNCTUATION)


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address if re.match(r"https?://", address, re.IGNORECASE) else f"https://{address}")
    except ValueError:
        return None


def _vacancy(parts: SplitResult, own: SplitResult | None) -> VacancyLink | None:
    site, path = _site(parts), parts.path
    if site is None:
        if own is None or parts.netloc.lower() != own.netloc.lower():
            return None
        base = own.path.rstrip("/")
        if not path.startswith(base + "/"):
            return None
        path = path[len(base) :]
    vacancy_id = _id(path, parts.query)
    return VacancyLink(vacancy_id, site) if vacancy_id else None


def _site(parts: SplitResult) -> str | None:
    host, _, port = parts.netloc.lower().partition(":")
    # Whatever else an address may hold (a user, a bracket, a letter of another alphabet) is no site here.
    if not _HOST.fullmatch(host) or port not in ("", _PORTS[parts.scheme]):
        return None
    return next((site for site in SITES if host == site or host.endswith("." + site)), None)


def _id(path: str, query: str) -> str | None:
    match = _VACANCY.fullmatch(path)
    if match:
        return match[1]
    ids = parse_qs(query).get("vacancyId", []) if path.rstrip("/") in _RESPONSES else []
    return ids[0] if len(ids) == 1 and _ID.fullmatch(ids[0]) else None
