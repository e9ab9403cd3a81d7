"""The store: one database, one folder of WARC files, and the parts through which they are used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from storage.captures import Captures
from storage.database import Database, connect
from storage.leads import Leads
from storage.listings import Listings
from storage.migrate import bring_up
from storage.reviews import Reviews
from storage.runs import Runs
from storage.sellers import Sellers
from storage.texts import Texts


class Store:
    """Safe to share by threads: each has its own connection. Every process opens its own."""

    def __init__(self, database: Database, warc: Path) -> None:
        self.database = database
        self.reviews = Reviews(database)
        self.captures = Captures(database, warc, self.reviews)
        self.runs = Runs(database, self.captures.recover)
        self.listings = Listings(database)
        self.texts = Texts(database)
        self.leads = Leads(database, self.reviews)
        self.sellers = Sellers(database, self.reviews)

    @classmethod
    def open(cls, home: Path, url: str | None = None, repair: bool = False) -> Store:
        """Open, and make or migrate where needed: the database of `url`, else `home/osint.db`; WARC in `home/warc`.

        `repair` puts missing append-only triggers back, and says so in the log.

        Raises StoreNewer for a database of a later version, StoreDamaged when its append-only triggers are gone,
        StoreError for a URL of another kind of database, sqlalchemy's OperationalError when it cannot be reached.
        """
        engine = connect(home, url)
        home.mkdir(mode=0o700, parents=True, exist_ok=True)  # personal data: for its owner only
        (home / "warc").mkdir(exist_ok=True)
        try:
            repaired = bring_up(engine, repair)
        except BaseException:
            engine.dispose()
            raise
        store = cls(Database(engine), home / "warc")
        if repaired:
            store.reviews.log(who="system", action="repair", object="schema:guards", after={"guards": repaired})
        return store

    @contextmanager
    def transaction(self, lock: str = "", synced: bool = True) -> Iterator[None]:
        """All that this thread writes inside is kept together, or not at all. May be nested: the outermost decides.

        `lock` names what only one transaction at a time may do, on whatever machine. On SQLite all writers wait
        meanwhile: do slow things (reading pages and texts) before. Not `synced`, what was written may be lost when the
        power fails; enough for captures, whose rows `recover` makes again from the WARC file.
        """
        with self.database.write(lock, synced):
            yield

    def close(self) -> None:
        """Let go of the connections."""
        self.database.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
