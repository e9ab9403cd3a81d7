"""Pages that need a browser, with a real Chromium: the same guard, robots and pace, final DOM and picture kept."""

import base64
import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from crawl_parts import ROOT, Lab, kill, profile, rows
from server import Answer, Site, page

from spiders.chromium import find_chromium
from spiders.crawl import CODES

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium: pages that need a browser are not tried"),
]

SHELL = """<!doctype html><title>Shop</title><body><div id="app">loading</div><script>
fetch("/api/list.json").then(r => r.json()).then(rows => {
  document.getElementById("app").innerHTML = rows.map(n => `<a href="/item/${n}">Item ${n}</a>`).join("");
  EXTRA
});</script></body>"""


@pytest.fixture
def lab(tmp_path):
    return Lab(tmp_path)


def shop(extra="", items=3):
    def route(hit):
        if hit.path == "/robots.txt":
            return Answer("User-agent: *\nDisallow: /private/\n", type="text/plain")
        if hit.path == "/list":
            return Answer(SHELL.replace("EXTRA", extra))
        if hit.path == "/api/list.json":
            return Answer(str(list(range(items))), type="application/json")
        return Answer(page("Item")) if hit.path.startswith(("/item/", "/private/")) else None

    return route


def test_an_empty_frame_is_tried_in_the_browser_once_and_the_final_page_kept(lab):
    with Site(shop()) as site:
        lab.settings["RESOLVE"] = {"shop.example": site.address}
        lab.source("shop", profile("http://shop.example").replace('browser = "no"', 'browser = "auto"'))
        crawl = lab.crawl("shop")
    assert crawl.code == 0, crawl.log
    assert site.asked()[:3] == ["/list", "/list", "/api/list.json"]
    assert sorted(site.asked()[3:]) == ["/item/0", "/item/1", "/item/2"]
    plain, rendered = (row for row in crawl.captures if row["url"].endswith("/list"))
    assert (plain["by"], rendered["by"]) == ("http", "browser")
    assert b"Item 2" in base64.b64decode(rendered["body"])
    assert base64.b64decode(rendered["screenshot"]).startswith(b"\x89PNG")
    assert rendered["final_url"] == "http://shop.example/list"
    headers = next(hit.headers for hit in site.hits if hit.path == "/api/list.json")
    assert {name.lower(): value for name, value in headers.items()}["user-agent"].startswith("wildlife-osint/")
    assert crawl.end["browser"] == 1


def test_what_a_page_asks_for_goes_through_guard_and_robots(lab):
    with Site(lambda hit: Answer("secret", headers={"Access-Control-Allow-Origin": "*"})) as victim:
        port = victim.port
        extra = f"""
  fetch("/private/api.json");
  for (const where of ["127.0.0.1", "localhost", "[::1]", "2130706433", "0.0.0.0", "inside.example"])
    fetch(`http://${{where}}:{port}/x`, {{mode: "no-cors"}}).catch(() => 0);
  fetch("/hop", {{mode: "no-cors"}}).catch(() => 0);
  new WebSocket("ws://127.0.0.1:{port}/ws");
  const frame = document.createElement("iframe"); frame.src = "http://127.0.0.1:{port}/frame";
  document.body.append(frame);
  const link = document.createElement("link"); link.rel = "prefetch"; link.href = "http://127.0.0.1:{port}/pre";
  document.head.append(link);
  navigator.sendBeacon("http://127.0.0.1:{port}/beacon", "x");
  const image = new Image(); image.src = "http://127.0.0.1:{port}/image.png";
"""
        route = shop(extra)

        def hopping(hit):
            return (
                Answer("", 302, {"Location": f"http://127.0.0.1:{port}/hopped"}) if hit.path == "/hop" else route(hit)
            )

        with Site(hopping) as site:
            lab.settings["RESOLVE"] = {"shop.example": site.address}
            lab.source("shop", profile("http://shop.example").replace('browser = "no"', 'browser = "yes"'))
            crawl = lab.crawl("shop")
        assert victim.hits == []
    assert crawl.code == 0, crawl.log
    assert not any(path.startswith("/private") for path in site.asked())
    assert "/hop" in site.asked()  # it was asked for, and the hop behind it was not
    assert crawl.skips["http://shop.example/private/api.json"] == "robots"
    assert crawl.skips[f"http://127.0.0.1:{port}/x"] == "internal"
    assert crawl.end["items"] == 3
    assert crawl.end["browser"] == 4


def test_a_browser_led_elsewhere_is_not_followed(lab):
    with Site(lambda hit: Answer(page("secret"))) as victim:

        def route(hit):
            if hit.path == "/list":
                return Answer("", 302, {"Location": f"http://127.0.0.1:{victim.port}/"})
            return None

        with Site(route) as site:
            lab.settings["RESOLVE"] = {"shop.example": site.address}
            lab.source("shop", profile("http://shop.example").replace('browser = "no"', 'browser = "yes"'))
            crawl = lab.crawl("shop", settings={"RETRY_TIMES": 0})
        assert victim.hits == []
    assert crawl.skips == {"http://shop.example/list": "internal"}
    assert crawl.code == CODES["unhealthy"]


def test_requests_inside_a_page_wait_for_their_turn(lab):
    extra = 'for (let n = 0; n < 3; n++) fetch("/api/more.json?n=" + n);'
    with Site(shop(extra, items=1)) as site:
        lab.settings["RESOLVE"] = {"shop.example": site.address}
        text = profile("http://shop.example").replace('browser = "no"', 'browser = "yes"')
        lab.source("shop", text.replace("delay = 0", "delay = 0.3"))
        lab.crawl("shop")
    times = [hit.at for hit in site.hits]
    assert 5 <= len(times) <= 7  # a page may be taken as quiet before its last request had its turn
    assert min(b - a for a, b in itertools.pairwise(times)) >= 0.25


def test_without_a_browser_the_page_is_skipped_and_the_run_goes_on(lab):
    def route(hit):
        return Answer(page("plain", "/item/1")) if hit.path in ("/plain", "/item/1") else shop()(hit)

    with Site(route) as site:
        lab.settings["ALLOW_HOSTS"] = [site.address]
        top = f'start = ["{site.url}/list", "{site.url}/plain"]'
        text = profile(site.url, start="", top=top).replace('browser = "no"', 'browser = "auto"')
        lab.source("shop", text)
        crawl = lab.crawl("shop", env={"OSINT_CHROMIUM": "/nonexistent/chromium"})
    assert crawl.skips == {f"{site.url}/list": "no-browser"}
    assert crawl.end["items"] == 1
    assert crawl.code == 0


def test_a_killed_browser_is_replaced(lab):
    with Site(shop(items=6)) as site:
        lab.settings["RESOLVE"] = {"shop.example": site.address}
        text = profile("http://shop.example").replace('browser = "no"', 'browser = "yes"')
        lab.source("shop", text.replace("concurrency = 8", "concurrency = 1"))
        child = lab.start(lab.plan("shop"))
        while len(rows(lab.folder / "kept")) < 3:
            time.sleep(0.02)
        for pid in _chromiums(child.pid):
            os.kill(pid, signal.SIGKILL)
        crawl = lab.finish(child)
    assert crawl.end["items"] == 6, crawl.log
    assert crawl.code == 0


def test_no_browser_outlives_a_killed_crawl(lab):
    with Site(shop(items=40)) as site:
        lab.settings["RESOLVE"] = {"shop.example": site.address}
        lab.source("shop", profile("http://shop.example").replace('browser = "no"', 'browser = "yes"'))
        child = lab.start(lab.plan("shop"))
        while len(rows(lab.folder / "kept")) < 2:
            time.sleep(0.02)
        browsers = _chromiums(child.pid)
        assert browsers
        kill(child)
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in browsers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in browsers if Path(f"/proc/{pid}").exists()]


def _chromiums(root):
    """Process ids of the browser main process below `root`."""
    parents, names = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
                names[int(entry.name)] = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])

    def below(pid):
        while pid in parents:
            pid = parents[pid]
            if pid == root:
                return True
        return False

    return [
        pid for pid, line in names.items()
        if below(pid) and b"chrom" in line[0].lower() and not any(part.startswith(b"--type=") for part in line)
    ]  # fmt: skip


def test_scrapy_alone_uses_the_browser_too(lab):
    with Site(shop(items=1)) as site:
        lab.source("shop", profile(site.url).replace('browser = "no"', 'browser = "yes"'))
        out = lab.folder / "out.jsonl"
        command = [sys.executable, "-m", "scrapy", "crawl", "shop", "-O", str(out), "-s", f"ALLOW_HOSTS={site.address}"]
        env = {**os.environ, "OSINT_HOME": str(lab.folder)}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "/item/0" in site.asked()
