"""Every figure of `GET /metrics`, named by Prometheus's conventions; no other module makes one.

`world` is `hh` or `telegram`. No label holds anything of a user: neither ids nor texts.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

_FAST: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_SLOW: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200, 3600, 6 * 3600, 24 * 3600)

UPDATES: Final = Counter(
    "hh_bridge_updates_total",
    "Updates of Telegram that came in: stored, repeated (stored before) or unreadable.",
    ["outcome"],
)
HANDLED: Final = Counter(
    "hh_bridge_updates_handled_total",
    "Updates of Telegram that were worked off: done, failed (tried again) or set_aside.",
    ["outcome"],
)
CALLBACK_PAGES: Final = Counter(
    "hh_bridge_callback_pages_total", "Pages shown after hh.ru's own, by their name.", ["page"]
)

POLLS: Final = Counter(
    "hh_bridge_polls_total", "Looks at an account: unchanged, changed, put_off or failed.", ["outcome"]
)
POLL_LAG: Final = Histogram("hh_bridge_poll_lag_seconds", "How long polls were overdue.", buckets=_FAST)
EVENTS: Final = Counter("hh_bridge_events_total", "News found at hh.ru, by kind.", ["kind"])
NEWS_DELAY: Final = Histogram(
    "hh_bridge_news_delay_seconds",
    "From the change at hh.ru, by its clock, to Telegram's acceptance of the news.",
    buckets=_SLOW,
)

WRITES: Final = Counter(
    "hh_bridge_writes_total",
    "What users wanted written at hh.ru: accepted, refused, put_off (tried again) or unknown; what is unknown"
    " is looked up and found, lost (made again) or unclear for good.",
    ["intent", "outcome"],
)
DELIVERIES: Final = Counter(
    "hh_bridge_deliveries_total",
    "Entries of outboxes: delivered, put_off, unconfirmed (repeated), unreachable or rejected.",
    ["entry", "outcome"],
)
TOPICS: Final = Counter(
    "hh_bridge_topics_total",
    "Topics of conversations: made, refused (the chat is linear for a while) or gone (deleted by the user).",
    ["outcome"],
)
REFRESHES: Final = Counter(
    "hh_bridge_token_refreshes_total", "Tokens of hh.ru renewed: done, refused or failed.", ["outcome"]
)
LAPSED: Final = Counter("hh_bridge_accounts_lapsed_total", "Accounts that had to be linked again.")

REQUESTS: Final = Histogram(
    "hh_bridge_request_seconds",
    "Requests to the outside, by what came back: a status, or the error's name.",
    ["world", "outcome"],
    buckets=_FAST,
)
THROTTLED: Final = Counter("hh_bridge_throttled_total", "Answers that asked for a pause.", ["world"])

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
