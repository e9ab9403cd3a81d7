"""Whole crawls in a child process against a local site: complete, polite, evidence first, never lost, never silent."""

import base64
import gzip
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from crawl_parts import ROOT, Lab, kill, profile, rows
from server import Answer, Site, market, packed, page

from spiders.crawl import CODES

LIMITS = "[limits]\nresults = 100\n"


@pytest.fixture
def lab(tmp_path):
    return Lab(tmp_path)


def allow(lab, *sites):
    lab.settings["ALLOW_HOSTS"] = [site.address for site in sites]


def test_a_market_is_crawled_whole_and_every_answer_is_kept(lab):
    with Site(market(60)) as site:
        allow(lab, site)
        lab.source("shop", profile(site.url, LIMITS + "[expect]\nitems = 60\n"))
        crawl = lab.crawl("shop")
    assert crawl.code == 0, crawl.log
    urls = [row["url"] for row in crawl.captures]
    assert sorted(urls) == sorted(
        [f"{site.url}/item/{n}" for n in range(60)]
        + [f"{site.url}/list"]
        + [f"{site.url}/list?page={n}" for n in range(2, 7)]
    )
    assert rows(crawl.folder)[0]["url"] == f"{site.url}/robots.txt"
    first = crawl.captures[0]
    assert first["ip"] == "127.0.0.1"
    assert ["Host", site.address] in first["request_headers"]
    assert next(row["parent"] for row in crawl.captures if row["url"].endswith("/item/59")) == f"{site.url}/list?page=6"
    assert (crawl.end["result"], crawl.end["items"], crawl.end["results"]) == ("ok", 60, 6)
    assert len(crawl.of("page")) == 66
    assert crawl.events[-1] == {"event": "finish", "results": {"shop": "ok"}, "code": 0}


def test_what_is_kept_is_what_was_sent(lab):
    """Packed bodies stay packed, header names and repetitions as they came; what is read is unpacked."""

    def route(hit):
        if hit.path == "/list":
            return Answer(
                packed(page("list", "/item/1")), headers={"Content-Encoding": "gzip", "x-oDD": "Kept"}, type="text/html"
            )
        return Answer(page("item")) if hit.path == "/item/1" else None

    with Site(route) as site:
        allow(lab, site)
        lab.source("shop", profile(site.url))
        crawl = lab.crawl("shop")
    kept = crawl.captures[0]
    assert gzip.decompress(base64.b64decode(kept["body"])).startswith(b"<!doctype")
    assert ["x-oDD", "Kept"] in kept["headers"]
    assert len(crawl.captures) == 2


def test_killed_again_and_again_nothing_is_lost_or_doubled(lab):
    """kill -9 at growing moments, then a last run to the end: each page once. (Scrapy's JOBDIR lost 4,192 of 5,000.)"""
    with Site(market(120, delay=0.004)) as site:
        allow(lab, site)
        lab.source("shop", profile(site.url, LIMITS))
        for until in (1, 20, 55, 90):
            child = lab.start(lab.plan("shop"))
            deadline = time.monotonic() + 30
            while len(rows(lab.folder / "kept")) < until and time.monotonic() < deadline:
                time.sleep(0.002)
            kill(child)
        crawl = lab.crawl("shop")
        asked = [hit.path for hit in site.hits]
    assert crawl.code == 0
    urls = [row["url"] for row in crawl.captures]
    assert len(urls) == len(set(urls)) == 132
    assert crawl.end["replayed"] + crawl.end["fetched"] == 132
    assert crawl.end["replayed"] >= 85
    # Only what was in flight at a kill is asked for twice: at most the concurrency, each time.
    assert len(asked) <= 133 + 4 * 9


def test_a_cut_line_of_the_last_run_is_fetched_again(lab):
    with Site(market(10)) as site:
        allow(lab, site)
        lab.source("shop", profile(site.url))
        lab.crawl("shop")
        kept = lab.folder / "kept" / "captures.jsonl"
        kept.write_bytes(kept.read_bytes()[:-40])
        crawl = lab.crawl("shop")
    assert len(crawl.captures) == 11
    assert crawl.end["fetched"] == 1


def test_the_child_dies_with_its_parent(lab):
    with Site(market(500, delay=0.05)) as site:
        allow(lab, site)
        lab.source("shop", profile(site.url, LIMITS))
        plan = lab.plan("shop")
        code = (
            "import sys; from spiders.crawl import Plan, spawn; c = spawn(Plan.from_json(sys.stdin.read()));"
            "print(c.pid, flush=True); c.wait()"
        )
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])}
        parent = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env, cwd=ROOT
        )
        parent.stdin.write(plan.to_json())
        parent.stdin.close()
        pid = int(parent.stdout.readline())
        while not site.hits:
            time.sleep(0.01)
        parent.kill()
        parent.wait()
        parent.stdout.close()
        deadline = time.monotonic() + 5
        while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                break
            time.sleep(0.02)
        else:
            assert not Path(f"/proc/{pid}").exists(), "the crawl outlived its parent"


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_in_order_and_the_rest_goes_on_later(lab, sign):
    with Site(market(100, delay=0.02)) as site:
        allow(lab, site)
        lab.source("shop", profile(site.url, LIMITS))
        child = lab.start(lab.plan("shop"))
        while len(rows(lab.folder / "kept")) < 10:
            time.sleep(0.005)
        child.send_signal(sign)
        crawl = lab.finish(child)
        assert crawl.code == CODES["stopped"], crawl.log
        assert crawl.end["result"] == "stopped"
        assert 10 <= len(crawl.captures) < 80
        assert not crawl.skips
        crawl = lab.crawl("shop")
    assert crawl.code == 0
    assert len({row["url"] for row in crawl.captures}) == len(crawl.captures) == 110


def test_a_signal_does_not_wait_for_the_pace(lab):
    with Site(market(50)) as site:
        allow(lab, site)
        lab.source("shop", profile(site.url).replace("delay = 0", "delay = 600"))
        child = lab.start(lab.plan("shop"))
        while not site.hits:
            time.sleep(0.01)
        time.sleep(0.2)
        started = time.monotonic()
        child.send_signal(signal.SIGTERM)
        crawl = lab.finish(child)
    assert crawl.code == CODES["stopped"]
    assert time.monotonic() - started < 5


def test_a_full_disk_ends_the_crawl_and_says_so(lab):
    with Site(market(50)) as site:
        allow(lab, site)
        lab.source("shop", profile(site.url, LIMITS))
        crawl = lab.crawl("shop", env={"RECORDER_FULL_AFTER": "20"})
        assert crawl.code == CODES["evidence"], crawl.log
        assert "No space left" in crawl.end["detail"]
        assert len(rows(crawl.folder)) == 20
        assert len(site.hits) <= 20 + 16
        crawl = lab.crawl("shop")
    assert crawl.code == 0
    assert len(crawl.captures) == 55


def test_search_terms_pages_and_urls_of_the_operator(lab):
    def route(hit):
        if hit.path == "/search":
            term, number = hit.query["q"][0], int(hit.query["p"][0])
            links = [f"/item/{term}-{number}-{n}" for n in range(3)] if number < 30 else []
            return Answer(page(term, *links))
        return Answer(page("item")) if hit.path.startswith("/item/") else None

    with Site(route) as site:
        allow(lab, site)
        more = "[paging]\nfirst = 0\nstep = 10\n"
        top = f'search = ["{site.url}/search?q={{term}}&p={{page}}"]\nterms = ["unused"]'
        lab.source("shop", profile(site.url, more, start="", top=top))
        crawl = lab.crawl(
            "shop", terms={"*": ["ngà voi", "a&b"]}, urls={"shop": [{"url": f"{site.url}/item/extra", "role": "item"}]}
        )
        assert crawl.code == 0
        assert sum("/search" in row["url"] for row in crawl.captures) == 8  # 0, 10, 20, and 30 that brings nothing new
        assert f"{site.url}/search?q=ng%C3%A0%20voi&p=20" in {row["url"] for row in crawl.captures}
        assert {hit.query["q"][0] for hit in site.hits if hit.path == "/search"} == {"ngà voi", "a&b"}
        assert any(row["url"].endswith("/item/extra") for row in crawl.captures)
        alone = lab.crawl("shop", urls={"shop": [{"url": f"{site.url}/item/other", "role": "item"}]}, only_urls=True)
    assert alone.end["fetched"] == 1


def test_limits_end_a_crawl_with_a_reason(lab):
    with Site(market(200)) as site:
        allow(lab, site)
        lab.source("shop", profile(site.url, "[limits]\npages = 30\nresults = 2\n"))
        crawl = lab.crawl("shop")
        assert len(crawl.captures) == 22
        assert crawl.skips == {f"{site.url}/list?page=3": "results-limit"}
        lab.source("less", profile(site.url, "[limits]\npages = 15\n"))
        crawl = lab.crawl("less")
    assert set(crawl.skips.values()) == {"page-limit"}
    assert len([row for row in crawl.captures if row["source"] == "less"]) == 15


def test_robots_are_obeyed_and_their_failure_means_no(lab):
    def route(hit):
        if hit.path == "/robots.txt":
            return Answer("User-agent: *\nDisallow: /item/2\nCrawl-delay: 0.05\n", type="text/plain")
        return Answer(page("page", "/item/1", "/item/2", "/item/3"))

    def failing(hit):
        return Answer("", 503) if hit.path == "/robots.txt" else Answer(page("page", "/item/1"))

    with Site(route) as site, Site(failing) as closed:
        allow(lab, site, closed)
        lab.source("shop", profile(site.url))
        lab.source("closed", profile(closed.url))
        lab.source("agreed", profile(closed.url, '[legal]\nagreement = "their counsel"\nagreed = 2026-01-01\n'))
        crawl = lab.crawl("shop")
        assert site.asked() == ["/list", "/item/1", "/item/3"]
        assert crawl.skips == {f"{site.url}/item/2": "robots"}
        times = [hit.at for hit in site.hits if hit.path != "/robots.txt"]
        assert min(b - a for a, b in itertools.pairwise(times)) >= 0.049
        crawl = lab.crawl("closed")
        assert closed.asked() == []
        assert crawl.skips[f"{closed.url}/list"] == "robots-unavailable"
        assert crawl.code == CODES["unhealthy"]  # nothing came: never a success
        crawl = lab.crawl("agreed")
        assert closed.asked() == ["/list", "/item/1"]


def test_retry_after_is_honoured(lab):
    seen = []

    def route(hit):
        if hit.path == "/list":
            return Answer(page("page", *(f"/item/{n}" for n in range(5))))
        if hit.path == "/item/1" and not seen:
            seen.append(hit.at)
            return Answer("slow down", 429, {"Retry-After": "1"})
        return Answer(page("item")) if hit.path.startswith("/item/") else None

    with Site(route) as site:
        allow(lab, site)
        lab.source("shop", profile(site.url).replace("concurrency = 8", "concurrency = 1"))
        crawl = lab.crawl("shop")
    assert crawl.code == 0
    later = [hit.at for hit in site.hits if hit.at > seen[0] + 0.0001 and hit.path != "/robots.txt"]
    assert len(later) == 4
    assert min(later) - seen[0] >= 0.99
    statuses = [row["status"] for row in crawl.captures if row["url"].endswith("/item/1")]
    assert statuses == [429, 200]  # both answers are kept


def test_a_site_that_wants_a_long_break_is_paused(lab):
    def route(hit):
        return Answer("", 429, {"Retry-After": "3600"}) if hit.path == "/list" else None

    with Site(route) as site:
        allow(lab, site)
        lab.source("shop", profile(site.url))
        crawl = lab.crawl("shop")
    assert crawl.code == CODES["paused"]
    assert crawl.end["result"] == "paused"
    assert "come back in 3600 s" in crawl.end["detail"]
    assert crawl.end["resume_at"] > time.time() + 3500
    assert site.asked() == ["/list"]


def test_a_site_that_keeps_failing_is_paused(lab):
    def route(hit):
        if hit.path == "/list":
            return Answer(page("page", *(f"/item/{n}" for n in range(40))))
        return Answer("", 500) if hit.path.startswith("/item/") else None

    with Site(route) as site:
        allow(lab, site)
        lab.source("shop", profile(site.url))
        crawl = lab.crawl("shop", settings={"BACKOFF_SECONDS": 0.001})
    assert crawl.code == CODES["paused"]
    assert "times in a row, last: HTTP 500" in crawl.end["detail"]
    assert len(site.hits) < 30


def test_two_sources_on_one_site_share_its_pace(lab):
    with Site(market(8)) as site:
        allow(lab, site)
        for name in ("one", "two"):
            lab.source(name, profile(site.url).replace("delay = 0", "delay = 0.1"))
        crawl = lab.crawl("one", "two")
    assert crawl.code == 0
    times = sorted(hit.at for hit in site.hits)
    assert len(times) == 20  # two robots.txt, each source its pages
    assert min(b - a for a, b in itertools.pairwise(times)) >= 0.085


def test_news_by_feed_sitemap_and_section(lab):
    now = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())

    def route(hit):
        if hit.path == "/rss":
            items = f"<item><link>/a/1</link><pubDate>{now}</pubDate></item><item><link>/a/2</link></item>"
            old = "<item><link>/a/old</link><pubDate>Mon, 06 Jan 2020 10:00:00 GMT</pubDate></item>"
            return Answer(f'<rss version="2.0"><channel>{items}{old}</channel></rss>', type="application/rss+xml")
        if hit.path == "/map.xml":
            return Answer(
                f"<sitemapindex><sitemap><loc>{site.url}/news.xml.gz</loc></sitemap></sitemapindex>", type="text/xml"
            )
        if hit.path == "/news.xml.gz":
            body = f"<urlset><url><loc>{site.url}/a/2</loc></url><url><loc>{site.url}/a/3</loc></url></urlset>"
            return Answer(packed(body), type="application/gzip")
        if hit.path == "/empty":
            return Answer('<rss version="2.0"><channel></channel></rss>', type="application/rss+xml")
        if hit.path == "/broken":
            return Answer(page("Just a moment..."))
        if hit.path == "/section":
            return Answer(page("section", "/a/4", "/about", "/judgement.pdf"))
        return (
            Answer(page("article", "/a/5", "/judgement.pdf"), type="text/html") if hit.path.startswith("/a/") else None
        )

    with Site(route) as site:
        allow(lab, site)
        top = "\n".join(
            f"{key} = [{values}]"
            for key, values in {
                "feeds": f'"{site.url}/rss", "{site.url}/empty", "{site.url}/broken"',
                "sitemaps": f'"{site.url}/map.xml"',
            }.items()
        )
        text = profile(site.url, kind="news", start="/section", top=top).replace("/item/", "/a/")
        lab.source("paper", text)
        crawl = lab.crawl("paper")
    assert {path for path in site.asked() if path.startswith("/a/")} == {"/a/1", "/a/2", "/a/3", "/a/4"}
    assert crawl.skips == {f"{site.url}/a/old": "old", f"{site.url}/broken": "not-a-feed"}
    assert {(feed["url"].rpartition("/")[2], feed["entries"]) for feed in crawl.of("feed")} == {
        ("rss", 3),
        ("empty", 0),
        ("map.xml", 1),
        ("news.xml.gz", 2),
    }
    assert crawl.end["failed"] == 1


def test_documents_behind_pages_are_fetched(lab):
    def route(hit):
        if hit.path == "/reports":
            return Answer(page("Reports", "/r/one.pdf", "/entry/1", "/r/two.DOCX?dl=1", "/contact"))
        if hit.path == "/entry/1":
            return Answer(page("Entry", "/r/three.xlsx"))
        return Answer(b"%PDF-1.4 ...", type="application/pdf") if hit.path.startswith("/r/") else None

    with Site(route) as site:
        allow(lab, site)
        lab.source("papers", profile(site.url, kind="documents", start="/reports").replace("/item/", "/entry/"))
        crawl = lab.crawl("papers")
    assert sorted(site.asked()) == ["/entry/1", "/r/one.pdf", "/r/three.xlsx", "/r/two.DOCX", "/reports"]
    assert crawl.end["items"] == 4


def test_a_forum_thread_goes_on_over_pages(lab):
    def route(hit):
        if hit.path == "/board":
            return Answer(page("Board", "/t/1"))
        number = int(hit.query.get("page", ["1"])[0])
        following = f'<a rel="next" href="?page={number + 1}">next</a>' if number < 3 else ""
        return Answer(page("Thread") + following) if hit.path == "/t/1" else None

    with Site(route) as site:
        allow(lab, site)
        lab.source("forum", profile(site.url, kind="forum", start="/board").replace("/item/", "/t/"))
        lab.crawl("forum")
    assert site.asked() == ["/board", "/t/1", "/t/1", "/t/1"]


def test_gone_pages_are_kept_and_counted_and_a_blocked_run_is_no_success(lab):
    def route(hit):
        if hit.path == "/list":
            return Answer(page("page", "/item/1", "/item/2", "/item/3"))
        return Answer(page("gone"), {"/item/1": 404, "/item/2": 410}.get(hit.path, 200))

    def blocked(hit):
        return None if hit.path == "/robots.txt" else Answer(page("Robot or human?"), 403)

    with Site(route) as site, Site(blocked) as wall:
        allow(lab, site, wall)
        lab.source("shop", profile(site.url))
        lab.source("wall", profile(wall.url))
        crawl = lab.crawl("shop")
        assert (crawl.end["gone"], crawl.end["items"], crawl.code) == (2, 1, 0)
        assert sorted(row["status"] for row in crawl.captures) == [200, 200, 404, 410]
        crawl = lab.crawl("wall")
    assert crawl.code == CODES["unhealthy"]
    assert any("are blocks" in text for text in crawl.end["findings"])
    assert crawl.captures[-1]["status"] == 403  # the page that blocks is evidence, too


def test_no_source_and_a_wrong_profile_are_errors_in_words(lab):
    lab.source("shop", profile("http://shop.example", "[pase]\nx = 1\n"))
    crawl = lab.crawl("shop")
    assert crawl.code == CODES["usage"]
    assert "shop.toml: pase: unknown key" in crawl.log
    lab.source("shop", profile("http://shop.example"))
    crawl = lab.crawl("shop", "other")
    assert crawl.code == CODES["usage"]
    assert "no source called other (there are: shop)" in crawl.log
    assert lab.crawl().code == CODES["usage"]


def test_scrapy_alone_lists_and_crawls(lab):
    """`scrapy list` and `scrapy crawl NAME -O out.jsonl` from the root, nothing registered, nothing kept."""
    env = {**os.environ, "OSINT_HOME": str(lab.folder)}

    def scrapy(*args):
        command = [sys.executable, "-m", "scrapy", *args]
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60)

    with Site(market(5)) as site:
        lab.source("shop", profile(site.url))
        assert "shop" in scrapy("list").stdout.split()
        out = lab.folder / "out.jsonl"
        done = scrapy("crawl", "shop", "-O", str(out), "-s", f"ALLOW_HOSTS={site.address}")
        assert done.returncode == 0, done.stderr
        found = [json.loads(line) for line in out.read_text().splitlines()]
        assert len(found) == 6
        assert all(row["source"] == "shop" for row in found)
    (lab.folder / "sites" / "shop.toml").write_text("kind = 3\n")
    done = scrapy("list")
    assert done.returncode == 1
    assert "shop.toml: kind" in done.stderr


def test_a_site_known_by_its_start_page_alone_is_explored(lab):
    """No rule at all: sections of the menu, further pages, items; not the basket, the small print or other hosts."""

    def tile(name):
        head = f'<img src="/i/{name}.jpg"><h3>Thing {name}</h3>'
        return f'<div class="card"><a href="/thing/{name}">{head}</a><b>15 EUR</b></div>'

    menu = "".join(
        f'<a href="{url}">{url}</a>'
        for url in ("/c/ivory", "/c/bone", "/login", "/cart", "/terms", "/about", "http://other.example/", "/style.css")
    )

    def route(hit):
        if hit.path == "/robots.txt":
            return None
        number = int(hit.query.get("page", ["1"])[0])
        body = ""
        if hit.path == "/":
            body = "".join(tile(f"new-{n}") for n in range(4))
        elif hit.path.startswith("/c/"):
            body = "".join(tile(f"{hit.path[3:]}-{number}-{n}") for n in range(6))
            body += f'<a rel="next" href="{hit.path}?page={number + 1}">next</a>' if number < 3 else ""
        elif hit.path.startswith("/thing/"):
            body = "<h1>A thing</h1><p>Price 15 EUR</p>" + "Carved, old, from an estate. " * 20
        return Answer(f"<!doctype html><title>Shop</title><body><nav>{menu}</nav><main>{body}</main></body>")

    with Site(route) as site:
        allow(lab, site)
        lab.source(
            "shop", f'kind = "market"\ntitle = "T"\nstart = ["{site.url}/"]\nbrowser = "no"\n[pace]\ndelay = 0\n'
        )
        crawl = lab.crawl("shop")
        asked = set(site.asked())
    assert {f"/thing/new-{n}" for n in range(4)} <= asked
    assert {f"/thing/{kind}-{page}-{n}" for kind in ("ivory", "bone") for page in (1, 2, 3) for n in range(6)} <= asked
    assert not asked & {"/login", "/cart", "/terms", "/about", "/style.css"}
    assert crawl.code == 0
