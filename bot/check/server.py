"""What one server of Redis says of itself, and what of that is wrong or worth knowing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from redis.exceptions import ResponseError

from bot.check.finding import Finding
from bot.store.embedded import OLDEST
from bot.store.errors import unavailable
from bot.store.scripts import Store

# Where CONFIG is forbidden or unknown, as with managed servers, INFO tells the rest.
CONFIG = (
    "appendfsync",
    "cluster-require-full-coverage",
    "min-replicas-max-lag",
)

# Seconds between the clocks that no operator needs to know of.
CLOCK_TOLERANCE = 5.0


@dataclass(frozen=True)
class Server:
    """What a server says of itself; a setting that it doesn't tell is missing in `config`.

    `ahead` is by how many seconds its clock is ahead of this machine's.
    """

    name: str
    info: Mapping[str, object]
    config: Mapping[str, str] = field(default_factory=dict)
    ahead: float = 0.0

    @property
    def product(self) -> str:
        """Its name and version."""
        if "valkey_version" in self.info:
            return f"Valkey {self.info['valkey_version']}"
        return f"Redis {self.info.get('redis_version', '0.0')}"

    @property
    def replicas(self) -> list[tuple[str, int]]:
        """Where its replicas are, as it sees them."""
        each = [value for key, value in self.info.items() if key.startswith("slave") and key[5:].isdigit()]
        return [(str(one["ip"]), int(one["port"])) for one in each if isinstance(one, dict)]

    def number(self, name: str) -> int:
        """A number of INFO, 0 where it is not told."""
        return int(str(self.info.get(name, 0)))


async def ask(client: Store, name: str, now: Callable[[], float] = time.time) -> Server:
    """Ask one server; raises `StoreUnavailable`, and ResponseError where INFO or TIME is forbidden."""
    with unavailable():
        asked = now()
        seconds, microseconds = await client.time()
        ahead = seconds + microseconds / 1e6 - (asked + now()) / 2
        return Server(name, await client.info(), await _config(client), ahead)


async def _config(client: Store) -> dict[str, str]:
    told: dict[str, str] = {}
    for setting in CONFIG:
        try:
            answer = await client.config_get(setting)
        except ResponseError:
            return {}
        told |= {str(name): str(value) for name, value in answer.items()}
    return told


def keeps(server: Server) -> Iterator[Finding]:
    """Whether it keeps what it is given; a replica has to as well, for it may become the master."""
    product, info = server.product, server.info
    version = tuple(int(part) for part in str(info.get("redis_version", "0.0")).split(".")[:2])
    if version < OLDEST:
        yield _fault(f"{product} is too old", "install Valkey, or Redis 6.2 or newer")
        return
    if server.number("loading"):
        yield _fault(f"{product} still reads what it holds from its disk", "wait, then check again")
    if server.number("aof_enabled"):
        yield from _file(server)
    else:
        mend = "set `appendonly yes` and `appendfsync always` on the server"
        yield _fault(f"{product} forgets what it holds when it is killed", mend)
    if info.get("maxmemory_policy") != "noeviction":
        text = f"{product} throws entries away when it is full"
        yield _fault(text, "set `maxmemory-policy noeviction` on the server")
    if info.get("rdb_last_bgsave_status") == "err":
        yield _note(f"the last snapshot of {product} failed; its log tells why")


def _file(server: Server) -> Iterator[Finding]:
    product, fsync = server.product, server.config.get("appendfsync")
    if server.info.get("aof_last_write_status") != "ok":
        mend = "look in its log for a disk that is full or broken"
        yield _fault(f"{product} can't write its append-only file", mend)
    if fsync is None:
        yield _untold(product, "appendfsync", "always")
    elif fsync == "no":
        text = f"{product} leaves it to the system when the disk is written to (`appendfsync no`)"
        yield _fault(text, "set `appendfsync always` on the server")
    elif fsync != "always":
        text = f"with `appendfsync {fsync}` a power failure can take the last second of {product}"
        yield _note(f"{text}; `appendfsync always` loses nothing")


def hands_over(server: Server, replicas: int) -> Iterator[Finding]:
    """Whether a failover from this master finds all that was answered, which `replicas` had to have."""
    product, connected = server.product, server.number("connected_slaves")
    if connected < replicas:
        text = f"{product} has fewer replicas than the {replicas} that are waited for"
        yield _fault(text, "start them, or put another number after `?replicas=` in REDIS_URL")
    elif connected == replicas:
        text = f"{product} has no replica to spare: after a failover nothing is written until it has another"
        yield _note(f"{text}; start one more")


def stops(server: Server) -> Iterator[Finding]:
    """Whether it takes no more writes as a master that is cut off, for another may be named."""
    # INFO tells how many replicas are good only where that matters to the server, which may be one itself.
    if "min_slaves_good_slaves" not in server.info:
        text = f"{server.product} goes on as the master where it is cut off from its replicas"
        mend = "set `min-replicas-to-write 1` and `min-replicas-max-lag 2`: another may be the master by then"
        yield _fault(text, mend)


def shares(server: Server) -> Iterator[Finding]:
    """What a master of a cluster needs beside."""
    product, coverage = server.product, server.config.get("cluster-require-full-coverage")
    if coverage is None:
        yield _untold(product, "cluster-require-full-coverage", "no")
    elif coverage != "no":
        text = f"{product} stops where any other master is away"
        yield _note(f"{text}; with `cluster-require-full-coverage no` only the accounts on that one wait")
    if not server.number("connected_slaves"):
        yield _note(f"{product} has no replica: while it is away, the accounts on it wait")


def clocks(servers: Sequence[Server]) -> Iterator[Finding]:
    """What is to know of their clocks, by which the bridge tells when something is due."""
    ahead = [server.ahead for server in servers] or [0.0]
    furthest = max(ahead, key=abs)
    if abs(furthest) > CLOCK_TOLERANCE:
        side = "ahead of" if furthest > 0 else "behind"
        text = f"Redis's is {abs(furthest):.0f} s {side} this machine's"
        yield Finding("Clock", "ok", f"{text}, which does no harm as long as it doesn't jump")
    if max(ahead) - min(ahead) > CLOCK_TOLERANCE:
        text = f"those of Redis's servers differ by {max(ahead) - min(ahead):.0f} s"
        yield Finding("Clock", "ok", f"{text}, and what is due jumps by that in a failover; let NTP set them")


def _fault(text: str, mend: str) -> Finding:
    return Finding("Redis", "FAIL", text, mend)


def _note(text: str) -> Finding:
    return Finding("Redis", "ok", text)


def _untold(product: str, setting: str, right: str) -> Finding:
    text = f"{product} doesn't let its `{setting}` be read (CONFIG GET)"
    return Finding("Redis", "?", text, f"ask whoever runs it whether that is `{right}`")
