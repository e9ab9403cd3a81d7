"""How parent and child talk: two lengths, then a JSON head, then bytes."""

from __future__ import annotations

import json
import socket
import struct
import time
from dataclasses import asdict

from spiders.extract.documents.limits import Limits

HEAD = struct.Struct(">II")
"""Length of the JSON, length of the bytes after it."""


def head_of(job: str, media_type: str, limits: Limits) -> bytes:
    """The JSON head of a job, as the parent sends it."""
    return json.dumps({"job": job, "media_type": media_type, "limits": asdict(limits)}).encode("ascii")


def receive(sock: socket.socket, size: int, deadline: float | None = None) -> bytes:
    """Exactly so many bytes; EOFError when the other side is gone, TimeoutError after the deadline (monotonic
    seconds)."""
    data = bytearray()
    while len(data) < size:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            sock.settimeout(left)
        piece = sock.recv(min(size - len(data), 1 << 20))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)
