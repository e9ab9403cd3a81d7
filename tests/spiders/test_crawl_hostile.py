"""A site that attacks: every way in is refused with a reason, costs little, and the rest of the crawl goes on."""

import gzip
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest
from crawl_parts import Lab, profile, rows
from server import Answer, Site, bomb, page, raw

from spiders.crawl import CODES


@pytest.fixture
def lab(tmp_path):
    return Lab(tmp_path)


def crawl_of(lab, site, links, more="", **settings):
    """Crawl a page with these links; what each came to."""
    lab.settings.update({"ALLOW_HOSTS": [site.address], "DOWNLOAD_TIMEOUT": 2, "BACKOFF_SECONDS": 0.01, **settings})
    lab.settings.setdefault("RETRY_TIMES", 0)
    lab.settings.setdefault("BACKOFF_FAILURES", 1000)
    lab.source("bad", profile(site.url, more, start="/start").replace('{regex = "/item/"}', '{css = "li a"}'))
    return lab.crawl("bad")


def test_fifteen_ways_to_an_internal_address_and_more(lab):
    """Scrapy 2.19 as it comes went 13 of 15 of them. The victim listens on loopback and must not be asked once."""
    with Site(lambda hit: Answer(page("secret"))) as victim:
        port = victim.port
        ways = [
            f"http://127.0.0.1:{port}/", f"http://localhost:{port}/", f"http://2130706433:{port}/",
            f"http://0x7f000001:{port}/", f"http://127.1:{port}/", f"http://0.0.0.0:{port}/",
            f"http://[::ffff:127.0.0.1]:{port}/", f"http://[::1]:{port}/", f"http://0177.0.0.1:{port}/",
            f"http://x.example\\@127.0.0.1:{port}/", f"http://①②⑦.0.0.1:{port}/", f"http://user:pw@127.0.0.1:{port}/",
            "file:///etc/hostname", "data:text/html,hello", f"http://localtest.me:{port}/",
            "http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/", "http://224.0.0.1/", "http://100.64.0.1/",
            f"ftp://127.0.0.1:{port}/", f"http://127。0。0。1:{port}/",
        ]  # fmt: skip

        def route(hit):
            if hit.path == "/start":
                return Answer(
                    page(
                        "start",
                        *ways,
                        *(f"/hop/{n}" for n in range(len(ways))),
                        *(f"/meta/{n}" for n in range(len(ways))),
                    )
                )
            number = int(hit.path.rpartition("/")[2] or 0) if hit.path != "/robots.txt" else 0
            if hit.path.startswith("/hop/"):
                return Answer("", 302, {"Location": ways[number].encode("utf-8").decode("latin-1")})
            if hit.path.startswith("/meta/"):
                return Answer(
                    f'<head><meta http-equiv="refresh" content="0; url={ways[number]}"></head><body>go</body>'
                )
            return None

        with Site(route) as site:
            crawl = crawl_of(lab, site, ways, "[limits]\npages = 500\n").of("end")[0]
            assert len(site.asked()) == 1 + 2 * len(ways)
        assert victim.hits == []
    assert set(crawl["skips"]) <= {"internal", "offsite", "address", "scheme"}
    assert crawl["result"] == "ok"


def test_a_name_that_leads_inside_is_refused_where_it_connects(lab):
    """The profile allows any host, so only the address behind the name can give it away."""
    with Site(lambda hit: Answer(page("secret"))) as victim:
        name = socket.gethostname()
        if "." not in name:
            name = "localhost.localdomain.example"
        lab.settings["ALLOW_HOSTS"] = []
        lab.source("any", profile(f"http://{name}:{victim.port}", top='hosts = ["*"]'))
        crawl = lab.crawl("any", settings={"RETRY_TIMES": 0})
    assert victim.hits == []
    assert crawl.code == CODES["unhealthy"]
    assert set(crawl.skips.values()) <= {"internal", "robots-unavailable"}


def test_answers_that_cost_too_much_or_never_end(lab):
    def drip(connection):
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n")
            for _ in range(100):
                connection.sendall(b"x")
                time.sleep(0.1)
        except OSError:
            return

    def endless(connection):
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
            while True:
                connection.sendall(b"<p>more</p>" * 10_000)
        except OSError:
            return

    flood = b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 200) for n in range(5000)) + b"\r\n"
    long_header = b"HTTP/1.1 200 OK\r\nX-Long: " + b"z" * 1_000_000 + b"\r\n\r\n"
    answers = {
        "/bomb": Answer(bomb(1 << 30), headers={"Content-Encoding": "gzip"}),
        "/bombs": Answer(gzip.compress(bomb(256 << 20)), headers={"Content-Encoding": "gzip, gzip"}),
        "/notgzip": Answer(b"plainly not packed" * 50, headers={"Content-Encoding": "gzip"}),
        "/drip": Answer(raw=drip),
        "/endless": Answer(raw=endless),
        "/flood": Answer(raw=raw(flood)),
        "/longheader": Answer(raw=raw(long_header)),
        "/huge": Answer(raw=raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx")),
        "/cut": Answer(raw=raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nhalf a page")),
        "/nothing": Answer(raw=raw(b"")),
        "/garbage": Answer(raw=raw(b"\x16\x03\x01 this is no HTTP\r\n\r\n")),
        "/badlength": Answer(raw=raw(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")),
        "/good": Answer(page("good")),
    }

    def route(hit):
        return Answer(page("start", *answers)) if hit.path == "/start" else answers.get(hit.path)

    with Site(route) as site:
        crawl = crawl_of(lab, site, answers, "[expect]\nfailed = 1.0\n", DOWNLOAD_MAXSIZE=10_000_000)
        reasons = {url.removeprefix(site.url): reason for url, reason in crawl.skips.items()}
    assert reasons == {
        "/bomb": "too-large", "/bombs": "too-large", "/drip": "timeout", "/endless": "too-large",
        "/flood": "protocol", "/longheader": "protocol", "/huge": "too-large", "/cut": "cut", "/nothing": "cut",
        "/garbage": "protocol", "/badlength": "protocol", "/notgzip": "protocol",
    }  # fmt: skip
    assert crawl.code == 0
    assert crawl.end["items"] == 1
    assert crawl.peak_mb < 200, crawl.peak_mb  # Scrapy as it comes: 2.1 GB for the first of them
    assert crawl.seconds < 20
    kept = {row["url"].removeprefix(site.url) for row in crawl.captures}
    assert {"/bomb", "/notgzip", "/good"} <= kept  # as they were sent, they are evidence


def test_circles_are_left(lab):
    """Redirects to themselves (a cookie that is never taken), between two, ever longer, and by meta refresh."""

    def route(hit):
        path = hit.path
        if path == "/start":
            return Answer(page("start", "/self", "/ping", "/longer/", "/refresh/0", "/deep/deep/deep/deep/x", "/fine"))
        if path == "/self":
            return Answer("", 302, {"Location": "/self", "Set-Cookie": f"visit={len(site.hits)}"})
        if path in ("/ping", "/pong"):
            return Answer("", 301, {"Location": "/pong" if path == "/ping" else "/ping"})
        if path.startswith("/longer"):
            return Answer("", 302, {"Location": f"{path}x"})
        if path.startswith("/refresh/"):
            number = int(path.rpartition("/")[2]) + 1
            return Answer(
                f'<html><head><meta http-equiv=refresh content="0;url=/refresh/{number}"></head><body></body></html>'
            )
        return Answer(page("fine")) if path == "/fine" else None

    with Site(route) as site:
        crawl = crawl_of(lab, site, [])
        asked = site.asked()
        assert all("Cookie" not in hit.headers for hit in site.hits)
    assert len(asked) < 25
    assert set(crawl.skips.values()) == {"loop"}
    assert crawl.end["items"] >= 1


def test_endless_pages_calendars_and_filters(lab):
    """Every page links a hundred more: only the limits stand between us and for ever."""

    def route(hit):
        if hit.path == "/robots.txt":
            return None
        seed = len(site.hits)
        calendar = [f"/calendar/{2000 + seed % 90}/{month:02}/{day:02}" for month in (1, 5) for day in range(1, 20)]
        filters = [f"/shop?colour={seed}&size={n}&sort={n % 3}" for n in range(40)]
        session = [f"/same?sid={seed:032x}" for _ in range(3)]
        return Answer(page("trap", *calendar, *filters, *session, hit.path + "/a"))

    with Site(route) as site:
        lab.settings.update({"ALLOW_HOSTS": [site.address]})
        text = profile(site.url, "[limits]\npages = 1500\ndepth = 60\nresults = 0\n", kind="documents", start="/start")
        lab.source("trap", text.replace('items = [{regex = "/item/"}]', 'results = [{css = "li a"}]'))
        crawl = lab.crawl("trap")
    counts = crawl.end["skips"]
    asked = [hit.path for hit in site.hits]
    assert counts["calendar"] > 0
    assert counts["filters"] > 0
    assert sum(path.startswith("/calendar") for path in asked) <= 3 * 62  # each with none, one and two "/a" behind
    assert sum(path == "/shop" for path in asked) <= 300
    assert asked.count("/same") == 1
    assert len(asked) <= 1501


def test_wrong_content_types_do_no_harm(lab):
    """HTML as image, image as HTML, nothing declared, a wrong charset, UTF-16, an empty body."""
    body = page("typed", "/item/deeper")
    answers = {
        "/asimage": Answer(body, type="image/png"),
        "/ashtml": Answer(b"\x89PNG\r\n\x1a\n" + bytes(500), type="text/html"),
        "/nothing": Answer(body, type=""),
        "/charset": Answer(body.encode(), type="text/html; charset=no-such-thing"),
        "/utf16": Answer(body.encode("utf-16"), type="text/html; charset=utf-16"),
        "/lies": Answer("<p>象牙</p>".encode("gbk") + body.encode(), type="text/html; charset=utf-8"),
        "/empty": Answer(b""),
        "/deep": Answer("<div>" * 50_000 + "x", type="text/html"),
        "/manytags": Answer("<a href=/x>" * 20_000, type="text/html"),
    }

    def route(hit):
        return Answer(page("start", *answers)) if hit.path == "/start" else answers.get(hit.path)

    with Site(route) as site:
        crawl = crawl_of(lab, site, answers)
    assert crawl.code == 0, crawl.log
    assert crawl.end["items"] == len(answers)
    assert crawl.end["errors"] == 0
    assert crawl.seconds < 15


def test_certificates_are_checked_and_the_failure_is_kept(lab, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-keyout", str(key), "-out", str(certificate), "-subj", "/CN=shop.example"],
        capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("no openssl to make a certificate with")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with Site(lambda hit: Answer(page("impostor"))) as site:
        site._server.socket = context.wrap_socket(site._server.socket, server_side=True)
        lab.settings["RESOLVE"] = {"shop.example": site.address}
        lab.source("shop", profile("https://shop.example"))
        crawl = lab.crawl("shop", settings={"RETRY_TIMES": 0})
    assert site.hits == []
    skips = rows(crawl.folder, "skips.jsonl")
    assert skips[0]["reason"] == "robots-unavailable"
    assert skips[0]["detail"].startswith("tls: ")
    assert "certificate" in skips[0]["detail"]
    assert crawl.code == CODES["unhealthy"]


def test_nothing_listens_and_nobody_else_is_called(lab):
    """No remote control, no telnet, no call to other hosts: the only sockets are those to the site."""
    with Site(
        lambda hit: (
            Answer("", 200, {"Set-Cookie": "a=b; Domain=.example"})
            if hit.path == "/item/1"
            else Answer(page("list", "/item/1"))
        )
    ) as site:
        lab.settings["ALLOW_HOSTS"] = [site.address]
        lab.source("shop", profile(site.url, top="cookies = true").replace("delay = 0", "delay = 0.7"))
        child = lab.start(lab.plan("shop"))
        while not site.hits:
            time.sleep(0.01)
        inodes = _sockets_of(child.pid)
        listening, remote = set(), set()
        for name in ("tcp", "tcp6"):
            for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
                parts = line.split()
                if parts[9] in inodes:
                    (listening if parts[3] == "0A" else remote).add(parts[2])
        crawl = lab.finish(child)
    assert crawl.code == 0, crawl.log
    assert listening == set()
    assert all(int(peer.rpartition(":")[2], 16) == site.port for peer in remote)


def _sockets_of(pid):
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            found.add(target[8:-1])
    return found


def test_a_dead_site_is_told_from_an_empty_one(lab):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        lab.settings["RESOLVE"] = {"dead.example": f"127.0.0.1:{port}"}
        lab.source("dead", profile("http://dead.example"))
        lab.source("nowhere", profile("http://no-such-host.invalid"))
        crawl = lab.crawl("dead", "nowhere", settings={"RETRY_TIMES": 0})
    skips = {row["url"]: row["detail"] for row in rows(crawl.folder, "skips.jsonl")}
    assert skips["http://dead.example/list"].startswith("refused")
    assert skips["http://no-such-host.invalid/list"].startswith("dns")
    assert crawl.code == CODES["unhealthy"]


def test_a_slow_robots_does_not_hold_the_crawl_for_ever(lab):
    gate = threading.Event()

    def route(hit):
        if hit.path == "/robots.txt":
            gate.wait(60)
        return Answer(page("x"))

    with Site(route) as site:
        lab.settings["ALLOW_HOSTS"] = [site.address]
        lab.source("slow", profile(site.url))
        crawl = lab.crawl("slow", settings={"ROBOTS_TIMEOUT": 0.5, "RETRY_TIMES": 0})
        gate.set()
    assert set(crawl.skips.values()) == {"robots-unavailable"}
    assert site.asked() == []
    assert crawl.seconds < 40
