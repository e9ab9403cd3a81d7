"""`osint demo`: the main job from beginning to end, on the world of this folder, with nothing configured."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from osint.cli.care import print_skips
from osint.cli.common import Failure, opened, profiles, say, source_folders
from osint.cli.crawling import skipped, summary
from osint.cli.triage import print_leads
from osint.crawl import SourceRun, crawl
from osint.demo.judge import judge
from osint.demo.profiles import names, write_profiles
from osint.demo.server import DemoServer
from osint.progress import watched
from osint.reading import Readers
from osint.settings import Settings
from storage.leads import LeadQuery
from storage.store import Store

FOLDER = "demo"
MARK = "made-by-osint-demo"


def run(settings: Settings, *, again: bool) -> Settings:
    """Crawl the world into a home of its own below the real one; the settings of that home, to serve it from.

    A first run starts afresh; `again` crawls the same world once more, after some prices moved and a listing vanished.
    """
    home = settings.home / FOLDER
    mark = home / MARK
    port = 0
    if again:
        if not mark.is_file():
            raise Failure("there is no first crawl yet: run `osint demo` before `osint demo --again`", code=2)
        port = int(mark.read_text(encoding="utf-8"))
    elif home.exists():
        if not mark.is_file():
            raise Failure(f"{home} is not a folder that `osint demo` made; it is left alone", code=2)
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    with _served(port) as world:
        world.generation = 2 if again else 1
        mark.write_text(str(world.port), encoding="utf-8")
        write_profiles(home / "sites", world.port)
        chosen = settings.model_copy(
            update={
                "home": home,
                "database": "",
                "contact": settings.contact or "demo on this machine only",
                "allow_hosts": world.hosts,
                "analyst": settings.analyst or "demo",
            }
        )
        say(f"demo world: {len(world.hosts)} sites on 127.0.0.1:{world.port}, nothing outside this machine is asked")
        with opened(chosen) as store:
            done = _crawl(store, chosen, home)
            _show(store, done)
    return chosen


def _served(port: int) -> DemoServer:
    try:
        return DemoServer(port)
    except OSError as error:
        raise Failure(f"the port of the first crawl, {port}, is taken: {error.strerror}") from error


def _crawl(store: Store, settings: Settings, home: Path) -> dict[str, SourceRun]:
    began = time.monotonic()
    say("reading lexicon and models")
    readers = Readers(profiles(home), home=home)
    say(f"crawling {', '.join(names())}")
    with watched() as tell:
        done = crawl(store, readers, settings, names(), folders=source_folders(home), tell=tell)
    pages = sum(sum(one.kinds.values()) + sum(one.problems.values()) for one in done.values())
    say(f"{pages} answers kept and read in {time.monotonic() - began:.0f} s")
    say("")
    summary(done, as_json=False)
    return done


def _show(store: Store, done: dict[str, SourceRun]) -> None:
    found = store.leads.query(LeadQuery(relevant=True, limit=1000))
    harmless = store.leads.query(LeadQuery(relevant=False, limit=0)).total
    say("")
    print_leads(found.rows)
    print_skips(skipped(done))
    news = store.texts.list(relevant=True, limit=0).total
    say(f"{found.total} leads; {harmless} offers were read as harmless; {news} news and documents on wildlife crime")
    say(judge(store).line())
