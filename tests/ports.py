"""Ports for servers that a test starts only later."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from itertools import count

FIRST, LAST = 10_000, 20_000
"""Below those that the system gives to whoever asks for any (ip(7), ip_local_port_range), and so are the
second ports of servers of a cluster, which are by 10000 higher."""

# Test runs that go on beside each other begin in different places.
_next = count(os.getpid() * 61)


def free_port() -> int:
    """A port of loopback that nobody uses now, nor is given before the test has come to use it."""
    for number in _next:
        port = FIRST + number % (LAST - FIRST)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("there is always a next number")
