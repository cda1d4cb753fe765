"""Every Redis key of the bridge, with its owner and why it ends or lives.

`{...}` is the hash tag: keys with the same tag share a slot of a Redis Cluster, so that one script
may change them together. An account's keys carry the tag of its shard; an account is named by its
Telegram user id, which is also the id of the private chat and of the mailbox.

| key | type | owner | ends |
|---|---|---|---|
| `hh:{s}:due` | sorted set | store.mailbox | never: mailboxes by the time when a worker must look at them |
| `hh:{s}:head:U` | hash | store.mailbox | with the account: claim, next poll, parked times |
| `hh:{s}:inbox:U` | list | store.mailbox | empty when worked off |
| `hh:{s}:seen:U:D` | string | store.mailbox | two days: Telegram redelivers for one |
| `hh:{s}:late:U` | string | store.mailbox | seconds: a message that was refused comes again |
| `hh:{s}:outbox:U` | list | worker.delivery | empty when delivered |
| `hh:{s}:later:U` | list | worker.later | empty when told: news for after the quiet hours or for the digest |
| `hh:{s}:intents:U` | string | worker.writes | empty when carried out |
| `hh:{s}:account:U` | string | worker | when the user unlinks |
| `hh:{s}:book:U` | string | worker.poll | with the account: what is known of each conversation |
| `hh:{s}:sites:U` | hash | worker | with the account: conversations of sister sites |
| `hh:{s}:shown:U` | string | worker | with the account: topics, cards, answers not read yet |
| `hh:{s}:templates:U` | string | worker | with the account: the user's letters and answers |
| `hh:{s}:roster:U` | string | worker.roster | ten minutes: all conversations as they were listed |
| `hh:{s}:applied:U` | sorted set | worker | a day after the last: applications of a day |
| `hh:{s}:unseen:U` | set | worker | with the account: conversations with news not looked into |
| `hh:{s}:map:U`, `:map-old:U` | hash | worker | 400 days after the last message |
| `hh:{s}:sent:U` | set | worker.writes | two days: which hh.ru message is which Telegram message's |
| `hh:{s}:failed:U` | list | worker.updates | 30 days: updates that could not be handled |
| `hh:{s}:language:U` | string | worker.session | 30 days: what somebody without an account chose |
| `hh:{s}:turns:U`, `:messages:U`, `:requests:U` | string | worker.session | seconds: of who has no account |
| `hh:{hh}:pace`, `hh:{hh}:line`, `hh:{telegram}:pace` | string | store.limiter | seconds to minutes |
| `hh:{hh-1}:pace` and the like | string | store.limiter | minutes: in place of those that are away |
| `hh:{s}:link-state:T`, `hh:{s}:link-code:T`, `hh:{s}:link-taken:T` | string | linking | ten minutes |
| `hh:{s}:unconfirmed` | sorted set | linking | two days: access to give back unless confirmed |
| `hh:{poller}:lease` | string | telegram.lease | seconds after its holder stopped renewing it |
| `hh:{s}:bots` | hash | store.bots | never: the numbers of the bots that have used this Redis |
| `hh:{s}:probe` | string | web.readiness | a minute: tells whether Redis takes writes |
"""

from __future__ import annotations

import re

PREFIX = "hh"
SHARDS = 16
WAKE_CHANNEL = f"{PREFIX}:wake"


def shard_of(mailbox: int) -> int:
    """The shard of an account."""
    return mailbox % SHARDS


def all_shards() -> range:
    """Every shard."""
    return range(SHARDS)


def shard_prefix(shard: int) -> str:
    """What all keys of a shard begin with."""
    return f"{PREFIX}:{{{shard}}}:"


def due(shard: int) -> str:
    """Mailboxes of a shard by the time when a worker must look at them."""
    return f"{shard_prefix(shard)}due"


def of(mailbox: int, name: str) -> str:
    """The key `name` (head, inbox, outbox, intents, account, book, shown, map, ...) of an account."""
    return f"{shard_prefix(shard_of(mailbox))}{name}:{mailbox}"


def seen(mailbox: int, digest: str) -> str:
    """Marks an update as stored."""
    return f"{of(mailbox, 'seen')}:{digest}"


def pace(world: str, spare: int = 0) -> str:
    """The shared limiter of requests to an outside world, or one of its spares."""
    return f"{PREFIX}:{{{world}-{spare}}}:pace" if spare else f"{PREFIX}:{{{world}}}:pace"


def line(world: str, spare: int = 0) -> str:
    """The limiter of those who look at an outside world; it shares the slot of that world's `pace`."""
    return pace(world, spare).removesuffix("pace") + "line"


def token(mailbox: int, random: str) -> str:
    """A state or a code for linking: it tells the shard of whoever links, and is secret by `random`."""
    return f"{shard_of(mailbox):02d}{random}"


def shard_of_token(token: str) -> int:
    """The shard of whoever links."""
    return int(token[:2])


def link_state(state: str) -> str:
    """An OAuth attempt (bot.linking); ten minutes."""
    return f"{shard_prefix(shard_of_token(state))}link-state:{state}"


def link_code(code: str) -> str:
    """A confirmed attempt that waits for its deep link (bot.linking); ten minutes."""
    return f"{shard_prefix(shard_of_token(code))}link-code:{code}"


def link_taken(code: str) -> str:
    """Which update used up a deep link's code (bot.linking); ten minutes."""
    return f"{shard_prefix(shard_of_token(code))}link-taken:{code}"


def unconfirmed(shard: int) -> str:
    """Access by the time when it is to be given back, until it is confirmed (bot.linking); two days."""
    return f"{shard_prefix(shard)}unconfirmed"


def poller_lease() -> str:
    """Held by the one process that polls Telegram (bot.telegram.lease); seconds."""
    return f"{PREFIX}:{{poller}}:lease"


def bots(shard: int) -> str:
    """The numbers that the bots have in a shard (bot.store.bots)."""
    return f"{shard_prefix(shard)}bots"


def probe(shard: int) -> str:
    """Written to learn whether Redis takes writes of a shard (bot.web.readiness); a minute."""
    return f"{shard_prefix(shard)}probe"


_LIVES_WITH_ITS_OWNER = re.compile(
    rf"^{PREFIX}:\{{\d+\}}:"
    r"(due|bots|(head|inbox|outbox|later|intents|account|book|shown|sites|templates|unseen):-?\d+)$"
)


def declared(key: str) -> bool:
    """True for a key that may live without an expiry (see the table above)."""
    return _LIVES_WITH_ITS_OWNER.match(key) is not None
