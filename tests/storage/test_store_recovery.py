"""After a kill nothing is lost, nothing is double, nothing is half: at every cut of a file, and with real kills."""

import hashlib
import os
import random
import signal
import subprocess
import time

import pytest
from store_parts import child, finished, new_capture, undone
from warcio.archiveiterator import ArchiveIterator

from storage.errors import StoreBusy, StoreDamaged
from storage.records import Run
from storage.recovery import Recovered
from storage.store import Store

KILLED = """
import sys
from pathlib import Path
from store_parts import new_capture
from storage.store import Store

home, url, run = Path(sys.argv[1]), sys.argv[2] or None, sys.argv[3]
store = Store.open(home, url)
writer = store.captures.writer(run)
acknowledged = Path(sys.argv[5]).open("a", buffering=1)
for number in range(int(sys.argv[4]), 100_000):
    one = writer.write(new_capture(
        run, f"http://shop.example/{number}", body=str(number).encode() * (number % 977),
        screenshot=b"PNG" * 500 if number % 3 == 0 else b"",
    ))
    acknowledged.write(f"{one.id} {number}\\n")
"""


def test_a_run_that_finished_is_not_resumed(store):
    assert store.runs.resume("shop") is None
    run = store.runs.start("shop", "crawl")
    store.runs.finish(run.id, "finished")
    assert store.runs.resume("shop") is None
    failed = store.runs.start("shop", "crawl")
    store.runs.finish(failed.id, "failed", "the site is gone")
    assert store.runs.resume("shop") is None


@pytest.mark.parametrize("state", ["running", "interrupted"])
def test_a_run_that_was_cut_off_is_resumed(store, state):
    store.runs.start("other", "crawl")
    old = store.runs.start("shop", "crawl")
    run = store.runs.start("shop", "crawl")
    if state != "running":
        store.runs.finish(run.id, "interrupted", "Ctrl-C")
    resumed = store.runs.resume("shop")
    assert isinstance(resumed, Run)
    assert (resumed.id, resumed.state, resumed.finished_at) == (run.id, "running", None)
    assert resumed.id != old.id


def cut_file(home, size):
    (path,) = home.glob("warc/*/*.open")
    with path.open("r+b") as file:
        file.truncate(size)


def forget_rows(store, ids):
    """Take rows away, as if they had never been committed."""
    from sqlalchemy import text

    with store.database.write() as connection:
        for one in ids:
            guard = "DROP TRIGGER captures_no_delete" + ("" if store.database.dialect == "sqlite" else " ON captures")
            connection.execute(text(guard))
            num = connection.execute(text("SELECT num FROM captures WHERE id = :id"), {"id": one}).scalar()
            connection.execute(text("DELETE FROM readings WHERE capture = :num"), {"num": num})
            connection.execute(text("DELETE FROM captures WHERE num = :num"), {"num": num})
            from storage import guards

            guards.install(connection)


def abandoned(store, number):
    """A run whose writer died after writing `number` captures: (run, captures)."""
    run = store.runs.start("shop", "crawl").id
    writer = store.captures.writer(run)
    made = [
        writer.write(new_capture(run, f"http://shop.example/{one}", screenshot=b"PNG" * 9 if one % 2 else b""))
        for one in range(number)
    ]
    if writer._file:
        writer._file.close()
    return run, made


def whole(path):
    """Every record of the file, digests checked."""
    with path.open("rb") as file:
        return [
            (record.rec_type, record.rec_headers.get_header("WARC-Record-ID"), record.raw_stream.read())
            for record in ArchiveIterator(file, check_digests="raise")
        ]


def test_at_every_cut_what_is_whole_is_kept_and_the_rest_cut_off(store, home):
    """The file is cut at every interesting byte; the rows behind the cut were, by the order of writing, never there."""
    run, made = abandoned(store, 4)
    (path,) = home.glob("warc/*/*.open")
    data, ends = path.read_bytes(), [one.offset + one.length for one in made]
    generator = random.Random(1)
    first = made[0].offset
    cuts = {len(data), len(data) - 1, ends[0], ends[0] + 1, ends[1] - 1, first, 0, 5}
    cuts |= {generator.randrange(len(data)) for _ in range(12)}
    for number, cut in enumerate(sorted(cuts, reverse=True)):
        path.write_bytes(data[:cut])
        there = [one for one in made if one.offset + one.length <= cut]
        forget_rows(store, [one.id for one in store.captures.of(run=run) if one not in there or number % 2])
        found = store.captures.recover(run)
        assert found.files == 1
        assert list(store.captures.of(run=run)) == there, f"cut at {cut}"
        assert [store.captures.body(one) for one in there] == [b"<html>ivory</html>"] * len(there)
        sealed = path.with_name(path.name.removesuffix(".open"))
        assert not path.exists()
        assert (
            sum(kind == "response" for kind, _, _ in whole(sealed)) == len(there)
            if sealed.stat().st_size
            else not there
        )
        assert found.bytes_cut == cut - sealed.stat().st_size
        assert store.captures.recover(run) == Recovered(), "a second time there is nothing to do"
        assert hashlib.sha256(sealed.read_bytes()).hexdigest() in str(store.reviews.events(limit=1)[0].after)
        _unseal(store, sealed)
    assert "recovered 1 file(s)" in store.runs.get(run).note
    assert store.reviews.verify() == ()


def _unseal(store, sealed):
    from sqlalchemy import text

    sealed.unlink()
    with store.database.write() as connection:
        connection.execute(text("UPDATE warc_files SET closed_at = NULL"))


def test_a_row_whose_record_is_gone_is_said_loudly_and_nothing_is_cut(store, home):
    run, made = abandoned(store, 3)
    (path,) = home.glob("warc/*/*.open")
    size = made[2].offset + 7
    cut_file(home, size)
    with pytest.raises(StoreDamaged, match=made[2].id):
        store.captures.recover(run)
    assert path.stat().st_size == size


def test_killed_between_any_two_steps_of_opening_and_sealing(store, home):
    run, made = abandoned(store, 2)
    (path,) = home.glob("warc/*/*.open")
    path.rename(path.with_name(path.name.removesuffix(".open")))
    forget_rows(store, [made[1].id])
    assert store.captures.recover(run) == Recovered(files=1, rows=1), "its unsynced row had gone with the power"
    assert [store.captures.body(one) for one in made] == [b"<html>ivory</html>"] * 2
    other, _ = abandoned(store, 1)
    (path,) = home.glob("warc/*/*.open")
    path.unlink()
    forget_rows(store, [one.id for one in store.captures.of(run=other)])
    assert store.captures.recover(other) == Recovered(files=1)
    assert store.captures.of(run=other) == ()


def test_a_file_whose_row_was_undone_with_its_transaction_is_found(store, home):
    run = store.runs.start("shop", "crawl").id
    writer = store.captures.writer(run)
    lost = undone(store, lambda: writer.write(new_capture(run)))
    writer._file.close()
    assert store.captures.recover(run) == Recovered(files=1, rows=1)
    assert store.captures.get(lost.id) == lost


def test_a_living_writer_is_left_alone(store):
    run = store.runs.start("shop", "crawl").id
    with store.captures.writer(run) as writer:
        writer.write(new_capture(run))
        with pytest.raises(StoreBusy, match="still being written"):
            store.runs.resume("shop")
        writer.write(new_capture(run, "http://shop.example/2"))
    assert len(store.captures.of(run=run)) == 2


def test_killed_with_9_at_random_moments(home, url):
    """Five rounds of one run: what was acknowledged is there, once, readable; nothing else is half there."""
    generator = random.Random(7)
    with Store.open(home, url) as store:
        run = store.runs.start("shop", "crawl").id
        said = home / "acknowledged"
        for round_number in range(5):
            before = said.stat().st_size if said.exists() else 0
            process = child(KILLED, home, url or "", run, round_number * 10_000, said)
            while (said.stat().st_size if said.exists() else 0) == before and process.poll() is None:
                time.sleep(0.01)
            time.sleep(generator.uniform(0.0, 0.25))
            os.kill(process.pid, signal.SIGKILL)
            _, error = process.communicate(timeout=60)
            assert process.returncode == -signal.SIGKILL, error
            resumed = store.runs.resume("shop")
            assert resumed is not None
            assert resumed.id == run
        acknowledged = dict(line.split() for line in said.read_text().splitlines())
        made = {one.id: one for one in store.captures.of(run=run)}
        assert acknowledged.keys() <= made.keys(), "lost"
        urls = [one.url for one in made.values()]
        assert len(urls) == len(set(urls)), "double"
        assert len(made) - len(acknowledged) <= 5, "at most the one in flight at each kill"
        for one in made.values():
            number = int(one.url.rpartition("/")[2])
            assert store.captures.body(one) == str(number).encode() * (number % 977)
            assert store.captures.screenshot(one) == (b"PNG" * 500 if number % 3 == 0 else b"")
        responses = [
            identity.strip("<>").removeprefix("urn:uuid:")
            for path in home.glob("warc/*/*.warc.gz")
            if path.stat().st_size
            for kind, identity, _ in whole(path)
            if kind == "response"
        ]
        assert sorted(responses) == sorted(made), "rows and records are one to one"
        assert not list(home.glob("warc/*/*.open"))
        assert set(store.captures.unread("v", limit=10_000)) == set(made.values())
        assert store.reviews.verify() == ()


def test_two_that_recover_at_once_make_one_recovery(home, url):
    with Store.open(home, url) as store:
        run, made = abandoned(store, 50)
        forget_rows(store, [one.id for one in made[20:]])
        code = (
            "import sys\nfrom pathlib import Path\nfrom storage.errors import StoreBusy\n"
            "from storage.store import Store\n"
            "store = Store.open(Path(sys.argv[1]), sys.argv[2] or None)\n"
            "try:\n    store.captures.recover(sys.argv[3])\nexcept StoreBusy:\n    print('busy')\n"
        )
        finished(*[child(code, home, url or "", run) for _ in range(3)])
        assert list(store.captures.of(run=run)) == made
        assert len([event for event in store.reviews.events() if event.action == "seal"]) == 1


def test_a_kill_of_the_sealed_file_s_reader_hurts_nobody(store, home):
    """Reading takes no lock: a sealed file is opened by as many as want to."""
    run = store.runs.start("shop", "crawl").id
    with store.captures.writer(run) as writer:
        made = writer.write(new_capture(run))
    (path,) = home.glob("warc/*/*.warc.gz")
    holder = subprocess.Popen(["tail", "-f", path], stdout=subprocess.DEVNULL)
    try:
        assert store.captures.body(made) == b"<html>ivory</html>"
    finally:
        holder.kill()
        holder.wait()
