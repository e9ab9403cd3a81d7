"""Feeds and sitemaps: every format, broken ones, and failures never taken for empty answers."""

import contextlib
import datetime as dt
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.feeds import NotAFeed, moment, read

BASE = "http://news.example/feed/"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "pages"

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>N</title>
<item><title>Seizure</title><link>/a/1</link><pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate></item>
<item><title>No link</title></item>
<item><guid>http://news.example/a/2</guid></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><link rel="next" href="?page=2"/>
<entry><link href="a/3"/><updated>2026-11-20T08:00:00+07:00</updated></entry></feed>"""
NEWS = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><image:image><image:loc>http://news.example/p.jpg</image:loc></image:image><loc> http://news.example/a/4 </loc>
<lastmod>2020-01-01</lastmod><news:news><news:publication_date>2026-11-23</news:publication_date>
<news:title>Ivory &amp; horn</news:title></news:news></url></urlset>"""
INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>http://news.example/s1.xml.gz</loc>
<lastmod>2026-11</lastmod></sitemap></sitemapindex>"""
JSON = '{"version":"https://jsonfeed.org/version/1.1","items":[{"url":"/a/5","date_published":"2026-11-22T00:00:00Z"}],"next_url":"/2"}'
GDELT = '{"articles":[{"url":"https://paper.example/x","title":"T","seendate":"20261124T101500Z"},{"title":"no url"}]}'


@pytest.mark.parametrize(
    "wrap",
    [
        lambda text: text.encode(),
        lambda text: gzip.compress(text.encode()),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
    ],
)
def test_all_formats_are_read(wrap):
    rss = read(wrap(RSS), BASE)
    assert [entry.url for entry in rss.entries] == ["http://news.example/a/1", "http://news.example/a/2"]
    assert rss.entries[0].published == dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)
    atom = read(wrap(ATOM), BASE)
    assert atom.entries[0].url == "http://news.example/feed/a/3"
    assert atom.entries[0].published == dt.datetime(2026, 11, 20, 1, tzinfo=dt.UTC)
    assert atom.next == "http://news.example/feed/?page=2"
    news = read(wrap(NEWS), BASE).entries
    assert [(entry.url, entry.published.day, entry.title) for entry in news] == [
        ("http://news.example/a/4", 23, "Ivory & horn")
    ]
    index = read(wrap(INDEX), BASE)
    assert index.kind == "index"
    assert index.entries[0].sitemap
    feed = read(wrap(JSON), BASE)
    assert (feed.kind, feed.entries[0].url, feed.next) == ("json", "http://news.example/a/5", "http://news.example/2")
    assert read(wrap(GDELT), BASE).entries[0].published == dt.datetime(2026, 11, 24, 10, 15, tzinfo=dt.UTC)
    assert len(read(wrap("http://a.example/1\nhttp://a.example/2\n"), BASE).entries) == 2


def test_an_empty_answer_is_no_failure():
    assert read(b'<rss version="2.0"><channel></channel></rss>', BASE).entries == ()
    assert read(b'{"items": []}', BASE).entries == ()
    assert read(b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>', BASE).entries == ()


@pytest.mark.parametrize(
    "body",
    [b"", b"<!doctype html><title>Just a moment...</title>", b"Your query was too short", b"{}", b'{"items": 3}',
     b"{broken", b"<html><body>error</body></html>", b"\x1f\x8bnot gzip", b"<nonsense/>", b'{"a":' * 100_000],
)  # fmt: skip
def test_a_failure_is_never_an_empty_answer(body):
    with pytest.raises(NotAFeed):
        read(body, BASE)


def test_entities_are_not_resolved_and_no_file_is_opened(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("http://secret.example/")
    xml = f'<!DOCTYPE urlset [<!ENTITY x SYSTEM "file://{secret}">]><urlset><url><loc>&x;</loc></url></urlset>'
    assert "secret" not in str(read(xml.encode(), BASE).entries)
    laughs = '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    with contextlib.suppress(NotAFeed):
        read(f"{laughs}]><urlset><url><loc>http://x.example/&j;</loc></url></urlset>".encode(), BASE)
    with pytest.raises(NotAFeed):
        read(str(secret).encode(), BASE)


@given(st.binary(max_size=300))
def test_any_bytes_are_entries_or_no_feed(body):
    with contextlib.suppress(NotAFeed):
        read(body, BASE)


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026", "2026-01-01"), ("2026-11", "2026-11-01"), ("2026-11-24", "2026-11-24"),
     ("2026-11-24T23:00:00+07:00", "2026-11-24"),
     ("yesterday", None), ("", None), ("2026-13-01", None)],
)  # fmt: skip
def test_dates_of_sitemaps(text, day):
    found = moment(text)
    assert (found.date().isoformat() if found else None) == day


@pytest.mark.skipif(not SHARED.exists(), reason="no ../shared beside the repository: recorded feeds are not tried")
@pytest.mark.parametrize("folder", ["feeds", "sitemaps"])
def test_recorded_feeds_are_read_or_refused_in_words(folder):
    files = [
        path
        for path in (SHARED / folder).rglob("*")
        if path.is_file() and "serde" not in path.name and path.suffix in {".xml", ".gz", ".json", ".txt", ".rss"}
    ]
    assert files
    read_well = 0
    for path in files:
        try:
            read_well += bool(read(path.read_bytes(), BASE).entries)
        except NotAFeed:
            continue
    assert read_well >= len(files) * 0.6
