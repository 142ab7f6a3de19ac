"""What crosses between the bot and a guest's process: words as JSON, and numbers as bytes.

Alone because both ends read it, and nothing that comes from a guest is ever unpickled: it is text
and numbers, of a size that was agreed on, or it is an error.

May import: nothing of ours.
"""

import json
import math
import socket
import struct
import time
from collections.abc import Mapping
from typing import Any

HEAD = struct.Struct("!II")
MOST_WORDS = 2**20
LEAST_WAIT = 0.001
Words = Mapping[str, Any]


class Garbled(Exception):
    """What came cannot be read."""


def send(wire: socket.socket, words: Words, numbers: bytes, deadline: float = math.inf) -> None:
    """One frame, or TimeoutError. `deadline` is on the monotonic clock."""
    text = json.dumps(words).encode()
    _wait_until(wire, deadline)
    wire.sendall(HEAD.pack(len(text), len(numbers)) + text + numbers)


def receive(
    wire: socket.socket, most: int, deadline: float = math.inf
) -> tuple[dict[str, Any], bytes]:
    """One frame with at most so many bytes of numbers; TimeoutError, EOFError or Garbled."""
    text_size, numbers_size = HEAD.unpack(_exactly(wire, HEAD.size, deadline))
    if text_size > MOST_WORDS or numbers_size > most:
        raise Garbled
    text = _exactly(wire, text_size, deadline)
    numbers = _exactly(wire, numbers_size, deadline)
    try:
        words = json.loads(text)
    except (ValueError, RecursionError):
        raise Garbled from None
    if not isinstance(words, dict):
        raise Garbled
    return words, numbers


def _exactly(wire: socket.socket, size: int, deadline: float) -> bytes:
    found = bytearray()
    while len(found) < size:
        _wait_until(wire, deadline)
        part = wire.recv(min(size - len(found), 2**20))
        if not part:
            raise EOFError
        found += part
    return bytes(found)


def _wait_until(wire: socket.socket, deadline: float) -> None:
    left = deadline - time.monotonic()
    wire.settimeout(None if left == math.inf else max(left, LEAST_WAIT))
