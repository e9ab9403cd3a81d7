"""The parent's side of the reading child: start, ask, stop; a few idle children are kept for the next document."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import spiders
from spiders.extract.documents.errors import DocumentError, as_reason
from spiders.extract.documents.limits import Limits
from spiders.extract.documents.wire import HEAD, head_of, receive

_IDLE_MAX = 2
_JOBS_MAX = 200
"""Jobs of one child: bounds what a leaking parser can gather. A new child costs 0.2 s."""
_CHILD = Path(__file__).with_name("child.py")
_ROOT = Path(spiders.__file__).resolve().parent.parent
_DEADLY = {signal.SIGXCPU: "time", signal.SIGALRM: "time"}


class Child:
    """One child process. Not shared between threads: who takes it from the pool has it alone."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        life_read, self._life = os.pipe()
        environment = {
            key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL", "TESSDATA_PREFIX") if key in os.environ
        }
        # One malloc arena and no thread pools: both would eat address space, which is what is limited.
        environment |= {"PYTHONPATH": str(_ROOT), "MALLOC_ARENA_MAX": "1", "OMP_THREAD_LIMIT": "1"}
        environment |= {"OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-P", str(_CHILD), str(theirs.fileno()), str(life_read)],
                pass_fds=(theirs.fileno(), life_read),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd="/",
                start_new_session=True,
            )
        except OSError:
            ours.close()
            os.close(self._life)
            raise
        finally:
            theirs.close()
            os.close(life_read)
        self._socket = ours
        self.pid = self._process.pid
        self.jobs = 0

    def ask(self, job: str, media_type: str, body: bytes, limits: Limits) -> dict[str, Any]:
        """One job's answer. DocumentError when it fails; the child is then dead if it was at fault."""
        self.jobs += 1
        wall = limits.wall + (limits.ocr_wall if limits.ocr and tesseract() else 0)
        deadline = time.monotonic() + wall
        try:
            head = head_of(job, media_type, limits)
            self._socket.settimeout(wall)
            self._socket.sendall(HEAD.pack(len(head), len(body)) + head)
            self._socket.sendall(body)
            size = HEAD.unpack(receive(self._socket, HEAD.size, deadline))[0]
            # A character is at most 12 bytes of JSON (two escaped surrogates).
            if size > limits.chars * 12 + (1 << 20):
                self.kill()
                raise DocumentError("size", f"the reader's answer has {size} bytes")
            reply: dict[str, Any] = json.loads(receive(self._socket, size, deadline))
        except TimeoutError:
            self.kill()
            raise DocumentError("time", f"stopped after {wall:.0f} s") from None
        except (EOFError, OSError, ValueError):
            raise self._obituary(limits) from None
        if "reason" in reply:
            if reply["reason"] == "memory":
                self.kill()
            raise DocumentError(as_reason(reply["reason"]), str(reply.get("detail", "")))
        return reply

    def _obituary(self, limits: Limits) -> DocumentError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2)
        code = self._process.returncode
        self.kill()
        if code is not None and code < 0:
            number = signal.Signals(-code)
            if number in _DEADLY:
                return DocumentError("time", f"stopped: more than {limits.cpu_seconds} s of computing")
            # pdfium and libxml2 abort when they are refused memory; a bug of theirs looks the same.
            return DocumentError("crashed", f"the parser died of {number.name}, the memory limit or a bug of its own")
        return DocumentError("crashed", f"the reader ended with code {code}")

    @property
    def alive(self) -> bool:
        """Whether the child still runs."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End the child and whatever it started; may be called twice."""
        if self._life < 0:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        os.close(self._life)
        self._life = -1
        self._socket.close()
        self._process.wait()


_idle: list[Child] = []
_lock = threading.Lock()
_owner = 0


def ask(job: str, media_type: str, body: bytes, limits: Limits) -> dict[str, Any]:
    """One job's answer from an idle child, or a new one. Any number of threads; after a fork the children stay
    behind."""
    child = _take()
    try:
        reply = child.ask(job, media_type, body, limits)
    except DocumentError:
        _give(child)
        raise
    except BaseException:
        child.kill()
        raise
    _give(child)
    return reply


def _take() -> Child:
    global _owner  # noqa: PLW0603
    with _lock:
        if _owner != os.getpid():
            _idle.clear()
            _owner = os.getpid()
        while _idle:
            child = _idle.pop()
            if child.alive:
                return child
            child.kill()
    return Child()


def _give(child: Child) -> None:
    if child.alive and child.jobs < _JOBS_MAX:
        with _lock:
            if len(_idle) < _IDLE_MAX:
                _idle.append(child)
                return
    child.kill()


@atexit.register
def close() -> None:
    """End the idle children. Called at exit; a later document starts a new one."""
    with _lock:
        if _owner == os.getpid():
            while _idle:
                _idle.pop().kill()


def tesseract() -> str:
    """Path of tesseract, "" when it is not installed."""
    return shutil.which("tesseract") or ""
