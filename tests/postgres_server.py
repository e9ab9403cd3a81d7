"""A PostgreSQL for tests: the one that OSINT_TEST_POSTGRES names, else a throw-away cluster, else a word why not.

    server = postgres_server.start()      # raises Unavailable
    url = server.database()               # a fresh, empty database
    server.stop()

The cluster lives in a temporary folder, listens on a Unix socket only, and belongs to an unprivileged user when the
tests run as root, because postgres refuses root.
"""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import psycopg

USERS = ("postgres", "nobody")
PATIENCE = 60.0


def die_with_parent():
    """To be called in a child before it runs its program: it then ends with the tests, however they end (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG


class Unavailable(Exception):
    """There is no PostgreSQL here; the message says what was looked for."""


class Server:
    """A running server. `base` is a URL without a database name."""

    def __init__(self, base, process=None, folder=None):
        self.base, self.process, self.folder = base, process, folder

    def url(self, name):
        """The URL of a database of this server."""
        if "?" in self.base:
            address, _, query = self.base.partition("?")
            return f"{address}{name}?{query}"
        return f"{self.base}{name}"

    def database(self, template=None):
        """The URL of a fresh database: empty, or a copy of another one, to which nobody may be connected."""
        name = f"osint_test_{uuid.uuid4().hex[:12]}"
        source = f"{_name(template)}" if template else "template0 ENCODING 'UTF8'"
        self.run(f"CREATE DATABASE {name} TEMPLATE {source}")
        return self.url(name)

    def drop(self, url):
        """Remove a database made by `database`, whoever is still connected."""
        self.run(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")

    def run(self, statement):
        """One statement on the maintenance database."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def stop(self):
        """End the cluster that was started here, and remove it."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)  # immediate: nothing in it is worth a checkpoint
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait(20)
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def start():
    """A server to test with. Raises Unavailable."""
    given = os.environ.get("OSINT_TEST_POSTGRES")
    if given:
        address, mark, query = given.partition("?")
        return Server(f"{address.rpartition('/')[0]}/{mark}{query}")
    folder = Path(tempfile.mkdtemp(prefix="osint-pg-"))
    try:
        return _start(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _start(folder):
    bin_folder = _binaries()
    user = _unprivileged()
    data, sockets, log = folder / "data", folder / "s", folder / "log"
    data.mkdir()
    sockets.mkdir()
    log.touch()
    if user is not None:
        for path in (folder, data, sockets, log):
            os.chown(path, user.pw_uid, user.pw_gid)
    options = _as(user) | {"stdin": subprocess.DEVNULL, "cwd": folder}
    made = subprocess.run(
        [
            bin_folder / "initdb",
            "-D",
            data,
            "-U",
            "osint",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ],
        capture_output=True,
        text=True,
        check=False,
        **options,
    )
    if made.returncode:
        raise Unavailable(f"initdb failed: {made.stderr.strip()[-500:]}")
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "max_connections": "100",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",  # speed: this cluster dies with the tests
        "shared_buffers": "64MB",
    }
    arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [bin_folder / "postgres", "-D", data, *arguments],
            stdout=output,
            stderr=output,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call
            **options,
        )
    server = Server(f"postgresql://osint@/?host={sockets}", process, folder)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(psycopg.OperationalError):
            server.run("SELECT 1")
            return server
        time.sleep(0.1)
    words = log.read_text(errors="replace").strip()[-500:]
    server.stop()
    raise Unavailable(f"postgres did not start: {words}")


def _name(url):
    return url.partition("?")[0].rpartition("/")[2]


def _binaries():
    places = [Path(found).resolve().parent for name in ("initdb", "postgres") if (found := shutil.which(name))]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise Unavailable(
        "no PostgreSQL: set OSINT_TEST_POSTGRES to a URL of a server where databases may be made, or install it "
        "(looked for initdb and postgres on PATH and in /usr/lib/postgresql/*/bin)"
    )


def _unprivileged():
    if os.geteuid() != 0:
        return None
    for name in USERS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Unavailable(f"postgres refuses to run as root, and there is none of the users {', '.join(USERS)}")


def _as(user):
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
