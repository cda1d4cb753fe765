"""Every figure of `GET /metrics`, named by Prometheus's conventions; no other module makes one.

`world` is `hh` or `telegram`. No label holds anything of a user: neither ids nor texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Final, Literal, get_args

from prometheus_client import Counter, Gauge, Histogram

_FAST: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_SLOW: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200, 3600, 6 * 3600, 24 * 3600)


def _counter(name: str, documentation: str, **values: Sequence[str]) -> Counter:
    """A counter that shows every combination of its labels' values, as 0, before any is counted.

    A series that first appears as 1 has not increased for Prometheus: no alert would ring.
    """
    counter = Counter(name, documentation, list(values))
    for combination in product(*values.values()):
        counter.labels(*combination)
    return counter


UPDATES: Final = _counter(
    "hh_bridge_updates_total",
    "Updates of Telegram that came in: stored, repeated (stored before) or unreadable.",
    outcome=("stored", "repeated", "unreadable"),
)
HANDLED: Final = _counter(
    "hh_bridge_updates_handled_total",
    "Updates of Telegram that were worked off: done, failed (tried again) or set_aside.",
    outcome=("done", "failed", "set_aside"),
)
CallbackPage = Literal[
    "confirm",
    "denied",
    "expired",
    "not_applicant",
    "crowded",
    "unreachable",
    "refused",
    "no_access",
    "captcha",
    "incomplete",
    "unavailable",
]
CALLBACK_PAGES: Final = _counter(
    "hh_bridge_callback_pages_total",
    "Pages shown after hh.ru's own, by their name.",
    page=get_args(CallbackPage),
)

POLLS: Final = _counter(
    "hh_bridge_polls_total",
    "Looks at an account: unchanged, changed, put_off or failed.",
    outcome=("unchanged", "changed", "put_off", "failed"),
)
POLL_LAG: Final = Histogram("hh_bridge_poll_lag_seconds", "How long polls were overdue.", buckets=_FAST)
EVENTS: Final = _counter(
    "hh_bridge_events_total",
    "News found at hh.ru, by kind.",
    kind=("message", "invitation", "refusal", "progress", "call", "view"),
)
NEWS_DELAY: Final = Histogram(
    "hh_bridge_news_delay_seconds",
    "From the change at hh.ru, by its clock, to Telegram's acceptance of news that was told at once.",
    buckets=_SLOW,
)

WRITES: Final = _counter(
    "hh_bridge_writes_total",
    "What users wanted written at hh.ru: accepted, refused, impossible (no message to edit any more, or"
    " an application that hh.ru leaves to another site), put_off (tried again) or unknown; what is unknown is"
    " looked up and found, lost (made again) or unclear for good.",
    intent=("SendMessage", "EditMessage", "Hide", "Apply"),
    outcome=("accepted", "refused", "impossible", "put_off", "unknown", "found", "lost", "unclear"),
)
DELIVERIES: Final = _counter(
    "hh_bridge_deliveries_total",
    "Entries of outboxes: delivered, put_off, unconfirmed (repeated), unreachable or rejected.",
    entry=("Say", "Rewrite", "Place", "Document", "Mark", "Leave", "Retitle", "DropTopic"),
    outcome=("delivered", "put_off", "unconfirmed", "unreachable", "rejected"),
)
TOPICS: Final = _counter(
    "hh_bridge_topics_total",
    "Topics of conversations: made, refused (the chat is linear for a while) or gone (deleted by the user).",
    outcome=("made", "refused", "gone"),
)
REFRESHES: Final = _counter(
    "hh_bridge_token_refreshes_total",
    "Tokens of hh.ru renewed: done, refused or failed.",
    outcome=("done", "refused", "failed"),
)
LAPSED: Final = Counter("hh_bridge_accounts_lapsed_total", "Accounts that had to be linked again.")

REQUESTS: Final = Histogram(
    "hh_bridge_request_seconds",
    "Requests to the outside, by what came back: a status, or the error's name.",
    ["world", "outcome"],
    buckets=_FAST,
)
THROTTLED: Final = _counter(
    "hh_bridge_throttled_total",
    "Answers that asked for a pause.",
    world=("hh", "telegram"),
)

MAILBOX_WAIT: Final = Histogram(
    "hh_bridge_mailbox_wait_seconds", "How long due mailboxes waited for a worker.", buckets=_FAST
)
MAILBOXES_HELD: Final = Gauge("hh_bridge_mailboxes_held", "Mailboxes that this worker attends to.")
MAILBOXES: Final = Gauge("hh_bridge_mailboxes", "Mailboxes that will be looked at some day.")
MAILBOXES_DUE: Final = Gauge("hh_bridge_mailboxes_due", "Mailboxes that wait for a worker now.")
OLDEST_DUE: Final = Gauge(
    "hh_bridge_mailbox_oldest_due_seconds", "How long the longest waiting mailbox has been due."
)
SESSIONS_FAILED: Final = Counter(
    "hh_bridge_sessions_failed_total", "Mailboxes given back after an error that nobody expected."
)

READY: Final = Gauge(
    "hh_bridge_ready",
    "1 while /readyz would say so, by the part that a process has: web (updates can come in) or worker.",
    ["part"],
)
WEBHOOK_ERROR: Final = Gauge(
    "hh_bridge_webhook_last_error_timestamp_seconds",
    "When Telegram last could not deliver an update, in Unix seconds by its clock; 0 where it always could.",
)
REDIS_WRITABLE: Final = Gauge(
    "hh_bridge_redis_writable", "1 while Redis, of a cluster every server, takes writes."
)
