"""The child that opens hostile files, started by `child.py`.

Takes jobs over a socket, one at a time: a JSON head line, then the body; answers in JSON. The kernel holds its limits:
it may write no file, add no more than the job's memory, use no more than the job's CPU seconds, and live no longer than
the job's wall clock. `life` is a pipe whose other end only the parent holds: when the parent is gone, however it
went, the kernel sends SIGIO to the child's whole process group (no thread is needed, and a busy native parser dies as
well).
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import json
import os
import resource
import signal
import socket
import sys
from types import ModuleType
from typing import Any

from spiders.extract.documents.draft import Draft, Full
from spiders.extract.documents.errors import DocumentError
from spiders.extract.documents.formats import reader_of
from spiders.extract.documents.limits import Limits
from spiders.extract.documents.wire import HEAD, receive

_OUT_OF_MEMORY = b'{"reason": "memory", "detail": "needs more memory than it may have"}'


def _die_with_parent(life: int) -> None:
    fcntl.fcntl(life, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC)


def _confine() -> None:
    """What holds for the child's whole life: no file written, no core, few descriptors."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def _budget(limits: Limits) -> None:
    """What holds for the job at hand; soft limits, because a job's budget starts where the last one ended."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + limits.cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + limits.memory, resource.RLIM_INFINITY))
    signal.setitimer(signal.ITIMER_REAL, limits.wall + (limits.ocr_wall if limits.ocr else 0) + 1)


def _address_space() -> int:
    """Bytes of address space in use now (Linux; elsewhere a generous guess)."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - pathlib costs more here
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 30


def _module(media_type: str) -> ModuleType:
    return importlib.import_module(f"spiders.extract.documents.{reader_of(media_type)}")


def _read(media_type: str, body: bytes, limits: Limits, job: str) -> dict[str, Any]:
    module = _module(media_type)
    if job == "rows":
        return {"sheets": module.sheets(body, limits)}
    draft = Draft(limits)
    with contextlib.suppress(Full):
        module.read(body, limits, draft)
    return draft.plain()


def answer(head: dict[str, Any], body: bytes) -> bytes:
    """The JSON answer to one job: the document's parts, or `reason` and `detail`. Raises MemoryError only."""
    limits = Limits(**head["limits"])
    result: dict[str, Any]
    try:
        result = _read(head["media_type"], body, limits, head["job"])
    except DocumentError as error:
        result = {"reason": error.reason, "detail": error.detail[:500]}
    except RecursionError:
        result = {"reason": "broken", "detail": "nested too deep"}
    except MemoryError:
        raise
    except Exception as error:  # whatever a parser says of a hostile file, the file is named and the next one read
        result = {"reason": "broken", "detail": f"{type(error).__name__}: {error}"[:500]}
    return json.dumps(result).encode("ascii")


def serve(sock: socket.socket) -> None:
    """Answer jobs until the parent closes its side. After a MemoryError the child ends: its heap is not trusted
    again."""
    reserve = bytearray(4 << 20)  # given back when memory is out, so that saying so has room
    while True:
        try:
            lengths = HEAD.unpack(receive(sock, HEAD.size))
            head = json.loads(receive(sock, lengths[0]))
        except (EOFError, ConnectionError):
            return
        # Imported before the budget begins: what a parser needs to be loaded is not the document's doing.
        with contextlib.suppress(ImportError):
            _module(head["media_type"])
        _budget(Limits(**head["limits"]))
        try:
            body = receive(sock, lengths[1])
            reply = answer(head, body)
        except MemoryError:
            del reserve
            resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            sock.sendall(HEAD.pack(len(_OUT_OF_MEMORY), 0) + _OUT_OF_MEMORY)
            return
        signal.setitimer(signal.ITIMER_REAL, 0)
        sock.sendall(HEAD.pack(len(reply), 0) + reply)


def main(job_socket: int, life: int) -> None:
    """Serve over the socket until the parent is gone or closes it; both arguments are descriptors."""
    _die_with_parent(life)
    _confine()
    # openpyxl loads it where it is installed: 0.2 s and an allocator that ends the process when memory is out.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    serve(socket.socket(fileno=job_socket))
