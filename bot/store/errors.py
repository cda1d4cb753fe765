"""What can go wrong with Redis.

    StoreError
    ├── StoreUnavailable     Redis can't be reached or can't serve now: wait and try again
    └── EmbeddedServerError  the embedded server can't be started: somebody must look at it

After `StoreUnavailable` a write may have been done or not: only what is safe to repeat may be repeated.
Everything else that redis-py raises is a fault of the bridge and passes through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import (
    ClusterDownError,
    ClusterError,
    ConnectionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    ResponseError,
    SlotNotCoveredError,
    TimeoutError,
    TryAgainError,
)


class StoreError(Exception):
    """Redis failed the bridge."""


class StoreUnavailable(StoreError):
    """Redis is away, loading, full, read-only or between two masters."""


class EmbeddedServerError(StoreError):
    """The embedded server can't run; the text is one readable line."""


_PASSING = (
    ConnectionError,
    TimeoutError,
    ReadOnlyError,
    OutOfMemoryError,
    ClusterError,
    ClusterDownError,
    TryAgainError,
    SlotNotCoveredError,
)

# Codes (redis.io, "Redis serialization protocol specification", simple errors) without a class in redis-py,
# and all of them where a script met one: Redis 6.2 wraps it as "Error running script ...: -OOM command ...".
_PASSING_CODE = re.compile(
    r"(?:^|[-:] ?)(?:OOM|READONLY|MISCONF|LOADING|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|MASTERDOWN|BUSY) "
)


@contextmanager
def unavailable() -> Iterator[None]:
    """Turn what redis-py raises for a state that passes by itself into `StoreUnavailable`."""
    try:
        yield
    except (RedisError, RedisClusterException) as error:
        if is_passing(error):
            raise StoreUnavailable(f"{type(error).__name__}: {error}") from error
        raise


def is_passing(error: RedisError | RedisClusterException) -> bool:
    """True where waiting helps and the request itself was in order."""
    if isinstance(error, _PASSING):
        return True
    if isinstance(error, ResponseError):
        return _PASSING_CODE.search(str(error)) is not None
    # RedisCluster raises its base class when no node answers while it looks for the slots.
    return type(error) is RedisClusterException
