"""Pages that want to harm the reader of a package, and packages that want to harm whoever checks them."""

import io
import itertools
import json
import random
import re
import shutil
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))

from export_parts import START, World, analysis, options, png

from osint.export import pictures
from osint.export.package import build
from osint.export.report import marks
from osint.export.verifier.main import verify

EVIL = (
    '</title><script>alert(1)</script><img src=x onerror=alert(1)> {{ 7*7 }} {% for %} #eval("1") '
    '#image("/etc/passwd") '
    "$ * _ ` \\ @ref <label> //comment /*x*/ #let x = 1; \u202egnp.exe \x00\x07\x1b[31m \u2028 \ufffe \ue000 "
    "ꙮ 𓀀 " + "x" * 3000 + " " + "งา" * 500
)


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path / "home")
    yield world
    world.store.close()


def test_words_of_a_page_are_words_everywhere(world, tmp_path):
    store = world.store
    url = "https://evil.example/" + "a" * 5000 + "?q=<script>&x=" + "%0d%0a" * 20
    with store.captures.writer(world.run) as writer:
        capture = world.capture(
            writer, url, EVIL.encode("utf-8", "replace"), 9, screenshot=b"\x89PNG not a picture", by="browser"
        )
    listing = world.version(
        capture, 9, title=EVIL, text=EVIL, seller_name=EVIL, location=EVIL, price_text=EVIL, availability=EVIL,
        attributes={EVIL[:200]: EVIL}, analysis={},
        images=("javascript:alert(1)", "../../../etc/passwd", "http://[::1"),
    )  # fmt: skip
    facts = store.leads.get(world.lead).facts
    lead = store.leads.create(facts, world.links(listing.id)).id
    store.reviews.decide(lead, "confirmed", EVIL[:300], EVIL)
    bag = build(store, [lead], tmp_path / "out", options(who=EVIL[:100], purpose=EVIL[:300])).with_suffix("")
    assert verify(bag).ok
    html = (bag / "data/report.html").read_text(encoding="utf-8")
    assert "<script" not in html
    assert "<img src=x" not in html
    assert "\x1b" not in html
    assert "{{ 7*7 }}" in html
    how = json.loads((bag / "data/method.json").read_text())["report_pdf"]
    assert how["made"], how
    assert (
        "\n"
        not in (bag / "bag-info.txt").read_text().split("Source-Organization: ")[1].split("External-Identifier")[0][:-1]
    )
    assert {path.name for path in bag.rglob("*") if not re.fullmatch(r"[A-Za-z0-9_.-]+", path.name)} == set()
    import pypdfium2

    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(bag / "data/report.pdf"))
    assert "root:" not in text
    assert '#image("/etc/passwd")' in text.replace("\r\n", "")


def test_a_report_in_chromium_loads_nothing(world, tmp_path):
    """The page in a browser: no request leaves it, no script runs."""
    import http.server
    import subprocess
    import threading

    browser = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
    if not browser:
        pytest.skip("no Chromium")
    hits = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_error(404)

        def log_message(self, *given):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = f"http://127.0.0.1:{server.server_port}"
    text = (
        f'<img src="{home}/img"><link rel=stylesheet href="{home}/css">'
        f'<meta http-equiv=refresh content="0;url={home}/refresh">'
        f"<script>document.title='owned'</script><style>@import '{home}/import'</style>"
        f"<iframe src='{home}/frame'></iframe>"
    )
    capture = world.store.captures.get(world.store.listings.captures(world.store.listings.ids()[0])[0][0])
    listing = world.version(capture, 9, title=text, text=text, analysis={})
    lead = world.store.leads.create(world.store.leads.get(world.lead).facts, world.links(listing.id)).id
    bag = build(world.store, [lead], tmp_path / "out", options()).with_suffix("")
    done = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
         "--dump-dom", (bag / "data/report.html").as_uri()], capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    server.shutdown()
    assert "Lead report L" in done.stdout
    assert "<title>Lead report" in done.stdout
    assert hits == []


def test_picture_bombs_stay_in_their_capture():
    flat = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(flat, "PNG")
    assert len(flat.getvalue()) < 30_000
    assert pictures.reduced(flat.getvalue()) is None
    for bad in (b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + bytes(100), png()[:500], b"<svg/>", b"%!PS-Adobe"):
        assert pictures.reduced(bad) is None
    tall = pictures.reduced(png(1280, 9000), page=True)
    assert tall.cut
    assert (tall.width, tall.height) == (1200, 900)
    small = pictures.reduced(png(640, 480))
    assert not small.cut
    assert (small.width, small.height) == (640, 480)
    seen = io.BytesIO()
    Image.new("RGBA", (30, 30), (255, 0, 0, 0)).save(seen, "WEBP")
    assert Image.open(io.BytesIO(pictures.reduced(seen.getvalue()).jpeg)).getpixel((15, 15)) == (255, 255, 255)


@given(
    st.text(max_size=60),
    st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70), st.floats(-5, 5)), max_size=6),
)
def test_marks_never_change_the_text(text, spans):
    reasons = [
        {"field": "text", "start": start, "end": end, "points": points, "text": text[max(start, 0) : max(end, 0)]}
        for start, end, points in spans
    ]
    runs = marks.runs(text, "text", reasons)
    assert "".join(run["text"] for run in runs) == text
    assert all(run["text"] for run in runs)
    assert all(one["mark"] != two["mark"] for one, two in itertools.pairwise(runs))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    world = World(home)
    package = build(world.store, [world.lead], home / "out", options(formats=("jsonl",)))
    world.store.close()
    return package, home / "keys" / "signing.pub.pem"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_whatever_happens_to_the_bytes_it_answers(made, tmp_path_factory, seed):
    """Cut, flip, repeat, insert, anywhere in the ZIP: a finding, never an error."""
    package, key = made
    rnd = random.Random(seed)
    data = bytearray(package.read_bytes())
    for _ in range(rnd.randint(1, 4)):
        place, size = rnd.randrange(len(data)), rnd.choice((1, 1, 4, 64, 4096))
        match rnd.randrange(4):
            case 0:
                del data[place : place + size]
            case 1:
                data[place : place + size] = rnd.randbytes(size)
            case 2:
                data[place:place] = data[place : place + size]
            case 3:
                data[place] ^= 1 << rnd.randrange(8)
    if bytes(data) == package.read_bytes():
        return
    target = tmp_path_factory.mktemp("cut") / "package.zip"
    target.write_bytes(data)
    report = verify(target, key)
    assert not report.ok
    json.dumps(report.as_dict())
    shutil.rmtree(target.parent)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), junk=JUNK, name=st.sampled_from(["data/lead.json", "data/audit.jsonl"]))
def test_whatever_stands_in_the_json_it_answers(made, tmp_path_factory, seed, junk, name):
    package, key = made
    rnd = random.Random(seed)
    folder = tmp_path_factory.mktemp("junk")
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)  # our own package
    bag = folder / package.stem
    path = bag / name
    lines = path.read_text(encoding="utf-8").splitlines() if name.endswith("l") else [path.read_text(encoding="utf-8")]
    number = rnd.randrange(len(lines))
    data = json.loads(lines[number])
    holder = data
    while True:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not keys:
            break
        key_ = rnd.choice(keys)
        if isinstance(holder[key_], dict | list) and rnd.random() < 0.8:
            holder = holder[key_]
            continue
        holder[key_] = junk
        break
    lines[number] = json.dumps(data)
    before = path.read_bytes()
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if path.read_bytes() == before:
        return
    report = verify(bag, key)
    assert not report.ok
    json.dumps(report.as_dict())
    shutil.rmtree(folder)


def test_deep_and_long_json_is_no_trouble(made, tmp_path):
    package, _ = made
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path)
    bag = tmp_path / package.stem
    for text in (
        "[" * 200_000,
        '{"a":' * 100_000,
        "1" * 10_000,
        '{"format": "osint-lead-package", "x": ' + "9" * 10_000 + "}",
    ):
        (bag / "data/lead.json").write_text(text)
        assert "JSON-BAD" in {finding.code for finding in verify(bag).findings}
        (bag / "data/audit.jsonl").write_text(text)
        assert not verify(bag).ok


def test_many_captures_are_found_again(world, tmp_path):
    """Twelve captures of one listing, nothing new in most: the first, the changed and the last go along."""
    with world.store.captures.writer(world.run) as writer:
        for number in range(12):
            capture = world.capture(writer, "https://market.example/i/77", f"<p>{number}</p>".encode(), 20 + number)
            listing = world.version(capture, 77, price_amount=100 if number < 6 else 90, analysis=analysis())
    lead = world.store.leads.create(world.store.leads.get(world.lead).facts, world.links(listing.id)).id
    bag = build(world.store, [lead], tmp_path, options()).with_suffix("")
    record = json.loads((bag / "data/lead.json").read_text())
    assert len(record["listings"][0]["sightings"]) == 12
    assert len(record["listings"][0]["versions"]) == 2
    assert len(record["captures"]) == 3
    assert record["left_out"]["sighting"] == 9
    assert record["captures"][-1]["fetched_at"] == (START + timedelta(minutes=7 * 31)).isoformat().replace(
        "+00:00", "Z"
    )
    assert verify(bag).ok
