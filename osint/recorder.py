"""The recorder that a crawl is given: every exchange becomes a capture before anything else sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osint import ingest
from spiders.items import Page
from spiders.recorder import Exchange
from storage.store import Store

if TYPE_CHECKING:
    from storage.writer import CaptureWriter


class StoreRecorder:
    """`spiders.recorder.Recorder` over a store. `runs` maps each source to the run that its captures belong to."""

    def __init__(self, store: Store, runs: Mapping[str, str]) -> None:
        self._store = store
        self._runs = dict(runs)
        self._writers: dict[str, CaptureWriter] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> StoreRecorder:
        """From the crawl's settings: RECORDER_HOME, RECORDER_DATABASE and RECORDER_RUNS (JSON, source → run id)."""
        settings = crawler.settings
        store = Store.open(Path(settings["RECORDER_HOME"]), settings.get("RECORDER_DATABASE") or None)
        return cls(store, json.loads(settings["RECORDER_RUNS"]))

    def record(self, exchange: Exchange) -> str:
        """Keep the exchange; the capture's id. Raises OSError when the disk refuses."""
        run = self._runs[exchange.source]
        if run not in self._writers:
            self._writers[run] = self._store.captures.writer(run)
        return self._writers[run].write(ingest.new_capture(run, exchange)).id

    def known(self, source: str, url: str) -> Page | None:
        """The page that this run has captured already, as it came, else None."""
        capture = self._store.captures.find(self._runs[source], url)
        if capture is None:
            return None
        return ingest.page(capture, self._store.captures.body(capture))

    def skipped(self, source: str, url: str, reason: str, detail: str = "") -> None:
        """Count something that was not fetched."""
        self._store.runs.skip(self._runs[source], source, url, reason, detail)

    def batch(self) -> AbstractContextManager[None]:
        """What waits together shares one commit, 152 pages a second against 80; the WARC file is synced before it."""
        return self._store.transaction(synced=False)

    def close(self) -> None:
        """Seal the WARC files of this crawl."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()
