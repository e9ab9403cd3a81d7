"""Pages a second of a crawl, beside plain Scrapy and a bare asynchronous client, on the same pages in one run.

    python bench/crawl.py [--pages 2000] [--size 67000]

A server of its own process serves an index and item pages from memory. Each variant runs in a child; time counts from
its first request to its last as the server saw them, CPU and memory are the child's, less the CPU of a run over one
page.
Figures of a busy machine mean little by themselves: compare the ratios of one run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PER_INDEX = 100

SERVER = """
import asyncio, random, sys, time
from aiohttp import web
pages, size = int(sys.argv[1]), int(sys.argv[2])
rng = random.Random(7)
words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 11))) for _ in range(4000)]
def item(n):
    rng = random.Random(n)
    out, length = [], 0
    while length < size:
        link = f'<a href="/other/{rng.randint(0, 10**6)}">{" ".join(rng.choices(words, k=3))}</a>'
        part = f'<div class="c{rng.randint(0, 99)}">{link}<p>{" ".join(rng.choices(words, k=40))}</p></div>'
        out.append(part); length += len(part)
    return f"<!doctype html><title>Item {n}</title><body><h1>Item {n}</h1>{''.join(out)}</body>".encode()
bodies = [item(n) for n in range(40)]
hits = {"first": 0.0, "last": 0.0, "count": 0}
def note():
    hits["count"] += 1; hits["last"] = time.time(); hits["first"] = hits["first"] or hits["last"]
async def one(request):
    note()
    body = bodies[int(request.match_info["n"]) % 40]
    return web.Response(body=body, content_type="text/html", charset="utf-8")
async def index(request):
    note(); page, most = int(request.query.get("page", 0)), int(request.query.get("most", pages))
    first, last = page * 100, min(page * 100 + 100, most)
    links = "".join(f'<a class="item" href="/item/{n}">Item {n}</a>' for n in range(first, last))
    more = f'<a rel="next" href="/list?page={page + 1}&amp;most={most}">next</a>' if last < most else ""
    text = f"<!doctype html><title>List</title><body>{links}{more}<p>{'words ' * 60}</p></body>"
    return web.Response(text=text, content_type="text/html", charset="utf-8")
async def stats(request):
    answer = dict(hits); hits.update(first=0.0, last=0.0, count=0); return web.json_response(answer)
async def robots(request):
    return web.Response(text="User-agent: *\\nDisallow: /private/\\n")
async def main():
    app = web.Application()
    app.add_routes([web.get("/item/{n}", one), web.get("/list", index)])
    app.add_routes([web.get("/stats", stats), web.get("/robots.txt", robots)])
    runner = web.AppRunner(app, access_log=None); await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0); await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""

PLAIN = """
import sys
from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess
class Plain(Spider):
    name = "plain"; start_urls = [sys.argv[1]]
    def parse(self, response):
        yield from response.follow_all(css="a.item", callback=self.item)
        yield from response.follow_all(css="a[rel=next]")
    def item(self, response):
        return None
process = AsyncCrawlerProcess({"LOG_LEVEL": "INFO"}); process.crawl(Plain); process.start()
"""

BARE = """
import asyncio, sys, aiohttp
base, pages = sys.argv[1].partition("/list")[0], int(sys.argv[2])
async def main():
    todo = iter(range(pages))
    async with aiohttp.ClientSession() as session:
        async def work():
            for n in todo:
                async with session.get(f"{base}/item/{n}") as answer:
                    await answer.read()
        await asyncio.gather(*(work() for _ in range(16)))
asyncio.run(main())
"""


class Evidence:
    """A recorder that does the least that evidence costs: digests, a gzip member a record, written and flushed."""

    def __init__(self, path: str) -> None:
        self.file = Path(path).open("ab")  # noqa: SIM115 - closed in `close`
        self.rows = Path(path + ".rows").open("a")  # noqa: SIM115

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler.settings["EVIDENCE"])

    def record(self, exchange):
        digest = hashlib.sha256(exchange.body).hexdigest()
        sides = (("request", exchange.request_headers, b""), ("response", exchange.headers, exchange.body))
        for kind, headers, body in sides:
            block = "".join(f"{name}: {value}\r\n" for name, value in headers).encode() + b"\r\n" + body
            head = f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {exchange.url}\r\n"
            head += f"WARC-Block-Digest: sha256:{digest}\r\nContent-Length: {len(block)}\r\n\r\n"
            packer = zlib.compressobj(6, zlib.DEFLATED, 31)
            self.file.write(packer.compress(head.encode() + block + b"\r\n\r\n") + packer.flush())
        self.file.flush()
        self.rows.write(json.dumps([exchange.url, digest, self.file.tell()]) + "\n")
        self.rows.flush()
        return digest

    def known(self, source, url):
        return None

    def skipped(self, source, url, reason, detail=""):
        pass

    def close(self):
        self.file.close()
        self.rows.close()


def ours(url: str, folder: Path, evidence: bool, reactor: bool, store: bool = False) -> list[str]:
    from spiders.crawl import Plan

    (folder / "sites").mkdir(exist_ok=True)
    (folder / "sites" / "bench.toml").write_text(
        f'kind = "market"\ntitle = "Bench"\nstart = ["{url}"]\nbrowser = "no"\n'
        '[links]\nitems = [{ css = "a.item" }]\nnext = [{ css = "a[rel=next]" }]\n'
        "[pace]\ndelay = 0\nconcurrency = 16\n[limits]\npages = 0\nresults = 0\n"
    )
    host = url.split("/")[2]
    kept = str(folder / f"evidence-{time.time_ns()}")
    own = {"ALLOW_HOSTS": [host], "TWISTED_REACTOR_ENABLED": reactor, "EVIDENCE": kept}
    if store:
        own |= store_settings(folder)
    elif evidence:
        own["RECORDER"] = "crawl.Evidence"
    else:
        own["RECORDER"] = "crawl.Nothing"
    plan = Plan(["bench"], folders=[str(folder / "sites")], settings=own)
    (folder / "plan.json").write_text(plan.to_json())
    start = (
        f"import sys; sys.stdin = open({str(folder / 'plan.json')!r}); from spiders.crawl import main; sys.exit(main())"
    )
    return [sys.executable, "-c", start]


def store_settings(folder: Path) -> dict[str, object]:
    """The recorder of the product over a store of its own: WARC records and rows of the captures table."""
    from storage.store import Store

    home = folder / f"home-{time.time_ns()}"
    home.mkdir()
    store = Store.open(home)
    run = store.runs.start("bench", "crawl")
    store.close()
    return {
        "RECORDER": "osint.recorder.StoreRecorder",
        "RECORDER_HOME": str(home),
        "RECORDER_DATABASE": "",
        "RECORDER_RUNS": json.dumps({"bench": run.id}),
    }


class Nothing(Evidence):
    """Keeps nothing, to tell what keeping costs."""

    def record(self, exchange):
        return ""


def measure(command: list[str], port: int) -> dict[str, float]:
    """Run a child: seconds between its first and last request, its CPU seconds and peak MB."""
    urllib.request.urlopen(f"http://127.0.0.1:{port}/stats").read()
    path = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    env = {**os.environ, "PYTHONPATH": path}
    child = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    log = child.stderr.read() if child.stderr else b""
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.stderr.write(log.decode(errors="replace")[-2000:])
    hits = json.loads(urllib.request.urlopen(f"http://127.0.0.1:{port}/stats").read())
    return {
        "pages": hits["count"],
        "seconds": hits["last"] - hits["first"],
        "cpu": usage.ru_utime + usage.ru_stime,
        "mb": usage.ru_maxrss / 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--size", type=int, default=67_000)
    parser.add_argument("--rounds", type=int, default=2, help="the best of so many runs counts")
    arguments = parser.parse_args()
    serve = [sys.executable, "-c", SERVER, str(arguments.pages), str(arguments.size)]
    server = subprocess.Popen(serve, stdout=subprocess.PIPE)
    assert server.stdout is not None
    port = int(server.stdout.readline())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def commands(most: int) -> dict[str, list[str]]:
            url = f"http://127.0.0.1:{port}/list?most={most}"
            return {
                "plain Scrapy, nothing kept": [sys.executable, "-c", PLAIN, url],
                "ours, nothing kept": ours_in("nothing", url, False, True),
                "ours, nothing kept, no reactor": ours_in("noreactor", url, False, False),
                "ours, bytes written": ours_in("evidence", url, True, True),
                "ours, kept in the store": ours_in("store", url, True, True, True),
                "bare aiohttp": [sys.executable, "-c", BARE, url, str(most)],
            }

        def ours_in(kind: str, url: str, evidence: bool, reactor: bool, store: bool = False) -> list[str]:
            place = folder / kind
            place.mkdir(exist_ok=True)
            return ours(url, place, evidence, reactor, store)

        best: dict[str, tuple[float, float, float]] = {}
        for _ in range(arguments.rounds):
            idle = {label: measure(command, port)["cpu"] for label, command in commands(1).items()}
            for label, command in random.sample(list(commands(arguments.pages).items()), 6):
                found = measure(command, port)
                rate = found["pages"] / max(found["seconds"], 1e-9)
                cpu = (found["cpu"] - idle[label]) / found["pages"] * 1000
                if label not in best or rate > best[label][0]:
                    best[label] = (rate, cpu, found["mb"])
        server.terminate()
        server.wait()
    base = best["plain Scrapy, nothing kept"][0]
    print(f"{arguments.pages} pages of {arguments.size // 1000} KB, best of {arguments.rounds}")
    print(f"{'':32}{'pages/s':>9}{'ratio':>8}{'CPU ms/page':>13}{'MB':>6}")
    for label in sorted(best, key=lambda label: best[label][0]):
        rate, cpu, mb = best[label]
        print(f"{label:32}{rate:9.0f}{rate / base:8.2f}{cpu:13.1f}{mb:6.0f}")


if __name__ == "__main__":
    main()
