"""Several processes at once: nothing lost, nothing refused, one chain."""

import random
import signal
import time

import pytest
from store_parts import child, facts, finished, lead_of, version

from storage.leads import LeadQuery
from storage.records import Key, Link
from storage.store import Store

WORKS = """
import random, sys
from pathlib import Path
from store_parts import facts, new_capture, version
from storage.records import Key, Link
from storage.store import Store

home, url, name, seed = Path(sys.argv[1]), sys.argv[2] or None, sys.argv[3], int(sys.argv[4])
generator = random.Random(seed)
store = Store.open(home, url)
run = store.runs.start(name, "crawl").id
with store.captures.writer(run) as writer:
    for batch in range(12):
        urls = [f"http://{name}.example/{batch}/{number}" for number in range(3)]
        made = [writer.write(new_capture(run, url, source=name)) for url in urls]
        with store.transaction(lock="reading"):
            for one in made:
                listing = store.listings.put(version(
                    capture=one.id, external_id=str(generator.randrange(40)), title=name, seen_at=one.fetched_at))
                store.listings.set_keys(listing.id, [Key("band", str(generator.randrange(20))) for _ in range(8)])
                if store.leads.of_listing(listing.id) is None:
                    store.leads.create(facts(), [Link(listing.id, "first seen", 1.0)])
                store.captures.mark_read(one.id, "v1", "listing")
            store.runs.count(run, {"listings": 3})
        store.reviews.log(name, "batch", f"batch:{batch}")
print(run)
"""


def test_four_writers(home, url):
    Store.open(home, url).close()
    runs = [out.strip() for out in finished(*[child(WORKS, home, url or "", f"s{n}", n) for n in range(4)])]
    with Store.open(home, url) as store:
        for run in runs:
            assert len(store.captures.of(run=run)) == 36
            assert store.runs.get(run).counters == {"listings": 36}
        ids = store.listings.ids()
        assert len(ids) <= 40
        assert sum(len(store.listings.captures(one)) for one in ids) == 4 * 36
        assert len({store.leads.of_listing(one) for one in ids}) == len(ids), "one lead each"
        assert [event.action for event in store.reviews.events(limit=1000)].count("batch") == 48
        assert store.reviews.verify() == ()
        assert store.captures.unread("v1") == ()
        assert store.captures.verify() == ()


def test_four_writers_of_which_two_are_killed(home, url):
    Store.open(home, url).close()
    children = [child(WORKS, home, url or "", f"s{n}", n) for n in range(4)]
    generator = random.Random(2)
    time.sleep(2.0)
    for one in children[:2]:
        time.sleep(generator.uniform(0, 0.5))
        one.send_signal(signal.SIGKILL)
    finished(*children[2:])
    for one in children[:2]:
        one.communicate()
    with Store.open(home, url) as store:
        for name in ("s0", "s1"):
            store.runs.resume(name)
        assert store.reviews.verify() == ()
        assert store.captures.verify() == ()
        for run in store.runs.list():
            assert all(store.captures.body(one) for one in store.captures.of(run=run.id))
        sighted = [capture for one in store.listings.ids() for capture, _ in store.listings.captures(one)]
        read = [one.id for one in store.captures.of(kind="listing")]
        assert sorted(sighted) == sorted(read), "a batch is read whole or not at all"


DECIDES = """
import sys
from pathlib import Path
from storage.errors import Conflict
from storage.store import Store

store, won = Store.open(Path(sys.argv[1]), sys.argv[2] or None), 0
for number in range(1, 31):
    lead = store.leads.get(number)
    try:
        store.reviews.decide(number, "claimed", sys.argv[3], version=1)
        won += 1
    except Conflict:
        pass
print(won)
"""


def test_of_all_who_claim_a_lead_one_gets_it(home, url):
    with Store.open(home, url) as store:
        with store.transaction():
            for number in range(30):
                lead_of(store, number)
        won = [int(out) for out in finished(*[child(DECIDES, home, url or "", name) for name in ("ann", "bob", "cy")])]
        assert sum(won) == 30
        assert len(store.reviews.events(limit=1000)) == 30
        assert store.reviews.verify() == ()


def test_a_transaction_is_all_or_nothing_and_nests(store):
    def work():
        lead = lead_of(store)
        with store.transaction():
            store.reviews.decide(lead.id, "confirmed", "ann")
            store.sellers.create("Anna")
            store.runs.start("shop", "crawl")
        assert store.leads.get(lead.id).status == "confirmed", "seen from within"
        raise RuntimeError

    with pytest.raises(RuntimeError), store.transaction():
        work()
    assert store.listings.ids() == store.reviews.events() == store.runs.list() == ()
    assert store.sellers.list().total == 0
    with store.transaction():
        lead_of(store)
    assert len(store.listings.ids()) == 1


def test_other_threads_do_not_see_an_open_transaction(store):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread, store.transaction():
        listing = store.listings.put(version())
        store.listings.set_keys(listing.id, [Key("band", "a")])
        store.leads.create(facts(), [Link(listing.id, "", 1.0)])
        assert thread.submit(store.listings.ids).result() == ()
    assert store.listings.ids() == (listing.id,)


def test_a_forked_child_uses_connections_of_its_own(store):
    """Pools of reading processes are forked from a process that has the store open."""
    import os

    lead_of(store)
    child_id = os.fork()
    if child_id == 0:
        try:
            for _ in range(20):
                store.reviews.log("child", "view", "lead:1")
            os._exit(0 if store.leads.query(LeadQuery()).total == 1 else 1)
        except BaseException:
            os._exit(2)
    for _ in range(20):
        store.reviews.log("parent", "view", "lead:1")
    assert os.waitpid(child_id, 0)[1] == 0
    assert len(store.reviews.events(limit=100)) == 40
    assert store.reviews.verify() == ()
