"""Captures: into a WARC file, into a row, and back."""

import gzip
import hashlib
from dataclasses import replace

import pytest
from store_parts import HTML, NOW, new_capture, undone
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from storage.errors import BodyTooLarge, NotKept, StoreDamaged, StoreError
from storage.writer import CaptureWriter


@pytest.fixture
def run(store):
    return store.runs.start("shop", "crawl").id


def files(home):
    return sorted(home.glob("warc/*/*.warc.gz"))


def check(paths):
    """warcio's own check of every digest."""

    class Arguments:
        inputs = tuple(str(path) for path in paths)
        verbose = False

    return Checker(Arguments).process_all()


def test_a_capture_comes_back_as_it_went_in(store, run):
    new = new_capture(run, screenshot=b"\x89PNG...", headers=(*HTML, ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")))
    with store.captures.writer(run) as writer:
        made = writer.write(new)
        assert store.captures.body(made) == new.body, "readable while the file is still open"
    assert store.captures.get(made.id) == made
    assert (made.url, made.status, made.media_type, made.by, made.parent) == (
        new.url,
        200,
        "text/html",
        "http",
        "http://shop.example/",
    )
    assert made.headers == new.headers
    assert (made.requested_at, made.fetched_at) == (new.requested_at, new.fetched_at)
    assert (made.sha256, made.size) == (hashlib.sha256(new.body).hexdigest(), len(new.body))
    assert store.captures.body(made) == new.body
    assert store.captures.screenshot(made) == new.screenshot
    assert list(store.captures.members(made)) == ["request", "screenshot", "response"]


def test_the_file_is_a_sound_warc_that_others_read(store, home, run):
    with store.captures.writer(run) as writer:
        made = writer.write(new_capture(run, "http://shop.example/é?q=象牙", screenshot=b"PNG"))
        assert not files(home), "open files are not taken for finished ones"
    (path,) = files(home)
    assert check([path]) == 0
    with path.open("rb") as file:
        records = {
            record.rec_type: (record.rec_headers, record.http_headers, record.content_stream().read())
            for record in ArchiveIterator(file)
        }
    assert list(records) == ["warcinfo", "request", "resource", "response"]
    headers, http, body = records["response"]
    assert headers.protocol == "WARC/1.1"
    assert headers.get_header("WARC-Record-ID") == f"<urn:uuid:{made.id}>"
    assert headers.get_header("WARC-Target-URI") == "http://shop.example/%C3%A9?q=%E8%B1%A1%E7%89%99"
    assert headers.get_header("WARC-Date") == "2026-11-24T10:30:16.123456Z"
    assert headers.get_header("WARC-IP-Address") == "192.0.2.7"
    assert headers.get_header("WARC-Payload-Digest") == f"sha256:{made.sha256}"
    assert (http.statusline, http.get_header("Content-Type")) == ("200 OK", "text/html; charset=utf-8")
    assert body == b"<html>ivory</html>"
    request = records["request"]
    assert request[0].get_header("WARC-Concurrent-To") == f"<urn:uuid:{made.id}>"
    assert (request[1].protocol, request[1].statusline) == ("GET", "/%C3%A9?q=%E8%B1%A1%E7%89%99 HTTP/1.1")
    assert request[1].get_header("Host") == "shop.example"


def test_what_is_kept_is_what_crossed_the_wire_but_for_its_chunks(store, run):
    packed = gzip.compress(b"hello " * 100)
    headers = (
        ("Transfer-Encoding", "chunked"),
        ("content-encoding", "gzip"),
        ("Content-Length", "7"),
        ("Content-Length", "9"),
    )
    with store.captures.writer(run) as writer:
        made = writer.write(new_capture(run, headers=headers, body=packed))
    assert made.headers == (("content-encoding", "gzip"), ("Content-Length", str(len(packed))))
    assert store.captures.body(made, decoded=False) == packed
    assert store.captures.body(made) == b"hello " * 100
    with pytest.raises(BodyTooLarge):
        store.captures.body(made, limit=599)


def test_nothing_from_a_header_breaks_the_record(store, home, run):
    headers = (("X-A", "one\r\nX-Evil: two\r\n\r\n<body>"), ("bad name:", "x\x00y"), ("", "nameless"), ("X-Ü", "象牙"))
    with store.captures.writer(run) as writer:
        made = writer.write(
            new_capture(run, headers=headers, reason="OK\r\nX: y", method="GET / HTTP/1.0\r\n\r\n", ip="1\r\n")
        )
    assert check(files(home)) == 0
    assert store.captures.body(made) == b"<html>ivory</html>"
    assert [name for name, _ in made.headers][:3] == ["X-A", "bad name_", "X-Nameless"]
    assert store.captures.get(made.id) == made


def test_a_file_is_sealed_and_its_hash_kept_in_the_log(store, home, run):
    with store.captures.writer(run) as writer:
        made = writer.write(new_capture(run))
    (path,) = files(home)
    (event,) = store.reviews.events(object=f"warc:{made.warc}")
    assert event.action == "seal"
    assert event.after == {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "size": path.stat().st_size,
        "captures": 1,
    }


def test_a_writer_that_wrote_nothing_leaves_nothing(store, home, run):
    with store.captures.writer(run):
        pass
    assert not list(home.glob("warc/*/*"))


def test_files_are_rotated(store, home, run):
    with CaptureWriter(store.database, home / "warc", store.reviews, run, rotate=2000) as writer:
        made = [writer.write(new_capture(run, f"http://shop.example/{number}")) for number in range(7)]
    assert 2 <= len(files(home)) <= 7
    assert check(files(home)) == 0
    assert [store.captures.get(one.id) for one in made] == made
    assert all(store.captures.body(one) for one in made)


def test_a_transaction_undone_takes_no_evidence_with_it(store, home, run):
    with store.captures.writer(run) as writer:
        lost = undone(store, lambda: writer.write(new_capture(run, "http://shop.example/lost")))
        kept = writer.write(new_capture(run, "http://shop.example/kept"))
        with pytest.raises(KeyError):
            store.captures.get(lost.id)
    assert {one.url for one in store.captures.of(run=run)} == {lost.url, kept.url}
    assert store.captures.get(lost.id) == lost, "made again when the file was sealed"


def test_a_disk_that_refuses_is_an_oserror_and_leaves_a_whole_file(store, home, run):
    writer = store.captures.writer(run)
    first = writer.write(new_capture(run, "http://shop.example/1"))

    class Full:
        """A file that takes some bytes and then has no room."""

        def __init__(self, file):
            self.file, self.room = file, 100

        def write(self, data):
            if not self.room:
                raise OSError(28, "No space left on device")
            self.room = 0
            return self.file.write(data[:100])

        def __getattr__(self, name):
            return getattr(self.file, name)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

    real = writer._file
    writer._file = Full(real)
    with pytest.raises(NotKept) as caught:
        writer.write(new_capture(run, "http://shop.example/2"))
    assert isinstance(caught.value, OSError)
    writer._file = real
    last = writer.write(new_capture(run, "http://shop.example/3"))
    writer.close()
    assert check(files(home)) == 0
    assert store.captures.of(run=run) == (first, last)
    assert store.captures.body(last) == b"<html>ivory</html>"


def test_only_its_own_run(store, run):
    other = store.runs.start("other", "crawl").id
    with store.captures.writer(run) as writer, pytest.raises(StoreError):
        writer.write(new_capture(other))
    with pytest.raises(KeyError):
        store.captures.writer("no such run")


def test_damage_is_named(store, home, run):
    with store.captures.writer(run) as writer:
        made = writer.write(new_capture(run, body=b"x" * 5000))
    (path,) = files(home)
    data = bytearray(path.read_bytes())
    data[made.offset + made.length // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(StoreDamaged):
        store.captures.body(made)
    path.write_bytes(data[: made.offset + 10])
    with pytest.raises(StoreDamaged, match="ends before"):
        store.captures.body(made)
    path.unlink()
    with pytest.raises(StoreDamaged, match="missing"):
        store.captures.body(made)


def test_find_is_the_newest_answer_that_settles_it(store, run):
    other = store.runs.start("shop", "crawl").id
    url = "http://shop.example/item/1"
    with store.captures.writer(run) as writer, store.captures.writer(other) as elsewhere:
        writer.write(new_capture(run, url, status=503))
        assert store.captures.find(run, url) is None, "a busy server settles nothing"
        first = writer.write(new_capture(run, url))
        second = writer.write(new_capture(run, url, status=404))
        writer.write(new_capture(run, url, status=429))
        elsewhere.write(new_capture(other, url))
        writer.write(new_capture(run, url + "?other"))
    assert store.captures.find(run, url) == second
    assert store.captures.find(run, "http://shop.example/none") is None
    assert [one.id for one in store.captures.of(url=url, run=run)][1:3] == [first.id, second.id]
    assert len(store.captures.of(url=url)) == 5
    assert len(store.captures.of(source="shop")) == 6
    assert len(store.captures.of(source="shop", limit=2)) == 2


def test_who_has_read_what(store, run):
    with store.captures.writer(run) as writer:
        made = [writer.write(new_capture(run, f"http://shop.example/{number}")) for number in range(5)]
    unread = store.captures.unread
    assert unread("lexicon=1") == tuple(made)
    for one in made[:3]:
        store.captures.mark_read(one.id, "lexicon=1", "listing")
    store.captures.mark_read(made[3].id, "lexicon=1", "unreadable", "ValueError: no")
    assert unread("lexicon=1") == (made[4],)
    assert unread("lexicon=2", limit=2) == (made[4], made[0]), "what nobody has read comes first"
    assert set(unread("lexicon=2")) == set(made)
    store.captures.mark_read(made[0].id, "lexicon=2", "results")
    assert set(unread("lexicon=2")) == set(made[1:])
    assert set(unread("lexicon=1")) == {made[0], made[4]}, "what another version has read since is unread for this one"
    assert unread("lexicon=1", run="other") == ()
    assert store.captures.of(run=run, kind="results") == (made[0],)
    assert store.captures.errors(run) == ((made[3], "unreadable", "ValueError: no"),)
    store.captures.forget_reading()
    assert set(unread("lexicon=2")) == set(made)
    with pytest.raises(KeyError):
        store.captures.mark_read("none", "lexicon=1", "listing")


def test_a_capture_is_never_changed(store, run):
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    with store.captures.writer(run) as writer:
        made = writer.write(new_capture(run))
    for statement in ("UPDATE captures SET url = 'x'", "DELETE FROM captures"):
        with pytest.raises(DBAPIError, match="append-only"), store.database.write() as connection:
            connection.execute(text(statement))
    assert store.captures.get(made.id) == made


def test_times_need_a_zone(store, run):
    with store.captures.writer(run) as writer, pytest.raises((ValueError, StoreError)):
        writer.write(replace(new_capture(run), fetched_at=NOW.replace(tzinfo=None)))


def test_rows_records_and_hashes_are_held_against_each_other(store, home, run):
    from sqlalchemy import text

    with store.captures.writer(run) as writer:
        made = [writer.write(new_capture(run, f"http://shop.example/{number}")) for number in range(3)]
        assert store.captures.verify() == ()
    assert store.captures.verify() == store.captures.verify(run) == store.captures.verify("none") == ()
    (path,) = files(home)
    data = path.read_bytes()
    path.write_bytes(data[: made[2].offset + 3])
    assert store.captures.verify(run) == (
        f"{made[0].warc}: the file was changed after it was sealed",
        f"{made[0].warc}: 3 bytes from byte {made[2].offset:,} on are no whole record",
        f"{made[0].warc}: the record of capture {made[2].id} is missing",
    )
    path.unlink()
    assert store.captures.verify() == (f"{made[0].warc}: the file is missing",)
    path.write_bytes(data)
    path.with_name("stranger.warc.gz").write_bytes(data)
    assert store.captures.verify() == (
        "2026-11/stranger.warc.gz: the database does not know this file".replace("2026-11", path.parent.name),
    )
    path.with_name("stranger.warc.gz").unlink()
    with store.database.write() as connection:
        connection.execute(
            text("DROP TRIGGER captures_no_update" + ("" if store.database.dialect == "sqlite" else " ON captures"))
        )
        connection.execute(
            text("UPDATE captures SET url = 'http://elsewhere/', status = 404 WHERE id = :id"), {"id": made[1].id}
        )
    assert store.captures.verify() == (
        f"{made[0].warc}: the row of capture {made[1].id} differs from its record in url, status",
    )


def test_what_is_no_web_page_has_no_payload_by_the_standard(store, home, run):
    """Of a target that is not http(s) warcio takes the whole block for the payload, other tools the body."""
    with store.captures.writer(run) as writer:
        made = writer.write(new_capture(run, "file:///evidence/report.pdf", by="import"))
    with files(home)[0].open("rb") as file:
        headers = {record.rec_type: record.rec_headers for record in ArchiveIterator(file, check_digests="raise")}
    assert headers["response"].get_header("WARC-Payload-Digest") is None
    assert headers["response"].get_header("WARC-Block-Digest")
    assert store.captures.body(made) == b"<html>ivory</html>"
    assert store.captures.verify() == ()


def test_many_captures_share_a_commit(store, home, run):
    with store.captures.writer(run) as writer:
        with store.transaction(synced=False):
            made = [writer.write(new_capture(run, f"http://shop.example/{number}")) for number in range(5)]
        assert store.captures.of(run=run) == tuple(made)
    assert store.captures.verify() == ()
